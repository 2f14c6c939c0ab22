//! What people write who know Python or JavaScript, and what it is in Rhai: hints in errors, and warnings when a script
//! is loaded.

mod braces;
mod syntax;
mod words;

pub use syntax::for_syntax;
pub use words::{name_in_rhai, renamed};

use crate::place::{self, line_and_column};
use braces::{line_start, parts, Part};
use rhai_vm::builtins;
use rhai_vm::{ErrorKind, Kind, Position};

/// A line of a source that is looked at ends here: generated ones can be very long.
const MAX_LINE: usize = 1000;

/// Methods that change their value in place, and those that return a copy.
const COPYING: &[(&str, &str)] = &[
    ("mixin", "merge"),
    ("pad", "pad_end"),
    ("replace", "replaced"),
    ("reverse", "reversed"),
    ("sort", "sorted"),
    ("sort_by", "sorted_by"),
    ("sort_desc", "order_desc"),
    ("trim", "trimmed"),
];

/// A place in a text.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    /// The byte.
    at: usize,
    /// What stands before it in its line, and from there on.
    before: &'a str,
    after: &'a str,
}

impl<'a> Place<'a> {
    /// The place of this byte; `None` in a line that is too long.
    fn of(text: &'a str, at: usize) -> Option<Self> {
        let start = line_start(text, at);
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        (end - start <= MAX_LINE).then(|| Self { text, at, before: &text[start..at], after: &text[at..end] })
    }
}

/// What to add to an error at this place of a text.
pub fn for_error(kind: &ErrorKind, text: &str, position: Position) -> Option<String> {
    let place = Place::of(text, offset(text, position)?)?;
    match kind {
        ErrorKind::FunctionNotFound(signature) => {
            let (name, arguments) = signature.split_once(" (")?;
            for_function(name, arguments.strip_suffix(')')?, &place)
        }
        ErrorKind::DotExpr(problem) => for_property(problem, &place),
        ErrorKind::IndexingType(problem) if problem.starts_with("() [") => {
            in_place_before(&place, None).or_else(|| Some("The value before `[` is `()`: it is missing or null. Write `?[` where that can happen".to_owned()))
        }
        ErrorKind::MismatchDataType(needed, given) => for_mismatch(needed, given, &place).map(str::to_owned),
        ErrorKind::StackOverflow => for_endless_method(&place),
        ErrorKind::AssignmentToConstant(_) | ErrorKind::NonPureMethodCallOnConstant(_) => Some(
            "A constant cannot be changed: declare it with `let`, or change a copy: `let list = global::LIST;`".to_owned(),
        ),
        _ => None,
    }
}

/// A method that calls itself where the built-in method of its name was meant.
fn for_endless_method(place: &Place<'_>) -> Option<String> {
    let name = name_at(place.after);
    let is_own = place.text.contains(&format!("fn {name}("));
    let is_built_in = || builtins::functions().any(|function| function.name == name);
    (place.before.ends_with('.') && is_own && is_built_in()).then(|| {
        format!(
            "`.{name}()` calls the script's own function, which hides the built-in method of that name. \
             Give the function another name"
        )
    })
}

/// A call of a function that does not exist for these types of arguments.
fn for_function(name: &str, arguments: &str, place: &Place<'_>) -> Option<String> {
    let is_first = |of: &str| arguments.split(", ").next() == Some(of);
    if is_first("()") {
        if let Some(hint) = in_place_before(place, Some(name)) {
            return Some(hint);
        }
    }
    let is_operator = name.chars().all(|c| c.is_ascii_punctuation());
    match name {
        "!" => {
            return Some(
                "`!` requires a boolean: compare the value, as in `x == ()` or `list.is_empty()`".to_owned(),
            )
        }
        "%" if is_first("string") => {
            return Some("Write the string in backticks to insert values: `a ${x}`".to_owned())
        }
        _ if is_operator && arguments.contains("string") && !arguments.contains("()") => {
            return Some("Convert strings that hold numbers: `int(text)` or `float(text)`".to_owned());
        }
        _ => {}
    }
    if name == "append" && is_first("array") {
        return Some("`append` joins arrays. To add an item, write `push`".to_owned());
    }
    let is_own = place.text.contains(&format!("fn {name}("));
    if let Some(hint) = name_in_rhai(name).filter(|_| !is_own) {
        return Some(hint);
    }
    if is_variable(name, place.text) && !place.before.trim_end().ends_with('.') {
        return Some(format!("`{name}` is a variable: call its function with `{name}.call(…)`"));
    }
    let is_method = place.before.trim_end().ends_with(['.', '?']);
    let missing = arguments.split(", ").position(|argument| argument == "()")?;
    if is_operator || (missing == 0 && !name.contains("::")) {
        return None;
    }
    let number = missing + usize::from(!is_method);
    Some(format!(
        "Argument {number} is `()`: it is missing or null. Write `value ?? …` where that can happen"
    ))
}

/// A property that a value does not have.
fn for_property(problem: &str, place: &Place<'_>) -> Option<String> {
    let of = |start: &str| problem.strip_prefix(start)?.split_once('\'');
    if let Some((name, rest)) = of("No writable property '") {
        return if rest.contains("'()'") {
            Some(format!("The value before `.{name}` is `()`: assign a map first. An empty map is `#{{}}`, and `{{}}` is an empty block"))
        } else if rest.contains("'string'") {
            Some(format!("The value before `.{name}` is a string. If it is JSON, decode it first: `let value = json::decode(text);`"))
        } else {
            None
        };
    }
    let (name, rest) = of("Unknown property '")?;
    let kind = rest.rsplit('\'').nth(1)?;
    if kind == "()" {
        return in_place_before(place, Some(name));
    }
    let is_method = builtins::functions().any(|function| {
        function.name == name && function.params.first().is_some_and(|first| first.kind.name() == kind)
    });
    if let Some(hint) = name_in_rhai(name).filter(|_| kind != "string" || matches!(name, "length" | "size")) {
        return Some(hint);
    }
    Some(match kind {
        _ if is_method => format!("`{name}` is a method: write `.{name}(…)`"),
        "string" if matches!(name, "message" | "type" | "stack") => {
            format!("The value before `.{name}` is a string. In `catch (e)`, `error::info(e).{name}` works for all errors")
        }
        "string" => format!(
            "The value before `.{name}` is a string. If it is JSON, decode it first: `json::decode(value).{name}`"
        ),
        "char" => format!(
            "The value before `.{name}` is a character of a string. If the string is JSON, decode it before the loop"
        ),
        "array" => format!("The value before `.{name}` is an array: write `list[0].{name}` or `list.map(|item| item.{name})`"),
        _ => format!("Only maps have fields of their own: check the value before `.{name}`"),
    })
}

/// A value of a type that is not needed.
fn for_mismatch(needed: &str, given: &str, place: &Place<'_>) -> Option<&'static str> {
    match (needed, given) {
        ("bool", _) => Some(
            "Conditions are booleans: compare the value, as in `x != ()` or `!list.is_empty()`. For a default, write `a ?? b`",
        ),
        ("i64", "string") if place.before.trim_end().ends_with('[') => Some(
            "Names in `[…]` are keys of maps. If the value before it is a string with JSON, decode it first: \
             `json::decode(value)[\"name\"]`",
        ),
        _ => None,
    }
}

/// The hint where a value is the result of a method that changes its value in place: of the call before the place, or of
/// the one that was assigned to the variable before it. `name` is called on it.
fn in_place_before(place: &Place<'_>, name: Option<&str>) -> Option<String> {
    let before = place.text[..place.at].trim_end();
    let before = before.strip_suffix(['.', '[']).unwrap_or(before).trim_end_matches('?').trim_end();
    if let Some(method) = called(before) {
        return is_in_place(method).then(|| in_place(method, name));
    }
    let variable = name_before(before);
    if variable.is_empty() {
        return None;
    }
    let method = before.lines().rev().skip(1).find_map(|line| assigned_in_place(line, variable))?;
    Some(format!("`{variable}` is `()`, because {}", in_place(method, None)))
}

/// The method in place whose result a line assigns to a variable.
fn assigned_in_place<'a>(line: &'a str, variable: &str) -> Option<&'a str> {
    let value = line.trim_start().trim_start_matches("let ").strip_prefix(variable)?.trim_start();
    let value = value.strip_prefix('=')?.trim_end().trim_end_matches(';');
    called(value).filter(|method| value.contains('.') && is_in_place(method))
}

/// The hint for `name`, which is called on what a method in place returns.
fn in_place(method: &str, name: Option<&str>) -> String {
    let hint = format!("`{method}` changes its value in place and returns `()`");
    match (COPYING.iter().find(|(in_place, _)| *in_place == method), name) {
        (Some((_, copying)), _) => format!("{hint}: write `{copying}`, which returns a copy"),
        (None, Some(name)) => format!("{hint}: call it in a statement of its own, and `{name}` in the next"),
        (None, None) => format!("{hint}: call it in a statement of its own"),
    }
}

/// What to do instead of using the result of a method that changes its value in place.
pub fn in_place_remedy(method: &str) -> String {
    match COPYING.iter().find(|(in_place, _)| *in_place == method) {
        Some((_, copying)) => format!("write `{copying}`, which returns a copy"),
        None => format!("call `{method}` in a statement of its own, and use the value in the next"),
    }
}

/// The places of `${…}` in strings with double quotes, where nothing takes its place: line and column, and what is there.
pub fn uninterpolated(text: &str) -> Vec<(usize, usize, &str)> {
    if !text.contains("${") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in parts(text) {
        if let Part::Quoted(start, end) = part {
            let Some(at) = text[start..end].find("${") else { continue };
            let (line, column) = line_and_column(text, start);
            let expression = &text[start + at..end];
            let length = expression.find('}').map_or(expression.len(), |end| end + 1);
            found.push((line, column, &expression[..length]));
        }
    }
    found
}

/// The byte of a place.
fn offset(text: &str, position: Position) -> Option<usize> {
    let Some(line) = position.line() else { return Some(text.len()) };
    place::offset(text, line, position.position().unwrap_or(1))
}

/// The name that a text begins with.
fn name_at(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The name that a text ends with.
fn name_before(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// Whether a text declares such a variable.
fn is_variable(name: &str, text: &str) -> bool {
    ["let ", "const "].into_iter().any(|word| text.split(word).skip(1).any(|rest| name_at(rest) == name))
}

/// The function whose call a text ends with, as in `text.trim()`.
fn called(text: &str) -> Option<&str> {
    let call = text.strip_suffix(')')?;
    let mut depth = 0;
    let open = call.rfind(|c| {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        depth < 0
    })?;
    let name = name_before(&call[..open]);
    (!name.is_empty()).then_some(name)
}

/// Whether a method of this name changes what it is called on, and returns nothing.
fn is_in_place(method: &str) -> bool {
    builtins::functions()
        .any(|function| function.name == method && function.changes_first && function.returns == Kind::Unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::ParseErrorType;

    #[test]
    fn strings_that_are_not_interpolated_are_found() {
        let text = "// \"${a}\"\nlet a = `x ${b} \"${c}\"`;\nlet d = \"x ${e.f} y\"; /* \"${g}\" */ let h = \"\\\"${i\";";
        assert_eq!(uninterpolated(text), [(3, 9, "${e.f}"), (3, 44, "${i\"")]);
        assert!(uninterpolated("let a = \"x $ {b}\";").is_empty());
    }

    #[test]
    fn methods_in_place_have_a_copying_one() {
        let exists = |name: &str| builtins::functions().any(|function| function.name == name);
        for (in_place, copying) in COPYING {
            assert!(
                is_in_place(in_place) && exists(copying) && !is_in_place(copying),
                "{in_place} → {copying}"
            );
        }
    }

    #[test]
    fn calls_at_the_end() {
        for (line, method) in [
            ("  text.trim()", Some("trim")),
            ("a.replace(f(x), y)", Some("replace")),
            ("a.b", None),
            ("(1)", None),
            ("", None),
        ] {
            assert_eq!(called(line), method, "{line}");
        }
    }

    #[test]
    fn any_place_of_any_text_can_be_looked_at() {
        let text = "fn f() { \"ä${\n} `'\"{ /* ' // \\ => a, b) . ? : [ = fn x";
        let reserved = ParseErrorType::Reserved("match".into());
        let undefined = ParseErrorType::VariableUndefined("x".into());
        for line in 0..4 {
            for column in 0..60 {
                let position = Position::new(line.max(1), column);
                for kind in [&ParseErrorType::UnexpectedEOF, &reserved, &undefined] {
                    let _ = for_syntax(kind, text, position);
                }
                for kind in [
                    ErrorKind::FunctionNotFound("f (())".into()),
                    ErrorKind::DotExpr(
                        "Unknown property 'x' - a getter is not registered for type '()'".into(),
                    ),
                    ErrorKind::IndexingType("() [i64]".into()),
                ] {
                    let _ = for_error(&kind, text, position);
                }
            }
        }
        for end in 0..text.len() {
            if let Some(text) = text.get(..end) {
                let _ = (uninterpolated(text), braces::unclosed(text, end));
            }
        }
    }
}

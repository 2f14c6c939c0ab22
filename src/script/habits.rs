//! What people write who know Python or JavaScript, and what it is in Rhai: hints in errors, and warnings when a script
//! is loaded.

use crate::place::{self, line_and_column};
use rhai_vm::builtins;
use rhai_vm::{ErrorKind, Kind, ParseErrorType, Position};

/// A line of a source that is looked at ends here: generated ones can be very long.
const MAX_LINE: usize = 1000;

/// Words that are no variables.
const WORDS: &[(&str, &str)] = &[
    ("elif", "Rhai writes `else if`"),
    ("def", "Functions are declared with `fn`"),
    ("function", "Functions are declared with `fn`, closures are written `|x| x + 1`"),
    ("lambda", "Closures are written `|x| x + 1`"),
    ("None", "Rhai writes `()` for no value"),
    ("null", "Rhai writes `()` for no value"),
    ("nil", "Rhai writes `()` for no value"),
    ("undefined", "Rhai writes `()` for no value"),
    ("True", "Rhai writes `true`"),
    ("False", "Rhai writes `false`"),
    ("self", "Rhai writes `this`"),
    ("not", "Rhai writes `!`"),
    ("await", "Rhai has no promises: remove `await`"),
    ("async", "Rhai has no promises: remove `async`"),
    ("JSON", "Use `json::encode` and `json::decode`"),
    ("console", "Use `print` or `log_info`"),
    ("Math", "Numbers have methods: `x.floor()`, `x.abs()`, `max(x, y)`"),
    ("os", "Use `env::get` for environment variables, and `fs` for files"),
    ("process", "Use `env::get` for environment variables"),
];

/// Functions and properties under their names in Rhai.
const NAMES: &[(&str, &str)] = &[
    ("length", "len"),
    ("size", "len"),
    ("forEach", "for_each"),
    ("includes", "contains"),
    ("has", "contains"),
    ("has_key", "contains"),
    ("indexOf", "index_of"),
    ("findIndex", "index_of"),
    ("position", "index_of"),
    ("startsWith", "starts_with"),
    ("startswith", "starts_with"),
    ("endsWith", "ends_with"),
    ("endswith", "ends_with"),
    ("toUpperCase", "to_upper"),
    ("to_uppercase", "to_upper"),
    ("upper", "to_upper"),
    ("toLowerCase", "to_lower"),
    ("to_lowercase", "to_lower"),
    ("lower", "to_lower"),
    ("toString", "to_string"),
    ("str", "to_string"),
    ("strip", "trimmed"),
    ("lstrip", "trimmed_start"),
    ("trimStart", "trimmed_start"),
    ("trim_start", "trimmed_start"),
    ("rstrip", "trimmed_end"),
    ("trimEnd", "trimmed_end"),
    ("trim_end", "trimmed_end"),
    ("replaceAll", "replaced"),
    ("removeprefix", "strip_prefix"),
    ("removesuffix", "strip_suffix"),
    ("splitlines", "lines"),
    ("padStart", "pad_start"),
    ("rjust", "pad_start"),
    ("zfill", "pad_start"),
    ("padEnd", "pad_end"),
    ("ljust", "pad_end"),
    ("charAt", "get"),
    ("char_at", "get"),
    ("substring", "sub_string"),
    ("substr", "sub_string"),
    ("slice", "extract"),
    ("every", "all"),
    ("unshift", "insert"),
    ("toSorted", "sorted"),
    ("toReversed", "reversed"),
    ("sort_by_key", "sort_by"),
    ("sorted_by_key", "sorted_by"),
    ("min_by_key", "min_by"),
    ("max_by_key", "max_by"),
    ("groupBy", "group_by"),
    ("groupby", "group_by"),
    ("uniq", "unique"),
    ("chunk", "chunks"),
    ("batched", "chunks"),
    ("flat", "flatten"),
    ("flatMap", "flat_map"),
    ("items", "entries"),
    ("from_entries", "to_map"),
    ("fromEntries", "to_map"),
    ("mapValues", "map_values"),
    ("mapKeys", "map_keys"),
    ("update", "mixin"),
    ("typeof", "type_of"),
    ("parseInt", "parse_int"),
    ("parseFloat", "parse_float"),
    ("toFixed", "to_fixed"),
    ("ceil", "ceiling"),
];

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

/// What to add to a syntax error of this text.
pub fn for_syntax(kind: &ParseErrorType, text: &str, position: Position) -> Option<String> {
    let (before, after) = around(text, position)?;
    if let ParseErrorType::VariableUndefined(name) = kind {
        if after[name.len().min(after.len())..].trim_start_matches([')', ' ']).starts_with("=>") {
            return Some("Closures are written `|x| x + 1`".to_owned());
        }
        return word(name).map(str::to_owned).or_else(|| top_level(text, name));
    }
    let problem = kind.to_string();
    if problem.starts_with("Invalid character: '") {
        return Some("Write strings in double quotes or in backticks: \"text\"".to_owned());
    }
    if after.starts_with("new ") {
        let hint = "Rhai has no classes. A map holds data, `#{ a: 1 }`, and can be thrown: `throw #{ type: \"NotFound\", \
                    message: \"…\" }`";
        return Some(hint.to_owned());
    }
    if after.starts_with(':') && is_key(before) {
        return Some("A map begins with `#{`: `#{ a: 1 }`".to_owned());
    }
    if before.trim_end_matches(['!', ' ']).ends_with("elif") {
        return word("elif").map(str::to_owned);
    }
    if after.starts_with("= ") && is_condition(before) {
        return Some("`=` assigns; write `==` to compare".to_owned());
    }
    match after.split(|c: char| !c.is_alphanumeric() && c != '_').next()? {
        "and" => return Some("Rhai writes `&&`".to_owned()),
        "or" => return Some("Rhai writes `||`".to_owned()),
        _ => {}
    }
    let is_at_end = after.is_empty() && text.trim_end().len() <= offset(text, position)?;
    if after.starts_with("fn ") || is_at_end || problem.contains("'}'") {
        return unclosed(text, offset(text, position)?);
    }
    None
}

/// What to add to an error at this place of a text.
pub fn for_error(kind: &ErrorKind, text: &str, position: Position) -> Option<String> {
    match kind {
        ErrorKind::FunctionNotFound(signature) => {
            let (name, arguments) = signature.split_once(" (")?;
            let (before, _) = around(text, position)?;
            if arguments.starts_with("()") {
                if let Some(method) = method_before(before).filter(|method| is_in_place(method)) {
                    return Some(in_place(method, name));
                }
            }
            name_in_rhai(name)
        }
        ErrorKind::DotExpr(text) => {
            let (name, rest) = text.strip_prefix("Unknown property '")?.split_once('\'')?;
            let hint = name_in_rhai(name);
            hint.or_else(|| {
                rest.contains("'string'").then(|| {
                    format!(
                        "The value before `.{name}` is a string. If it is JSON, decode it first: \
                         `json::decode(value).{name}`"
                    )
                })
            })
        }
        _ => None,
    }
}

/// The hint for `name`, which is called on what a method in place returns.
fn in_place(method: &str, name: &str) -> String {
    let hint = format!("`{method}` changes its value in place and returns `()`");
    match COPYING.iter().find(|(in_place, _)| *in_place == method) {
        Some((_, copying)) => format!("{hint}: write `{copying}`, which returns a copy"),
        None => format!("{hint}: call it in a statement of its own, and `{name}` in the next"),
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

/// A part of a source that counts here.
enum Part {
    /// A string in double quotes: its first and its last byte.
    Quoted(usize, usize),
    /// `{`, at this byte.
    Open(usize),
    /// `}`.
    Close,
}

/// The strings and braces of a source, without its comments. What is within `${…}` of a string is left out.
fn parts(text: &str) -> impl Iterator<Item = Part> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            at += 1;
            match bytes[start] {
                b'"' => {
                    while at < bytes.len() && bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at = (at + 1).min(bytes.len());
                    return Some(Part::Quoted(start, at));
                }
                b'`' => at = text[at..].find('`').map_or(bytes.len(), |end| at + end + 1),
                b'\'' if bytes.get(at) == Some(&b'"') || bytes.get(at) == Some(&b'{') => at += 2,
                b'/' if bytes.get(at) == Some(&b'/') => {
                    at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                }
                b'/' if bytes.get(at) == Some(&b'*') => {
                    at = text[at..].find("*/").map_or(bytes.len(), |end| at + end + 2);
                }
                b'{' => return Some(Part::Open(start)),
                b'}' => return Some(Part::Close),
                _ => {}
            }
        }
        None
    })
}

/// The innermost block that is open at this byte.
fn unclosed(text: &str, end: usize) -> Option<String> {
    let mut open = Vec::new();
    for part in parts(text.get(..end)?) {
        match part {
            Part::Open(at) => open.push(at),
            Part::Close => drop(open.pop()),
            Part::Quoted(..) => {}
        }
    }
    let at = open.pop()?;
    let (line, _) = line_and_column(text, at);
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let head: String = text[start..=at].trim().chars().take(60).collect();
    Some(format!("The block that begins in line {line} (`{head}`) is not closed: a `}}` is missing"))
}

/// What stands before a place in its line, and from there on.
fn around(text: &str, position: Position) -> Option<(&str, &str)> {
    let at = offset(text, position)?;
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    (end - start <= MAX_LINE).then(|| (&text[start..at], &text[at..end]))
}

/// The byte of a place.
fn offset(text: &str, position: Position) -> Option<usize> {
    let Some(line) = position.line() else { return Some(text.len()) };
    place::offset(text, line, position.position().unwrap_or(1))
}

fn word(name: &str) -> Option<&'static str> {
    WORDS.iter().find(|(word, _)| *word == name).map(|(_, hint)| *hint)
}

/// The hint for a function or property that another language calls so.
pub fn name_in_rhai(name: &str) -> Option<String> {
    let (_, right) = NAMES.iter().find(|(wrong, _)| *wrong == name)?;
    Some(format!("In Rhai it is `{right}`"))
}

/// A variable of the top level that a function uses.
fn top_level(text: &str, name: &str) -> Option<String> {
    let declares = |line: &str| {
        let rest = line.strip_prefix("let ").map(str::trim_start).and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    text.lines().any(declares).then(|| {
        format!(
            "Functions do not see the variables of the top level: pass `{name}` as an argument, or declare it as `const \
             {name}` and write `global::{name}`"
        )
    })
}

/// Whether a line ends with a key of a map that has begun with `{`.
fn is_key(before: &str) -> bool {
    let before = before.trim_end();
    let key = before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"'));
    key.len() < before.len() && key.trim_end().ends_with('{') && !key.trim_end().ends_with("#{")
}

/// Whether a line ends within the condition of an `if` or a `while`.
fn is_condition(before: &str) -> bool {
    let begin = ["if ", "while "].into_iter().filter_map(|word| Some(before.rfind(word)? + word.len())).max();
    begin.is_some_and(|begin| !before[begin..].contains('{'))
}

/// The method whose call a line ends with, as in `text.trim().`.
fn method_before(line: &str) -> Option<&str> {
    let call = line.trim_end().strip_suffix('.')?.trim_end().strip_suffix(')')?;
    let mut depth = 0;
    let open = call.rfind(|c| {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        depth < 0
    })?;
    let name = call[..open].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
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

    #[test]
    fn strings_that_are_not_interpolated_are_found() {
        let text = "// \"${a}\"\nlet a = `x ${b} \"${c}\"`;\nlet d = \"x ${e.f} y\"; /* \"${g}\" */ let h = \"\\\"${i\";";
        assert_eq!(uninterpolated(text), [(3, 9, "${e.f}"), (3, 44, "${i\"")]);
        assert!(uninterpolated("let a = \"x $ {b}\";").is_empty());
    }

    #[test]
    fn hints_lead_from_names_that_do_not_exist_to_names_that_do() {
        let exists = |name: &str| builtins::functions().any(|function| function.name == name);
        for (wrong, right) in NAMES {
            assert!(!exists(wrong) && (exists(right) || *right == "type_of"), "{wrong} → {right}");
        }
        for (in_place, copying) in COPYING {
            assert!(
                is_in_place(in_place) && exists(copying) && !is_in_place(copying),
                "{in_place} → {copying}"
            );
        }
    }

    #[test]
    fn conditions() {
        let hint =
            |text: &str, column| for_syntax(&ParseErrorType::UnexpectedEOF, text, Position::new(1, column));
        assert!(hint("if (x = 1) { 2 }", 7).unwrap().contains("`==`"));
        assert!(hint("if x { 1 } elif y { 2 }", 17).unwrap().contains("`else if`"));
        assert_eq!(hint("if x { y = 1 }", 10), None);
    }

    #[test]
    fn methods_before_a_call() {
        for (line, method) in [
            ("  text.trim().", Some("trim")),
            ("a.replace(f(x), y).", Some("replace")),
            ("a.b.", None),
            ("(1).", None),
            ("", None),
        ] {
            assert_eq!(method_before(line), method, "{line}");
        }
    }

    #[test]
    fn any_place_of_any_text_can_be_looked_at() {
        let text = "fn f() { \"ä${\n} `'\"{ /* ' // \\";
        for line in 0..4 {
            for column in 0..20 {
                let position = Position::new(line.max(1), column);
                let _ = for_syntax(&ParseErrorType::UnexpectedEOF, text, position);
                let _ = for_error(&ErrorKind::FunctionNotFound("f (())".into()), text, position);
            }
        }
        for end in 0..text.len() {
            if let Some(text) = text.get(..end) {
                let _ = (uninterpolated(text), unclosed(text, end));
            }
        }
    }
}

//! What to add to a syntax error.

use super::braces::{line_start, unclosed};
use super::words::{keyword, module, word, CLOSURE};
use super::{name_at, name_before, offset, Place};
use crate::modules;
use crate::script::suggestion::ALIKE;
use rhai_vm::{ParseErrorType, Position};

const ASSIGNS: &str = "`=` assigns; write `==` to compare";
const ARGUMENTS: &str = "Arguments have no names: pass them in their order, or pass a map: `f(#{ a: 1 })`";
const BACKSLASH: &str = "A backslash is written `\\\\` in double quotes. In backticks it stands for itself";
const BLOCK: &str = "A block is always in braces, even if it is a single statement: `if x { … }`";
const CATCH: &str =
    "Rhai writes `try { … } catch (e) { … }`, with one variable without a type. `error::info(e).type` tells \
                     errors apart";
const COMMENT: &str = "Comments begin with `//`";
const COMPREHENSION: &str = "Rhai writes `list.filter(|x| x > 1).map(|x| x * 2)`";
const DESTRUCTURING: &str =
    "Declare each variable in a statement of its own: `let a = event.a; let b = event.b;`";
const FOR: &str =
    "Rhai writes `for i in 0..3 { … }`, `for item in list { … }` and `for (item, index) in list { … }`";
const INTERPOLATED: &str = "A string that inserts values is written in backticks: `a ${x}`";
const MAP: &str = "A map begins with `#{`: `#{ a: 1 }`";
const OTHER_NAME: &str = "Choose another name";
const SLICE: &str = "Rhai writes `list.extract(1..3)` and `text.sub_string(1..3)`";
const SPREAD: &str = "Rhai has no `...`: `a.merge(b)` joins maps, `a + b` joins arrays";
const STRING: &str = "Write strings in double quotes or in backticks: \"text\"";
const TYPES: &str = "Rhai has no types of variables, parameters and results: remove the type";

/// What to add to a syntax error of this text.
pub fn for_syntax(kind: &ParseErrorType, text: &str, position: Position) -> Option<String> {
    let place = Place::of(text, offset(text, position)?)?;
    match kind {
        ParseErrorType::VariableUndefined(name) => return for_variable(name, &place),
        ParseErrorType::ModuleUndefined(name) => return for_module(name, text),
        ParseErrorType::Reserved(name) => {
            if let Some(hint) = for_reserved(name, &place) {
                return Some(hint);
            }
        }
        _ => {}
    }
    let problem = kind.to_string();
    let hint = for_characters(&problem, &place)
        .or_else(|| for_symbol(&problem, &place))
        .or_else(|| for_word(&place))
        .or_else(|| for_problem(&problem, &place));
    hint.map(str::to_owned).or_else(|| missing(&problem, &place))
}

/// A variable that does not exist.
fn for_variable(name: &str, place: &Place<'_>) -> Option<String> {
    let rest = place.after.get(name.len()..)?;
    let next = rest.trim_start();
    if is_arrow(rest) {
        return Some(CLOSURE.to_owned());
    }
    if rest.starts_with(['"', '\'']) {
        match name {
            "f" => return Some(INTERPOLATED.to_owned()),
            "r" => return Some(BACKSLASH.to_owned()),
            _ => {}
        }
    }
    if next.starts_with(':') && !next.starts_with("::") {
        let is_argument = place.before.trim_end().ends_with(['(', ',']);
        let hint = if place.is_key() { Some(MAP) } else { is_argument.then_some(ARGUMENTS) };
        return hint.map(str::to_owned);
    }
    if rest.contains(" for ") && place.before.trim_end().ends_with('[') {
        return Some(COMPREHENSION.to_owned());
    }
    if place.before.trim_start().starts_with("import ") {
        return word("import").map(str::to_owned);
    }
    if is_function_of_another_language(place) {
        return Some(CLOSURE.to_owned());
    }
    if let Some(hint) = word(name).map(str::to_owned).or_else(|| module(name, rest, place.text)) {
        return Some(hint);
    }
    if let Some(hint) = top_level(place.text, name) {
        return Some(hint);
    }
    let assigns = next.strip_prefix('=').is_some_and(|next| !next.starts_with(['=', '>']));
    if assigns && place.statement().is_empty() {
        return Some(format!("Declare the variable first: `let {name} = …`"));
    }
    if assigns && place.before.trim_end().ends_with(['(', ',']) {
        return Some(ARGUMENTS.to_owned());
    }
    if place.text.contains(&format!("fn {name}(")) {
        let hint = format!(
            "The function `{name}` is declared further down: write `Fn(\"{name}\")`, or declare it before"
        );
        return Some(hint);
    }
    if matches!(name, "event" | "context") {
        return Some(format!("Functions see only their parameters: pass `{name}` as an argument"));
    }
    let declared = place.declared();
    if declared.contains(&name) {
        return Some(format!("`{name}` is declared in a block that has ended: declare it before the block"));
    }
    did_you_mean(name, declared)
}

/// A word that cannot be a name.
fn for_reserved(name: &str, place: &Place<'_>) -> Option<String> {
    let before = place.before.trim_end();
    if !name.starts_with(char::is_alphabetic) || name == "await" {
        None
    } else if name == "print" && name_at(place.after) == name && before.is_empty() {
        Some(format!("Calls need parentheses: `{name}(…)`"))
    } else if before.ends_with(['.', '?']) {
        Some(format!("Write `[\"{name}\"]` for a field of this name"))
    } else if matches!(name_before(before), "let" | "const" | "fn")
        || before.ends_with('|')
        || place.first_word() == "fn"
    {
        Some(OTHER_NAME.to_owned())
    } else {
        None
    }
}

/// A module that does not exist.
fn for_module(name: &str, text: &str) -> Option<String> {
    if let Some(hint) = word(name) {
        return Some(hint.to_owned());
    }
    let is_imported = |line: &str| {
        let path = line.trim_start().strip_prefix("import \"").and_then(|rest| rest.split('"').next());
        path.filter(|path| path.rsplit('/').next() == Some(name)).map(str::to_owned)
    };
    if let Some(path) = text.lines().find_map(is_imported) {
        return Some(format!("Name the import: `import \"{path}\" as {name};`"));
    }
    let spaces = modules::LIBRARY.iter().flat_map(|module| module.namespaces).map(|space| space.name);
    did_you_mean(name, spaces)
}

/// The name that was meant, if one is much alike.
fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    likeness::best(name, names, |name| name, ALIKE).map(|meant| format!("Did you mean `{meant}`?"))
}

/// Characters that have no meaning in Rhai.
fn for_characters(problem: &str, place: &Place<'_>) -> Option<&'static str> {
    if problem.starts_with("Invalid character: '") {
        return Some(STRING);
    }
    if problem.starts_with("Invalid escape sequence") {
        return Some(BACKSLASH);
    }
    if problem == "Open string is not terminated" {
        return Some(if place.after.starts_with('"') || place.before.ends_with('"') {
            "The closing quote is missing. Strings of several lines are written in backticks"
        } else {
            "The closing backtick, or the `}` of a `${`, is missing"
        });
    }
    match place.after.chars().next()? {
        '“' | '”' | '„' | '‘' | '’' => Some("Replace the typographic quotes: `\"text\"`"),
        c if c.is_whitespace() && !c.is_ascii_whitespace() => {
            Some("Replace the special space with an ordinary one")
        }
        _ => None,
    }
}

/// Symbols and operators of other languages.
fn for_symbol(problem: &str, place: &Place<'_>) -> Option<&'static str> {
    let (before, after) = (place.before.trim_end(), place.after);
    if matches!(name_at(after), "case" | "default") && problem.contains("literal") {
        return keyword("case");
    }
    if is_arrow(after) {
        return Some(CLOSURE);
    }
    if (after.starts_with('#') && !after.starts_with("#{")) || (after.starts_with("-- ") && before.is_empty())
    {
        return Some(COMMENT);
    }
    match after.get(..2).unwrap_or(after) {
        "++" => return Some("Rhai has no `++`: write `x += 1`"),
        "--" => return Some("Rhai has no `--`: write `x -= 1`"),
        "->" if before.contains("fn ") => return Some(TYPES),
        "->" if name_before(before).starts_with(char::is_alphabetic) => return Some(CLOSURE),
        "->" => return keyword("case"),
        _ => {}
    }
    match after.chars().next() {
        Some('.') if after.starts_with("...") && before.ends_with(char::is_alphanumeric) => {
            Some("Rhai writes `0..3` without the end, and `0..=3` with it")
        }
        Some('.') if after.starts_with("...") => Some(SPREAD),
        Some('?') if problem.starts_with("Unknown operator") => {
            Some("Rhai has no `? :`: write `if condition { a } else { b }`")
        }
        Some('>') if before.ends_with('<') => Some("Rhai writes `!=`"),
        Some('[') if before.ends_with("?.") => Some("Rhai writes `?[`: `list?[0]`"),
        Some('{' | '[' | '(') if name_before(before) == "let" => Some(DESTRUCTURING),
        Some('(') if problem.contains("close the parameters list") => {
            Some("A parameter is a name: write `|pair| pair[0]` to take a value apart")
        }
        _ if name_before(before) == "let" && problem == "Expecting name of a variable" => Some(OTHER_NAME),
        Some(',') if matches!(place.first_word(), "let" | "const") => Some(DESTRUCTURING),
        Some(',') if place.is_key() => Some(MAP),
        Some('/') if problem.starts_with("Unexpected") => {
            Some("Patterns are strings: `regex::is_match(\"a+\", text)`")
        }
        Some('.') if after[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            Some("Write a digit before the point: `0.5`")
        }
        Some('"') if before.len() == place.before.len() && name_before(before) == "f" => Some(INTERPOLATED),
        Some(':') => for_colon(problem, place),
        Some('=') => for_equals(problem, place),
        _ => None,
    }
}

fn for_colon(problem: &str, place: &Place<'_>) -> Option<&'static str> {
    if problem.contains("statement block") {
        Some(BLOCK)
    } else if problem.contains("parameters of") || matches!(place.first_word(), "let" | "const") {
        Some(TYPES)
    } else if problem.contains("switch case") {
        keyword("case")
    } else if problem.contains("index expression") || place.before.trim_end().ends_with('[') {
        Some(SLICE)
    } else if problem.contains("catch variable") {
        Some(CATCH)
    } else if place.is_key() {
        Some(MAP)
    } else if problem.contains("arguments to function") {
        Some(ARGUMENTS)
    } else {
        None
    }
}

fn for_equals(problem: &str, place: &Place<'_>) -> Option<&'static str> {
    let before = place.before.trim_end();
    if problem.contains("parameters of function") {
        Some("Parameters have no defaults: declare a second function, `fn f() { f(1) }`")
    } else if ["&&", "||", "??"].iter().any(|operator| before.ends_with(operator)) {
        Some("Rhai has no `&&=`, `||=` and `??=`: write `x = x ?? 1`")
    } else if place.is_condition() && !place.after.starts_with("==") {
        Some(ASSIGNS)
    } else if problem.contains("arguments to function") {
        Some(ARGUMENTS)
    } else {
        None
    }
}

/// A word of another language at the place, before it, or at the beginning of the statement.
fn for_word(place: &Place<'_>) -> Option<&'static str> {
    let (here, before) = (name_at(place.after), name_before(place.before.trim_end().trim_end_matches('!')));
    let begins = place.statement().is_empty();
    if here == "if" && place.after.contains(" else ") && !begins {
        return Some("Rhai writes `if condition { a } else { b }`, also as a value: `let x = if …`");
    }
    if here == "fn" && !begins {
        return if matches!(before, "export" | "pub") { keyword("pub") } else { Some(CLOSURE) };
    }
    if is_function_of_another_language(place) {
        return Some(CLOSURE);
    }
    if matches!(here, "of" | "as") && matches!(place.first_word(), "for" | "foreach") {
        return Some(FOR);
    }
    [here, before, place.first_word()].into_iter().find_map(keyword)
}

/// What the message says.
fn for_problem(problem: &str, place: &Place<'_>) -> Option<&'static str> {
    let before = place.before.trim_end();
    if problem.contains("iteration variable")
        || (problem == "Expecting name of a variable" && place.first_word() == "for")
    {
        return Some(FOR);
    }
    if problem.contains("catch variable")
        || problem.contains("'catch' for the 'try'")
        || problem == "Unexpected 'catch'"
        || name_before(before) == "catch"
    {
        return Some(CATCH);
    }
    if problem.contains("statement block") {
        return Some(BLOCK);
    }
    if problem.contains("boolean expression") && (before.ends_with("||") || place.after.contains("||")) {
        return Some("`||` joins booleans. For a default, write `??`: `event.name ?? \"nobody\"`");
    }
    if problem.contains("boolean expression") && place.after.contains(" not in ") {
        return keyword("not");
    }
    if problem == "Unexpected 'let'" {
        return Some("Declare the variable in a statement of its own, before or within the block");
    }
    if problem.starts_with("Break statement") && place.text.contains("switch ") {
        return Some("`switch` needs no `break`: only one case runs");
    }
    if problem.starts_with("Cannot assign to constant") {
        return Some("Declare it with `let` to change it");
    }
    if problem.contains("iterable value") {
        return Some("To count, write `for i in 0..3 { … }`");
    }
    if problem.contains("to follow the property") {
        return Some("A map has keys and values: `#{ name: name }`");
    }
    if problem.contains("array literal") && place.after.starts_with("for ") {
        return Some(COMPREHENSION);
    }
    None
}

/// A bracket, a comma or a semicolon that is missing.
fn missing(problem: &str, place: &Place<'_>) -> Option<String> {
    let text = place.text;
    let is_at_end = place.after.is_empty() && text.trim_end().len() <= place.at;
    let is_top_level_function = place.after.starts_with("fn ") && place.before.is_empty();
    let list =
        ["array literal", "arguments to function call", "object map literal", "items in this switch block"];
    if let Some(list) = list.iter().find(|list| problem.contains(**list)) {
        let end = match *list {
            "array literal" => "]",
            "arguments to function call" => ")",
            _ => "}",
        };
        let next = place.after.chars().next().unwrap_or(';');
        if next.is_alphanumeric() || matches!(next, '"' | '`' | '_' | '#' | '\'') {
            return Some(format!("A `,` is missing before `{}`", first_token(place.after)));
        }
        if end != "}" && matches!(next, ';' | '}' | ')' | ']') {
            return Some(format!("A `{end}` is missing before `{next}`"));
        }
    }
    if problem.starts_with("Function definitions must be at global level") && !place.before.is_empty() {
        let hint = "Declare the function at the top level, or write a closure: `let f = |x| x + 1;`, called as `f.call(1)`";
        return Some(hint.to_owned());
    }
    if is_top_level_function || is_at_end || problem.starts_with("Expecting '}'") {
        return unclosed(text, place.at);
    }
    if name_at(place.after) == "else" {
        return Some("A `}` is missing before `else`".to_owned());
    }
    if place.after.starts_with([')', ']']) && problem.contains("';' to terminate") {
        let missing = place.before.trim().is_empty().then(|| unclosed(text, place.at)).flatten();
        let bracket = &place.after[..1];
        return missing
            .or_else(|| Some(format!("There is a `{bracket}` too many: remove it, or one before it")));
    }
    let ends = problem.contains("';' to terminate") || problem == "Unexpected '}'";
    if place.after.starts_with('}') && ends && unclosed(text, place.at).is_none() {
        return Some("There is a `}` too many: remove it, or one before it".to_owned());
    }
    let before = place.before.trim_end();
    let is_value = place.after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '`' | '{'));
    let is_method = before.strip_suffix(name_before(before)).is_some_and(|rest| rest.ends_with('.'));
    if is_value && is_method {
        return Some(format!("Calls need parentheses: `{}(…)`", name_before(before)));
    }
    if problem.contains("';' to terminate") && place.before.trim().is_empty() {
        let (before, line) = place.line_before()?;
        if place.after.starts_with('}') {
            return None;
        }
        let comment = if before.contains("//") { ". `//` begins a comment" } else { "" };
        return Some(format!("A `;` is missing at the end of line {line}{comment}"));
    }
    None
}

/// `x =>`, or the rest of `(x, y) =>`.
fn is_arrow(rest: &str) -> bool {
    let rest =
        rest.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | '(' | ')'));
    rest.starts_with("=>")
}

/// Whether the place is within `function(x) {`, `lambda x:` or `fn(x) {`.
fn is_function_of_another_language(place: &Place<'_>) -> bool {
    ["function(", "function (", "func("].iter().any(|begin| place.before.contains(begin))
        || name_before(place.before.trim_end()) == "lambda"
}

fn first_token(rest: &str) -> &str {
    match name_at(rest) {
        "" => rest.split([',', ' ', '\n']).next().unwrap_or_default(),
        name => name,
    }
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
             {name}` and write `global::{name}`. To keep a value for later events, use `cache`"
        )
    })
}

impl<'a> Place<'a> {
    /// Whether what stands before is a key of a map that has begun with `{`.
    fn is_key(&self) -> bool {
        let before = self.text[..self.at].trim_end();
        let key = before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"'));
        // The first key, or a name that stands at the place itself.
        let open = if key.len() < before.len() { key } else { before };
        let open = open.trim_end();
        open.ends_with('{') && !open.ends_with("#{") && !open.ends_with(") {") && !open.ends_with("${")
    }

    /// Whether the place is within the condition of an `if` or a `while`.
    fn is_condition(&self) -> bool {
        let begin = ["if ", "while "];
        let begin = begin.into_iter().filter_map(|word| Some(self.before.rfind(word)? + word.len())).max();
        begin.is_some_and(|begin| !self.before[begin..].contains('{'))
    }

    /// What stands before in the same statement and line.
    fn statement(&self) -> &'a str {
        let start = self.before.rfind([';', '{', '}']).map_or(0, |at| at + 1);
        self.before[start..].trim_start()
    }

    /// The word with which the statement begins, which may be at the place.
    fn first_word(&self) -> &'a str {
        let begin = match self.statement() {
            "" => self.after,
            statement => statement,
        };
        name_at(begin.trim_start_matches('('))
    }

    /// The names that the function around the place declares, as far as they are written before it.
    fn declared(&self) -> Vec<&'a str> {
        let before = &self.text[..self.at];
        let start = before.rfind("\nfn ").or_else(|| before.rfind("fn ")).unwrap_or(0);
        let before = &before[start..];
        let functions = self.text.split("fn ").skip(1).map(name_at);
        let header =
            before.find('(').and_then(|open| Some(&before[open + 1..open + before[open..].find(')')?]));
        let parameters = header.unwrap_or_default().split(',').map(str::trim);
        let variables = ["let ", "const ", "for ", "|"].into_iter();
        let variables = variables
            .flat_map(|word| before.split(word).skip(1))
            .map(|rest| name_at(rest.trim_start_matches('(')));
        parameters.chain(variables).chain(functions).filter(|name| !name.is_empty()).collect()
    }

    /// The last line before the place that is not empty, and its number.
    fn line_before(&self) -> Option<(&'a str, usize)> {
        let before = self.text[..line_start(self.text, self.at)].trim_end();
        let line = before.lines().next_back()?;
        Some((line, before.matches('\n').count() + 1))
    }
}

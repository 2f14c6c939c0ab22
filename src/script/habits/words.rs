//! Words and names of other languages, and what they are in Rhai.

use crate::modules;

const CLASSES: &str =
    "Rhai has no classes. A map holds data, `#{ a: 1 }`, and can be thrown: `throw #{ type: \"NotFound\", \
                       message: \"…\" }`";
pub(super) const CLOSURE: &str = "Closures are written `|x| x + 1`";
const EXPORTS: &str = "Functions need no `export`: other scripts can import those that are not `private`";
const IMPORT: &str =
    "`import \"lib/money\" as money;` imports a script. Modules such as `json` need no import";
const NO_VALUE: &str = "Rhai writes `()` for no value";
const NUMBERS: &str = "Numbers have methods: `x.floor()`, `x.abs()`, `max(x, y)`";
const SWITCH: &str = "Rhai writes `switch x { 1 => \"one\", _ => \"other\" }`";
const THROW: &str = "Rhai writes `throw #{ type: \"NotFound\", message: \"…\" }`";
const TYPE: &str = "Rhai writes `type_of(x) == \"string\"`";

/// Words that have a meaning in other languages, and none in Rhai.
const KEYWORDS: &[(&str, &str)] = &[
    ("elif", "Rhai writes `else if`"),
    ("elseif", "Rhai writes `else if`"),
    ("elsif", "Rhai writes `else if`"),
    ("def", "Functions are declared with `fn`"),
    ("func", "Functions are declared with `fn`"),
    ("function", "Functions are declared with `fn`, closures are written `|x| x + 1`"),
    ("lambda", CLOSURE),
    ("pub", EXPORTS),
    ("public", EXPORTS),
    ("module", EXPORTS),
    ("null", NO_VALUE),
    ("nil", NO_VALUE),
    ("not", "Rhai writes `!`, and `key !in map`"),
    ("and", "Rhai writes `&&`"),
    ("or", "Rhai writes `||`"),
    ("is", "Rhai writes `==` and `!=`"),
    ("instanceof", TYPE),
    ("typeof", TYPE),
    ("await", "Rhai has no promises: remove `await`"),
    ("async", "Rhai has no promises: remove `async`"),
    ("var", "Variables are declared with `let`"),
    ("mut", "Every variable of `let` can be changed: remove `mut`"),
    ("foreach", "Rhai writes `for item in list { … }`"),
    ("raise", THROW),
    ("unless", "Rhai writes `if !x { … }`"),
    ("until", "Rhai writes `while !done { … }`, and `do { … } until done`"),
    ("except", "Rhai writes `catch (e)`"),
    ("finally", "Rhai has no `finally`: write these statements after the `catch` block"),
    ("match", SWITCH),
    ("case", SWITCH),
    ("default", SWITCH),
    ("del", "Rhai writes `map.remove(\"key\")`"),
    ("delete", "Rhai writes `map.remove(\"key\")`"),
    ("with", "Rhai has no `with`: call the functions one after the other"),
    ("yield", "Rhai has no generators: collect the values in an array"),
    ("class", CLASSES),
    ("struct", CLASSES),
    ("enum", CLASSES),
    ("interface", CLASSES),
    ("new", CLASSES),
    ("import", IMPORT),
    ("from", IMPORT),
    ("use", IMPORT),
];

/// Names that other languages have and Rhai does not.
const GLOBALS: &[(&str, &str)] = &[
    ("exports", EXPORTS),
    ("None", NO_VALUE),
    ("Null", NO_VALUE),
    ("NULL", NO_VALUE),
    ("undefined", NO_VALUE),
    ("True", "Rhai writes `true`"),
    ("False", "Rhai writes `false`"),
    ("self", "Rhai writes `this`"),
    ("isinstance", TYPE),
    ("type", TYPE),
    ("Promise", "Rhai has no promises: `http::all` sends requests concurrently"),
    ("pass", "A block may be empty: remove `pass`"),
    ("require", IMPORT),
    ("Error", THROW),
    ("Exception", THROW),
    ("ValueError", THROW),
    ("JSON", "Use `json::encode` and `json::decode`"),
    ("console", "Use `print` or `log_info`"),
    ("logging", "Use `log_info`, `log_warn` and `log_error`"),
    ("logger", "Use `log_info`, `log_warn` and `log_error`"),
    ("println", "Use `print(value)`, with a string in backticks to insert values: `a ${x}`"),
    ("format", "Write the string in backticks to insert values: `a ${x}`"),
    ("Math", NUMBERS),
    ("math", NUMBERS),
    ("Object", "Maps have methods: `map.keys()`, `map.values()`, `map.entries()`"),
    ("Array", "Arrays have methods, and `type_of(x) == \"array\"` tells them"),
    ("Date", "Use `time::now()`, `time::parse` or `unix_ms_now()`"),
    ("datetime", "Use `time::now()` and `time::parse`"),
    ("setTimeout", "Use `sleep(seconds)`"),
    ("os", "Use `env::get` for environment variables, and `fs` for files"),
    ("process", "Use `env::get` for environment variables"),
    ("open", "Use `fs::read` and `fs::write`"),
    ("s3", "Use `aws::call(\"s3\", \"GetObject\", #{ … })` or `aws::s3_get`"),
    ("strftime", "Use `time::format(t, \"%Y-%m-%d\")`"),
    ("boto3", "Use `aws::call(\"s3\", \"ListBuckets\", #{})`"),
    ("requests", "Use `http::get` and `http::post`"),
    ("axios", "Use `http::get` and `http::post`"),
    ("fetch", "Use `http::get` and `http::post`"),
    ("re", "Use `regex::is_match` and `regex::find_all`"),
    ("assert", "Only tests have `assert`: in a function, write `if !ok { throw \"…\" }`"),
    ("bool", "Compare the value: `x != 0`, `x != \"\"`, `x != ()`"),
    ("concat", "`a + b` joins strings and arrays"),
    ("global", "Write `global::NAME` for a constant of the script"),
];

/// Functions and properties under their names in Rhai.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("length", "len"),
    ("size", "len"),
    ("forEach", "for_each"),
    ("foreach", "for_each"),
    ("includes", "contains"),
    ("has", "contains"),
    ("has_key", "contains"),
    ("hasOwnProperty", "contains"),
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
    ("String", "to_string"),
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
    ("extend", "append"),
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
    ("chr", "to_char"),
    ("ord", "to_int"),
    ("parseInt", "parse_int"),
    ("parseFloat", "parse_float"),
    ("Number", "float"),
    ("toFixed", "to_fixed"),
    ("ceil", "ceiling"),
    ("getRemainingTimeInMillis", "get_remaining_time_in_millis"),
];

/// The same for functions of modules.
const QUALIFIED: &[(&str, &str)] = &[
    ("json::loads", "json::decode"),
    ("json::parse", "json::decode"),
    ("json::load", "json::decode"),
    ("json::dumps", "json::encode"),
    ("json::stringify", "json::encode"),
    ("base64::b64encode", "base64::encode"),
    ("base64::b64decode", "base64::decode"),
    ("http::fetch", "http::get"),
    ("time::strftime", "time::format"),
    ("random::randint", "random::int"),
    ("random::random", "random::float"),
    ("env::var", "env::get"),
    ("regex::search", "regex::find"),
    ("regex::findall", "regex::find_all"),
    ("regex::test", "regex::is_match"),
    ("regex::sub", "regex::replace"),
];

/// What a keyword of another language is in Rhai.
pub(super) fn keyword(name: &str) -> Option<&'static str> {
    find(KEYWORDS, name)
}

/// What a keyword or a name of another language is in Rhai.
pub(super) fn word(name: &str) -> Option<&'static str> {
    keyword(name).or_else(|| find(GLOBALS, name))
}

fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(word, _)| *word == name).map(|(_, hint)| *hint)
}

/// The hint for a function or property that another language calls so, with or without a namespace.
pub fn name_in_rhai(name: &str) -> Option<String> {
    let hint = renamed(name).map(|right| format!("In Rhai it is `{right}`"));
    hint.or_else(|| word(name).map(str::to_owned))
}

/// The name in Rhai of a function or property that another language calls so.
pub fn renamed(name: &str) -> Option<&'static str> {
    NAMES.iter().chain(QUALIFIED).find(|(wrong, _)| *wrong == name).map(|(_, right)| *right)
}

/// The hint for a module that is used like a variable; `rest` is what follows its name.
pub(super) fn module(name: &str, rest: &str, text: &str) -> Option<String> {
    let called = rest.strip_prefix('.')?;
    let function = called.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if !called[function.len()..].starts_with('(') {
        return None;
    }
    let mut spaces = modules::LIBRARY.iter().flat_map(|module| module.namespaces);
    let space = spaces.find(|space| space.name == name);
    if space.is_none() && !text.contains(&format!(" as {name};")) {
        return None;
    }
    let full = format!("{name}::{function}");
    let mapped = QUALIFIED.iter().find(|(wrong, _)| *wrong == full).map(|(_, right)| *right);
    let exists = space.is_none_or(|space| space.functions.iter().any(|known| known.name == function));
    let right = mapped.unwrap_or(if exists { &full } else { "module::function" });
    Some(format!("`{name}` is a module, and functions of modules are called with `::`: `{right}(…)`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::builtins;

    #[test]
    fn hints_lead_from_names_that_do_not_exist_to_names_that_do() {
        let exists = |name: &str| {
            let (space, name) =
                name.rsplit_once("::").map_or((None, name), |(space, name)| (Some(space), name));
            let ours = || modules::LIBRARY.iter();
            match space {
                None => builtins::functions()
                    .chain(ours().flat_map(|module| module.functions))
                    .any(|function| function.name == name),
                Some(space) => ours()
                    .flat_map(|module| module.namespaces)
                    .filter(|known| known.name == space)
                    .any(|known| known.functions.iter().any(|function| function.name == name)),
            }
        };
        for (wrong, right) in NAMES.iter().chain(QUALIFIED) {
            let is_language = !wrong.contains("::") && builtins::functions().any(|it| it.name == *wrong);
            assert!(!is_language && (exists(right) || *right == "type_of"), "{wrong} → {right}");
            assert!(!wrong.contains("::") || !exists(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_word_has_one_hint() {
        let words: Vec<_> = KEYWORDS.iter().chain(GLOBALS).map(|(word, _)| word).collect();
        for (number, word) in words.iter().enumerate() {
            assert!(!words[number + 1..].contains(word), "{word}");
        }
    }

    #[test]
    fn modules_are_not_variables() {
        let hint = |name, rest| module(name, rest, "import \"lib/money\" as money;");
        assert_eq!(
            hint("json", ".loads(x)").unwrap(),
            "`json` is a module, and functions of modules are called with `::`: `json::decode(…)`"
        );
        assert!(hint("time", ".sleep(1)").unwrap().ends_with("`module::function(…)`"));
        assert!(hint("money", ".net(1)").unwrap().ends_with("`money::net(…)`"));
        assert_eq!((hint("event", ".a"), hint("json", " + 1")), (None, None));
    }
}

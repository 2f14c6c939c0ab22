//! Programs that call all functions with arguments of all types, from the data that describes the functions.

use crate::run::{run, Folder};
use rhai_vm::module::{Chapter, Entry};
use rhambda::reference;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// Functions that wait or reach out of the process.
const LEFT_OUT: [&str; 6] = ["sleep", "fs", "http", "aws", "exit", "eval"];

/// Arguments, of every type and with the values at their ends.
const VALUES: [&str; 44] = [
    "()",
    "true",
    "0",
    "1",
    "-1",
    "7",
    "255",
    "1_000_000",
    "9223372036854775807",
    "-9223372036854775807 - 1",
    "0.0",
    "-0.5",
    "1e300",
    "0.0 / 0.0",
    "1.0 / 0.0",
    "'a'",
    "'ß'",
    "\"\"",
    "\"name\"",
    "\"a,b;c\\n1,2;3\"",
    "\"äöü 😀\"",
    "\"(a+)+$\"",
    "\"%Y-%m-%dT%H:%M:%S\"",
    "\"2026-11-22T09:30:00Z\"",
    "\"Europe/Zurich\"",
    "\"https://a.example/b?c=d#e\"",
    "\"<a b='c'>d</a>\"",
    "\"{\\\"a\\\": [1, null]}\"",
    "\"YWJj\"",
    "{ let s = \"\"; s.pad(3000, \"x\"); s }",
    "[]",
    "[1, 2, 3]",
    "[\"b\", \"a\", ()]",
    "[[1], #{ a: 2 }, 3.5]",
    "#{}",
    "#{ a: 1, b: [2], c: () }",
    "#{ header: false, columns: [\"a\"] }",
    "blob(4, 7)",
    "0..5",
    "3..=1",
    "|| 1",
    "|x| x",
    "|x, y| x > y",
    "Fn(\"helper\")",
];

struct Callable {
    /// `json::decode`
    name: String,
    params: usize,
    is_method: bool,
}

fn callables() -> &'static [Callable] {
    static ALL: OnceLock<Vec<Callable>> = OnceLock::new();
    ALL.get_or_init(|| {
        let chapters = reference::language().iter().chain(reference::modules());
        chapters.flat_map(|chapter| callables_of(chapter)).collect()
    })
}

fn callables_of(chapter: &Chapter) -> Vec<Callable> {
    let spaces = chapter.namespaces.iter().map(|space| (space.name, space.functions));
    let all = [("", chapter.functions)].into_iter().chain(spaces);
    let all = all.flat_map(|(space, entries)| entries.iter().map(move |entry| (space, entry)));
    let is_name = |entry: &Entry| entry.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let all = all.filter(|(space, entry)| {
        // `zip` writes files; arrays have a method of this name.
        is_name(entry) && *space != "zip" && !LEFT_OUT.contains(space) && !LEFT_OUT.contains(&entry.name)
    });
    let callable = |(space, entry): (&str, &Entry)| Callable {
        name: if space.is_empty() { entry.name.to_owned() } else { format!("{space}::{}", entry.name) },
        params: entry.params.len(),
        is_method: entry.params.first().is_some_and(|param| param.name == "self"),
    };
    all.map(callable).collect()
}

/// Reads choices off the input.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn next(&mut self) -> Option<usize> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first.into())
    }

    fn below(&mut self, count: usize) -> Option<usize> {
        let number = self.next()?;
        let number = if count > 256 { number * 256 + self.next()? } else { number };
        Some(number % count)
    }
}

/// Each statement calls a function with literals and with results of earlier statements.
pub fn program(data: &[u8]) {
    let mut choices = Choices(data);
    let mut source = String::from("fn helper(x) { x }\nfn handler(event) {\n");
    for at in 0..40 {
        let Some(statement) = statement(&mut choices, at) else {
            break;
        };
        let _ = writeln!(
            source,
            "    let r{at} = ();\n    try {{ r{at} = {statement}; }} catch (e) {{ r{at} = e; }}"
        );
    }
    source.push_str("    event\n}\n");
    let results = run(&Folder::with(&source), "main.handler", &["[1]".to_owned()]);
    for failure in results.iter().filter_map(|result| result.as_ref().err()) {
        // Everything else is caught.
        let error_type = failure.error_type.as_str();
        let expected = ["Runtime.Timeout", "Runtime.OutOfMemory"];
        let json = failure.to_json();
        assert!(expected.contains(&error_type), "{}\n{source}", String::from_utf8_lossy(&json));
    }
}

fn statement(choices: &mut Choices<'_>, before: usize) -> Option<String> {
    let all = callables();
    let callable = &all[choices.below(all.len())?];
    // Now and then with an argument too few or too many.
    let count = match choices.next()? {
        0..8 => callable.params + 1,
        8..16 => callable.params.saturating_sub(1),
        _ => callable.params,
    };
    let mut arguments = (0..count).map(|_| argument(choices, before)).collect::<Option<Vec<_>>>()?;
    if callable.is_method && !arguments.is_empty() {
        let receiver = arguments.remove(0);
        // A method may change what a variable holds.
        return Some(format!("{{ let v = {receiver}; v.{}({}) }}", callable.name, arguments.join(", ")));
    }
    Some(format!("{}({})", callable.name, arguments.join(", ")))
}

fn argument(choices: &mut Choices<'_>, before: usize) -> Option<String> {
    let choice = choices.next()?;
    Some(match choice % 4 {
        0 if before > 0 => format!("r{}", choice / 4 % before),
        _ => VALUES[choices.below(VALUES.len())?].to_owned(),
    })
}

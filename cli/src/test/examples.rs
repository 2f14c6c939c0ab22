//! Examples in documentation comments, which run as tests.
//!
//! The script is compiled with a function for each example, in the lines in which it is written. So an example can call
//! everything that the script declares, and errors show the line of the comment.

use super::file::Test;
use rhambda_analysis::outline::{is_name, Declaration};
use rhambda_analysis::Outline;
use std::ops::Range;

const FENCE: &str = "```";
const LANGUAGE: &str = "rhai";
/// What a comment begins with that states the value of its line, as JSON, or the type of its error.
const VALUE: &str = "// → ";
const ERROR: &str = "// ✗ ";

/// A line of a documentation comment.
struct Line<'a> {
    /// From 0.
    number: usize,
    /// The text behind the comment's mark.
    content: &'a str,
    /// How many characters come before it.
    indent: usize,
}

/// A block of code.
struct Example<'a> {
    /// The line of the opening fence, from 0.
    fence: usize,
    lines: Vec<Line<'a>>,
    is_closed: bool,
}

/// What is stated about the value of a line.
enum Stated<'a> {
    Value(&'a str),
    Error(&'a str),
}

/// A script with its examples as functions, and these functions. `None` if it has no examples.
pub(super) fn of(name: &str, text: &str) -> Option<(String, Vec<Test>)> {
    let outline = Outline::new(text.into());
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut tests = Vec::new();
    for block in blocks(&outline) {
        let examples = examples(&block);
        if examples.is_empty() {
            continue;
        }
        // What remains of a block comment must not be code.
        for line in &block {
            lines[line.number].clear();
        }
        let of = owner(&outline, block.last().map_or(0, |line| line.number));
        let of = of.map_or("script", |declaration| &declaration.name);
        for example in examples {
            let function = format!("example_{}", example.fence + 1);
            write(&mut lines, &example, &function, name);
            tests.push(Test { name: format!("{of} (line {})", example.fence + 2), function });
        }
    }
    (!tests.is_empty()).then(|| (lines.join("\n"), tests))
}

/// The documentation comments of the top level, line by line.
fn blocks(outline: &Outline) -> Vec<Vec<Line<'_>>> {
    let text = outline.text();
    let is_inside = |comment: &Range<usize>| outline.brackets.iter().any(|it| it.contains(&comment.start));
    let mut blocks: Vec<Vec<Line<'_>>> = Vec::new();
    for comment in outline.comments.iter().filter(|comment| !is_inside(comment)) {
        let written = outline.at(comment);
        let is_line = ["///", "//!"].iter().any(|mark| written.starts_with(mark));
        let start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
        let rest = text[comment.end..].lines().next().unwrap_or_default();
        let is_alone = text[start..comment.start].trim().is_empty() && rest.trim().is_empty();
        if !is_alone || !is_line && !written.starts_with("/**") {
            continue;
        }
        let first = text[..start].matches('\n').count();
        let whole = &text[start..comment.end];
        let lines = whole.split('\n').zip(first..).map(|(line, number)| {
            let content = if is_line { uncommented(line) } else { unboxed(line) };
            let indent = line[..line.len() - content.len()].chars().count();
            Line { number, content: content.trim_end().trim_end_matches("*/"), indent }
        });
        let is_next = |block: &Vec<Line<'_>>| block.last().is_some_and(|last| last.number + 1 == first);
        match blocks.last_mut().filter(|block| is_next(block)) {
            Some(block) => block.extend(lines),
            None => blocks.push(lines.collect()),
        }
    }
    blocks
}

fn uncommented(line: &str) -> &str {
    let content = line.trim_start();
    let content = &content[content.len().min(3)..];
    content.strip_prefix(' ').unwrap_or(content)
}

/// A line of a block comment, without an asterisk at its edge.
fn unboxed(line: &str) -> &str {
    let content = line.trim_start();
    content.strip_prefix("/**").or_else(|| content.strip_prefix("* ")).unwrap_or(line)
}

fn examples<'a>(block: &[Line<'a>]) -> Vec<Example<'a>> {
    let mut examples: Vec<Example<'_>> = Vec::new();
    // The language of the open block of code.
    let mut open: Option<&str> = None;
    for line in block {
        let language = line.content.trim().strip_prefix(FENCE).map(str::trim);
        match (open, language) {
            (None, Some(language)) => {
                open = Some(language);
                if language == LANGUAGE {
                    examples.push(Example { fence: line.number, lines: Vec::new(), is_closed: false });
                }
            }
            (Some(language), Some(_)) => {
                open = None;
                if let Some(example) = examples.last_mut().filter(|_| language == LANGUAGE) {
                    example.is_closed = true;
                }
            }
            (Some(LANGUAGE), None) => {
                if let Some(example) = examples.last_mut() {
                    example.lines.push(Line { ..*line });
                }
            }
            _ => {}
        }
    }
    examples.retain(|example| example.is_closed);
    examples
}

/// What a comment documents that ends in this line.
fn owner(outline: &Outline, line: usize) -> Option<&Declaration> {
    let number = |declaration: &Declaration| outline.text()[..declaration.whole.start].matches('\n').count();
    let mut declarations = outline.declarations.iter().filter(|declaration| declaration.owner.is_none());
    declarations.find(|declaration| number(declaration) == line + 1)
}

/// Writes an example as a function. What a line needs before it stands at the end of the line before: so code stays in
/// its column.
fn write(lines: &mut [String], example: &Example<'_>, function: &str, script: &str) {
    let code: Vec<_> = example.lines.iter().map(|line| line.content).collect();
    let code = code.join("\n");
    let outline = Outline::new(code.as_str().into());
    let (mut plain, mut stated) = (code.clone(), Vec::new());
    for comment in &outline.comments {
        let text = outline.at(comment);
        let line = code[..comment.start].matches('\n').count();
        let value = text.strip_prefix(VALUE).map(Stated::Value);
        stated.extend(value.or_else(|| text.strip_prefix(ERROR).map(Stated::Error)).map(|it| (line, it)));
        let blank: String = text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
        // Offsets stay as they are: a character may have several bytes.
        let blank = format!("{blank}{}", " ".repeat(text.len() - blank.len()));
        plain.replace_range(comment.clone(), &blank);
    }
    lines[example.fence] = format!("fn {function}() {{ {}", import(script, &code));
    let (mut before, mut offset) = (example.fence, 0);
    for (number, (line, code)) in example.lines.iter().zip(plain.split('\n')).enumerate() {
        let stated = stated.iter().find(|(line, _)| *line == number).map(|(_, stated)| stated);
        let (start, end) = match stated {
            None => ("", String::new()),
            Some(Stated::Value(json)) => ("let example__ = (", value(json)),
            Some(Stated::Error(kind)) => ("let example__ = (); try {", error(kind)),
        };
        lines[before].push_str(start);
        // Spaces within a string would belong to it.
        let is_in_string =
            outline.pieces.iter().any(|piece| piece.span.start < offset && offset < piece.span.end);
        let indent = if is_in_string { String::new() } else { " ".repeat(line.indent) };
        lines[line.number] = format!("{indent}{}{end}", code.trim_end());
        offset += line.content.len() + 1;
        before = line.number;
    }
    lines[before].push_str(" }");
}

/// Imports the script under its own name, as those do who use it.
fn import(script: &str, code: &str) -> String {
    let path = script.trim_end_matches(".rhai");
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_used = is_name(name) && code.contains(&format!("{name}::"));
    if is_used {
        format!("import \"{path}\" as {name}; ")
    } else {
        String::new()
    }
}

/// Compares as JSON.
fn value(json: &str) -> String {
    let json = serde_json::Value::from(json.trim());
    format!("); assert_eq(parse_json(example__.to_json()), parse_json({json}));")
}

fn error(kind: &str) -> String {
    let kind = serde_json::Value::from(kind.trim());
    format!(
        "; }} catch (error__) {{ example__ = error::info(error__).type; }} \
         assert_eq(example__, {kind}, \"the type of the error is not the stated one\");"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_become_functions_in_their_lines() {
        let script = "//! ```rhai\n//! 1\n//! ```\n\n/// Adds.\n/// ```rhai\n/// let a = 1; // one\n/// m::add(a, 1) // → 2\n/// ```\nfn add(a, b) { a + b }\n";
        let (text, tests) = of("lib/m.rhai", script).unwrap();
        let names: Vec<_> = tests.iter().map(|test| test.name.as_str()).collect();
        assert_eq!(names, ["script (line 2)", "add (line 7)"]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "fn example_1() { ");
        assert_eq!(lines[5], "fn example_6() { import \"lib/m\" as m; ");
        assert_eq!(lines[6], "    let a = 1;let example__ = (");
        assert!(lines[7].starts_with("    m::add(a, 1)); assert_eq("), "{text}");
        assert_eq!(lines[9], "fn add(a, b) { a + b }");
        assert_eq!(text.lines().count(), script.lines().count());
    }

    #[test]
    fn only_closed_blocks_of_documentation_are_examples() {
        for script in [
            "/// ```\n/// a()\n/// ```\nfn a() {}",
            "/// ```rhai\n/// a()\nfn a() {}",
            "// ```rhai\n// a()\n// ```\nfn a() {}",
            "fn a() {\n/// ```rhai\n/// a()\n/// ```\n}",
            "let a = `\n/// ```rhai\n/// a()\n/// ```\n`;",
        ] {
            assert!(of("a.rhai", script).is_none(), "{script}");
        }
        let (text, _) = of("a.rhai", "/**\n * ```rhai\n * 1 // → 1\n * ```\n */\nfn a() {}").unwrap();
        assert!(text.starts_with("\nfn example_2() { let example__ = (\n   1);"), "{text}");
        let plain = "/** Text.\n  More of it.\n  ```rhai\n  1\n  ```\n  ```rhai\n  2\n  ```\n*/\nfn a() {}";
        let (text, tests) = of("a.rhai", plain).unwrap();
        assert!(
            text.starts_with("\n\nfn example_3() { \n  1 }\n\nfn example_6() { \n  2 }\n\n\nfn a"),
            "{text:?}"
        );
        assert_eq!(tests.len(), 2);
        let (text, _) =
            of("a.rhai", "/// ```rhai\n/// let a = `b\n/// c ${1}\n/// d`;\n/// ```\nfn a() {}").unwrap();
        assert!(text.contains("\n    let a = `b\nc ${1}\nd`; }\n"), "{text}");
    }
}

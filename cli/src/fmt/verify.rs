//! Formatting that provably changes nothing: Rhai's parser reads the same before and after.

use rhai_vm::vm::{Options, Vm};
use rhambda_analysis::Text;
use std::rc::Rc;

/// The formatted script.
///
/// # Errors
/// Line, column and problem, when it is no script, or would be another one.
pub(crate) fn format(script: &str) -> Result<String, String> {
    let before = outline(script)?;
    let formatted = rhambda_format::format(script).map_err(|unexpected| {
        let (line, column) = Text::new(script.into()).place(unexpected.offset);
        format!("{line}:{column}: this cannot be formatted yet: please report it, with the script")
    })?;
    if formatted == script {
        return Ok(formatted);
    }
    // A string that a backslash continues on the next line, for example, depends on the column where it begins.
    let is_same = outline(&formatted).is_ok_and(|after| after == before);
    is_same.then_some(formatted).ok_or_else(|| {
        "1:1: formatted, the script would mean something else; it may have a string with a backslash at the end \
         of a line: use backticks for strings of several lines"
            .to_owned()
    })
}

/// The syntax tree as lines, without positions and without what is calculated from them.
fn outline(script: &str) -> Result<Vec<String>, String> {
    let options = Options { strict_variables: false, ..Options::default() };
    let vm = Vm::new(Rc::new(()), rhambda::reference::library(), options);
    let text = script.strip_prefix('\u{feff}').unwrap_or(script);
    let tree = vm.parse(text, &[]).map_err(|error| {
        let position = error.position();
        let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
        format!("{line}:{column}: {}", error.into_kind())
    })?;
    let shown = format!("{tree:#?}");
    let mut lines: Vec<_> = shown.lines().filter(|line| !is_position(line)).map(without_positions).collect();
    // Functions are in the order of numbers that depend on positions.
    lines.sort_unstable();
    Ok(lines)
}

/// Whether a line is nothing but `12:34,` or `pos: 12:34,`.
fn is_position(line: &str) -> bool {
    let line = line.trim().trim_end_matches(',');
    let line = line.strip_prefix("pos: ").unwrap_or(line);
    line.contains(':') && line.chars().all(is_part_of_place)
}

/// A line without its places (` @ 12:34-56`), and without the numbers of closures (`anon$1f2e`).
fn without_positions(line: &str) -> String {
    let line = without(line, " @ ", is_part_of_place);
    without(&line, "anon$", |c| c.is_ascii_hexdigit())
}

fn is_part_of_place(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ':' | '-')
}

/// A text without what follows each mark.
fn without(text: &str, mark: &str, is_part: impl Fn(char) -> bool + Copy) -> String {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + mark + part.trim_start_matches(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_differ_have_other_outlines() {
        let same = ["fn f(x) { x.map(|y| y + 1) }", "fn f(x)\n{\n  x.map( |y|  y+1 )\n}"];
        assert_eq!(outline(same[0]), outline(same[1]));
        for other in
            ["fn f(x) { x.map(|y| y + 2) }", "fn f(x) { x.map(|z| y + 1) }", "fn f(x) { x.map(|y| y - 1) }"]
        {
            assert_ne!(outline(same[0]), outline(other), "{other}");
        }
    }

    #[test]
    fn strings_that_depend_on_their_column_are_left_alone() {
        let script = "fn f() {\n          let a = \"one \\\n                       two\";\n  a\n}\n";
        let problem = format(script).unwrap_err();
        assert!(problem.starts_with("1:1: formatted, the script would mean something else"), "{problem}");
    }
}

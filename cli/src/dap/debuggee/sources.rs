//! Scripts and places as editors know them.

use super::Response;
use rhai_vm::Position;
use serde_json::{json, Value};
use std::env;
use std::path::Path;

/// The name of an inline handler's script.
pub(super) const INLINE: &str = "_HANDLER";
/// The number by which an editor asks for its text.
const INLINE_REFERENCE: u32 = 1;

/// With which number lines and columns begin in the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Base {
    line: u64,
    column: u64,
}

impl Base {
    /// As `initialize` says.
    pub(super) fn of(editor: &Value) -> Self {
        let from = |name: &str| u64::from(editor[name] != false);
        Self { line: from("linesStartAt1"), column: from("columnsStartAt1") }
    }

    /// A line of the editor's, from 1.
    pub(super) fn line_of(self, line: &Value) -> Option<usize> {
        usize::try_from(line.as_u64()?)
            .ok()?
            .checked_add(1 - usize::from(self.line == 1))
            .filter(|line| *line > 0)
    }

    /// A column of the editor's in a text: the number of the character, from 1.
    pub(super) fn column_of(self, column: &Value, text: &str, line: usize) -> Option<usize> {
        let before = usize::try_from(column.as_u64()?.saturating_sub(self.column)).ok()?;
        let line = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
        let mut units = 0;
        let characters = line.chars().take_while(|c| {
            units += c.len_utf16();
            units <= before
        });
        Some(characters.count() + 1)
    }

    /// A line for the editor.
    pub(super) fn line(self, line: usize) -> u64 {
        (line as u64 + self.line).saturating_sub(1)
    }

    /// The column of a character, from 1, for the editor, which counts units of UTF-16.
    pub(super) fn column(self, column: usize, text: &str, line: usize) -> u64 {
        let line = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
        let before: usize = line.chars().take(column.saturating_sub(1)).map(char::len_utf16).sum();
        before as u64 + self.column
    }

    /// Adds a place to a frame or a breakpoint.
    pub(super) fn add(self, to: &mut Value, place: Position, text: &str) {
        let line = place.line().unwrap_or_default();
        to["line"] = self.line(line.max(1)).into();
        to["column"] = self.column(place.position().unwrap_or(1), text, line).into();
    }
}

/// A script for the editor.
pub(super) fn source(name: &str, path: &Path) -> Value {
    if name == INLINE {
        return json!({ "name": "handler setting", "sourceReference": INLINE_REFERENCE });
    }
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    json!({ "name": file, "path": path.to_string_lossy() })
}

/// The text of the inline handler.
#[allow(clippy::unnecessary_wraps)] // as all responses
pub(super) fn inline() -> Response {
    Ok(json!({ "content": inline_text() }))
}

/// The handler setting: the runtime's first argument.
pub(super) fn inline_text() -> String {
    env::args().nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_the_editor_does() {
        let text = "a\n😀b = c";
        let ones = Base::of(&json!({}));
        assert_eq!((ones.line(2), ones.column(2, text, 2)), (2, 3));
        assert_eq!((ones.line_of(&json!(2)), ones.column_of(&json!(3), text, 2)), (Some(2), Some(2)));
        let zeros = Base::of(&json!({ "linesStartAt1": false, "columnsStartAt1": false }));
        assert_eq!((zeros.line(2), zeros.column(2, text, 2)), (1, 2));
        assert_eq!((zeros.line_of(&json!(1)), zeros.column_of(&json!(2), text, 2)), (Some(2), Some(2)));
    }

    #[test]
    fn wrong_places_are_none_or_somewhere() {
        let base = Base::of(&json!({}));
        for line in [json!(-1), json!("x"), json!(0), json!(null), json!(1.5)] {
            assert_eq!(base.line_of(&line), None, "{line}");
        }
        assert_eq!(base.column_of(&json!(u64::MAX), "ab", 1), Some(3));
        assert_eq!(base.column_of(&json!(1), "ab", 99), Some(1));
        assert_eq!(base.column(7, "ab", usize::MAX), 1);
    }
}

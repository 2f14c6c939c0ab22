//! An error drawn over its source line, with a caret under the place.

use super::files::Files;
use crate::failure::{Failure, Frame};
use crate::logging;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// The failure over its source line, a caret under the place; nothing where the log is JSON.
pub(super) fn draw(failure: &Failure, place: &Frame, files: &Files) -> Option<Box<str>> {
    let is_wanted = place.line > 0 && !logging::is_json();
    let text = files.text(&place.file).filter(|_| is_wanted)?;
    let start = byte_offset(&text, place.line, place.column.max(1))?;
    let word = text[start..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - start);
    let length = match text[start..].chars().next() {
        Some('\n' | '\r') | None => 0,
        Some(first) => word.max(first.len_utf8()),
    };
    let snippet = Snippet::source(&*text)
        .path(&place.file)
        .annotation(AnnotationKind::Primary.span(start..start + length));
    let source = Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]);
    // The renderer would indent each line of a title by the length of the type: megabytes, if an event
    // says what they are.
    Some(format!("error[{}]: {}\n{source}", failure.error_type, failure.message).into())
}

/// Where line and column, both from 1, are in a text; columns count characters.
fn byte_offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..)?;
    // A place behind the end of the line is its end.
    let rest = rest.split_inclusive('\n').next().map_or(rest, |line| line.trim_end_matches(['\r', '\n']));
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters() {
        assert_eq!(byte_offset("ä\nöx", 2, 2), Some(5));
        assert_eq!(byte_offset("a\n", 2, 1), Some(2));
        assert_eq!(byte_offset("a\nb", 1, 9), Some(1));
        assert_eq!(byte_offset("a", 5, 1), Some(1));
    }
}

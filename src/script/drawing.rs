//! An error drawn over its source line, with a caret under the place.

use super::files::Files;
use crate::failure::{Failure, Frame};
use crate::{logging, place};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// The failure over its source line, a caret under the place; nothing where the log is JSON.
pub(super) fn draw(failure: &Failure, at: &Frame, files: &Files) -> Option<Box<str>> {
    let is_wanted = at.line > 0 && !logging::is_json();
    let text = files.text(&at.file).filter(|_| is_wanted)?;
    let start = place::offset(&text, at.line, at.column)?;
    let word = text[start..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - start);
    let length = match text[start..].chars().next() {
        Some('\n' | '\r') | None => 0,
        Some(first) => word.max(first.len_utf8()),
    };
    let snippet = Snippet::source(&*text)
        .path(&at.file)
        .annotation(AnnotationKind::Primary.span(start..start + length));
    let source = Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]);
    // The renderer would indent each line of a title by the length of the type: megabytes, if an event
    // says what they are.
    Some(format!("error[{}]: {}\n{source}", failure.error_type, failure.message).into())
}

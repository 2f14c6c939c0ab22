//! A script's text, and the places in it.

use rhai::Position;
use std::ops::Range;
use std::rc::Rc;

/// A text, and where its lines begin.
#[derive(Debug)]
pub struct Text {
    text: Rc<str>,
    lines: Vec<usize>,
}

impl Text {
    /// Looks for the lines of a text.
    pub fn new(text: Rc<str>) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { text, lines }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte offset of a position, or the end of the text without one.
    pub fn offset(&self, position: Position) -> usize {
        let line = position.line().and_then(|line| self.lines.get(line - 1));
        let Some(&start) = line else { return self.text.len() };
        let column = position.position().unwrap_or(1).saturating_sub(1);
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let before = self.text.get(start..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// The bytes of a line, from 1, without its end.
    pub fn line(&self, line: usize) -> &str {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        self.text[start..].lines().next().unwrap_or_default()
    }

    /// The name that begins at a byte, or the character there.
    pub fn word(&self, start: usize) -> Range<usize> {
        let rest = &self.text[start..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let first = rest.chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
        start..start + end.max(first)
    }

    /// The name at a position.
    pub fn word_at(&self, position: Position) -> Range<usize> {
        self.word(self.offset(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters() {
        let text = Text::new("ä\nöx yz\n".into());
        assert_eq!(text.offset(Position::new(2, 2)), 5);
        assert_eq!(text.place(5), (2, 2));
        assert_eq!(text.word_at(Position::new(2, 4)), 7..9);
        assert_eq!((text.line(2), text.line(9)), ("öx yz", ""));
        assert_eq!(text.offset(Position::NONE), 10);
        assert_eq!(text.place(10), (3, 1));
    }
}

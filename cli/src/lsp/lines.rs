//! Positions as editors count them: lines, and UTF-16 code units in them.

use lsp_types::{Position, Range};

/// Where the lines of a text begin.
pub(super) struct Lines {
    lines: Vec<Line>,
}

struct Line {
    start: usize,
    /// Whether each byte is a character: then positions in long lines are found at once.
    is_ascii: bool,
}

impl Lines {
    /// Looks for the lines of a text: they end with LF, CRLF or CR.
    pub(super) fn new(text: &str) -> Self {
        let mut lines = vec![Line { start: 0, is_ascii: true }];
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((at, byte)) = bytes.next() {
            let is_end =
                byte == b'\n' || byte == b'\r' && bytes.peek().is_none_or(|(_, next)| *next != b'\n');
            if is_end {
                lines.push(Line { start: at + 1, is_ascii: true });
            } else if let Some(line) = lines.last_mut().filter(|_| !byte.is_ascii()) {
                line.is_ascii = false;
            }
        }
        Self { lines }
    }

    /// The byte at a position. Behind the end of a line or the text is that end.
    pub(super) fn offset(&self, text: &str, position: Position) -> usize {
        let Some(&Line { start, is_ascii }) = self.lines.get(position.line as usize) else {
            return text.len();
        };
        let line = self.line(text, position.line as usize);
        if is_ascii {
            return start + line.len().min(position.character as usize);
        }
        let mut units = 0;
        for (at, c) in line.char_indices() {
            units += c.len_utf16();
            // A position within a character is where it begins.
            if units > position.character as usize {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The bytes between two positions, which may be in the wrong order.
    pub(super) fn span(&self, text: &str, range: Range) -> std::ops::Range<usize> {
        let (start, end) = (self.offset(text, range.start), self.offset(text, range.end));
        start.min(end)..start.max(end)
    }

    /// The position of a byte.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|line| line.start <= offset) - 1;
        let Line { start, is_ascii } = self.lines[line];
        let units = if is_ascii { offset - start } else { text[start..offset].encode_utf16().count() };
        Position::new(number(line), number(units))
    }

    /// The positions of bytes.
    pub(super) fn range(&self, text: &str, span: &std::ops::Range<usize>) -> Range {
        Range::new(self.position(text, span.start), self.position(text, span.end))
    }

    /// A line without its end.
    fn line<'a>(&self, text: &'a str, line: usize) -> &'a str {
        let end = self.lines.get(line + 1).map_or(text.len(), |next| next.start);
        text[self.lines[line].start..end].trim_end_matches(['\r', '\n'])
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aä𝄞b\r\n\rx\n";

    #[test]
    fn positions_count_utf_16_code_units() {
        let lines = Lines::new(TEXT);
        for (line, character, offset) in
            [(0, 0, 0), (0, 2, 3), (0, 4, 7), (0, 5, 8), (1, 0, 10), (2, 1, 12), (3, 0, 13)]
        {
            let position = Position::new(line, character);
            assert_eq!(lines.offset(TEXT, position), offset, "{position:?}");
            assert_eq!(lines.position(TEXT, offset), position, "{offset}");
        }
    }

    #[test]
    fn wrong_positions_are_the_next_right_ones() {
        let lines = Lines::new(TEXT);
        let offset = |line, character| lines.offset(TEXT, Position::new(line, character));
        assert_eq!((offset(0, 3), offset(0, 99), offset(1, u32::MAX)), (3, 8, 10));
        assert_eq!((offset(u32::MAX, 0), offset(4, 4)), (TEXT.len(), TEXT.len()));
        assert_eq!(lines.position(TEXT, 5), Position::new(0, 2));
        assert_eq!(lines.position(TEXT, 999), Position::new(3, 0));
        let range = Range::new(Position::new(2, 1), Position::new(0, 0));
        assert_eq!(lines.span(TEXT, range), 0..12);
    }
}

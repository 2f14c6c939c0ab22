//! Lines in bytes that arrive piece by piece.

use rhai_vm::{memory, Result};
use std::rc::Rc;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// LF or CRLF.
    LineFeeds,
    /// LF, CRLF or CR, as in server-sent events.
    LineFeedsAndReturns,
}

/// The bytes that have arrived, and which of them have been read. A byte order mark is not part of the first line.
#[derive(Debug, Default)]
pub struct Lines {
    bytes: Rc<Vec<u8>>,
    /// Where the next line begins.
    at: usize,
    /// No line ends before here.
    searched: usize,
    /// The last line ended with CR: an LF that follows belongs to that end.
    is_after_return: bool,
    is_after_first: bool,
}

impl Lines {
    /// The lines of these bytes, and of those that are pushed later.
    pub fn new(bytes: Rc<Vec<u8>>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Appends bytes that have arrived.
    ///
    /// # Errors
    /// There is no memory for a line of that length.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        // Somebody else may have the bytes, too: they are not copied for nothing.
        if piece.is_empty() {
            return Ok(());
        }
        let bytes = Rc::make_mut(&mut self.bytes);
        bytes.drain(..self.at);
        self.searched = self.searched.saturating_sub(self.at);
        self.at = 0;
        memory::reserve(bytes, piece.len())?;
        bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The next line, if its end has arrived.
    pub fn next(&mut self, ends: Ends) -> Option<&[u8]> {
        if self.is_after_return && self.at < self.bytes.len() {
            self.is_after_return = false;
            self.at += usize::from(self.bytes[self.at] == b'\n');
        }
        let from = self.searched.max(self.at);
        let found = match ends {
            Ends::LineFeeds => memchr::memchr(b'\n', &self.bytes[from..]),
            Ends::LineFeedsAndReturns => memchr::memchr2(b'\n', b'\r', &self.bytes[from..]),
        };
        let Some(found) = found else {
            self.searched = self.bytes.len();
            return None;
        };
        let (start, end) = (self.at, from + found);
        self.is_after_return = self.bytes[end] == b'\r';
        self.at = end + 1;
        let line = &self.bytes[start..end];
        let line = if ends == Ends::LineFeeds { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        Some(self.without_mark(start, start + line.len()))
    }

    /// The last line, if it has no end; to be called when all bytes have arrived.
    pub fn last(&mut self) -> Option<&[u8]> {
        let (start, end) = (self.at, self.bytes.len());
        self.at = end;
        let line = self.without_mark(start, end);
        Some(line).filter(|line| !line.is_empty())
    }

    /// Takes all bytes that have not been read, without a copy if none have been.
    pub fn take(&mut self) -> Rc<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.bytes);
        if self.at > 0 {
            Rc::make_mut(&mut bytes).drain(..self.at);
        }
        (self.at, self.searched) = (0, 0);
        self.is_after_first |= !bytes.is_empty();
        bytes
    }

    fn without_mark(&mut self, start: usize, end: usize) -> &[u8] {
        let line = &self.bytes[start..end];
        if std::mem::replace(&mut self.is_after_first, true) {
            return line;
        }
        line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(pieces: &[&[u8]], ends: Ends) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        for piece in pieces {
            lines.push(piece).unwrap();
            while let Some(line) = lines.next(ends) {
                found.push(text(line));
            }
        }
        found.extend(lines.last().map(text));
        assert!(lines.take().is_empty());
        found
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        for ends in [Ends::LineFeeds, Ends::LineFeedsAndReturns] {
            assert_eq!(lines(&[b"\xef\xbb", b"\xbfa\n\xef\xbb\xbfb\n"], ends), ["a", "\u{feff}b"]);
            assert_eq!(lines(&[b"\xef\xbb\xbf"], ends), Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_not_used_can_be_taken() {
        let mut lines = Lines::default();
        lines.push(b"a\nb\nc").unwrap();
        assert_eq!(lines.next(Ends::LineFeeds), Some(&b"a"[..]));
        assert_eq!(*lines.take(), b"b\nc");
        assert_eq!(lines.next(Ends::LineFeeds), None);
        lines.push(b"d\n").unwrap();
        assert_eq!(lines.next(Ends::LineFeeds), Some(&b"d"[..]));
    }

    #[test]
    fn shared_bytes_are_not_copied() {
        let bytes = Rc::new(b"a\nb".to_vec());
        let mut lines = Lines::new(Rc::clone(&bytes));
        assert_eq!(lines.next(Ends::LineFeeds), Some(&b"a"[..]));
        lines.push(b"").unwrap();
        assert!(Rc::ptr_eq(&bytes, &lines.bytes));
        assert_eq!(lines.last(), Some(&b"b"[..]));
    }

    /// Bytes among which line ends are frequent, and where to split them.
    fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let byte = prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), Just(b':')];
        prop::collection::vec(prop::collection::vec(byte, 0..6), 0..8)
    }

    proptest! {
        #[test]
        fn they_are_those_of_the_standard_library(pieces in pieces()) {
            let text = String::from_utf8(pieces.concat()).unwrap();
            let expected: Vec<_> = text.lines().map(str::to_owned).collect();
            let pieces: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(lines(&pieces, Ends::LineFeeds), expected);
        }

        #[test]
        fn returns_end_lines_too(pieces in pieces()) {
            let text = String::from_utf8(pieces.concat()).unwrap().replace("\r\n", "\n").replace('\r', "\n");
            let expected: Vec<_> = text.lines().map(str::to_owned).collect();
            let pieces: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(lines(&pieces, Ends::LineFeedsAndReturns), expected);
        }
    }
}

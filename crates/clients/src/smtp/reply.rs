//! Replies of a mail server: a code, and lines of text.

use crate::wire::invalid;
use std::io::{self, BufRead, Read as _};

/// RFC 5321 has 512 bytes; servers exceed that.
const MAX_LINE: u64 = 4 << 10;
const MAX_LINES: usize = 100;

/// A reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// Reads a reply: `250-first`, `250 last`.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            let line = line(reader)?;
            let code = line.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            let code = code.and_then(|code| code.parse().ok()).ok_or_else(not_smtp)?;
            let (is_last, text) = match line[3..].chars().next() {
                None => (true, ""),
                Some(' ') => (true, &line[4..]),
                Some('-') => (false, &line[4..]),
                Some(_) => return Err(not_smtp()),
            };
            lines.push(text.to_owned());
            if is_last {
                return Ok(Self { code, lines });
            }
            if lines.len() == MAX_LINES {
                return Err(invalid(format!("it has more than {MAX_LINES} lines")));
            }
        }
    }

    /// Whether the server has done what it was asked for.
    pub(super) fn is_positive(&self) -> bool {
        (200..400).contains(&self.code)
    }

    /// The words after a keyword, in the reply to `EHLO`: the methods after `AUTH`.
    pub(super) fn extension(&self, keyword: &str) -> Option<Vec<&str>> {
        self.lines.iter().skip(1).find_map(|line| {
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            words.next().filter(|first| first.eq_ignore_ascii_case(keyword)).map(|_| words.collect())
        })
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match line.strip_suffix(b"\n") {
        Some(content) => {
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            Ok(String::from_utf8_lossy(content)
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect())
        }
        None if line.len() as u64 == MAX_LINE => Err(invalid("a line is too long; is it a mail server?")),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn not_smtp() -> io::Error {
    invalid("a line does not begin with a code such as 250; is it a mail server?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_lines() {
        let read = |text: &str| Reply::read(&mut text.as_bytes());
        let reply =
            read("250-mail.example\r\n250-SIZE 1000\r\n250-AUTH=LOGIN PLAIN\r\n250 STARTTLS\r\n").unwrap();
        assert_eq!((reply.code, reply.lines.len(), reply.is_positive()), (250, 4, true));
        assert_eq!(reply.extension("size"), Some(vec!["1000"]));
        assert_eq!(reply.extension("AUTH"), Some(vec!["LOGIN", "PLAIN"]));
        assert_eq!(reply.extension("STARTTLS"), Some(vec![]));
        assert_eq!((reply.extension("mail.example"), reply.extension("PIPELINING")), (None, None));
        assert_eq!(read("550\n").unwrap(), Reply { code: 550, lines: vec![String::new()] });
        for (text, kind) in [
            ("", io::ErrorKind::UnexpectedEof),
            ("250-a\r\n", io::ErrorKind::UnexpectedEof),
            ("250 a", io::ErrorKind::UnexpectedEof),
            ("25\r\n", io::ErrorKind::InvalidData),
            ("HTTP/1.1 400\r\n", io::ErrorKind::InvalidData),
            ("250ä\r\n", io::ErrorKind::InvalidData),
            ("25ä\r\n", io::ErrorKind::InvalidData),
            (&"250-a\r\n".repeat(200), io::ErrorKind::InvalidData),
            (&"2".repeat(10_000), io::ErrorKind::InvalidData),
        ] {
            assert_eq!(read(text).unwrap_err().kind(), kind, "{text:?}");
        }
    }
}

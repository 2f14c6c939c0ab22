//! Replies of Redis and Valkey (RESP3, and RESP2, which is a part of it).
//!
//! See <https://redis.io/docs/latest/develop/reference/protocol-spec/>.

use crate::wire::{invalid, Budget};
use std::io::{self, BufRead, Read};

/// The longest line: a length, a number, a status or an error.
const MAX_LINE: u64 = 64 << 10;
/// The deepest nesting. The replies of commands have a few levels.
const MAX_DEPTH: usize = 64;

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// No value.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A float.
    Double(f64),
    /// A status such as `OK`, a number of any length, or a verbatim string.
    Text(String),
    /// A string, which may be any bytes.
    Bytes(Vec<u8>),
    /// An array or a set.
    Array(Vec<Reply>),
    /// A map.
    Map(Vec<(Reply, Reply)>),
    /// An error, such as `WRONGTYPE Operation against a key …`.
    Error(String),
}

impl Reply {
    /// Reads one reply. What the server sends without being asked is skipped.
    pub(crate) fn read(reader: &mut impl BufRead, budget: &mut Budget) -> io::Result<Self> {
        loop {
            if let Some(reply) = Self::read_at(reader, budget, 0)? {
                return Ok(reply);
            }
        }
    }

    /// `None` for a message that is not a reply.
    fn read_at(reader: &mut impl BufRead, budget: &mut Budget, depth: usize) -> io::Result<Option<Self>> {
        if depth > MAX_DEPTH {
            return Err(invalid(format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        budget.take(size_of::<Self>())?;
        let line = line(reader, budget)?;
        let Some((&kind, rest)) = line.split_first() else {
            return Err(invalid("a line is empty"));
        };
        let text = || String::from_utf8_lossy(rest).into_owned();
        Ok(Some(match kind {
            b'+' | b'(' => Self::Text(text()),
            b'-' => Self::Error(text()),
            b':' => Self::Integer(number(rest)?),
            b',' => Self::Double(double(rest)?),
            b'_' => Self::Null,
            b'#' => Self::Boolean(rest == b"t"),
            b'$' | b'!' | b'=' => match length(rest)? {
                None => Self::Null,
                Some(length) => Self::string(kind, string(reader, budget, length)?),
            },
            b'*' | b'~' | b'>' => {
                let Some(length) = length(rest)? else { return Ok(Some(Self::Null)) };
                let mut items = Vec::new();
                for _ in 0..length {
                    items.push(Self::read_in(reader, budget, depth)?);
                }
                if kind == b'>' {
                    return Ok(None);
                }
                Self::Array(items)
            }
            b'%' | b'|' => {
                let mut entries = Vec::new();
                for _ in 0..length(rest)?.unwrap_or(0) {
                    let key = Self::read_in(reader, budget, depth)?;
                    entries.push((key, Self::read_in(reader, budget, depth)?));
                }
                // Attributes are said of the reply that follows.
                if kind == b'|' {
                    return Ok(None);
                }
                Self::Map(entries)
            }
            other => {
                return Err(invalid(format!(
                    "it begins with {:?}; is the server Redis or Valkey?",
                    char::from(other)
                )))
            }
        }))
    }

    /// Reads a reply within another one.
    fn read_in(reader: &mut impl BufRead, budget: &mut Budget, depth: usize) -> io::Result<Self> {
        loop {
            if let Some(reply) = Self::read_at(reader, budget, depth + 1)? {
                return Ok(reply);
            }
        }
    }

    fn string(kind: u8, bytes: Vec<u8>) -> Self {
        match kind {
            b'$' => Self::Bytes(bytes),
            b'!' => Self::Error(String::from_utf8_lossy(&bytes).into_owned()),
            // A verbatim string begins with its format: `txt:`.
            _ => Self::Text(String::from_utf8_lossy(bytes.get(4..).unwrap_or_default()).into_owned()),
        }
    }
}

fn line(reader: &mut impl BufRead, budget: &mut Budget) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    budget.take(line.len())?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match line.strip_suffix(b"\r\n") {
        Some(content) => Ok(content.to_vec()),
        None if line.len() as u64 == MAX_LINE || line.ends_with(b"\n") => {
            Err(invalid("a line does not end with CR LF; is the server Redis or Valkey?"))
        }
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn string(reader: &mut impl BufRead, budget: &mut Budget, length: usize) -> io::Result<Vec<u8>> {
    let bytes = budget.read(reader, length)?;
    let mut end = [0; 2];
    reader.read_exact(&mut end)?;
    if &end == b"\r\n" {
        Ok(bytes)
    } else {
        Err(invalid("a string is longer than announced"))
    }
}

fn number(digits: &[u8]) -> io::Result<i64> {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| invalid(format!("{:?} is not an integer", shown(digits))))
}

fn double(text: &[u8]) -> io::Result<f64> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| invalid(format!("{:?} is not a number", shown(text))))
}

/// A length; `None` for the -1 that stands for no value.
fn length(digits: &[u8]) -> io::Result<Option<usize>> {
    match number(digits)? {
        -1 => Ok(None),
        length => usize::try_from(length).map(Some).map_err(|_| invalid(format!("{length} is not a length"))),
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use net::Memory;

    fn read(bytes: &[u8]) -> io::Result<Reply> {
        Reply::read(&mut &*bytes, &mut Budget::new(Memory { max_body: 1 << 20, ..Memory::default() }))
    }

    #[test]
    fn every_type_is_read() {
        let bytes = |text: &str| Reply::Bytes(text.into());
        for (text, expected) in [
            ("+OK\r\n", Reply::Text("OK".into())),
            ("-ERR no\r\n", Reply::Error("ERR no".into())),
            (":-7\r\n", Reply::Integer(-7)),
            (",1.5\r\n", Reply::Double(1.5)),
            (",-inf\r\n", Reply::Double(f64::NEG_INFINITY)),
            ("_\r\n", Reply::Null),
            ("$-1\r\n", Reply::Null),
            ("*-1\r\n", Reply::Null),
            ("#t\r\n", Reply::Boolean(true)),
            ("#f\r\n", Reply::Boolean(false)),
            ("(123456789012345678901\r\n", Reply::Text("123456789012345678901".into())),
            ("$5\r\na\r\nbc\r\n", bytes("a\r\nbc")),
            ("!6\r\nERR no\r\n", Reply::Error("ERR no".into())),
            ("=7\r\ntxt:abc\r\n", Reply::Text("abc".into())),
            ("*2\r\n:1\r\n$0\r\n\r\n", Reply::Array(vec![Reply::Integer(1), bytes("")])),
            ("~1\r\n+a\r\n", Reply::Array(vec![Reply::Text("a".into())])),
            ("%1\r\n+a\r\n*0\r\n", Reply::Map(vec![(Reply::Text("a".into()), Reply::Array(vec![]))])),
            (">2\r\n+invalidate\r\n_\r\n:3\r\n", Reply::Integer(3)),
            ("|1\r\n+ttl\r\n:9\r\n:3\r\n", Reply::Integer(3)),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap(), expected, "{text:?}");
            for end in 0..text.len() {
                let error = read(&text.as_bytes()[..end]).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{:?}", &text[..end]);
            }
        }
    }

    #[test]
    fn what_is_not_a_reply_is_refused() {
        let deep = "*1\r\n".repeat(100);
        for text in [
            "HTTP/1.1 400\r\n",
            "\r\n",
            "+OK\n",
            ":x\r\n",
            "$-2\r\n",
            "$2\r\nabc\r\n",
            ",x\r\n",
            "*x\r\n",
            &deep,
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().kind(), io::ErrorKind::InvalidData, "{text:?}");
        }
        let endless = vec![b'+'; 1 << 20];
        assert_eq!(read(&endless).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_exceeds_the_memory_is_refused() {
        let many = format!("*1000000\r\n{}", ":1\r\n".repeat(1_000_000));
        for text in ["$1048577\r\n", "$9223372036854775807\r\n", &many] {
            assert_eq!(read(text.as_bytes()).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
        }
    }
}

//! Streams of events: messages with headers, a payload and checksums.
//!
//! See "Amazon event stream specification" in the Smithy documentation. A message is its length and that of its headers
//! (each 32 bits, big-endian), the CRC32 of these, the headers, the payload, and the CRC32 of all before.

use crate::{Error, Host, Result};
use rhai_vm::Value;

/// Lengths and their checksum.
const PRELUDE: usize = 12;
const CRC: usize = 4;
/// The most bytes of a payload, and of headers, as the AWS SDK for Python has them.
const MAX_PAYLOAD: usize = 24 << 20;
const MAX_HEADERS: usize = 128 << 10;
const MICROSECONDS: i64 = 1000;

/// A message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// Names and values.
    pub headers: Vec<(&'a str, Header<'a>)>,
    /// The payload.
    pub payload: &'a [u8],
}

/// The value of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header<'a> {
    /// A boolean.
    Bool(bool),
    /// An integer of any size.
    Int(i64),
    /// Bytes, and ids.
    Bytes(&'a [u8]),
    /// A string.
    Text(&'a str),
    /// Milliseconds since 1970.
    Time(i64),
}

impl<'a> Message<'a> {
    /// A header that is a string.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find_map(|(key, value)| match value {
            Header::Text(text) if *key == name => Some(*text),
            _ => None,
        })
    }
}

impl Header<'_> {
    /// The header as a value of scripts.
    pub(crate) fn to_value(self, host: &dyn Host) -> Value {
        match self {
            Self::Bool(value) => value.into(),
            Self::Int(number) => number.into(),
            Self::Bytes(bytes) => Value::blob(bytes.to_vec()),
            Self::Text(text) => text.into(),
            Self::Time(milliseconds) => {
                milliseconds.checked_mul(MICROSECONDS).and_then(|time| host.time(time)).into()
            }
        }
    }
}

/// The messages of a complete stream.
pub fn messages(mut stream: &[u8]) -> impl Iterator<Item = Result<Message<'_>>> {
    std::iter::from_fn(move || {
        if stream.is_empty() {
            return None;
        }
        let message =
            first(stream).and_then(|found| found.ok_or_else(|| invalid("it ends within a message")));
        // Nothing can be found after what is not a message.
        stream = message.as_ref().map_or(&[], |(_, rest)| rest);
        Some(message.map(|(message, _)| message))
    })
}

/// The first message of a stream, and what follows it; `None` if it is not complete.
///
/// # Errors
/// It is not a message, or was changed on its way.
pub fn first(stream: &[u8]) -> Result<Option<(Message<'_>, &[u8])>> {
    let Some(prelude) = stream.get(..PRELUDE) else { return Ok(None) };
    let word = |at: usize| prelude[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    let lengths = [word(0), word(4)].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    let [total, headers] = lengths;
    if crc32fast::hash(&prelude[..8]) != word(8) || total < PRELUDE + CRC || headers > total - PRELUDE - CRC {
        return Err(invalid("the checksum of a message's length is wrong"));
    }
    if headers > MAX_HEADERS || total - headers > MAX_PAYLOAD + PRELUDE + CRC {
        return Err(invalid("a message is larger than 24 MB"));
    }
    let Some((message, rest)) = stream.split_at_checked(total) else { return Ok(None) };
    let (content, crc) = message.split_at(total - CRC);
    if crc32fast::hash(content).to_be_bytes() != *crc {
        return Err(invalid("the checksum of a message is wrong"));
    }
    let (headers, payload) = content[PRELUDE..].split_at(headers);
    let headers = read_headers(headers).ok_or_else(|| invalid("the headers of a message are invalid"))?;
    Ok(Some((Message { headers, payload }, rest)))
}

fn invalid(problem: &str) -> Error {
    Error::response(format!("the stream of events is invalid: {problem}"))
}

fn read_headers(mut bytes: &[u8]) -> Option<Vec<(&str, Header<'_>)>> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from(take(&mut bytes, 1)?[0]);
        let name = std::str::from_utf8(take(&mut bytes, length)?).ok()?;
        let kind = take(&mut bytes, 1)?[0];
        headers.push((name, header(kind, &mut bytes)?));
    }
    Some(headers)
}

fn header<'a>(kind: u8, bytes: &mut &'a [u8]) -> Option<Header<'a>> {
    Some(match kind {
        0 => Header::Bool(true),
        1 => Header::Bool(false),
        2..=5 => Header::Int(integer(take(bytes, 1 << (kind - 2))?)),
        6 | 7 => {
            let length = usize::try_from(integer(take(bytes, 2)?) & 0xffff).ok()?;
            let value = take(bytes, length)?;
            if kind == 6 {
                Header::Bytes(value)
            } else {
                Header::Text(std::str::from_utf8(value).ok()?)
            }
        }
        8 => Header::Time(integer(take(bytes, 8)?)),
        9 => Header::Bytes(take(bytes, 16)?),
        _ => return None,
    })
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// A signed number of at most 8 bytes.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number, byte| number << 8 | i64::from(*byte))
}

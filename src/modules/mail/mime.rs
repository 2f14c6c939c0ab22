//! The parts and the headers of a message (RFC 2045, 2047, 2231 and 5322).
//!
//! Bodies are base64, whatever is in them, and headers with other characters than ASCII are encoded words in base64.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use net::url::COMPONENT;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{memory, Result};
use std::fmt::Write as _;
use uuid::Uuid;

/// How many bytes there are on a line of base64, which then has 76 characters.
const BYTES_OF_LINE: usize = 57;
/// How many bytes there are in an encoded word, which then has at most 75 characters.
const BYTES_OF_WORD: usize = 42;
/// Where a line of a header is broken, if it can be.
const LINE: usize = 76;
/// The longest word that is not encoded.
const MAX_WORD: usize = 900;

/// A part of a message.
pub(super) enum Part<'a> {
    /// With the headers of its own, each with its line end, and its data.
    Leaf { head: String, data: &'a [u8] },
    /// `mixed`, `alternative` or `related`.
    Several(&'static str, Vec<Part<'a>>),
}

impl<'a> Part<'a> {
    /// A text in UTF-8 of this type.
    pub(super) fn text(kind: &str, text: &'a str) -> Self {
        Self::Leaf { head: format!("Content-Type: text/{kind}; charset=utf-8\r\n"), data: text.as_bytes() }
    }

    /// Appends the part to a message whose other headers are written.
    pub(super) fn write(&self, message: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Leaf { head, data } => {
                memory::reserve(
                    message,
                    head.len() + data.len().div_ceil(BYTES_OF_LINE) * (LINE + 2) + LINE,
                )?;
                message.extend_from_slice(head.as_bytes());
                message.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
                let mut line = [0; LINE];
                for bytes in data.chunks(BYTES_OF_LINE) {
                    let length = BASE64_STANDARD.encode_slice(bytes, &mut line).unwrap_or(0);
                    message.extend_from_slice(&line[..length]);
                    message.extend_from_slice(b"\r\n");
                }
            }
            Self::Several(kind, parts) => {
                // Random, and with a character that base64 does not have: it is nowhere in the parts.
                let boundary = format!("=_{}", Uuid::new_v4().simple());
                let head = format!("Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n\r\n");
                message.extend_from_slice(head.as_bytes());
                for part in parts {
                    message.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
                    part.write(message)?;
                }
                message.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            }
        }
        Ok(())
    }
}

/// A header with its value, which has no line breaks, on lines that are not too long.
pub(super) fn header(name: &str, value: &str) -> String {
    let mut header = format!("{name}:");
    let mut length = header.len();
    for word in words(value) {
        if length > name.len() + 1 && length + 1 + word.len() > LINE {
            header.push_str("\r\n");
            length = 0;
        }
        header.push(' ');
        header.push_str(&word);
        length += 1 + word.len();
    }
    header.push_str("\r\n");
    header
}

/// The words of a value: as it is, if it is plain ASCII, or encoded.
fn words(value: &str) -> Vec<String> {
    let is_plain = |word: &str| word.len() < MAX_WORD && word.bytes().all(|byte| byte.is_ascii_graphic());
    // Several spaces would become one.
    if !value.contains("=?") && value.split(' ').all(|word| !word.is_empty() && is_plain(word)) {
        return value.split(' ').map(str::to_owned).collect();
    }
    encoded_words(value)
}

fn encoded_words(value: &str) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), value);
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(BYTES_OF_WORD));
        words.push(format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word)));
        rest = after;
    }
    words
}

/// A name and an address.
pub(super) fn mailbox(name: &str, address: &str) -> String {
    if name.is_empty() {
        return address.to_owned();
    }
    if name.len() < LINE
        && name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !name.contains("=?")
    {
        return format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    format!("{} <{address}>", encoded_words(name).join(" "))
}

/// A header with addresses.
pub(super) fn mailboxes(name: &str, mailboxes: &[String]) -> String {
    let mut header =
        format!("{name}: {}", mailboxes.first().map_or("", String::as_str).replace("?= =?", "?=\r\n =?"));
    for mailbox in mailboxes.iter().skip(1) {
        header.push_str(",\r\n ");
        header.push_str(&mailbox.replace("?= =?", "?=\r\n =?"));
    }
    header.push_str("\r\n");
    header
}

/// The headers of an attachment: with a name, or an ID by which HTML shows it.
pub(super) fn attachment(content_type: &str, disposition: &str, filename: &str, id: Option<&str>) -> String {
    let mut head = format!("Content-Type: {content_type}\r\nContent-Disposition: {disposition}");
    if !filename.is_empty() {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\') || byte == b' ';
        if filename.len() < LINE && filename.bytes().all(is_plain) {
            let _ = write!(head, ";\r\n filename=\"{filename}\"");
        } else {
            head.push_str(&continued(filename));
        }
    }
    head.push_str("\r\n");
    if let Some(id) = id {
        let _ = write!(head, "Content-ID: <{id}>\r\n");
    }
    head
}

/// A file's name in pieces (RFC 2231).
fn continued(filename: &str) -> String {
    // What RFC 5987 leaves as it is includes these characters.
    let encoded = utf8_percent_encode(filename, COMPONENT).collect::<String>();
    let (mut parameters, mut rest, mut number) = (String::new(), encoded.as_str(), 0);
    while !rest.is_empty() {
        let mut end = rest.len().min(50);
        // A piece does not end within `%C3`.
        while end < rest.len() && rest[..end].bytes().rev().take(2).any(|byte| byte == b'%') {
            end -= 1;
        }
        let charset = if number == 0 { "utf-8''" } else { "" };
        let _ = write!(parameters, ";\r\n filename*{number}*={charset}{}", &rest[..end]);
        (rest, number) = (&rest[end..], number + 1);
    }
    parameters
}

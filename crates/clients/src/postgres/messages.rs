//! Messages from and to the server.

use crate::error::codes;
use crate::wire::{invalid, Budget, Time, Wire};
use crate::{Error, Failure, Result};
use bytes::BytesMut;
use postgres_protocol::message::backend::{ErrorFields, Message};
use std::io::{self, BufRead};

/// Reads the next message.
pub(super) fn receive(wire: &mut Wire, time: &Time, budget: &mut Budget) -> Result<Message> {
    wire.receive(time, budget, read)
}

/// The kind of a message, its length, and that many bytes.
pub(super) fn read(reader: &mut impl BufRead, budget: &mut Budget) -> io::Result<Message> {
    let mut header = [0; 5];
    reader.read_exact(&mut header)?;
    let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
    let Some(rest) = length.checked_sub(4).and_then(|rest| usize::try_from(rest).ok()) else {
        return Err(invalid("a message is shorter than its length; is the server PostgreSQL?"));
    };
    // Servers of other kinds begin with text, which would be a very long message.
    if !header[0].is_ascii_alphanumeric() || (header[0] == b'H' && header[1] == b'T') {
        return Err(invalid(format!(
            "a message begins with {:?}; is the server PostgreSQL?",
            char::from(header[0])
        )));
    }
    let body = budget.read(reader, rest)?;
    let mut bytes = BytesMut::with_capacity(5 + body.len());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(&body);
    drop(body);
    match Message::parse(&mut bytes) {
        Ok(Some(message)) => Ok(message),
        Ok(None) => Err(invalid("a message is incomplete")),
        Err(error) => Err(invalid(error.to_string())),
    }
}

/// The error that the server's message is, and whether it ends the connection.
pub(super) fn thrown(fields: ErrorFields<'_>) -> (Error, bool) {
    use fallible_iterator::FallibleIterator;
    let mut failure = Failure { code: codes::PROTOCOL.into(), ..Failure::default() };
    let mut is_fatal = false;
    let mut fields = fields;
    while let Ok(Some(field)) = fields.next() {
        let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
        let name = match field.type_() {
            b'C' => {
                failure.code = value.into();
                continue;
            }
            b'M' => {
                failure.message = value;
                continue;
            }
            b'V' => {
                is_fatal = value != "ERROR";
                "severity"
            }
            b'D' => "detail",
            b'H' => "hint",
            b'P' => "position",
            b'W' => "where",
            b's' => "schema",
            b't' => "table",
            b'c' => "column",
            b'd' => "data_type",
            b'n' => "constraint",
            _ => continue,
        };
        failure.fields.push((name, value));
    }
    (Error::Failed(Box::new(failure)), is_fatal)
}

/// The error of an argument that does not fit into a message: a string with a NUL in it, or too many parameters.
pub(super) fn unsendable(error: &impl std::fmt::Display) -> Error {
    Error::invalid(format!("the statement or a parameter cannot be sent: {error}"))
}

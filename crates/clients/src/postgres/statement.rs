//! Runs a statement on a connection.
//!
//! Statements have no name and end with `Sync`, so that nothing of them stays in a session: proxies may give the next one to another
//! connection of theirs. See <https://www.postgresql.org/docs/current/protocol-flow.html>.

use super::messages::{receive, thrown, unsendable};
use super::{Column, Oid, Parameter, Rows, JSON};
use crate::wire::{Budget, Time, Wire};
use crate::{Error, Result};
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use net::Memory;
use postgres_protocol::message::backend::{DataRowBody, Message, RowDescriptionBody};
use postgres_protocol::message::frontend;
use postgres_protocol::IsNull;
use std::io;

const TEXT: i16 = 0;
const BINARY: i16 = 1;

/// What is left of a connection after a statement.
#[derive(Debug)]
pub(super) struct Outcome {
    /// How many rows the statement has changed or returned, or what is wrong with it.
    pub(super) result: Result<Tag>,
    /// What the server says of its transaction: `I` for none, `T` within one, `E` within one that has failed. `None` if the
    /// connection cannot be used again.
    pub(super) status: Option<u8>,
}

/// What the server says of a statement that it has run, such as `UPDATE 3`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag(pub(super) String);

impl Tag {
    /// The number of rows; 0 for statements without any.
    pub(super) fn rows(&self) -> u64 {
        self.0.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0)
    }
}

/// Runs one statement with parameters.
pub(super) fn run(
    wire: &mut Wire,
    memory: Memory,
    sql: &str,
    parameters: &[Parameter],
    rows: &mut dyn Rows,
    time: &Time,
) -> Outcome {
    let mut out = BytesMut::new();
    let sent = frontend::parse("", sql, [], &mut out).map_err(|error| unsendable(&error));
    let mut budget = Budget::new(memory);
    let mut begin = || -> Result<std::result::Result<Vec<Oid>, Outcome>> {
        // The types are needed only where there is more than one way to write a value.
        if !parameters.iter().any(|parameter| matches!(parameter, Parameter::List { .. })) {
            return Ok(Ok(Vec::new()));
        }
        frontend::describe(b'S', "", &mut out).map_err(|error| unsendable(&error))?;
        frontend::flush(&mut out);
        wire.send(&out, time)?;
        out.clear();
        types(wire, &mut budget, time)
    };
    let types = match sent.and_then(|()| begin()) {
        Ok(Ok(types)) => types,
        Ok(Err(outcome)) => return outcome,
        Err(error) => return Outcome { result: Err(error), status: None },
    };
    match bind(parameters, &types, &mut out) {
        Ok(()) => {}
        Err(error) => return Outcome { result: Err(error), status: None },
    }
    match wire.send(&out, time) {
        Ok(()) => finish(wire, &mut budget, rows, time),
        Err(error) => Outcome { result: Err(error), status: None },
    }
}

/// Runs statements without parameters, separated by semicolons.
pub(super) fn script(wire: &mut Wire, memory: Memory, sql: &str, time: &Time) -> Outcome {
    let mut out = BytesMut::new();
    let sent = frontend::query(sql, &mut out).map_err(|error| unsendable(&error));
    match sent.and_then(|()| wire.send(&out, time)) {
        Ok(()) => finish(wire, &mut Budget::new(memory), &mut Ignored, time),
        Err(error) => Outcome { result: Err(error), status: None },
    }
}

/// The rows of a script, of which nobody asks for any.
struct Ignored;

impl Rows for Ignored {
    fn columns(&mut self, _: Vec<Column>) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, _: &[Option<&[u8]>]) -> Result<()> {
        Ok(())
    }
}

fn bind(parameters: &[Parameter], types: &[Oid], out: &mut BytesMut) -> Result<()> {
    let formats = parameters.iter().map(|parameter| match parameter {
        Parameter::Bytes(_) => BINARY,
        _ => TEXT,
    });
    let write = |(number, parameter): (usize, &Parameter), out: &mut BytesMut| {
        let bytes = match parameter {
            Parameter::Null => return Ok(IsNull::Yes),
            Parameter::Text(text) => text.as_bytes(),
            Parameter::Bytes(bytes) => bytes,
            Parameter::List { json, .. } if types.get(number).is_some_and(|oid| JSON.contains(oid)) => {
                json.as_bytes()
            }
            Parameter::List { array, .. } => array.as_bytes(),
        };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    };
    frontend::bind("", "", formats, parameters.iter().enumerate(), write, [TEXT], out).map_err(|error| {
        match error {
            frontend::BindError::Conversion(error) => Error::invalid(error.to_string()),
            frontend::BindError::Serialization(error) => unsendable(&error),
        }
    })?;
    frontend::describe(b'P', "", out).map_err(|error| unsendable(&error))?;
    frontend::execute("", 0, out).map_err(|error| unsendable(&error))?;
    frontend::sync(out);
    Ok(())
}

/// The types of a statement's parameters; or the outcome, if the statement is wrong.
fn types(
    wire: &mut Wire,
    budget: &mut Budget,
    time: &Time,
) -> Result<std::result::Result<Vec<Oid>, Outcome>> {
    let mut types = Vec::new();
    loop {
        match receive(wire, time, budget)? {
            Message::ParameterDescription(body) => {
                types = body.parameters().collect().map_err(|error| wire.protocol(&error.to_string()))?;
            }
            Message::RowDescription(_) | Message::NoData => return Ok(Ok(types)),
            Message::ErrorResponse(body) => {
                let (error, is_fatal) = thrown(body.fields());
                if is_fatal {
                    return Err(error);
                }
                let mut out = BytesMut::new();
                frontend::sync(&mut out);
                wire.send(&out, time)?;
                let outcome = finish(wire, budget, &mut Ignored, time);
                return Ok(Err(Outcome { result: Err(error), ..outcome }));
            }
            Message::ParseComplete
            | Message::NoticeResponse(_)
            | Message::NotificationResponse(_)
            | Message::ParameterStatus(_) => {}
            _ => return Err(wire.protocol("a message came that was not asked for")),
        }
    }
}

/// Reads everything up to the message that says that the server waits for the next statement.
fn finish(wire: &mut Wire, budget: &mut Budget, rows: &mut dyn Rows, time: &Time) -> Outcome {
    let mut result = Ok(Tag::default());
    loop {
        let step = match receive(wire, time, budget) {
            Ok(Message::ReadyForQuery(body)) => return Outcome { result, status: Some(body.status()) },
            Ok(message) => step(wire, message, rows, &mut result, time),
            Err(error) => Err(error),
        };
        if let Err(error) = step {
            return Outcome { result: Err(error), status: None };
        }
    }
}

/// One message of a result. An error of the statement is the result; another one ends the connection.
fn step(
    wire: &mut Wire,
    message: Message,
    rows: &mut dyn Rows,
    result: &mut Result<Tag>,
    time: &Time,
) -> Result<()> {
    let invalid = |wire: &Wire, error: io::Error| wire.protocol(&error.to_string());
    match message {
        Message::RowDescription(body) => rows.columns(columns(&body).map_err(|error| invalid(wire, error))?),
        Message::DataRow(body) => rows.row(&values(&body).map_err(|error| invalid(wire, error))?),
        Message::CommandComplete(body) => {
            let tag = body.tag().map_err(|error| invalid(wire, error))?;
            if let Ok(last) = result {
                tag.clone_into(&mut last.0);
            }
            Ok(())
        }
        Message::ErrorResponse(body) => {
            let (error, is_fatal) = thrown(body.fields());
            if is_fatal {
                return Err(error);
            }
            if result.is_ok() {
                *result = Err(error);
            }
            Ok(())
        }
        Message::CopyInResponse(_) => {
            let mut out = BytesMut::new();
            let what = "COPY FROM STDIN is not supported: insert the rows";
            frontend::copy_fail(what, &mut out).map_err(|error| unsendable(&error))?;
            // The server has ignored the one that followed the statement.
            frontend::sync(&mut out);
            wire.send(&out, time)
        }
        Message::CopyOutResponse(_) => {
            *result = Err(Error::invalid("COPY TO STDOUT is not supported: select the rows"));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn columns(body: &RowDescriptionBody) -> io::Result<Vec<Column>> {
    body.fields().map(|field| Ok(Column { name: field.name().to_owned(), oid: field.type_oid() })).collect()
}

fn values(body: &DataRowBody) -> io::Result<Vec<Option<&[u8]>>> {
    body.ranges().map(|range| Ok(range.map(|range| &body.buffer()[range]))).collect()
}

/// Reads what is in a message, for the fuzzer.
pub(super) fn inspect(message: &Message) {
    let _ = match message {
        Message::RowDescription(body) => columns(body).map(|_| ()),
        Message::DataRow(body) => values(body).map(|_| ()),
        Message::ErrorResponse(body) => {
            thrown(body.fields());
            Ok(())
        }
        Message::ParameterDescription(body) => body.parameters().collect::<Vec<_>>().map(|_| ()),
        Message::CommandComplete(body) => body.tag().map(|_| ()),
        Message::AuthenticationSasl(body) => body.mechanisms().count().map(|_| ()),
        _ => Ok(()),
    };
}

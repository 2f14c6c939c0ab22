//! Streams of events, which are read while they arrive.

use crate::client::no_response;
use crate::error::{codes, Error, Failure, Result};
use crate::found::{invalid_response, Found};
use crate::response;
use aws_api::event_stream::{self, Message};
use net::{Body, ErrorKind, Response};
use rhai_vm::{memory, Map, Value};
use std::fmt;

/// The most bytes that are read at a time.
const PIECE: usize = 16 << 10;
/// The status of an exception in a stream, as the AWS SDK for Python has it: that of the response was 200.
const STATUS: u16 = 400;

/// The events of a response, which are read while they arrive. Dropping them closes the connection.
pub struct Events {
    found: Found,
    /// The service as the caller names it.
    service: String,
    request_id: Option<String>,
    rest: Rest,
    bytes: Vec<u8>,
    /// How many of the bytes have been read.
    start: usize,
}

/// What has not arrived yet.
enum Rest {
    Arriving(Box<Body>),
    Nothing,
    Lost(Error),
}

impl Events {
    /// The events of this response, and what it says beside them.
    ///
    /// # Errors
    /// The response is invalid, or has not arrived in time.
    pub(crate) fn open(found: Found, service: &str, response: Response<Body>) -> Result<(Map, Self)> {
        let request_id = response::request_id(&response);
        let (head, body) = response.into_parts();
        let mut result = found.head(&head)?;
        let mut events = Self {
            found,
            service: service.to_owned(),
            request_id,
            rest: Rest::Arriving(Box::new(body)),
            bytes: Vec::new(),
            start: 0,
        };
        if events.found.api.has_initial_response(events.found.operation()) {
            let initial = events.read(|found, message| {
                found.api.initial_response(found.operation(), message, found.environment.values())
            })?;
            result.extend(initial.into_iter().flatten());
        }
        Ok((result, events))
    }

    /// The next event, a map with one key; `None` at the end.
    ///
    /// # Errors
    /// The service has sent an exception, or something invalid, or the connection broke. The same error follows again.
    pub fn receive(&mut self) -> Result<Option<Value>> {
        loop {
            let event = self.read(|found, message| {
                found.api.event(found.operation(), message, found.environment.values())
            })?;
            match event {
                None => return Ok(None),
                Some(Some(event)) => return Ok(Some(event)),
                // Not an event.
                Some(None) => {}
            }
        }
    }

    /// Closes the connection. Reading more is then an error that says why.
    pub fn close(&mut self, why: &str) {
        if let Rest::Arriving(_) = self.rest {
            let _ = self.lose(Error::new(codes::CLOSED, why));
        }
    }

    /// The next message, as `convert` has it; `None` at the end.
    fn read<T>(&mut self, convert: impl Fn(&Found, &Message<'_>) -> aws_api::Result<T>) -> Result<Option<T>> {
        if let Rest::Lost(error) = &self.rest {
            return Err(error.clone());
        }
        loop {
            let unread = &self.bytes[self.start..];
            let converted = event_stream::first(unread).and_then(|first| match first {
                None => Ok(None),
                Some((message, rest)) => {
                    convert(&self.found, &message).map(|it| Some((it, unread.len() - rest.len())))
                }
            });
            match converted {
                Ok(Some((converted, length))) => {
                    self.start += length;
                    return Ok(Some(converted));
                }
                Ok(None) if self.fill()? => {}
                Ok(None) if self.start == self.bytes.len() => return Ok(None),
                Ok(None) => {
                    return Err(self.lose(Error::new(
                        codes::INVALID_RESPONSE,
                        "the stream of events is invalid: it ends within a message",
                    )))
                }
                Err(error) => {
                    let error = invalid_response(error, STATUS, self.request_id.clone());
                    return Err(self.lose(error));
                }
            }
        }
    }

    /// Waits for more bytes; whether there are any.
    fn fill(&mut self) -> Result<bool> {
        let Rest::Arriving(body) = &mut self.rest else { return Ok(false) };
        self.bytes.drain(..self.start);
        self.start = 0;
        let length = self.bytes.len();
        if !memory::may_reserve(&mut self.bytes, PIECE) {
            let message = "an event does not fit into the function's memory; give the function more memory";
            return Err(self.lose(Error::new(codes::TOO_LARGE, message)));
        }
        self.bytes.resize(length + PIECE, 0);
        let received = body.receive(&mut self.bytes[length..]);
        self.bytes.truncate(length + *received.as_ref().unwrap_or(&0));
        match received {
            Ok(0) => {
                self.rest = Rest::Nothing;
                Ok(false)
            }
            Ok(_) => Ok(true),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&mut self, error: &net::Error) -> Error {
        let error = if error.kind == ErrorKind::Deadline {
            Error::Deadline
        } else {
            Failure { request_id: self.request_id.clone(), ..no_response(error) }.into()
        };
        self.lose(error)
    }

    /// Closes the connection after this error, which is returned.
    fn lose(&mut self, error: Error) -> Error {
        let error = error.of(&self.service, &self.found.operation().name);
        self.rest = Rest::Lost(error.clone());
        (self.bytes, self.start) = (Vec::new(), 0);
        error
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events of {}", self.found.operation().name)
    }
}

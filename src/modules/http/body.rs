//! The body of a response: the bytes that have arrived and have not been read, and the connection for the rest.

use super::{http_error, thrown};
use crate::deadline::Deadline;
use crate::lines::{Ends, Lines};
use crate::sse::{Event, Events};
use rhai_vm::Result;
use std::rc::Rc;

/// The most bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// The part of a body that has not been read.
pub(super) struct Body {
    lines: Lines,
    rest: Rest,
    buffer: Vec<u8>,
}

/// What has not arrived yet.
enum Rest {
    Nothing,
    Arriving {
        body: Box<net::Body>,
        url: String,
        deadline: Deadline,
    },
    /// It cannot be read any more.
    Lost {
        why: String,
        url: String,
    },
}

impl Body {
    /// A body that has arrived as a whole.
    pub(super) fn whole(bytes: Rc<Vec<u8>>) -> Self {
        Self { lines: Lines::new(bytes), rest: Rest::Nothing, buffer: Vec::new() }
    }

    /// A body that arrives from this URL, within this deadline.
    pub(super) fn arriving(body: net::Body, url: &str, deadline: Deadline) -> Self {
        let rest = Rest::Arriving { body: Box::new(body), url: url.to_owned(), deadline };
        Self { lines: Lines::default(), rest, buffer: Vec::new() }
    }

    /// The bytes that have arrived; if there are none, those that arrive next.
    pub(super) fn chunk(&mut self) -> Result<Option<Rc<Vec<u8>>>> {
        let arrived = self.lines.take();
        let chunk = if arrived.is_empty() { Rc::new(self.receive()?.to_vec()) } else { arrived };
        Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
    }

    /// The next line, as `read` converts it.
    pub(super) fn line<T>(&mut self, read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        loop {
            if let Some(line) = self.lines.next(Ends::LineFeeds) {
                return read(line).map(Some);
            }
            if !self.fill()? {
                return self.lines.last().map(read).transpose();
            }
        }
    }

    /// The next server-sent event.
    pub(super) fn event(&mut self, events: &mut Events) -> Result<Option<Event>> {
        loop {
            let event = events.next(&mut self.lines)?;
            if event.is_some() || !self.fill()? {
                return Ok(event);
            }
        }
    }

    /// Everything that has not been read.
    pub(super) fn remainder(&mut self) -> Result<Rc<Vec<u8>>> {
        while self.fill()? {}
        Ok(self.lines.take())
    }

    /// Closes the connection, if the body has not ended. Reading more of it is then the error `why`.
    pub(super) fn close(&mut self, why: &str) {
        if let Rest::Arriving { url, .. } = &mut self.rest {
            let rest = Rest::Lost { why: why.to_owned(), url: std::mem::take(url) };
            *self = Self { lines: Lines::default(), rest, buffer: Vec::new() };
        }
    }

    /// Waits for more; whether there is any.
    fn fill(&mut self) -> Result<bool> {
        let mut lines = std::mem::take(&mut self.lines);
        let piece = self.receive();
        let pushed = piece.and_then(|piece| lines.push(piece).map(|()| !piece.is_empty()));
        self.lines = lines;
        pushed
    }

    /// The bytes that arrive next; none at the end.
    fn receive(&mut self) -> Result<&[u8]> {
        let (body, url, deadline) = match &mut self.rest {
            Rest::Nothing => return Ok(&[]),
            Rest::Lost { why, url } => return Err(http_error(why, url)),
            Rest::Arriving { body, url, deadline } => (body, url, deadline),
        };
        self.buffer.resize(PIECE, 0);
        match body.receive(&mut self.buffer) {
            Ok(0) => self.rest = Rest::Nothing,
            Ok(count) => return Ok(&self.buffer[..count]),
            Err(error) => {
                let problem = thrown(|| deadline.cut(), &error, url);
                self.rest = Rest::Lost { why: error.message, url: std::mem::take(url) };
                return Err(problem);
            }
        }
        self.buffer = Vec::new();
        Ok(&[])
    }
}

//! The body of a response: what has come of it and is not used, and the connection that brings the rest.

use super::{http_error, thrown};
use crate::deadline::Deadline;
use crate::lines::{Ends, Lines};
use crate::net;
use crate::sse::{Event, Events};
use rhai_vm::Result;
use std::rc::Rc;

/// So much is read at a time, at most.
const PIECE: usize = 64 << 10;

/// The part of a body that is not used yet.
pub(super) struct Body {
    lines: Lines,
    rest: Rest,
    buffer: Vec<u8>,
}

/// What has not come yet.
enum Rest {
    Nothing,
    Coming {
        body: Box<net::Body>,
        url: String,
        deadline: Deadline,
    },
    /// It will not come: why.
    Lost {
        why: String,
        url: String,
    },
}

impl Body {
    /// A body that has come as a whole.
    pub(super) fn whole(bytes: Rc<Vec<u8>>) -> Self {
        Self { lines: Lines::new(bytes), rest: Rest::Nothing, buffer: Vec::new() }
    }

    /// A body that comes from this URL, within this deadline.
    pub(super) fn coming(body: net::Body, url: &str, deadline: Deadline) -> Self {
        let rest = Rest::Coming { body: Box::new(body), url: url.to_owned(), deadline };
        Self { lines: Lines::default(), rest, buffer: Vec::new() }
    }

    /// The bytes that have come; if there are none, those that come next.
    pub(super) fn chunk(&mut self) -> Result<Option<Rc<Vec<u8>>>> {
        let come = self.lines.take();
        let chunk = if come.is_empty() { Rc::new(self.receive()?.to_vec()) } else { come };
        Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
    }

    /// What `read` makes of the next line.
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

    /// Everything that is not used.
    pub(super) fn remainder(&mut self) -> Result<Rc<Vec<u8>>> {
        while self.fill()? {}
        Ok(self.lines.take())
    }

    /// Closes the connection, if there is more to come: whoever asks for that gets `why`.
    pub(super) fn close(&mut self, why: &str) {
        if let Rest::Coming { url, .. } = &mut self.rest {
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

    /// The bytes that come next; none at the end.
    fn receive(&mut self) -> Result<&[u8]> {
        let (body, url, deadline) = match &mut self.rest {
            Rest::Nothing => return Ok(&[]),
            Rest::Lost { why, url } => return Err(http_error(why, url)),
            Rest::Coming { body, url, deadline } => (body, url, deadline),
        };
        self.buffer.resize(PIECE, 0);
        match body.receive(&mut self.buffer) {
            Ok(0) => self.rest = Rest::Nothing,
            Ok(count) => return Ok(&self.buffer[..count]),
            Err(error) => {
                let problem = thrown(deadline, &error, url);
                self.rest = Rest::Lost { why: error.message, url: std::mem::take(url) };
                return Err(problem);
            }
        }
        self.buffer = Vec::new();
        Ok(&[])
    }
}

//! What happens in a soak: each invocation's event and fault, made up from its number.

use std::time::Duration;

use fake_runtime_api::{Invocation, Reply};

use super::kind::{random, Kind};

/// The smallest and the largest event, in bytes; the smallest hold little more than the number.
const SIZES: (usize, usize) = (10, 1_000_000);
/// How late something slow comes.
const SLOW: Duration = Duration::from_millis(5);
/// A reply to a response; twice in one piece, the second is seen before the next request.
const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
/// What a streaming handler writes, over and over.
const CHUNK: &str = "0123456789abcdef";
/// How much of it a slow reader gets with each write, and how late it begins to read.
const SLOW_CHUNK: usize = 16 * 1024;
pub(super) const SLOW_READER: Duration = Duration::from_millis(20);

/// An invocation to come.
pub(super) struct Planned {
    pub(super) number: usize,
    pub(super) kind: Kind,
    size: usize,
}

impl Planned {
    /// The invocation of this number, from 0; the first `largest` have the largest events.
    pub(super) fn new(number: usize, largest: usize, has_bombs: bool) -> Self {
        if number < largest {
            return Self { number, kind: Kind::Plain, size: SIZES.1 };
        }
        let mut kind = Kind::drawn(number);
        if kind == Kind::Bomb && !has_bombs {
            kind = Kind::Plain;
        }
        // A connection to `/next` that is lost when it has just been opened ends an environment with
        // one worker, on purpose: the event may be on its way, and must not be asked for twice.
        if kind.loses_next() && Kind::drawn(number.wrapping_sub(1)).needs_new_connection() {
            kind = Kind::Plain;
        }
        Self { number, kind, size: size(number) }
    }

    /// The event's bytes: the same each time.
    pub(super) fn event(&self) -> Vec<u8> {
        let stream = format!(",\"chunk\":\"{}\",\"chunks\":{}", self.chunk(), self.chunks());
        let work = match self.kind {
            Kind::Throws | Kind::ThrowsClosed => ",\"work\":\"throw\"".to_owned(),
            Kind::Overruns => ",\"work\":\"overrun\"".to_owned(),
            Kind::Requests => ",\"work\":\"requests\"".to_owned(),
            Kind::ThrowsLong => ",\"work\":\"throw long\"".to_owned(),
            Kind::Searches => ",\"work\":\"search\"".to_owned(),
            Kind::Captures => ",\"work\":\"capture\"".to_owned(),
            Kind::WritesTooMuch => ",\"work\":\"write too much\"".to_owned(),
            Kind::Bomb => ",\"work\":\"bomb\"".to_owned(),
            Kind::Streams | Kind::StreamsBrokenOff | Kind::StreamsSlowly => {
                format!("{stream},\"work\":\"stream\"")
            }
            Kind::StreamsThrows => format!("{stream},\"work\":\"stream and throw\""),
            _ => String::new(),
        };
        // The keys are in order and there is no white space, so that the same bytes come back.
        let mut event = String::with_capacity(self.size);
        let end = format!("\"number\":{}{work}}}", self.number);
        event.push('{');
        if self.size > end.len() + 100 {
            event.push_str("\"items\":[");
            for id in 0.. {
                let item = format!(
                    r#"{{"id":{id},"name":"Ada \n Zoë","price":{}.5,"tags":["a",null,true]}}"#,
                    id % 97
                );
                if event.len() + item.len() + end.len() + 3 > self.size {
                    break;
                }
                if id > 0 {
                    event.push(',');
                }
                event.push_str(&item);
            }
            event.push_str("],");
        }
        event.push_str(&end);
        if self.kind == Kind::Garbage {
            event.pop();
        }
        event.into_bytes()
    }

    /// What comes back of it, where it is a response.
    pub(super) fn response(&self) -> Vec<u8> {
        match self.kind {
            Kind::Streams | Kind::StreamsThrows | Kind::StreamsSlowly => {
                self.chunk().repeat(self.chunks()).into_bytes()
            }
            _ => self.event(),
        }
    }

    /// What a streaming handler writes each time.
    fn chunk(&self) -> String {
        match self.kind {
            Kind::StreamsSlowly => CHUNK.repeat(SLOW_CHUNK / CHUNK.len()),
            _ => CHUNK.to_owned(),
        }
    }

    /// How often a streaming handler writes.
    fn chunks(&self) -> usize {
        match self.kind {
            Kind::StreamsSlowly => 64,
            _ => self.number % 64 + 1,
        }
    }

    /// How it is delivered.
    pub(super) fn delivery(&self) -> Reply {
        let mut invocation = Invocation::new(self.event()).request_id(self.number.to_string());
        invocation = match self.kind {
            Kind::Overruns => invocation.deadline_in(Duration::from_millis(60)),
            Kind::Late => invocation.header("Lambda-Runtime-Deadline-Ms", "600000"),
            Kind::NextClosing => invocation.chunked(1000).then_close(),
            // Nothing else may come near its deadline, however busy the machine is.
            _ => invocation.deadline_in(Duration::from_mins(10)),
        };
        let reply = Reply::Invocation(invocation);
        if self.kind == Kind::NextSlow {
            reply.after(SLOW)
        } else {
            reply
        }
    }

    /// What happens to the `/next` before the one that delivers it.
    pub(super) fn before(&self) -> Option<Reply> {
        match self.kind {
            Kind::NextClosed => Some(Reply::Close),
            Kind::NextReset => Some(Reply::Reset),
            Kind::NextEmpty => Some(Reply::status(204, "")),
            _ => None,
        }
    }

    /// The reply to its answer, the first time.
    pub(super) fn reply(&self) -> Reply {
        match self.kind {
            Kind::ResponseClosed | Kind::ThrowsClosed => Reply::Close,
            Kind::ResponseReset => Reply::Reset,
            Kind::ResponseBroken => Reply::RawThenClose(b"HTTP/1.1 20".to_vec()),
            Kind::ResponseRefused(status) => Reply::error(status, "AsPlanned"),
            Kind::ResponseSlow => Reply::accepted().after(SLOW),
            Kind::ResponseDoubled => Reply::Raw(ACCEPTED.repeat(2).into_bytes()),
            _ => Reply::accepted(),
        }
    }
}

/// Mostly small, and now and then much larger.
fn size(number: usize) -> usize {
    let largest = match random(number, 1) % 1000 {
        0 => SIZES.1,
        1..10 => 100_000,
        10..60 => 10_000,
        _ => 400,
    };
    SIZES.0 + usize::try_from(random(number, 2)).unwrap_or(0) % (largest - SIZES.0)
}

//! The body of a response: read as a whole, or while it arrives.

use crate::budget::Budget;
use crate::failed::explain;
use crate::time::Time;
use crate::{Error, ErrorKind, Response};
use flate2::bufread::MultiGzDecoder;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::time::Duration;
use ureq::BodyReader;

/// When a body is dropped before its end, the rest is read for this long, and up to this size: if the end arrives, the
/// connection can be reused.
const GRACE: Duration = Duration::from_millis(2);
const REST: u64 = 64 << 10;

/// The body of a response, which is read while it arrives. Every wait ends at the deadline of the request, and when the
/// environment ends.
///
/// When the body has been read to its end, its connection is reused. Dropping it before closes the connection, unless the
/// rest has already arrived.
pub struct Body {
    source: Source,
    /// The value of `content-length`.
    length: Option<usize>,
}

/// A body as it arrives, or decoded.
enum Source {
    Plain(Wire),
    /// Nothing has been read of it. Creating a decoder reads the header, and would wait for it.
    Gzipped(BufReader<Wire>),
    Decoded(Box<MultiGzDecoder<BufReader<Wire>>>),
    Empty,
}

impl Body {
    pub(crate) fn new(body: ureq::Body, host: String, time: Time) -> Self {
        let length = body.content_length().and_then(|length| usize::try_from(length).ok());
        let wire = Wire { reader: body.into_reader(), host, time, is_renewed: false, is_over: false };
        Self { source: Source::Plain(wire), length }
    }

    /// The same body, whose timeout is for each wait and no longer for all of it.
    pub(crate) fn streamed(mut self) -> Self {
        match &mut self.source {
            Source::Plain(wire) => wire.is_renewed = true,
            Source::Gzipped(input) => input.get_mut().is_renewed = true,
            Source::Decoded(decoder) => decoder.get_mut().get_mut().is_renewed = true,
            Source::Empty => {}
        }
        self
    }

    /// Reads the bytes that have arrived, and waits if there are none; returns 0 at the end.
    ///
    /// # Errors
    /// The connection broke, the body is invalid, or the time is over. After an error, the rest is lost.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.read(buffer).map_err(unwrap)
    }

    /// Reads all of it, if it fits into the budget.
    pub(crate) fn read_all(mut self, budget: &Budget) -> Result<Vec<u8>, Error> {
        let expected = self.length.unwrap_or(0);
        let bytes = budget.read(&mut self, expected).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => budget.out_of_memory(),
            _ => unwrap(error),
        });
        bytes?.ok_or_else(|| budget.is_full())
    }
}

/// The same response, with a body that is decoded, and no headers that describe the encoded one.
pub(crate) fn decoded(response: Response<Body>) -> Response<Body> {
    let encoding = response.header("content-encoding").map(|value| value.trim().to_ascii_lowercase());
    let is_gzip = matches!(encoding.as_deref(), Some("gzip" | "x-gzip"));
    let (mut head, body) = response.into_parts();
    match body {
        Body { source: Source::Plain(wire), length } if is_gzip && length != Some(0) => {
            head.headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
            head.with_body(Body { source: Source::Gzipped(BufReader::new(wire)), length })
        }
        body => head.with_body(body),
    }
}

/// The error that [`Body::read`] has wrapped.
fn unwrap(error: io::Error) -> Error {
    match error.downcast() {
        Ok(error) => error,
        Err(error) => Error::new(ErrorKind::Protocol, error.to_string()),
    }
}

/// Its errors wrap an [`Error`]; [`Body::receive`] returns it.
impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Source::Gzipped(input) = &mut self.source {
            let is_empty = input.fill_buf()?.is_empty();
            self.source = match std::mem::replace(&mut self.source, Source::Empty) {
                Source::Gzipped(input) if !is_empty => Source::Decoded(Box::new(MultiGzDecoder::new(input))),
                // An empty body is not valid gzip, but common.
                _ => Source::Empty,
            };
        }
        match &mut self.source {
            Source::Plain(wire) => wire.read(buffer),
            Source::Decoded(decoder) => decode(decoder, buffer),
            Source::Gzipped(_) | Source::Empty => Ok(0),
        }
    }
}

fn decode(decoder: &mut MultiGzDecoder<BufReader<Wire>>, buffer: &mut [u8]) -> io::Result<usize> {
    // A small body can be decoded to a large one.
    decoder.get_ref().get_ref().check("did not send its whole body in time")?;
    decoder.read(buffer).map_err(|error| match error.downcast::<Error>() {
        Ok(error) => io::Error::other(error),
        Err(problem) => {
            let host = &decoder.get_ref().get_ref().host;
            let message = format!("the body that {host} sent is not valid gzip ({problem})");
            io::Error::other(Error::new(ErrorKind::Protocol, message))
        }
    })
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

/// The bytes as they arrive over the connection.
struct Wire {
    reader: BodyReader<'static>,
    host: String,
    time: Time,
    /// Whether the time starts again with each wait.
    is_renewed: bool,
    /// Whether nothing more arrives: after the end, and after an error.
    is_over: bool,
}

impl Wire {
    /// # Errors
    /// The time is over; `what` happened until then.
    fn check(&self, what: &str) -> io::Result<()> {
        if self.time.is_over() {
            return Err(io::Error::other(self.time.late(&format!("{} {what}", self.host))));
        }
        Ok(())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if !self.is_over {
            self.is_renewed = false;
            self.time = self.time.shortened(GRACE);
            let _ = io::copy(&mut self.take(REST), &mut io::sink());
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_renewed {
            self.time = self.time.renewed();
        }
        let read = self.time.limit(|| self.reader.read(buffer));
        self.is_over = !matches!(read, Ok(1..));
        read.map_err(|error| {
            io::Error::other(Error::from(explain(error.into(), &self.host, &self.time, "whole response")))
        })
    }
}

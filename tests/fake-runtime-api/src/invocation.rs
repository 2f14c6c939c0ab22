//! An invocation as `/next` delivers it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http;

const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:test";
const TRACE_ID: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// An event with its headers, and how it is put on the wire.
///
/// Without further ado it has the headers `Lambda-Runtime-Aws-Request-Id`
/// (`req-1`, `req-2`, … in the order of delivery), `Lambda-Runtime-Deadline-Ms`
/// (3 s from its delivery), `Lambda-Runtime-Invoked-Function-Arn`,
/// `Lambda-Runtime-Trace-Id` and `Content-Type`, and a `Content-Length`.
#[derive(Debug, Clone)]
#[must_use]
pub struct Invocation {
    body: Vec<u8>,
    request_id: Option<String>,
    deadline_in: Duration,
    headers: Vec<(String, String)>,
    without: Vec<String>,
    chunk_size: Option<usize>,
    trailers: Vec<(String, String)>,
    pub(crate) piece_size: Option<usize>,
    pub(crate) close: bool,
}

impl Invocation {
    /// An invocation with this event; the bytes need not be JSON.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            request_id: None,
            deadline_in: Duration::from_secs(3),
            headers: Vec::new(),
            without: Vec::new(),
            chunk_size: None,
            trailers: Vec::new(),
            piece_size: None,
            close: false,
        }
    }

    /// Sets the request id; it is sent as it is.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Sets how long after its delivery the invocation's deadline is.
    pub fn deadline_in(mut self, time: Duration) -> Self {
        self.deadline_in = time;
        self
    }

    /// Adds a header. It replaces the default one of that name; called twice
    /// with one name, it sends both.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a default header out.
    pub fn without(mut self, name: &str) -> Self {
        self.without.push(name.to_owned());
        self
    }

    /// Sends the body chunked, this many bytes to a chunk.
    pub fn chunked(mut self, chunk_size: usize) -> Self {
        self.chunk_size = Some(chunk_size);
        self
    }

    /// Adds a trailer; only a chunked invocation sends it.
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the answer in writes of this many bytes, 1 ms apart.
    pub fn in_pieces(mut self, piece_size: usize) -> Self {
        self.piece_size = Some(piece_size);
        self
    }

    /// Announces `Connection: close`, and closes after the answer.
    pub fn connection_close(self) -> Self {
        self.header("Connection", "close").then_close()
    }

    /// Closes the connection after the answer without having said so.
    pub fn then_close(mut self) -> Self {
        self.close = true;
        self
    }

    /// Fixes the request id where the test gave none.
    pub(crate) fn identify(&mut self, number: usize) -> &str {
        self.request_id.get_or_insert(format!("req-{number}"))
    }

    /// The value of the invocation's nonce, which an answer has to echo.
    pub(crate) fn invocation_id(&self) -> Option<&str> {
        let name = "Lambda-Runtime-Invocation-Id";
        let header = self.headers.iter().find(|(key, _)| named(key, name));
        header.map(|(_, value)| value.as_str())
    }

    /// The whole response to `/next`, with a deadline counted from now.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let deadline = epoch_ms(SystemTime::now() + self.deadline_in);
        let defaults = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", self.request_id.as_deref().unwrap_or_default()),
            ("Lambda-Runtime-Deadline-Ms", &deadline),
            ("Lambda-Runtime-Invoked-Function-Arn", ARN),
            ("Lambda-Runtime-Trace-Id", TRACE_ID),
        ];
        let own = self.headers.iter().map(|(name, value)| (&**name, &**value));
        let headers: Vec<_> = defaults
            .into_iter()
            .filter(|(name, _)| !self.headers.iter().any(|(own, _)| named(own, name)))
            .filter(|(name, _)| !self.without.iter().any(|out| named(out, name)))
            .chain(own)
            .collect();
        match self.chunk_size {
            Some(size) => self.chunked_bytes(&headers, size),
            None => http::answer(200, &headers, &self.body),
        }
    }

    fn chunked_bytes(&self, headers: &[(&str, &str)], size: usize) -> Vec<u8> {
        let mut bytes = http::head(200, headers);
        bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in self.body.chunks(size) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n");
        for (name, value) in &self.trailers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes
    }
}

fn named(header: &str, name: &str) -> bool {
    header.eq_ignore_ascii_case(name)
}

fn epoch_ms(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().to_string()
}

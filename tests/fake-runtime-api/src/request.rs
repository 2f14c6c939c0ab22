//! A request as it came over the wire.

use std::time::Instant;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// The path with its query, as sent (still percent-encoded).
    pub path: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body; that of a chunked request put together.
    pub body: Vec<u8>,
    /// The chunks of a chunked body, without the empty last one.
    pub chunks: Vec<Chunk>,
    /// What followed the last chunk; names in lower case.
    pub trailers: Vec<(String, String)>,
    /// Which connection it came on: 1 for the first one accepted.
    pub connection: usize,
    /// When its first bytes were read.
    pub received: Instant,
    /// When its last bytes were read.
    pub completed: Instant,
}

/// One chunk of a chunked body.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Its bytes, without the framing.
    pub data: Vec<u8>,
    /// When its last byte was read.
    pub received: Instant,
}

impl Request {
    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The first trailer of this name (in lower case).
    pub fn trailer(&self, name: &str) -> Option<&str> {
        find(&self.trailers, name)
    }

    /// Whether the body came with `Transfer-Encoding: chunked`.
    pub fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body should be UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON; the message shows the body.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            let body = String::from_utf8_lossy(&self.body);
            panic!("the body should be JSON ({error}): {body}")
        })
    }

    /// The header `Lambda-Runtime-Function-Error-Type`.
    pub fn error_type_header(&self) -> Option<&str> {
        self.header("lambda-runtime-function-error-type")
    }
}

fn find<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|(key, _)| key == name);
    field.map(|(_, value)| value.as_str())
}

//! A span: what was done, when, and what came of it.

use crate::failure::Failure;
use serde_json::Value as Json;
use std::time::SystemTime;

/// Most annotations of a span, as X-Ray has it for a trace.
const MAX_ANNOTATIONS: usize = 50;
/// Longest string of an annotation in bytes, and longest message of an error.
const MAX_TEXT: usize = 1000;
/// Most bytes of a span's metadata as JSON: X-Ray takes documents of 64 KB.
const MAX_METADATA: usize = 32 << 10;

/// A span that may not have ended.
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) id: u64,
    pub(crate) parent: Option<u64>,
    pub(crate) start: SystemTime,
    pub(crate) end: SystemTime,
    pub(crate) subject: Subject,
    /// The status of a response.
    pub(crate) status: Option<u16>,
    /// Strings, numbers and booleans by which traces can be found.
    pub(crate) annotations: Vec<(String, Json)>,
    /// Any values.
    pub(crate) metadata: Vec<(String, Json)>,
    pub(crate) problem: Option<Problem>,
    metadata_bytes: usize,
}

/// What was done.
pub(crate) enum Subject {
    Invocation {
        request_id: String,
        function_arn: Option<String>,
        is_cold: bool,
    },
    /// A function that a script names.
    Function,
    /// A request of the module `http`.
    Http {
        method: String,
        /// Without the query, in which there may be secrets.
        url: String,
        content_length: Option<u64>,
    },
    /// A statement or a command for a database.
    Database {
        /// `postgresql` or `redis`.
        system: &'static str,
        /// Without user and password.
        url: String,
    },
    /// An operation of a service of AWS.
    Aws {
        service: String,
        operation: String,
        region: String,
        /// What it was about: a name such as `table_name`, and its value.
        resource: Option<(&'static str, String)>,
        request_id: Option<String>,
        retries: u32,
    },
}

/// Why what was done failed.
pub(crate) struct Problem {
    pub(crate) error_type: String,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(error_type: &str, message: &str) -> Self {
        Self { error_type: shortened(error_type), message: shortened(message) }
    }

    pub(super) fn of_failure(failure: &Failure) -> Self {
        Self::new(&failure.error_type, &failure.message)
    }
}

impl Record {
    /// A span that begins now, within another one if it has a parent.
    pub(super) fn new(name: String, parent: Option<u64>, subject: Subject) -> Self {
        let now = SystemTime::now();
        Self {
            name,
            id: random_id(),
            parent,
            start: now,
            end: now,
            subject,
            status: None,
            annotations: Vec::new(),
            metadata: Vec::new(),
            problem: None,
            metadata_bytes: 0,
        }
    }

    pub(super) fn ended(self, at: SystemTime) -> Self {
        Self { end: at.max(self.start), ..self }
    }

    /// Adds an annotation. Those above the limit of X-Ray are ignored.
    pub(crate) fn annotate(&mut self, key: &str, value: Json) {
        let value = match value {
            Json::String(text) => Json::String(shortened(&text)),
            value => value,
        };
        self.annotations.retain(|(known, _)| known != key);
        if self.annotations.len() < MAX_ANNOTATIONS {
            self.annotations.push((key.to_owned(), value));
        }
    }

    /// Adds metadata, which is JSON. In place of what is too large, a note says so.
    pub(crate) fn add_metadata(&mut self, key: &str, json: &[u8]) {
        let size = key.len() + json.len();
        let value = if self.metadata_bytes + size > MAX_METADATA {
            format!("omitted: {} bytes of JSON; a span has at most {MAX_METADATA}", json.len()).into()
        } else {
            self.metadata_bytes += size;
            serde_json::from_slice(json).unwrap_or_default()
        };
        self.metadata.retain(|(known, _)| known != key);
        if self.metadata.len() < MAX_ANNOTATIONS {
            self.metadata.push((shortened(key), value));
        }
    }
}

/// The host of a URL without user and password.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => authority,
    }
}

/// The beginning of a text.
fn shortened(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_TEXT)].to_owned()
}

/// An id that is not 0. Without randomness, traces are the least of the troubles.
pub(super) fn random_id() -> u64 {
    getrandom::u64().unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(host("https://api.example.com/users?x"), "api.example.com");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("http://[::1]:80/"), "[::1]");
        assert_eq!(host("http://[::1]/"), "[::1]");
        assert_eq!(host("postgres://db.example.com:5432/shop"), "db.example.com");
    }
}

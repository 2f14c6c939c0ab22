//! The operations of AWS's services: what a request looks like for parameters, and what a response says.
//!
//! [`Table`] knows all services; [`Service::request`] and [`Service::response`] convert between values of scripts and
//! HTTP messages, in the shapes of AWS's SDK for Python. Connections, credentials and signatures are the caller's, and
//! so are time values: see [`Host`].

mod attributes;
mod base64;
mod cbor;
mod cbor_items;
mod check;
mod describe;
mod document;
pub mod event_stream;
pub mod jmespath;
mod json;
pub mod lines;
mod query;
mod request;
mod response;
mod table;
mod time;
mod xml;

pub use cbor::{decode_cbor, decode_whole_cbor};
pub use cbor_items::encode_cbor;
pub use check::{Problem, ProblemKind, Segment};
pub use describe::{key, Described, Parameter, Step};
pub use request::Request;
pub use response::{xml_error, Response, Streamed};
pub use table::{Acceptor, ModeledError, Operation, Paginator, Protocol, Service, Table, Waiter};

use rhai_vm::Value;
use std::fmt;

/// Deepest nesting of parameters and responses. More is an error and not a stack overflow.
pub(crate) const MAX_DEPTH: usize = 200;

/// What the caller brings: time values, and a few functions that it has anyway.
pub trait Host {
    /// The microseconds since 1970, if the value is a time.
    fn microseconds(&self, value: &Value) -> Option<i64>;
    /// The time so many microseconds after the beginning of 1970; `None` if it is out of range.
    fn time(&self, microseconds: i64) -> Option<Value>;
    /// A time formatted as `strftime` does, in UTC.
    fn format_time(&self, microseconds: i64, format: &str) -> Option<String>;
    /// Parses a time as `strptime` does; without a format, in the form of ISO 8601.
    fn parse_time(&self, text: &str, format: Option<&str>) -> Option<i64>;
    /// A random id for a request that may be sent several times.
    fn token(&self) -> String;
}

/// Why there is no request or no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A parameter is missing, unknown or of another type, or a value cannot be sent.
    Parameters(String),
    /// The response cannot be understood.
    Response(String),
    /// The service has ended a stream of events with an exception.
    Exception {
        /// AWS's code, such as `throttlingException`.
        code: String,
        /// What the service says.
        message: String,
    },
    /// The host has refused more memory, see [`rhai_vm::memory::may_use`].
    OutOfMemory,
}

/// What everything here comes to.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn parameters(message: impl Into<String>) -> Self {
        Self::Parameters(message.into())
    }

    pub(crate) fn response(message: impl Into<String>) -> Self {
        Self::Response(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameters(message) | Self::Response(message) => f.write_str(message),
            Self::Exception { code, message } => write!(f, "{code}: {message}"),
            Self::OutOfMemory => f.write_str("out of memory"),
        }
    }
}

impl std::error::Error for Error {}

/// Makes place for so many bytes more.
pub(crate) fn reserve<B: rhai_vm::memory::Buffer>(buffer: &mut B, count: usize) -> Result<()> {
    if rhai_vm::memory::may_reserve(buffer, count) {
        Ok(())
    } else {
        Err(Error::OutOfMemory)
    }
}

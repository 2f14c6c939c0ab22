//! Why there is no response.

use std::fmt;

/// Why there is no response. The message says what happened and what to do, and holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of trouble it was.
    pub kind: ErrorKind,
    /// A sentence for people.
    pub message: String,
}

/// What sort of trouble there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request cannot be sent as it is: its URL, method or a header.
    BadRequest,
    /// The host's name has no address, or nobody could be asked.
    Name,
    /// There is no connection to the host or to the proxy, or the proxy refused one.
    Connect,
    /// The connection could not be secured; mostly the certificate is not trusted.
    Tls,
    /// The request's own timeout is over.
    Timeout,
    /// The time that the caller has is over, or the environment is to end.
    Deadline,
    /// The connection broke before the whole response was there.
    Closed,
    /// What came is not HTTP, or a body that cannot be decoded.
    Protocol,
    /// Redirects in a loop, or one that cannot be followed.
    Redirects,
    /// The response does not fit into the function's memory.
    TooLarge,
}

impl Error {
    /// An error with this message.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

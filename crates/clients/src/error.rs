//! Why an operation failed.

use std::borrow::Cow;

/// Why there is no result. `Deadline` means that the caller's time is over, or that the environment is to end.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The caller's time is over.
    Deadline,
    /// Anything else.
    Failed(Box<Failure>),
}

/// What went wrong. It holds no secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// The server's code, or one of [`codes`].
    pub code: Cow<'static, str>,
    /// What happened and what to do.
    pub message: String,
    /// What the server says besides.
    pub fields: Vec<(&'static str, String)>,
}

/// What an operation comes to.
pub type Result<T> = std::result::Result<T, Error>;

/// The codes of errors that are not the server's.
pub mod codes {
    /// An argument is invalid. Nothing was sent.
    pub const INVALID: &str = "InvalidArgument";
    /// There is no connection to the server.
    pub const CONNECT: &str = "ConnectionFailed";
    /// The connection broke before the whole response arrived: what was sent may have run.
    pub const CLOSED: &str = "ConnectionClosed";
    /// The timeout is over: what was sent may still run.
    pub const TIMEOUT: &str = "Timeout";
    /// What arrived is not the server's protocol.
    pub const PROTOCOL: &str = "ProtocolError";
    /// A result has several rows where one was expected.
    pub const TOO_MANY: &str = "TooManyRows";
    /// The response does not fit into the function's memory.
    pub const TOO_LARGE: &str = "ResponseTooLarge";
}

impl Error {
    /// An error that is not the server's.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self::Failed(Box::new(Failure { code: code.into(), message: message.into(), fields: Vec::new() }))
    }

    /// An error about an argument.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(codes::INVALID, message)
    }

    /// An error about a result with more rows than were expected.
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(codes::TOO_MANY, message)
    }

    /// An error about a connection that is closed.
    pub fn closed(message: impl Into<String>) -> Self {
        Self::new(codes::CLOSED, message)
    }

    /// A server's refusal with a status.
    pub(crate) fn refused(status: u16, message: impl Into<String>) -> Self {
        let code = status.to_string().into();
        Self::Failed(Box::new(Failure { code, message: message.into(), fields: Vec::new() }))
    }

    /// Whether it has this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(self, Self::Failed(failure) if failure.code == code)
    }
}

//! What the server does when a request came.

use std::time::Duration;

use crate::{http, Invocation};

/// What the server does with one request, in place of the normal answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer with this status and JSON body.
    Status(u16, String),
    /// An invocation; for `/next`.
    Invocation(Invocation),
    /// These bytes and no others; the connection stays open.
    Raw(Vec<u8>),
    /// These bytes, then the connection is closed.
    RawThenClose(Vec<u8>),
    /// The connection is closed without a single byte.
    Close,
    /// The connection is reset (RST) without a single byte.
    Reset,
    /// The other reply, after a while.
    Delay(Duration, Box<Reply>),
    /// The other reply, as soon as so many answers of invocations have come; for `/next`.
    WhenAnswered(usize, Box<Reply>),
    /// One reply, then on the same connection the other.
    Both(Box<Reply>, Box<Reply>),
}

impl Reply {
    /// [`Reply::Status`] from a text.
    pub fn status(status: u16, body: &str) -> Self {
        Self::Status(status, body.to_owned())
    }

    /// An answer in the Runtime API's form for errors.
    pub fn error(status: u16, error_type: &str) -> Self {
        let body = serde_json::json!({"errorType": error_type, "errorMessage": "as planned"});
        Self::Status(status, body.to_string())
    }

    /// This reply, after a while.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self::Delay(time, Box::new(self))
    }

    /// This reply, as soon as so many answers of invocations have come.
    #[must_use]
    pub fn when_answered(self, count: usize) -> Self {
        Self::WhenAnswered(count, Box::new(self))
    }

    /// This reply and then another one for the same request: parts of an answer.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        Self::Both(Box::new(self), Box::new(other))
    }

    /// The normal answer to a POST.
    pub fn accepted() -> Self {
        Self::status(202, r#"{"status":"OK"}"#)
    }

    /// The invocation that this reply delivers, if it does.
    pub(crate) fn invocation(&mut self) -> Option<&mut Invocation> {
        match self {
            Self::Invocation(invocation) => Some(invocation),
            Self::Delay(_, reply) | Self::WhenAnswered(_, reply) => reply.invocation(),
            _ => None,
        }
    }

    /// Whether the client learns from this reply that its request arrived.
    pub(crate) fn is_answer(&self) -> bool {
        match self {
            Self::Status(..) | Self::Invocation(_) => true,
            Self::Delay(_, reply) | Self::WhenAnswered(_, reply) => reply.is_answer(),
            Self::Raw(_) | Self::RawThenClose(_) | Self::Close | Self::Reset | Self::Both(..) => false,
        }
    }
}

/// The bytes of a [`Reply::Status`].
pub(crate) fn status_bytes(status: u16, body: &str) -> Vec<u8> {
    http::answer(status, &[("Content-Type", "application/json")], body.as_bytes())
}

//! Why there is no response.

use crate::connection::Stale;
use crate::time::Time;
use crate::{Error, ErrorKind};

/// Why there is no response.
pub(crate) enum Failed {
    /// A pooled connection was closed before the server responded; without that, there may be one.
    Stale {
        /// The request has not been sent as a whole.
        while_sending: bool,
    },
    For(Error),
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Stale { .. } => Error::new(
                ErrorKind::Closed,
                "the pooled connection was closed before the response. The server may have processed the \
                 request, so Rhambda does not send it again",
            ),
            Failed::For(error) => error,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::For(error)
    }
}

/// What an error means; `what` is what was waited for.
pub(crate) fn explain(error: ureq::Error, host: &str, time: &Time, what: &str) -> Failed {
    let new = |kind, message: String| Failed::For(Error::new(kind, message));
    match error {
        ureq::Error::Timeout(_) => time.late(&format!("{host} did not send its {what} in time")).into(),
        ureq::Error::Other(error) => match error.downcast::<Stale>() {
            Ok(stale) => Failed::Stale { while_sending: stale.while_sending },
            Err(error) => match error.downcast::<Error>() {
                Ok(error) if error.kind == ErrorKind::Timeout => time.late(&error.message).into(),
                Ok(error) => Failed::For(*error),
                Err(error) => new(ErrorKind::Protocol, format!("the request to {host} failed: {error}")),
            },
        },
        ureq::Error::Io(error) => new(
            ErrorKind::Closed,
            format!("{host} closed the connection before its {what} was complete ({error})"),
        ),
        ureq::Error::LargeResponseHeader(_, max) => {
            new(ErrorKind::TooLarge, format!("the headers that {host} sent are larger than {} KB", max >> 10))
        }
        ureq::Error::Protocol(error) => {
            new(ErrorKind::Protocol, format!("the response of {host} is not valid HTTP ({error})"))
        }
        error => new(ErrorKind::Protocol, format!("the request to {host} failed: {error}")),
    }
}

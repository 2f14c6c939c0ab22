//! Why a call has no result.

use net::Response;
use std::fmt;

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The time that the caller has is over.
    Deadline,
    /// The call failed.
    Failed(Box<Failure>),
}

/// What went wrong, said by the service or found out before. It holds no secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The service as the caller names it.
    pub service: String,
    /// The action, or method and path.
    pub action: String,
    /// AWS's code, such as `ResourceNotFoundException`, or one of [`codes`].
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// AWS's id of the request, if there was a response with one.
    pub request_id: Option<String>,
    /// The response, which may say more.
    pub response: Option<Box<Response>>,
}

/// Codes of what fails without AWS.
pub mod codes {
    /// An argument cannot be used as it is.
    pub const INVALID_ARGUMENT: &str = "InvalidArgument";
    /// There is no service of this name.
    pub const UNKNOWN_SERVICE: &str = "UnknownService";
    /// The service has no operation of this name.
    pub const UNKNOWN_OPERATION: &str = "UnknownOperation";
    /// The service has no waiter of this name.
    pub const UNKNOWN_WAITER: &str = "UnknownWaiter";
    /// What was waited for cannot be reached any more.
    pub const WAITER_FAILED: &str = "WaiterFailed";
    /// What was waited for is not reached in time.
    pub const WAITER_TIMEOUT: &str = "WaiterTimeout";
    /// The operation does not return its results page by page.
    pub const NO_PAGES: &str = "NoPages";
    /// The service takes another kind of requests.
    pub const WRONG_PROTOCOL: &str = "WrongProtocol";
    /// It is not said which region is meant.
    pub const MISSING_REGION: &str = "MissingRegion";
    /// There is no such endpoint.
    pub const NO_ENDPOINT: &str = "NoEndpoint";
    /// There is nothing to sign with.
    pub const MISSING_CREDENTIALS: &str = "MissingCredentials";
    /// The service could not be reached, or did not respond.
    pub const NO_RESPONSE: &str = "NoAnswer";
    /// The call took longer than its own timeout.
    pub const TIMEOUT: &str = "Timeout";
    /// Nobody can tell whether it is the service: its certificate is not trusted.
    pub const NOT_TRUSTED: &str = "NotTrusted";
    /// The response does not fit into the function's memory.
    pub const TOO_LARGE: &str = "AnswerTooLarge";
    /// The response cannot be understood.
    pub const INVALID_RESPONSE: &str = "InvalidAnswer";
    /// A stream was closed before it was read.
    pub const CLOSED: &str = "Closed";
    /// The Lambda function that was invoked failed.
    pub const FUNCTION_ERROR: &str = "FunctionError";
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.into())
    }
}

/// What everything here comes to.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure without a response.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Failure { code: code.to_owned(), message: message.into(), ..Failure::default() }.into()
    }

    /// One about an argument.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(codes::INVALID_ARGUMENT, message)
    }

    /// What failed, unless there was no time.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Deadline => None,
            Self::Failed(failure) => Some(failure),
        }
    }

    /// The same, said of this call.
    #[must_use]
    pub fn of(self, service: &str, action: &str) -> Self {
        match self {
            Self::Deadline => self,
            Self::Failed(failure) => {
                Failure { service: service.to_owned(), action: action.to_owned(), ..*failure }.into()
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("the time is over"),
            Self::Failed(failure) => {
                write!(f, "{} {}: {}: {}", failure.service, failure.action, failure.code, failure.message)
            }
        }
    }
}

impl std::error::Error for Error {}

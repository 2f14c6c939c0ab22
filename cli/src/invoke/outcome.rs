//! How an invocation ended, and what its caller is told.

use hyper::body::Bytes;
use serde_json::json;
use std::process::ExitStatus;
use std::time::Duration;

/// Lambda's limit for a buffered response, in bytes.
pub(crate) const MAX_RESPONSE: usize = 6_291_556;

/// What the caller gets, and why.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) response: Bytes,
    pub(crate) status: Status,
}

/// Whose response it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The function's, which succeeded.
    Success,
    /// The function's, which failed.
    FunctionError,
    /// Lambda's: the environment broke. The error's type.
    Failed(String),
    /// Lambda's: the time was up.
    Timeout,
}

impl Outcome {
    pub(crate) fn success(response: Bytes) -> Self {
        Self { response, status: Status::Success }
    }

    /// After what was streamed there is nothing to say, or the error it broke off with.
    pub(crate) fn streamed(error: Option<Bytes>) -> Self {
        error.map_or_else(|| Self::success(Bytes::new()), Self::function_error)
    }

    pub(crate) fn function_error(error: Bytes) -> Self {
        Self { response: error, status: Status::FunctionError }
    }

    pub(crate) fn init_error(error_type: String, error: Bytes) -> Self {
        Self { response: error, status: Status::Failed(error_type) }
    }

    pub(crate) fn response_too_large() -> Self {
        let why =
            format!("Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).");
        Self { response: error("Function.ResponseSizeTooLarge", &why), status: Status::FunctionError }
    }

    /// The function did not end in time.
    pub(crate) fn timeout(request_id: &str, limit: Duration) -> Self {
        Self::late(request_id, &format!("Task timed out after {:.2} seconds", limit.as_secs_f64()))
    }

    /// The function was not even initialised in time.
    pub(crate) fn init_timeout(request_id: &str, limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        let why = format!(
            "The init phase timed out after {limit:.2} seconds: the script's top-level code takes too long"
        );
        Self::late(request_id, &why)
    }

    fn late(request_id: &str, why: &str) -> Self {
        let why = format!("RequestId: {request_id} Error: {why}");
        Self { response: error("Sandbox.Timedout", &why), status: Status::Timeout }
    }

    /// The runtime ended instead of answering.
    pub(crate) fn exit(request_id: &str, exit: Option<ExitStatus>) -> Self {
        let error_type = "Runtime.ExitError";
        let how = match exit {
            Some(exit) if !exit.success() => match exit.code() {
                Some(code) => format!("Runtime exited with error: exit status {code}"),
                None => format!("Runtime exited with error: {exit}"),
            },
            _ => "Runtime exited without providing a reason".to_owned(),
        };
        let why = format!("RequestId: {request_id} Error: {how}");
        Self { response: error(error_type, &why), status: Status::Failed(error_type.into()) }
    }
}

fn error(error_type: &str, message: &str) -> Bytes {
    json!({ "errorType": error_type, "errorMessage": message }).to_string().into()
}

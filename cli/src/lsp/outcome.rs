//! What requests come to.

use lsp_server::ErrorCode;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

/// Why there is no result.
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

/// What a request comes to.
pub(super) type Outcome = Result<Value, Refusal>;

/// The parameters of a message.
pub(super) fn parse<P: DeserializeOwned>(params: Value) -> Result<P, Refusal> {
    let refusal = |error: serde_json::Error| Refusal {
        code: ErrorCode::InvalidParams,
        message: format!("the parameters are invalid: {error}"),
    };
    serde_json::from_value(params).map_err(refusal)
}

/// The result of a request.
pub(super) fn result(value: impl Serialize) -> Outcome {
    serde_json::to_value(value).map_err(|error| Refusal::new(error.to_string()))
}

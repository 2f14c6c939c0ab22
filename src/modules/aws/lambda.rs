//! `lambda_invoke(function, payload[, options])`.

use super::options::{json, Options};
use super::Caller;
use crate::value;
use aws::Failure;
use net::Response;
use rhai_vm::function::Call;
use rhai_vm::{Map, Result, Value};

const ACTION: &str = "Invoke";

pub(super) fn invoke(call: &mut Call<'_>) -> Result<Value> {
    let (payload, options) = (call.take(1), call.take_map(2)?);
    Caller::of(call).invoke(call.str(0), &payload, options)
}

/// How a function is invoked.
pub(super) struct Invocation {
    qualifier: Option<String>,
    /// Whether to wait for the result.
    wait: bool,
}

pub(super) fn options(options: &mut Options) -> aws::Result<(Invocation, aws::Options)> {
    let qualifier = options.text("qualifier")?;
    let wait = options.boolean("wait")?.unwrap_or(true);
    Ok((Invocation { qualifier, wait }, options.common()?))
}

impl Caller {
    fn invoke(&self, function: &str, payload: &Value, options: Map) -> Result<Value> {
        let invoke = || {
            let (Invocation { qualifier, wait }, common) = Options::all(options, self::options)?;
            let path = format!("/2015-03-31/functions/{}/invocations", aws::encode(function));
            let mut rest = aws::Rest::new("POST", path);
            rest.body = json(payload)?;
            rest.default_header("content-type", "application/json");
            rest.query.extend(qualifier.map(|it| ("Qualifier".to_owned(), it)));
            if !wait {
                rest.default_header("x-amz-invocation-type", "Event");
            }
            self.send("lambda", &rest, &common)
        };
        let result = invoke().and_then(|response| result(&response));
        result.map_err(|error| self.thrown(error.of("lambda", ACTION)))
    }
}

/// What the function returned.
fn result(response: &Response) -> aws::Result<Value> {
    if response.header("x-amz-function-error").is_some() {
        return Err(function_error(response).into());
    }
    if response.body.is_empty() {
        return Ok(Value::Unit);
    }
    match value::decode(&response.body) {
        Ok(value) => Ok(value),
        // A function may answer with something else than JSON.
        Err(_) => Ok(String::from_utf8_lossy(&response.body).into_owned().into()),
    }
}

fn function_error(response: &Response) -> Failure {
    let error: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let kind = error["errorType"].as_str();
    let message = match error["errorMessage"].as_str() {
        Some(message) => message.to_owned(),
        None => String::from_utf8_lossy(&response.body).into_owned(),
    };
    Failure {
        code: aws::codes::FUNCTION_ERROR.to_owned(),
        message: kind.map_or_else(|| message.clone(), |kind| format!("{kind}: {message}")),
        status: Some(response.status),
        request_id: response.header("x-amzn-requestid").map(str::to_owned),
        ..Failure::default()
    }
}

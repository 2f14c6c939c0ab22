//! What Lambda says about an invocation.

use super::Request;
use hyper::header::{HeaderMap, HeaderValue, InvalidHeaderValue, CONTENT_TYPE};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The headers of an invocation that begins now.
///
/// # Errors
/// When the function's name or region cannot stand in a header.
pub(crate) fn headers(request: &Request, request_id: &str) -> Result<HeaderMap, InvalidHeaderValue> {
    let function = &request.function;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let deadline_ms = (now + function.timeout).as_millis().to_string();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-aws-request-id", request_id.try_into()?);
    headers.insert("lambda-runtime-deadline-ms", deadline_ms.try_into()?);
    headers.insert("lambda-runtime-invoked-function-arn", function.arn().try_into()?);
    headers.insert("lambda-runtime-trace-id", trace_id(now).try_into()?);
    if let Some(client_context) = &request.client_context {
        headers.insert("lambda-runtime-client-context", client_context.clone());
    }
    Ok(headers)
}

/// X-Ray's form, of a trace that is not sampled.
///
/// See "Tracing header" in the AWS X-Ray developer guide.
fn trace_id(now: Duration) -> String {
    let random = || Uuid::new_v4().simple().to_string();
    format!("Root=1-{:08x}-{};Parent={};Sampled=0", now.as_secs(), &random()[..24], &random()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_ids_have_xrays_form() {
        let trace_id = trace_id(Duration::from_secs(0x6123_4567));
        let lengths: Vec<usize> = trace_id.split([';', '-']).map(str::len).collect();
        assert!(trace_id.starts_with("Root=1-61234567-"), "{trace_id}");
        assert_eq!(lengths, ["Root=1".len(), 8, 24, "Parent=".len() + 16, "Sampled=0".len()], "{trace_id}");
    }
}

//! The ID by which lines of several functions belong together, in events of services that have one.
//!
//! The places are those of `correlation_paths` of Powertools for AWS Lambda.

use rhai_vm::{Map, Value};

/// The correlation ID of an event.
pub(super) fn id(event: &Value) -> Option<Value> {
    let event = event.as_map()?;
    let request_context = member(event, "requestContext");
    let id = if let Some(id) = request_context.and_then(|context| context.get("requestId")) {
        // API Gateway and function URLs
        Some(id)
    } else if let Some(headers) = member(event, "headers").or_else(|| member(event, "multiValueHeaders")) {
        // Load balancers and VPC Lattice
        trace_header(headers)
    } else if let Some(request) = member(event, "request") {
        // AppSync
        member(request, "headers").and_then(trace_header)
    } else if event.contains_key("detail-type") {
        event.get("id")
    } else {
        // S3 Object Lambda
        event.get("xAmzRequestId")
    };
    id.filter(|id| id.as_str().is_some_and(|id| !id.is_empty())).cloned()
}

fn member<'a>(map: &'a Map, name: &str) -> Option<&'a Map> {
    map.get(name).and_then(Value::as_map)
}

fn trace_header(headers: &Map) -> Option<&Value> {
    let is_it = |name: &str| name.eq_ignore_ascii_case("x-amzn-trace-id");
    let (_, value) = headers.iter().find(|(name, _)| is_it(name))?;
    value.as_array().map_or(Some(value), |values| values.first())
}

//! AWS's errors in responses, in JSON, CBOR or XML.

use crate::error::Failure;
use aws_api::Host;
use net::Response;
use rhai_vm::json;
use serde_json::{Map, Value};

/// The responses of errors are kept up to this size, in bytes.
const MAX_KEPT: usize = 1 << 20;

/// The failure that a response reports; `None` if it is a success.
pub(crate) fn failure(response: &Response, host: &dyn Host) -> Option<Failure> {
    let is_success = (200..300).contains(&response.status);
    if is_success && !is_late_error(response) {
        return None;
    }
    Some(failure_of_status(response, host))
}

/// The failure that an unsuccessful response reports.
pub(crate) fn failure_of_status(response: &Response, host: &dyn Host) -> Failure {
    let is_success = (200..300).contains(&response.status);
    let said = error_in(response, host);
    let text = |keys: &[&str]| keys.iter().find_map(|key| said.get(*key)?.as_str()).map(str::to_owned);
    // Services that had a query protocol before say the code that they had then.
    let query_code = response.header("x-amzn-query-error").and_then(|error| error.split(';').next());
    let code = query_code.or_else(|| response.header("x-amzn-errortype")).map(str::to_owned);
    let code =
        code.or_else(|| text(&["__type", "code", "Code"])).unwrap_or_else(|| status_code(response.status));
    Failure {
        code: bare(&code).to_owned(),
        message: text(&["message", "Message", "errorMessage"]).unwrap_or_else(|| without_message(response)),
        // S3 begins some responses with 200 before it knows how they will end.
        status: Some(if is_success { 500 } else { response.status }),
        request_id: request_id(response).or_else(|| text(&["RequestId", "RequestID"])),
        response: (response.body.len() <= MAX_KEPT).then(|| Box::new(response.clone())),
        ..Failure::default()
    }
}

/// `com.amazonaws.dynamodb#ResourceNotFoundException:http://…` without what is around the name.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

fn is_late_error(response: &Response) -> bool {
    let head = &response.body[..response.body.len().min(200)];
    let head = String::from_utf8_lossy(head);
    let root = head.split("?>").last().unwrap_or_default().trim_start();
    is_xml(response) && (root.starts_with("<Error>") || root.starts_with("<Error "))
}

pub(crate) fn is_xml(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.contains("xml"))
}

/// The object that describes the error, in JSON or XML; empty if there is none.
fn error_in(response: &Response, host: &dyn Host) -> Map<String, Value> {
    if let Ok(Value::Object(error)) = serde_json::from_slice(&response.body) {
        return error;
    }
    if response.header("content-type") == Some("application/cbor") {
        let error = aws_api::decode_cbor(&response.body, host).ok();
        return match error.and_then(|error| json::to_json(&error).ok()) {
            Some(Value::Object(error)) => error,
            _ => Map::new(),
        };
    }
    let members = aws_api::xml_error(&response.body).unwrap_or_default();
    members.into_iter().map(|(name, text)| (name, text.into())).collect()
}

/// AWS's id of a request.
pub fn request_id<B>(response: &Response<B>) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"]
        .into_iter()
        .find_map(|name| response.header(name))
        .map(str::to_owned)
}

/// A code for a response that has none, such as that to a HEAD request.
fn status_code(status: u16) -> String {
    match status {
        301 | 302 | 307 | 308 => "Redirect",
        400 => "BadRequest",
        403 => "AccessDenied",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        412 => "PreconditionFailed",
        304 => "NotModified",
        429 => "TooManyRequests",
        _ => return format!("Http{status}"),
    }
    .to_owned()
}

fn without_message(response: &Response) -> String {
    match response.header("x-amz-bucket-region") {
        Some(region) if matches!(response.status, 301 | 307 | 400) => {
            format!("the bucket is in the region {region}: pass it as option `region`")
        }
        _ => match response.status {
            403 => "access is denied (status 403)".to_owned(),
            404 => "what is asked for does not exist (status 404)".to_owned(),
            status => format!("the response has status {status} and no message"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::tests::Nothing;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_comes_is_a_response_or_a_failure(
            status in 100_u16..600,
            body in "[\\PC<>/\"{}:,A-Za-z]{0,60}",
            xml in any::<bool>(),
        ) {
            let kind = if xml { "text/xml" } else { "application/json" };
            let response = response(status, &[("content-type", kind)], &body);
            let failed = failure(&response, &Nothing);
            prop_assert!(failed.is_some() || (200..300).contains(&status));
            prop_assert!(failed.is_none_or(|failure| !failure.code.is_empty() || !failure.message.is_empty()));
        }
    }

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.into(), url: String::new() }
    }

    #[test]
    fn errors_of_all_protocols() {
        let id = ("x-amzn-requestid", "7");
        for (response, code, message, request_id) in [
            (
                response(400, &[id], r#"{"__type":"com.amazonaws.x#NoTable","message":"none"}"#),
                "NoTable",
                "none",
                Some("7"),
            ),
            (
                response(404, &[("x-amzn-errortype", "NoFunction:http://x")], r#"{"Message":"none"}"#),
                "NoFunction",
                "none",
                None,
            ),
            (
                response(
                    404,
                    &[],
                    "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>no topic</Message>\
                     </Error><RequestId>9</RequestId></ErrorResponse>",
                ),
                "NotFound",
                "no topic",
                Some("9"),
            ),
            (
                response(
                    400,
                    &[],
                    "<Response><Errors><Error><Code>A.B</Code><Message>m</Message></Error></Errors>\
                     <RequestID>9</RequestID></Response>",
                ),
                "A.B",
                "m",
                Some("9"),
            ),
            (
                response(403, &[], "<?xml?><Error><Code>AccessDenied</Code><Message>m</Message></Error>"),
                "AccessDenied",
                "m",
                None,
            ),
            (response(404, &[], ""), "NotFound", "what is asked for does not exist (status 404)", None),
            (response(500, &[], "<html>"), "Http500", "the response has status 500 and no message", None),
            (
                response(301, &[("x-amz-bucket-region", "eu-west-1")], ""),
                "Redirect",
                "the bucket is in the region eu-west-1: pass it as option `region`",
                None,
            ),
        ] {
            let failure = failure(&response, &Nothing).unwrap();
            assert_eq!((&*failure.code, &*failure.message), (code, message));
            assert_eq!(failure.request_id.as_deref(), request_id);
            assert_eq!(failure.status, Some(response.status));
        }
    }

    #[test]
    fn successes() {
        assert_eq!(failure(&response(200, &[], "<Error><Code>a</Code></Error>"), &Nothing), None);
        assert_eq!(failure(&response(204, &[], ""), &Nothing), None);
        let late = response(
            200,
            &[("content-type", "application/xml")],
            "<?xml version='1.0'?>\n<Error><Code>SlowDown</Code></Error>",
        );
        let late = failure(&late, &Nothing).unwrap();
        assert_eq!((&*late.code, late.status), ("SlowDown", Some(500)));
    }
}

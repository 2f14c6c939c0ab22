//! `http_response(status, body[, headers])`: a response for API Gateway, function URLs, Application Load Balancers
//! and VPC Lattice.
//!
//! Their forms differ where a header has several values, and a field that one of them doesn't know can
//! make it refuse the response. So the response has the format that belongs to the running event. The forms
//! are those of "Lambda function response for format 1.0" and "2.0" in the Amazon API Gateway developer
//! guide, of "Respond to the load balancer" in the user guide for Application Load Balancers, and of "Respond to the VPC
//! Lattice service" in that of Amazon VPC Lattice.

use super::arguments::{error, is_http_status};
use super::fields::is_vpc_lattice;
use super::host::{host, Host, ModuleState};
use crate::value;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use http::{HeaderName, StatusCode};
use rhai_vm::{memory, module, Map, Result, Value};
use std::cell::Cell;

const SET_COOKIE: &str = "set-cookie";

/// The format of the response to the running event.
#[derive(Default)]
pub(crate) struct ResponseFormat(Cell<Format>);

impl ModuleState for ResponseFormat {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

#[derive(Clone, Copy, Default)]
pub(super) enum Format {
    /// HTTP APIs and function URLs, and whatever is not known.
    #[default]
    V2,
    /// REST APIs, and HTTP APIs with format 1.0.
    V1,
    /// Application Load Balancers, and VPC Lattice.
    Alb,
    /// Application Load Balancers with multi-value headers.
    AlbMultiValue,
}

impl ResponseFormat {
    /// Follows the format of this event.
    pub(crate) fn set(&self, event: &Value) {
        self.0.set(Format::of(event).unwrap_or_default());
    }
}

impl Format {
    fn of(event: &Value) -> Option<Self> {
        let event = event.as_map()?;
        if is_vpc_lattice(event) {
            return Some(Self::Alb);
        }
        let context = event.get("requestContext")?.as_map()?;
        let is_v2 = event.get("version").is_some_and(|version| version.to_string() == "2.0");
        Some(match (context.contains_key("elb"), event.contains_key("multiValueHeaders")) {
            (true, false) => Self::Alb,
            (true, true) => Self::AlbMultiValue,
            (false, _) if is_v2 => Self::V2,
            (false, _) => Self::V1,
        })
    }
}

module! {
    /// Responses of handlers that an HTTP request triggers: see [Events and responses](events.md).
    "HTTP events"

    functions {
        /// Returns a response for API Gateway, function URLs, Application Load Balancers and VPC Lattice. Its format is the one that the
        /// event's sender expects: format 2.0 (HTTP APIs, function URLs, and events of other kinds), format 1.0 (REST APIs, and
        /// HTTP APIs set to it), or that of load balancers and VPC Lattice.
        ///
        /// - A string is sent as it is, a blob as base64 (REST APIs also need its content type among their binary media types),
        ///   `()` as an empty body, and anything else as JSON. `content-type` is set accordingly, unless `headers` has it.
        /// - A header is a string, a number or a boolean, or an array of these to send it several times; one that is `()` is
        ///   omitted. Cookies are `set-cookie` headers. Format 2.0, load balancers and VPC Lattice allow one value per header, so several are
        ///   joined with a comma.
        /// - For a load balancer, several cookies are `HttpResponseError`, unless its target group has multi-value headers; for VPC
        ///   Lattice, they always are.
        ///
        /// Throws `HttpResponseError` if the status, a name or a value is invalid.
        ///
        /// ```rhai
        /// let response = http_response(200, #{ ok: true }, #{ "set-cookie": ["a=1", "b=2"], vary: ["Accept", "Origin"] });
        /// response.body // → "{\"ok\":true}"
        /// response.headers // → {"content-type": "application/json", "vary": "Accept, Origin"}
        /// response.cookies // → ["a=1", "b=2"]
        /// http_response(200, blob(2, 255)) // → {"statusCode": 200, "headers": {"content-type": "application/octet-stream"}, "body": "//8=", "isBase64Encoded": true}
        /// http_response(1000, "") // ✗ HttpResponseError
        /// ```
        new "http_response" (status: Int, body: Any; headers: Map) -> Map throws HttpResponseError = |call| {
            let format = host(call).state::<ResponseFormat>().0.get();
            http_response(format, call.int(0), call.take(1), call.take_map(2)?).map(Value::from)
        };
    }
}

/// The base64 of a body that is not text.
pub(super) fn base64(blob: &[u8]) -> Result<String> {
    memory::needs(blob.len() / 3 * 4)?;
    Ok(BASE64_STANDARD.encode(blob))
}

pub(super) fn http_response(format: Format, status: i64, body: Value, headers: Map) -> Result<Map> {
    if !is_http_status(status) {
        let message = format!("{status} is not an HTTP status; http_response accepts 100 to 599");
        return Err(error("HttpResponseError", message));
    }
    let is_blob = body.as_blob().is_some();
    let (body, content_type): (Value, _) = match body {
        Value::Blob(blob) => (base64(&blob)?.into(), "application/octet-stream"),
        Value::Str(_) => (body, "text/plain; charset=utf-8"),
        Value::Unit => ("".into(), ""),
        other => {
            let json = value::encode(&other).map_err(|problem| error("HttpResponseError", problem))?;
            let json =
                String::from_utf8(json).map_err(|problem| error("HttpResponseError", problem.to_string()))?;
            (json.into(), "application/json")
        }
    };
    let mut headers = Headers::read(headers)?;
    headers.add_content_type(content_type);

    let mut response = headers.into_fields(format)?;
    response.insert("statusCode".into(), status.into());
    response.insert("body".into(), body);
    response.insert("isBase64Encoded".into(), is_blob.into());
    if matches!(format, Format::Alb | Format::AlbMultiValue) {
        response.insert("statusDescription".into(), description(status).into());
    }
    Ok(response)
}

/// The fields `headers` and `cookies` of a response that is streamed, of what a script says of them.
pub(crate) fn headers_and_cookies(headers: Map, cookies: &[Value]) -> Result<Map> {
    let mut headers = Headers::read(headers)?;
    let cookies = cookies.iter().map(|cookie| header_value(SET_COOKIE, cookie));
    headers.entry(SET_COOKIE).extend(cookies.collect::<Result<Vec<_>>>()?);
    let mut fields = headers.into_fields(Format::V2)?;
    if !fields.contains_key("cookies") {
        fields.insert("cookies".into(), Value::array(Vec::new()));
    }
    Ok(fields)
}

/// Status and phrase, which load balancers want.
fn description(status: i64) -> String {
    let known = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    format!("{status} {}", known.and_then(|status| status.canonical_reason()).unwrap_or("Unknown"))
}

/// Headers and their values; names as the script spells them.
struct Headers(Vec<(String, Vec<String>)>);

impl Headers {
    fn read(map: Map) -> Result<Self> {
        let mut headers = Self(Vec::new());
        for (name, value) in map {
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                let message = format!("{name:?} is not a valid header name: use letters, digits and -");
                return Err(error("HttpResponseError", message));
            }
            let values = match &value {
                Value::Array(values) => values.as_slice(),
                Value::Unit => &[],
                one => std::slice::from_ref(one),
            };
            let values: Result<Vec<_>> = values.iter().map(|value| header_value(&name, value)).collect();
            headers.entry(&name).extend(values?);
        }
        Ok(headers)
    }

    /// The values of a header, whose name may be spelt otherwise.
    fn entry(&mut self, name: &str) -> &mut Vec<String> {
        let known = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let index = known.unwrap_or_else(|| {
            self.0.push((name.to_owned(), Vec::new()));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    /// Adds the type of the body, if there is one and the script says none.
    fn add_content_type(&mut self, content_type: &str) {
        let is_said = self.0.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !is_said && !content_type.is_empty() {
            self.entry("content-type").push(content_type.to_owned());
        }
    }

    /// The fields of a response that are about headers.
    fn into_fields(self, format: Format) -> Result<Map> {
        let mut single = Map::new();
        let mut multiple = Map::new();
        let mut cookies: Vec<Value> = Vec::new();
        for (name, values) in self.0 {
            let is_cookie = name.eq_ignore_ascii_case(SET_COOKIE);
            let several = values.len() > 1;
            match format {
                _ if values.is_empty() => {}
                Format::V2 if is_cookie => cookies.extend(values.into_iter().map(Value::from)),
                Format::Alb if is_cookie && several => {
                    return Err(error("HttpResponseError", SEVERAL_COOKIES))
                }
                Format::V2 | Format::Alb => _ = single.insert(name.into(), values.join(", ").into()),
                Format::V1 if !several => _ = single.insert(name.into(), values.concat().into()),
                Format::V1 | Format::AlbMultiValue => {
                    let values: Vec<Value> = values.into_iter().map(Value::from).collect();
                    multiple.insert(name.into(), values.into());
                }
            }
        }
        let mut fields = Map::new();
        if !matches!(format, Format::AlbMultiValue) {
            fields.insert("headers".into(), single.into());
        }
        if matches!(format, Format::AlbMultiValue) || !multiple.is_empty() {
            fields.insert("multiValueHeaders".into(), multiple.into());
        }
        if !cookies.is_empty() {
            fields.insert("cookies".into(), cookies.into());
        }
        Ok(fields)
    }
}

const SEVERAL_COOKIES: &str =
    "load balancers and VPC Lattice send one cookie per response, unless the target group \
    of a load balancer has multi-value headers: turn on its attribute lambda.multi_value_headers.enabled";

fn header_value(name: &str, value: &Value) -> Result<String> {
    if !matches!(value, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_)) {
        let kind = value::type_of(value);
        let message =
            format!("the header {name} must be a string, a number or an array of these, not {kind}");
        return Err(error("MismatchedTypes", message));
    }
    let text = value.to_string();
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        let message = format!(
            "the header {name} is {text:?}: headers may contain only visible ASCII characters and spaces"
        );
        return Err(error("HttpResponseError", message));
    }
    Ok(text)
}

//! `multipart::decode`, `multipart::encode`: forms with files.

mod decode;
mod encode;

use super::arguments::error;
use super::fields::has_base64_body;
use crate::value::type_of;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Error, Map, Result, Value};
use std::borrow::Cow;

module! {
    /// Forms with files (`multipart/form-data`, RFC 7578), as browsers and `curl -F` send them.
    "`multipart`"

    namespace "multipart" {
        /// Decodes a form: the event of a function URL, API Gateway, a load balancer or VPC Lattice, whose body may be base64; or a body with its
        /// `content-type`. Returns a map: `fields` has the values of the fields by their names, an array of them where a name is
        /// repeated; `files` is an array of maps with `name`, `filename`, `content_type` and `data`, a blob. Throws `MultipartError` if it is
        /// not such a form, if it is cut off, or if it has more than 1000 parts.
        ///
        /// ```rhai
        /// let body = "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTea\r\n--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n....\r\n--x--\r\n";
        /// let form = multipart::decode(body, "multipart/form-data; boundary=x");
        /// form.fields // → {"title": "Tea"}
        /// form.files[0].filename // → "a.png"
        /// form.files[0].data.len // → 4
        /// let event = #{ headers: #{ "content-type": "multipart/form-data; boundary=x" }, body: base64::encode(body), isBase64Encoded: true };
        /// multipart::decode(event).fields.title // → "Tea"
        /// multipart::decode("a=b", "application/x-www-form-urlencoded") // ✗ MultipartError
        /// ```
        new "decode" (event: Map) -> Map throws MultipartError = |call| decode_event(call);
        new "decode" (body: Any "string | blob", content_type: String) -> Map throws MultipartError = |call| {
            let body = super::arguments::bytes(call.value(0), "multipart::decode")?;
            decode::decode(call, body, call.str(1))
        };

        /// Encodes a form and returns a map with `content_type` and `body`, a blob, for a request. The parts are an array of maps with `name`
        /// and `data`, a string or a blob, and for files also `filename` and `content_type`. Throws `MultipartError` for other parts.
        ///
        /// ```rhai
        /// let form = multipart::encode([#{ name: "title", data: "Tea" }, #{ name: "file", filename: "a.txt", content_type: "text/plain", data: "Hello" }]);
        /// multipart::decode(form.body, form.content_type).fields // → {"title": "Tea"}
        /// multipart::encode([#{ data: "Tea" }]) // ✗ MultipartError
        /// ```
        new "encode" (parts: Array) -> Map throws MultipartError = |call| encode::encode(call.array(0));
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("multipart::encode", "parts", |part| encode::check(&part))];

fn problem(message: impl Into<String>) -> Error {
    error("MultipartError", message)
}

/// The form that an HTTP event brings.
fn decode_event(call: &Call<'_>) -> Result<Value> {
    let Some(event) = call.map(0) else { return Err(problem("the event has no body")) };
    let Some(content_type) = header(event, "content-type") else {
        return Err(problem("the event has no header `content-type`: is it an HTTP event?"));
    };
    let body: Cow<'_, [u8]> = match event.get("body") {
        Some(Value::Str(body)) if has_base64_body(event) => {
            memory::needs(body.len() / 4 * 3)?;
            let body = BASE64_STANDARD.decode(body.as_bytes());
            body.map_err(|_| {
                problem("the body of the event is not valid base64, but `isBase64Encoded` is true")
            })?
            .into()
        }
        Some(Value::Str(body)) => body.as_bytes().into(),
        Some(Value::Blob(body)) => body.as_slice().into(),
        Some(Value::Unit) | None => return Err(problem("the event has no body")),
        Some(other) => {
            let kind = type_of(other);
            return Err(problem(format!("the body of the event must be a string, not {kind}")));
        }
    };
    decode::decode(call, &body, content_type)
}

/// A header of an event, whatever case its name has; also where headers have several values.
fn header<'a>(event: &'a Map, name: &str) -> Option<&'a str> {
    ["headers", "multiValueHeaders"].iter().find_map(|key| {
        let headers = event.get(key)?.as_map()?;
        let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        match value {
            Value::Array(values) => values.first()?.as_str().map(rhai_vm::Str::as_str),
            value => value.as_str().map(rhai_vm::Str::as_str),
        }
    })
}

//! `http_response(status, body[, headers])`: an answer for API Gateway and function URLs.
//!
//! The form is that of "Lambda function response for format 2.0" in the Amazon API Gateway
//! developer guide.

use super::{error, is_http_status, Result};
use crate::value;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai::{Dynamic, Engine, Map, INT};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("http_response", |status: INT, body: Dynamic| http_response(status, body, Map::new()));
    engine.register_fn("http_response", http_response);
}

fn http_response(status: INT, body: Dynamic, mut headers: Map) -> Result<Map> {
    if !is_http_status(status) {
        let message = format!("{status} is not an HTTP status; http_response takes one from 100 to 599");
        return Err(error("HttpResponseError", message));
    }
    let is_blob = body.is_blob();
    let (body, content_type): (Dynamic, _) = if is_blob {
        let blob = body.into_blob().unwrap_or_default();
        (BASE64_STANDARD.encode(blob).into(), "application/octet-stream")
    } else if body.is_string() {
        (body, "text/plain; charset=utf-8")
    } else if body.is_unit() {
        ("".into(), "")
    } else {
        let json = value::encode(&body).map_err(|problem| error("HttpResponseError", problem))?;
        (String::from_utf8_lossy(&json).into_owned().into(), "application/json")
    };
    let has_type = headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    if !has_type && !content_type.is_empty() {
        headers.insert("content-type".into(), content_type.into());
    }
    let mut response = Map::new();
    response.insert("statusCode".into(), status.into());
    response.insert("headers".into(), headers.into());
    response.insert("body".into(), body);
    response.insert("isBase64Encoded".into(), is_blob.into());
    Ok(response)
}

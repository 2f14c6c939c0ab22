//! A response on its way: from what a handler returns to what the sender of the event expects.

use super::agent;
use super::error::router_error;
use super::source::Source;
use crate::modules::arguments::is_http_status;
use crate::modules::http_event::{self, Format};
use crate::value::{self, type_of};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use flate2::write::GzEncoder;
use flate2::Compression;
use rhai_vm::memory::{self, Output};
use rhai_vm::{Map, Result, Value};
use std::io::Write as _;

/// Smaller bodies are not worth compressing.
const MIN_TO_COMPRESS: usize = 1024;

/// A response. Its headers have names in lower case, and cookies are `set-cookie`.
pub(super) struct Reply {
    pub(super) status: i64,
    pub(super) headers: Map,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn new(status: i64, content_type: &str, body: impl Into<Value>) -> Self {
        let headers = Map::from_iter([("content-type".into(), content_type.into())]);
        Self { status, headers, body: body.into() }
    }

    pub(super) fn empty(status: i64) -> Self {
        Self { status, headers: Map::new(), body: Value::Unit }
    }

    /// A problem in JSON.
    pub(super) fn problem(status: i64, message: &str) -> Result<Self> {
        Self::problem_with(status, message, None)
    }

    /// A problem in JSON, with what is wrong in detail.
    pub(super) fn problem_with(status: i64, message: &str, errors: Option<&Value>) -> Result<Self> {
        let mut body = Map::from_iter([("error".into(), message.into())]);
        if let Some(errors) = errors {
            body.insert("errors".into(), errors.clone());
        }
        json(status, &body.into())
    }

    /// What a handler returns: a response as `http_response` makes it, or a body.
    pub(super) fn read(value: Value) -> Result<Self> {
        match value {
            Value::Map(map) if map.contains_key("statusCode") => Self::read_response(&map),
            Value::Unit => Ok(Self::empty(204)),
            Value::Str(_) => Ok(Self::new(200, "text/plain; charset=utf-8", value)),
            Value::Blob(_) => Ok(Self::new(200, "application/octet-stream", value)),
            other => json(200, &other),
        }
    }

    fn read_response(map: &Map) -> Result<Self> {
        let given = map.get("statusCode").cloned().unwrap_or_default();
        let status = given.as_int().filter(|status| is_http_status(*status)).ok_or_else(|| {
            router_error(format!(
                "the statusCode {:?} of the response is not an HTTP status; use 100 to 599",
                given.to_string()
            ))
        })?;
        let mut headers = Map::new();
        for name in ["headers", "multiValueHeaders"] {
            match map.get(name) {
                None | Some(Value::Unit) => {}
                Some(Value::Map(given)) => headers
                    .extend(given.iter().map(|(name, value)| (name.to_lowercase().into(), value.clone()))),
                Some(other) => {
                    return Err(router_error(format!(
                        "the {name} of the response are not a map but {}",
                        type_of(other)
                    )))
                }
            }
        }
        if let Some(cookies) = map.get("cookies").filter(|cookies| !cookies.is_unit()) {
            headers.insert("set-cookie".into(), cookies.clone());
        }
        let is_encoded = map.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
        let body = map.get("body").cloned().unwrap_or_default();
        let body = match (&body, is_encoded) {
            (Value::Str(text), true) => {
                memory::needs(text.len() / 4 * 3)?;
                let bytes = BASE64_STANDARD.decode(text.as_bytes());
                Value::blob(bytes.map_err(|_| {
                    router_error("the body of the response is not valid base64, but isBase64Encoded is true; encode it with base64::encode")
                })?)
            }
            (Value::Str(_) | Value::Blob(_) | Value::Unit, _) => body,
            _ => {
                headers.get_or_insert(&"content-type".into()).map(|kind| {
                    if kind.is_unit() {
                        *kind = "application/json".into();
                    }
                })?;
                encoded(&body)?
            }
        };
        Ok(Self { status, headers, body })
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.headers.insert(name.into(), value.into());
    }

    /// Adds a name to `vary`.
    pub(super) fn vary(&mut self, name: &str) {
        let vary = match self.headers.get("vary").map(ToString::to_string) {
            Some(vary)
                if vary
                    .split(',')
                    .any(|known| ["*", name].contains(&known.trim().to_lowercase().as_str())) =>
            {
                vary
            }
            Some(vary) => format!("{vary}, {name}"),
            None => name.to_owned(),
        };
        self.set("vary", vary);
    }

    /// The form in which scripts see it.
    pub(super) fn into_map(self) -> Map {
        let mut map = Map::new();
        map.insert("statusCode".into(), self.status.into());
        map.insert("headers".into(), self.headers.into());
        map.insert("body".into(), self.body);
        map
    }

    /// Compresses the body where the client's `accept-encoding` allows gzip and it is worth it.
    pub(super) fn compress(&mut self, accepted: &str) -> Result<()> {
        let kind = self.headers.get("content-type").map(ToString::to_string).unwrap_or_default();
        let bytes = match &self.body {
            Value::Str(text) => text.as_bytes(),
            Value::Blob(bytes) => bytes.as_slice(),
            _ => return Ok(()),
        };
        if bytes.len() < MIN_TO_COMPRESS
            || !is_compressible(&kind)
            || self.headers.contains_key("content-encoding")
        {
            return Ok(());
        }
        let packed = accepts_gzip(accepted).then(|| gzip(bytes)).transpose()?;
        self.vary("accept-encoding");
        if let Some(packed) = packed {
            self.body = Value::blob(packed);
            self.set("content-encoding", "gzip");
            // The bytes are others: so is a strong validator.
            if let Some(tag) =
                self.headers.get("etag").map(ToString::to_string).filter(|tag| tag.starts_with('"'))
            {
                self.set("etag", format!("W/{tag}"));
            }
        }
        Ok(())
    }

    /// The response in the format of what sent the event.
    pub(super) fn into_response(self, source: Source, event: &Map) -> Result<Value> {
        match source {
            Source::BedrockAgent => agent::response(event, self.status, &self.headers, self.body),
            Source::HttpApi | Source::FunctionUrl => self.formatted(Format::V2),
            Source::HttpApiV1 | Source::RestApi | Source::WebSocket => self.formatted(Format::V1),
            Source::LoadBalancer if event.contains_key("multiValueHeaders") => {
                self.formatted(Format::AlbMultiValue)
            }
            Source::LoadBalancer | Source::VpcLattice | Source::VpcLatticeV1 => self.formatted(Format::Alb),
        }
    }

    fn formatted(self, format: Format) -> Result<Value> {
        http_event::http_response(format, self.status, self.body, self.headers).map(Value::from)
    }
}

fn json(status: i64, body: &Value) -> Result<Reply> {
    Ok(Reply::new(status, "application/json", encoded(body)?))
}

fn encoded(body: &Value) -> Result<Value> {
    let json = value::encode(body).map_err(|problem| {
        memory::stopped()
            .unwrap_or_else(|| router_error(format!("the body of the response has no JSON form: {problem}")))
    })?;
    String::from_utf8(json).map(Value::from).map_err(|problem| router_error(problem.to_string()))
}

fn is_compressible(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "javascript", "xml", "yaml", "wasm"].iter().any(|end| kind.ends_with(end))
}

/// Whether a header `accept-encoding` allows gzip (RFC 9110, section 12.5.3).
fn accepts_gzip(header: &str) -> bool {
    let quality = |name: &str| {
        header.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next().filter(|coding| coding.eq_ignore_ascii_case(name))?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok());
            Some(weight.unwrap_or(1.0))
        })
    };
    quality("gzip").or_else(|| quality("*")).is_some_and(|quality| quality > 0.0)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Output::default(), Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map(|packed| packed.0).map_err(|problem| {
        memory::stopped().unwrap_or_else(|| router_error(format!("cannot compress the response: {problem}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_where_the_client_accepts_it() {
        for header in ["gzip", "deflate, GZIP;q=0.5", "br, *", "gzip;q=1.0, identity"] {
            assert!(accepts_gzip(header), "{header}");
        }
        for header in ["", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *"] {
            assert!(!accepts_gzip(header), "{header}");
        }
    }
}

//! What a script says beside what is called, checked.

use super::invalid;
use crate::aws::services::Protocol;
use crate::aws::{self, Error, Result};
use crate::modules::http::{self, pairs, seconds};
use crate::time::Time;
use crate::{value, xml};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::{Map, Value};
use std::rc::Rc;
use std::time::Duration;

/// Deeper than any value that can be sent.
const MAX_DEPTH: usize = 200;

/// A map of options, which are taken out one by one.
pub(super) struct Options {
    left: Map,
    /// Those that were asked for.
    known: Vec<&'static str>,
}

impl Options {
    pub(super) fn new(mut options: Map) -> Self {
        // `()` is the same as nothing: so an option can be left open.
        options.retain(|_, value| !value.is_unit());
        Self { left: options, known: Vec::new() }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name)
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text.into_string())),
            Some(value) => Err(wrong(name, &value, "a text")),
        }
    }

    pub(super) fn truth(&mut self, name: &'static str) -> Result<Option<bool>> {
        let truth = |value: Value| value.as_bool().ok_or_else(|| wrong(name, &value, "true or false"));
        self.take(name).map(truth).transpose()
    }

    pub(super) fn seconds(&mut self, name: &'static str) -> Result<Option<Duration>> {
        self.take(name).map(|value| seconds(name, &value).map_err(invalid)).transpose()
    }

    /// A map's names and values.
    pub(super) fn pairs(&mut self, name: &'static str) -> Result<Vec<(String, String)>> {
        self.take(name).map_or(Ok(Vec::new()), |value| pairs(name, value).map_err(invalid))
    }

    /// What every call understands.
    pub(super) fn common(&mut self) -> Result<aws::Options> {
        Ok(aws::Options {
            region: self.text("region")?,
            endpoint: self.text("endpoint")?,
            timeout: self.seconds("timeout")?,
        })
    }

    /// What a request understands.
    pub(super) fn rest(&mut self, rest: &mut aws::Rest) -> Result<()> {
        rest.query = self.pairs("query")?;
        rest.headers = self.pairs("headers")?;
        let bodies = ["body", "json", "xml"].map(|name| (name, self.take(name)));
        let mut bodies = bodies.into_iter().filter_map(|(name, body)| Some((name, body?)));
        let Some((name, value)) = bodies.next() else {
            return Ok(());
        };
        if let Some((other, _)) = bodies.next() {
            return Err(invalid(format!(
                "a request has one body, but both `{name}` and `{other}` are given"
            )));
        }
        let content_type = match name {
            "body" => set_body(rest, value)?,
            "json" => {
                rest.body = json(value)?.to_string().into_bytes();
                "application/json"
            }
            _ => {
                let document = value::for_xml(&blobs_in_base64(value)).map_err(invalid)?;
                rest.body = xml::encode(&document).map_err(invalid)?.into_bytes();
                "application/xml"
            }
        };
        rest.default_header("content-type", content_type);
        Ok(())
    }

    /// Nobody asked for what is left.
    pub(super) fn end(self) -> Result<()> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let known = self.known.join(", ");
                Err(invalid(format!("there is no option `{name}`; there are {known}")))
            }
        }
    }
}

/// Takes a text, a blob, or a value as JSON for the body; the content type it has.
pub(super) fn set_body(rest: &mut aws::Rest, value: Value) -> Result<&'static str> {
    let content_type = match value {
        Value::Str(text) => {
            rest.body = text.into_string().into_bytes();
            "text/plain; charset=utf-8"
        }
        Value::Blob(blob) => {
            rest.body = Rc::unwrap_or_clone(blob);
            "application/octet-stream"
        }
        Value::Map(_) | Value::Array(_) => {
            rest.body = json(value)?.to_string().into_bytes();
            "application/json"
        }
        other => return Err(wrong("body", &other, "a text, a blob, a map or an array")),
    };
    Ok(content_type)
}

/// A value as JSON with its blobs in base64, as all of AWS's protocols have them.
pub(super) fn json(value: Value) -> Result<serde_json::Value> {
    value::to_json(&blobs_in_base64(value)).map_err(invalid)
}

fn blobs_in_base64(value: Value) -> Value {
    with_leaves(value, &mut |leaf| match leaf {
        Value::Blob(blob) => Some(base64(blob)),
        _ => None,
    })
}

/// The parameters of an action, as JSON. Services with JSON protocols expect times as seconds since 1970, unless their
/// model says otherwise; the others in the form of ISO 8601, which a time has by itself.
pub(super) fn parameters(service: &str, value: Value) -> Result<serde_json::Value> {
    let protocol = aws::services::find(service).map(aws::services::Service::protocol);
    if !matches!(protocol, Ok(Protocol::Json(_))) {
        return json(value);
    }
    let value = with_leaves(value, &mut |leaf| match leaf {
        Value::Blob(blob) => Some(base64(blob)),
        other => other.as_host::<Time>().map(seconds_since_1970),
    });
    value::to_json(&value).map_err(invalid)
}

fn base64(blob: &[u8]) -> Value {
    BASE64_STANDARD.encode(blob).into()
}

/// An integer where the time has no fraction of a second, which some services refuse.
#[allow(clippy::cast_precision_loss)] // milliseconds are exact for 285,000 years
fn seconds_since_1970(time: &Time) -> Value {
    let milliseconds = time.unix_ms();
    if milliseconds % 1000 == 0 {
        (milliseconds / 1000).into()
    } else {
        (milliseconds as f64 / 1000.0).into()
    }
}

/// A value in which `leaf` has replaced what is neither a map nor an array; it is copied only where it is replaced.
fn with_leaves(value: Value, leaf: &mut impl FnMut(&Value) -> Option<Value>) -> Value {
    replaced(&value, 0, leaf).unwrap_or(value)
}

/// The value with other leaves; `None` where it has none of these.
fn replaced(value: &Value, depth: usize, leaf: &mut impl FnMut(&Value) -> Option<Value>) -> Option<Value> {
    match value {
        Value::Map(_) | Value::Array(_) if depth == MAX_DEPTH => None,
        Value::Map(map) => {
            let mut copy = None;
            for (key, item) in map.iter() {
                if let Some(new) = replaced(item, depth + 1, leaf) {
                    copy.get_or_insert_with(|| Map::clone(map)).insert(key.clone(), new);
                }
            }
            copy.map(Value::from)
        }
        Value::Array(items) => {
            let mut copy = None;
            for (index, item) in items.iter().enumerate() {
                if let Some(new) = replaced(item, depth + 1, leaf) {
                    copy.get_or_insert_with(|| items.to_vec())[index] = new;
                }
            }
            copy.map(Value::from)
        }
        other => leaf(other),
    }
}

pub(super) fn wrong(name: &str, value: &Value, needed: &str) -> Error {
    invalid(http::wrong(name, value, needed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_numbers_for_services_with_json() {
        let time = |text: &str| Value::host(Time::parse(text).unwrap());
        let entry: Map = [
            ("Time".into(), time("2026-11-25T10:00:00Z")),
            ("Exact".into(), time("2026-11-25T10:00:00.25Z")),
            ("Data".into(), Value::blob(vec![1, 2])),
        ]
        .into_iter()
        .collect();
        let value = Value::array(vec![entry.into()]);
        assert_eq!(
            parameters("events", value.clone()).unwrap(),
            json!([{ "Time": 1_795_600_800, "Exact": 1_795_600_800.25, "Data": "AQI=" }])
        );
        assert_eq!(
            parameters("cloudformation", value).unwrap(),
            json!([{ "Time": "2026-11-25T10:00:00Z", "Exact": "2026-11-25T10:00:00.250Z", "Data": "AQI=" }])
        );
    }
}

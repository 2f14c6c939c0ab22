//! What a script says beside what is called, checked.

use super::invalid;
use crate::aws::{self, Error, Result};
use crate::modules::http::{self, pairs, seconds};
use crate::{value, xml};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai::{Array, Blob, Dynamic, Map};
use serde_json::Value;
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

    pub(super) fn take(&mut self, name: &'static str) -> Option<Dynamic> {
        self.known.push(name);
        self.left.remove(name)
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) if value.is_string() => Ok(Some(value.to_string())),
            Some(value) => Err(wrong(name, &value, "a text")),
        }
    }

    pub(super) fn truth(&mut self, name: &'static str) -> Result<Option<bool>> {
        let truth = |value: Dynamic| value.as_bool().map_err(|_| wrong(name, &value, "true or false"));
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
        let Some((name, mut value)) = bodies.next() else {
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
                blobs_to_base64(&mut value, 0);
                let document = value::for_xml(&value).map_err(invalid)?;
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
pub(super) fn set_body(rest: &mut aws::Rest, value: Dynamic) -> Result<&'static str> {
    if value.is_string() {
        rest.body = value.to_string().into_bytes();
        return Ok("text/plain; charset=utf-8");
    }
    if value.is_blob() {
        rest.body = value.into_blob().unwrap_or_default();
        return Ok("application/octet-stream");
    }
    if value.is_map() || value.is_array() {
        rest.body = json(value)?.to_string().into_bytes();
        return Ok("application/json");
    }
    Err(wrong("body", &value, "a text, a blob, a map or an array"))
}

/// A value as JSON with its blobs in base64, as all of AWS's protocols have them.
pub(super) fn json(mut value: Dynamic) -> Result<Value> {
    blobs_to_base64(&mut value, 0);
    value::to_json(&value).map_err(invalid)
}

fn blobs_to_base64(value: &mut Dynamic, depth: usize) {
    if depth == MAX_DEPTH {
        return;
    }
    if value.is_blob() {
        let text = value.read_lock::<Blob>().map(|blob| BASE64_STANDARD.encode(&*blob));
        *value = text.unwrap_or_default().into();
        return;
    }
    if let Some(mut map) = value.write_lock::<Map>() {
        map.values_mut().for_each(|value| blobs_to_base64(value, depth + 1));
        return;
    }
    if let Some(mut array) = value.write_lock::<Array>() {
        array.iter_mut().for_each(|value| blobs_to_base64(value, depth + 1));
    }
}

pub(super) fn wrong(name: &str, value: &Dynamic, needed: &str) -> Error {
    invalid(http::wrong(name, value, needed))
}

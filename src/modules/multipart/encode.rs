//! Forms → bodies.

use super::problem;
use crate::modules::accepted;
use crate::modules::arguments::known_fields;
use crate::value::type_of;
use rhai_vm::module::OptionsRead;
use rhai_vm::{memory, Map, Result, Value};
use std::fmt::{Display, Write as _};
use uuid::Uuid;

/// More bytes than a part has beside its data and its names.
const BYTES_OF_HEAD: usize = 256;
const FIELDS: [&str; 4] = ["content_type", "data", "filename", "name"];
const PART: &str = "a part of multipart::encode";

pub(super) fn encode(parts: &[Value]) -> Result<Value> {
    // Random, so that nobody who knows the data can write it into them.
    let boundary = format!("rhambda-{}", Uuid::new_v4().simple());
    let mut body = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let what = format_args!("part {number}");
        let Some(part) = part.as_map() else {
            return Err(problem(format!("part {number} must be a map, not {}", type_of(part))));
        };
        let head = head(&boundary, part, &what)?;
        let data = data(part, &what)?;
        memory::reserve(&mut body, head.len() + data.len() + BYTES_OF_HEAD)?;
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(data);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={boundary}");
    Ok(Map::from_entries(vec![
        ("content_type".into(), content_type.into()),
        ("body".into(), Value::blob(body)),
    ])
    .into())
}

/// Reads a part, without encoding it.
pub(super) fn check(part: &Map) -> OptionsRead {
    let field = |part: &Map, field: &str| match field {
        "data" => data(part, &"a part").map(drop),
        "content_type" => content_type(part, &"a part").map(drop),
        _ => text(part, field, &"a part").map(drop),
    };
    accepted::fields(part, &FIELDS, PART, field, |part| {
        head("", part, &"a part")?;
        data(part, &"a part").map(drop)
    })
}

fn data<'a>(part: &'a Map, what: &dyn Display) -> Result<&'a [u8]> {
    match part.get("data") {
        Some(Value::Str(text)) => Ok(text.as_bytes()),
        Some(Value::Blob(bytes)) => Ok(bytes.as_slice()),
        other => {
            let kind = other.map_or("()", type_of);
            Err(problem(format!("`data` of {what} must be a string or a blob, not {kind}")))
        }
    }
}

fn text<'a>(part: &'a Map, key: &str, what: &dyn Display) -> Result<Option<&'a str>> {
    match part.get(key) {
        None | Some(Value::Unit) => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(problem(format!("`{key}` of {what} must be a string, not {}", type_of(other)))),
    }
}

fn content_type<'a>(part: &'a Map, what: &dyn Display) -> Result<Option<&'a str>> {
    match text(part, "content_type", what)? {
        Some(content_type) if content_type.contains(|c: char| c.is_control() || !c.is_ascii()) => {
            Err(problem(format!("`content_type` of {what} is invalid: {content_type:?}")))
        }
        content_type => Ok(content_type),
    }
}

fn head(boundary: &str, part: &Map, what: &dyn Display) -> Result<String> {
    known_fields(part, &FIELDS, PART)?;
    let Some(name) = text(part, "name", what)? else {
        return Err(problem(format!("{what} has no `name`")));
    };
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
    if let Some(filename) = text(part, "filename", what)? {
        let _ = write!(head, "; filename=\"{}\"", escaped(filename));
    }
    head.push_str("\r\n");
    if let Some(content_type) = content_type(part, what)? {
        let _ = write!(head, "Content-Type: {content_type}\r\n");
    }
    head.push_str("\r\n");
    Ok(head)
}

/// A name as browsers write it (WHATWG HTML, "multipart form data").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

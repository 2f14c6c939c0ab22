//! Forms → bodies.

use super::problem;
use crate::modules::arguments::known_fields;
use crate::value::type_of;
use rhai_vm::{memory, Map, Result, Value};
use std::fmt::Write as _;
use uuid::Uuid;

/// More bytes than a part has beside its data and its names.
const BYTES_OF_HEAD: usize = 256;

pub(super) fn encode(parts: &[Value]) -> Result<Value> {
    // Random, so that nobody who knows the data can write it into them.
    let boundary = format!("rhambda-{}", Uuid::new_v4().simple());
    let mut body = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let Some(part) = part.as_map() else {
            return Err(problem(format!("part {number} must be a map, not {}", type_of(part))));
        };
        let head = head(&boundary, part, number)?;
        let data = match part.get("data") {
            Some(Value::Str(text)) => text.as_bytes(),
            Some(Value::Blob(bytes)) => bytes.as_slice(),
            other => {
                let kind = other.map_or("()", type_of);
                return Err(problem(format!(
                    "`data` of part {number} must be a string or a blob, not {kind}"
                )));
            }
        };
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

fn head(boundary: &str, part: &Map, number: usize) -> Result<String> {
    known_fields(part, &["content_type", "data", "filename", "name"], "a part of multipart::encode")?;
    let text = |key: &str| match part.get(key) {
        None | Some(Value::Unit) => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text.as_str())),
        Some(other) => {
            Err(problem(format!("`{key}` of part {number} must be a string, not {}", type_of(other))))
        }
    };
    let Some(name) = text("name")? else { return Err(problem(format!("part {number} has no `name`"))) };
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
    if let Some(filename) = text("filename")? {
        let _ = write!(head, "; filename=\"{}\"", escaped(filename));
    }
    head.push_str("\r\n");
    if let Some(content_type) = text("content_type")? {
        if content_type.contains(|c: char| c.is_control() || !c.is_ascii()) {
            return Err(problem(format!("`content_type` of part {number} is invalid: {content_type:?}")));
        }
        let _ = write!(head, "Content-Type: {content_type}\r\n");
    }
    head.push_str("\r\n");
    Ok(head)
}

/// A name as browsers write it (WHATWG HTML, "multipart form data").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

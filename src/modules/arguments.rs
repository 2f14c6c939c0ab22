//! What functions of modules make of their arguments, and the errors that they throw.

use crate::value::type_of;
use rhai_vm::{Error, Map, Result, Value};

/// An error as `throw #{ type, message }` makes it.
pub(crate) fn error(kind: &str, message: impl Into<String>) -> Error {
    Error::thrown(kind, message)
}

/// Whether a number is a status that an HTTP response can have.
pub(crate) fn is_http_status(status: i64) -> bool {
    (100..=599).contains(&status)
}

/// The bytes of a string or a blob, which is what the argument of this function must be.
pub(super) fn bytes<'a>(value: &'a Value, function: &str) -> Result<&'a [u8]> {
    match value {
        Value::Blob(blob) => Ok(blob),
        Value::Str(text) => Ok(text.as_bytes()),
        other => Err(error(
            "MismatchedTypes",
            format!("{function} expects a string or a blob, not {}", type_of(other)),
        )),
    }
}

/// The string of a value that has one in a table or a query: a string, a number, a bool, a time or a
/// duration.
pub(super) fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Char(_) => {
            Some(value.to_string())
        }
        Value::Host(object) if object.digits().is_some() => object.digits(),
        other => crate::time::to_text(other),
    }
}

/// The text of a format such as "XML"; if it is none, an error of this type.
pub(super) fn utf8<'a>(bytes: &'a [u8], format: &str, error_type: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|problem| {
        error(error_type, format!("not {format}: not UTF-8 at byte {}", problem.valid_up_to() + 1))
    })
}

/// What a function `decode` returns, beside which there is `decode_blob`.
pub(super) fn decoded_text(bytes: Vec<u8>, module: &str, error_type: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|problem| {
        let byte = problem.utf8_error().valid_up_to() + 1;
        let message =
            format!("the decoded bytes are not valid UTF-8 (at byte {byte}); use {module}::decode_blob");
        error(error_type, message)
    })
}

/// Checks that a map such as a message has no other fields than these.
pub(super) fn known_fields(map: &Map, known: &[&str], what: &str) -> Result<()> {
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(error(
            "MismatchedTypes",
            format!("{what} has no field `{name}`; the fields are {}", known.join(", ")),
        )),
    }
}

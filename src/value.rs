//! What is Rhambda's own about values; JSON, TOML and XML forms come from [`rhai_vm::json`].

pub use rhai_vm::json::{decode, encode, encode_map, encode_pretty, for_toml, for_xml, from_json, to_json};

use rhai_vm::builtins::text::push_text;
use rhai_vm::{memory, Result, Value};

/// A value as a string for people: a string as it is, an array, a map or `()` as JSON where it has that
/// form, anything else as `print` shows it.
///
/// # Errors
/// It does not fit into the memory.
pub fn to_text(value: &Value) -> Result<String> {
    if let Value::Array(_) | Value::Map(_) | Value::Unit = value {
        if let Some(json) = encode(value).ok().and_then(|json| String::from_utf8(json).ok()) {
            return Ok(json);
        }
        if let Some(error) = memory::stopped() {
            return Err(error);
        }
    }
    let mut text = String::new();
    push_text(&mut text, value)?;
    Ok(text)
}

/// The name of a value's type, as scripts have it from `type_of`.
pub fn type_of(value: &Value) -> &'static str {
    value.type_name()
}

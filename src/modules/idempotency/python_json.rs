//! JSON as Python's `json.dumps(value, sort_keys=True)` writes it: Powertools for AWS Lambda hashes and stores that.

use crate::value;
use rhai_vm::{memory, Result, Value};
use std::fmt::Write as _;

/// The JSON of a value.
///
/// # Errors
/// What has no JSON form, with its place.
pub(super) fn dumps(value: &Value) -> std::result::Result<String, String> {
    // What other types become as JSON is decided in one place.
    let json = value::encode(value)?;
    let mut text = String::with_capacity(json.len() + json.len() / 8);
    write(&value::decode(&json)?, &mut text);
    Ok(text)
}

/// The memory that [`dumps`] needs.
///
/// # Errors
/// The function does not have it.
pub(super) fn check_memory(value: &Value) -> Result<()> {
    memory::needs(memory::size(value).saturating_mul(3))
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Int(number) => {
            let _ = write!(text, "{number}");
        }
        Value::Float(number) => write_float(*number, text),
        Value::Str(string) => write_string(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(item, text);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_string(key, text);
                text.push_str(": ");
                write(value, text);
            }
            text.push('}');
        }
        _ => text.push_str("null"),
    }
}

/// Both languages write the fewest digits, and exponents for the same numbers; Python's have a sign and two digits.
fn write_float(number: f64, text: &mut String) {
    let written = format!("{number:?}");
    let Some((mantissa, exponent)) = written.split_once('e') else { return text.push_str(&written) };
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    let _ = write!(text, "{mantissa}e{sign}{digits:0>2}");
}

/// ASCII alone, as `ensure_ascii` has it.
fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_that_of_python() {
        for (json, expected) in [
            (r#"{"b":[1,2.0,true,null],"a":{}}"#, r#"{"a": {}, "b": [1, 2.0, true, null]}"#),
            (r#""é🐲\u0000\u007f/\"\\""#, r#""\u00e9\ud83d\udc32\u0000\u007f/\"\\""#),
            (
                "[1e16,1e15,0.0001,0.00001,1.5e-7,1e100,-0.5]",
                "[1e+16, 1000000000000000.0, 0.0001, 1e-05, 1.5e-07, 1e+100, -0.5]",
            ),
            ("[]", "[]"),
        ] {
            assert_eq!(dumps(&value::decode(json.as_bytes()).unwrap()).unwrap(), expected);
        }
    }
}

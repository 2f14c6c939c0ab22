//! What Rhambda adds to Rhai's own functions: names that people who know Python, JavaScript or Rust try first.
//!
//! None of them has the name and the types of a function of Rhai's.

pub mod arrays;
pub mod maps;
pub mod numbers;
pub mod strings;
mod unique;

use crate::value::Value;

/// Most characters of a string in an error.
const MAX_QUOTED: usize = 40;
/// What an array of two items takes.
const BYTES_OF_PAIR: usize = 8 * size_of::<Value>();

/// A string for an error.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// A value for an error: its type and, where it is short, itself.
fn described(value: &Value) -> String {
    match value {
        Value::Unit => "()".to_owned(),
        Value::Str(text) => format!("the string {}", quoted(text)),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Char(_) => {
            format!("the {} \"{value}\"", value.type_name())
        }
        other => format!("a value of type {}", other.type_name()),
    }
}

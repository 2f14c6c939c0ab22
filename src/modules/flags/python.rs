//! How Python compares values: the conditions of Powertools for AWS Lambda are its operators. What is an exception
//! there is `None` here.

use json_schema::{compare, equal};
use rhai_vm::{Str, Value};
use std::cmp::Ordering;

/// `bool(a)`.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Unit => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

/// A value in which booleans are the numbers 0 and 1.
fn number(value: &Value) -> Value {
    match value {
        Value::Bool(value) => Value::Int((*value).into()),
        other => other.clone(),
    }
}

/// `a == b`. One of them comes from JSON, so it is not nested deep.
pub(super) fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let same =
                |((key, a), (other, b)): ((&Str, &Value), (&Str, &Value))| key == other && is_equal(a, b);
            a.len() == b.len() && a.iter().zip(b.iter()).all(same)
        }
        _ => equal(&number(a), &number(b)),
    }
}

/// The order of `a` and `b`.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Array(a), Value::Array(b)) => match a.iter().zip(b.iter()).find(|(a, b)| !is_equal(a, b)) {
            Some((a, b)) => order(a, b),
            None => Some(a.len().cmp(&b.len())),
        },
        (a, b) => compare(&number(a), &number(b)),
    }
}

/// `item in container`.
pub(super) fn is_in(item: &Value, container: &Value) -> Option<bool> {
    match container {
        Value::Array(items) => Some(items.iter().any(|other| is_equal(item, other))),
        Value::Str(text) => item.as_str().map(|part| text.contains(part.as_str())),
        // Lists and dictionaries cannot be keys.
        Value::Map(_) if matches!(item, Value::Array(_) | Value::Map(_)) => None,
        Value::Map(map) => Some(item.as_str().is_some_and(|name| map.contains_key(name))),
        _ => None,
    }
}

/// `value % base`, with a base above 0.
pub(super) fn modulo(value: &Value, base: i64) -> Option<Value> {
    match number(value) {
        Value::Int(value) => Some(value.rem_euclid(base).into()),
        #[allow(clippy::cast_precision_loss)] // as Python does it
        Value::Float(value) => Some(value.rem_euclid(base as f64).into()),
        _ => None,
    }
}

//! Values that JSON does not have, as what they become in JSON.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::{Str, Value};
use std::borrow::Cow;

/// Whether a value is as JSON has it, or has no form in JSON.
#[inline]
pub(crate) fn is_plain(value: &Value) -> bool {
    match value {
        Value::Char(_) | Value::Blob(_) | Value::Host(_) => false,
        Value::Float(number) => number.is_finite(),
        _ => true,
    }
}

/// A value as JSON has it.
pub(crate) fn plain(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Char(c) => Cow::Owned(Str::from(*c).into()),
        Value::Float(number) if !number.is_finite() => Cow::Owned(Value::Unit),
        Value::Blob(bytes) => Cow::Owned(BASE64_STANDARD.encode(&**bytes).into()),
        Value::Host(object) => {
            let number = object.digits().map(|digits| match (digits.parse::<i64>(), digits.parse::<f64>()) {
                (Ok(integer), _) => Value::Int(integer),
                (_, Ok(number)) => Value::Float(number),
                _ => Value::Unit,
            });
            match number.or_else(|| object.to_plain()) {
                Some(plain) => Cow::Owned(plain),
                None => Cow::Borrowed(value),
            }
        }
        _ => Cow::Borrowed(value),
    }
}

//! Values of scripts as those of templates: arrays and maps are converted when a template asks for what is in them.

use crate::value::to_text;
use fragile::Fragile;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use rhai_vm::Value;
use std::fmt;
use std::sync::Arc;

/// An array or a map. Templates may be on any thread, and values of scripts are on one.
struct Parts(Fragile<Value>);

/// The value of a template.
pub(super) fn convert(value: &Value) -> minijinja::Value {
    match value {
        // As what is missing in a map of a script.
        Value::Unit => minijinja::Value::UNDEFINED,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Char(character) => character.to_string().into(),
        Value::Str(text) => text.as_str().into(),
        Value::Blob(bytes) => minijinja::Value::from_bytes(bytes.to_vec()),
        Value::Array(_) | Value::Map(_) => minijinja::Value::from_object(Parts(Fragile::new(value.clone()))),
        Value::Shared(cell) => convert(&cell.borrow()),
        Value::Host(object) => match object.to_plain() {
            Some(plain) => convert(&plain),
            None => value.to_string().into(),
        },
        Value::Range(_) | Value::RangeInclusive(_) | Value::Fn(_) => value.to_string().into(),
    }
}

impl Object for Parts {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.0.get() {
            Value::Array(_) => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        match self.0.get() {
            Value::Array(items) => items.get(key.as_usize()?).map(convert),
            Value::Map(map) => map.get(key.as_str()?).map(convert),
            _ => None,
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<minijinja::Value> {
        self.0.get().as_map()?.get(key).map(convert)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.0.get() {
            Value::Array(items) => Enumerator::Seq(items.len()),
            Value::Map(map) => Enumerator::Values(map.keys().map(|key| key.as_str().into()).collect()),
            _ => Enumerator::Empty,
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        match self.0.get() {
            Value::Array(items) => Some(items.len()),
            Value::Map(map) => Some(map.len()),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = to_text(self.0.get()).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.get(), f)
    }
}

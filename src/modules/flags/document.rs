//! The JSON of features. Rules apply in the order in which they are written, which maps do not have.

use rhai_vm::{Map, Str, Value};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::Deserializer;
use std::fmt;

/// The member whose order counts.
pub(super) const RULES: &str = "rules";
/// A member beside it, with its names in their order. No other JSON has such a name.
const ORDER: &str = "\0rules";

/// Reads a document.
///
/// # Errors
/// What is wrong with the JSON, with line and column.
pub(super) fn read(json: &str) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = Ordered.deserialize(&mut reader).and_then(|(value, _)| reader.end().map(|()| value));
    value.map_err(|error| error.to_string())
}

/// The names of the rules of a feature in their order.
pub(super) fn order(feature: &Map) -> Vec<Str> {
    match feature.get(ORDER).and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(|name| name.as_str().cloned()).collect(),
        // It was made in a script, or by an expression.
        None => feature.get(RULES).and_then(Value::as_map).into_iter().flat_map(Map::keys).cloned().collect(),
    }
}

/// A value without the notes about order.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Map(map) => {
            let entries = map.iter().filter(|(name, _)| *name != ORDER);
            entries.map(|(name, value)| (name.clone(), plain(value))).collect::<Map>().into()
        }
        other => other.clone(),
    }
}

/// Reads a value, and if it is an object its names in their order.
struct Ordered;

impl<'de> DeserializeSeed<'de> for Ordered {
    type Value = (Value, Vec<Value>);

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Ordered {
    type Value = (Value, Vec<Value>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((Value::Unit, Vec::new()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok((value.into(), Vec::new()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok((number.into(), Vec::new()))
    }

    #[allow(clippy::cast_precision_loss)] // as `json::decode` reads large integers
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        let number = i64::try_from(number).map_or_else(|_| Value::Float(number as f64), Value::Int);
        Ok((number, Vec::new()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok((number.into(), Vec::new()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.into(), Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some((value, _)) = items.next_element_seed(Self)? {
            values.push(value);
        }
        Ok((values.into(), Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let (mut map, mut names) = (Map::new(), Vec::new());
        while let Some(name) = entries.next_key::<String>()? {
            if name.starts_with('\0') {
                return Err(A::Error::custom("a name begins with the character U+0000"));
            }
            let name = Str::from(name);
            let (value, inner) = entries.next_value_seed(Self)?;
            if name == RULES && value.as_map().is_some() {
                map.insert(ORDER.into(), inner.into());
            }
            // Of a name that is repeated, the place of the first and the value of the last one count, as in Python.
            if map.insert(name.clone(), value).is_none() {
                names.push(name.into());
            }
        }
        Ok((map.into(), names))
    }
}

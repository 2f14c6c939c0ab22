//! The parameters of a query string as the schema of a route has them: numbers and booleans where it asks for these.

use crate::modules::pointer;
use rhai_vm::{Map, Str, Value};

/// More definitions that refer to one another are a circle.
const MAX_REFERENCES: usize = 20;

/// The schemas of an object's properties.
pub(super) fn properties(schema: &Value) -> Option<&Map> {
    schema.as_map()?.get("properties")?.as_map()
}

fn type_of(schema: &Value) -> Option<&str> {
    schema.as_map()?.get("type")?.as_str().map(Str::as_str)
}

/// The parameters, converted. What cannot be converted stays a string, for which the schema has an error.
pub(super) fn converted(query: Map, schema: &Value) -> Map {
    let properties = properties(schema);
    let schema_of = |name: &Str| properties?.get(name.as_str());
    let converted = |(name, value): (Str, Value)| match schema_of(&name) {
        Some(property) => (name, convert(&value, property, schema)),
        None => (name, value),
    };
    query.into_iter().map(converted).collect()
}

/// The schema itself, where one only says where it is defined within `all`.
fn defined(schema: &Value, all: &Value) -> Value {
    let mut schema = schema.clone();
    for _ in 0..MAX_REFERENCES {
        let reference = schema.as_map().and_then(|schema| schema.get("$ref")?.as_str());
        let place = reference.and_then(|reference| reference.strip_prefix('#'));
        match place.map(|place| pointer::get(all, place)) {
            Some(Ok(Some(found))) => schema = found,
            _ => break,
        }
    }
    schema
}

fn convert(value: &Value, schema: &Value, all: &Value) -> Value {
    let schema = &defined(schema, all);
    if type_of(schema) == Some("array") {
        let items = schema.as_map().and_then(|schema| schema.get("items"));
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        return values
            .iter()
            .map(|value| items.map_or_else(|| value.clone(), |items| convert(value, items, all)))
            .collect();
    }
    let Some(text) = value.as_str() else { return value.clone() };
    let read = match type_of(schema) {
        Some("integer") => text.parse().ok().map(Value::Int),
        Some("number") => text
            .parse()
            .map(Value::Int)
            .ok()
            .or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float)),
        Some("boolean") => text.parse().ok().map(Value::Bool),
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

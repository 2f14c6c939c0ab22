//! Where schemas are within a schema.

use crate::path::escaped;
use rhai_vm::{Map, Value};

/// Keywords whose value is a schema.
const ONE: [&str; 11] = [
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is an array of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is a map of schemas.
const NAMED: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// The schemas directly within a schema, with their places.
pub(crate) fn schemas(map: &Map, at: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (keyword, value) in map {
        let keyword = keyword.as_str();
        match value {
            Value::Map(_) if ONE.contains(&keyword) => found.push((format!("{at}/{keyword}"), value.clone())),
            Value::Array(items) if LIST.contains(&keyword) => {
                let items = items.iter().enumerate();
                found.extend(items.map(|(index, item)| (format!("{at}/{keyword}/{index}"), item.clone())));
            }
            Value::Map(named) if NAMED.contains(&keyword) => {
                let place = |name: &str| format!("{at}/{keyword}/{}", escaped(name));
                found.extend(named.iter().map(|(name, value)| (place(name), value.clone())));
            }
            _ => {}
        }
    }
    found
}

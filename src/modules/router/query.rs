//! The parameters of a query string as the schema of a route has them: numbers and booleans where it asks for these.

use rhai_vm::{Map, Str, Value};

/// The schemas of an object's properties.
fn properties(schema: &Value) -> Option<&Map> {
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
        Some(schema) => (name, convert(&value, schema)),
        None => (name, value),
    };
    query.into_iter().map(converted).collect()
}

fn convert(value: &Value, schema: &Value) -> Value {
    if type_of(schema) == Some("array") {
        let items = schema.as_map().and_then(|schema| schema.get("items"));
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        return values
            .iter()
            .map(|value| items.map_or_else(|| value.clone(), |items| convert(value, items)))
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

/// What the `OpenAPI` document says about the parameters.
pub(super) fn parameters(schema: &Value) -> Vec<Value> {
    let required = schema.as_map().and_then(|schema| schema.get("required")?.as_array());
    let parameter = |(name, schema): (&Str, &Value)| {
        let is_required =
            required.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)));
        let mut parameter = Map::new();
        parameter.insert("name".into(), name.clone().into());
        parameter.insert("in".into(), "query".into());
        parameter.insert("required".into(), is_required.into());
        parameter.insert("schema".into(), schema.clone());
        parameter.into()
    };
    properties(schema).map(|properties| properties.iter().map(parameter).collect()).unwrap_or_default()
}

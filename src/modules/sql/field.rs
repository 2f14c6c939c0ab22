//! Values as parameters of the Data API, and its records as rows.

use crate::modules::arguments::plain_text;
use crate::modules::postgres::decode_named;
use crate::time::Time;
use crate::value::{self, type_of};
use rhai_vm::{Map, Str, Value};
use std::collections::HashSet;

/// The parameters of a statement: those of an array are named `p1`, `p2` and so on.
pub(super) fn parameters(values: &Value) -> Result<Vec<Value>, String> {
    match values {
        Value::Unit => Ok(Vec::new()),
        Value::Array(items) => {
            let numbered = items.iter().zip(1..);
            numbered
                .map(|(value, number)| parameter(&format!("p{number}"), &format!("${number}"), value))
                .collect()
        }
        Value::Map(map) => {
            map.iter().map(|(name, value)| parameter(name, &format!(":{name}"), value)).collect()
        }
        other => Err(format!("the parameters must be an array or a map, not {}", type_of(other))),
    }
}

fn parameter(name: &str, shown: &str, value: &Value) -> Result<Value, String> {
    let (member, field, hint) = match value {
        Value::Unit => ("isNull", true.into(), None),
        Value::Bool(_) => ("booleanValue", value.clone(), None),
        Value::Int(_) => ("longValue", value.clone(), None),
        Value::Float(_) => ("doubleValue", value.clone(), None),
        Value::Blob(_) => ("blobValue", value.clone(), None),
        Value::Str(_) => ("stringValue", value.clone(), None),
        Value::Map(_) => {
            let json = value::encode(value).map_err(|problem| format!("the parameter {shown} cannot be sent: {problem}"))?;
            ("stringValue", String::from_utf8_lossy(&json).as_ref().into(), Some("JSON"))
        }
        Value::Array(_) => {
            return Err(format!(
                "the parameter {shown} is an array, which the Data API does not support: pass a string such as \"{{1,2}}\", with a cast"
            ))
        }
        value => {
            let time = value.as_host::<Time>();
            let utc = time.map(|time| time.in_zone("UTC").and_then(|time| time.format("%Y-%m-%d %H:%M:%S.%3f")));
            if let Some(text) = utc { ("stringValue", text?.into(), Some("TIMESTAMP")) } else {
                let text = plain_text(value).ok_or_else(|| {
                    format!("the parameter {shown} cannot be sent: SQL has no form of {}", type_of(value))
                })?;
                let is_number = matches!(value, Value::Host(object) if object.digits().is_some());
                ("stringValue", text.into(), is_number.then_some("DECIMAL"))
            }
        }
    };
    let field = Map::from_entries(vec![(member.into(), field)]);
    let mut parameter = Map::from_entries(vec![("name".into(), name.into()), ("value".into(), field.into())]);
    if let Some(hint) = hint {
        parameter.insert("typeHint".into(), hint.into());
    }
    Ok(parameter.into())
}

/// The rows of a response.
pub(super) fn rows(response: &Map) -> Result<Vec<Value>, String> {
    let list = |name: &str| response.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |column: &Value, name: &str| column.as_map()?.get(name)?.as_str().cloned();
    let columns: Vec<(Str, Str)> = list("columnMetadata")
        .iter()
        .map(|column| {
            let name = text(column, "label").or_else(|| text(column, "name"));
            (name.unwrap_or_default(), text(column, "typeName").unwrap_or_default())
        })
        .collect();
    let mut names = HashSet::new();
    if let Some((name, _)) = columns.iter().find(|(name, _)| !names.insert(name.as_str())) {
        return Err(format!(
            "two columns of the result have the name \"{name}\": give one of them another name with AS"
        ));
    }
    let row = |record: &Value| {
        let fields = record.as_array().map_or(&[][..], Vec::as_slice);
        let entries =
            columns.iter().zip(fields).map(|((name, kind), field)| (name.clone(), value_of(field, kind)));
        Value::from(Map::from_entries(entries.collect()))
    };
    Ok(list("records").iter().map(row).collect())
}

/// The value of a field, which has one member: the value, or that there is none.
fn value_of(field: &Value, kind: &str) -> Value {
    let Some((name, value)) = field.as_map().and_then(|field| field.iter().next()) else {
        return Value::Unit;
    };
    match (name.as_str(), value) {
        ("isNull", _) => Value::Unit,
        ("stringValue", Value::Str(text)) => decode_named(text, kind),
        ("arrayValue", Value::Map(array)) => array_of(array),
        (_, value) => value.clone(),
    }
}

/// An array, whose items are in the member for their type.
fn array_of(array: &Map) -> Value {
    let items = array.values().next().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().map(|item| item.as_map().map_or_else(|| item.clone(), array_of)).collect()
}

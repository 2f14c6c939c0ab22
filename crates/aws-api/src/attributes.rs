//! Values within parameters and responses that are converted: the attribute values of `DynamoDB`, and strings that stand for blobs.

use crate::table::{Operation, Service, Shape, Type};
use rhai_vm::{Map, Value};

/// Converts an attribute value.
///
/// # Errors
/// Why it cannot be converted.
type Convert = fn(&Value) -> Result<Value, String>;

/// Converts a value of a type; `None` if it stays, and what is in it is converted.
type Change<'a> = &'a dyn Fn(&Service, Type, &Value) -> Option<Result<Value, String>>;

impl Service {
    /// The parameters of an operation, whose attribute values are converted.
    ///
    /// # Errors
    /// That of a value, with its path.
    pub fn convert_parameters(
        &self,
        operation: &Operation,
        map: &Map,
        convert: Convert,
    ) -> Result<Map, String> {
        self.change_members(operation.input, map, "", &attribute_values(convert))
    }

    /// The response of an operation, whose attribute values are converted.
    ///
    /// # Errors
    /// That of a value, with its path.
    pub fn convert_response(
        &self,
        operation: &Operation,
        map: &Map,
        convert: Convert,
    ) -> Result<Map, String> {
        self.change_members(operation.output, map, "", &attribute_values(convert))
    }

    /// The response of an operation in which strings stand for blobs, as people write it in tests.
    pub fn with_blobs(&self, operation: &Operation, map: &Map) -> Map {
        let blob = |service: &Self, of: Type, value: &Value| match (of, value) {
            (Type::Blob | Type::Stream, Value::Str(text)) => Some(Ok(Value::blob(text.as_bytes().to_vec()))),
            // It may be a plain value.
            (of, value) => service.is_attribute_value(of).then(|| Ok(value.clone())),
        };
        self.change_members(operation.output, map, "", &blob).unwrap_or_default()
    }

    fn change_members(&self, of: Type, map: &Map, path: &str, change: Change<'_>) -> Result<Map, String> {
        let members = self.members(of);
        let converted = map.iter().map(|(name, value)| {
            let of = members.iter().find(|member| member.name == *name).map_or(Type::Any, |member| member.of);
            Ok((name.clone(), self.change(of, value, &within(path, name), change)?))
        });
        converted.collect()
    }

    fn change(&self, of: Type, value: &Value, path: &str, change: Change<'_>) -> Result<Value, String> {
        if let Some(changed) = change(self, of, value) {
            return changed.map_err(|why| format!("{path}: {why}"));
        }
        match (self.shape(of), value) {
            (Some(Shape::Structure(_)), Value::Map(map)) => {
                self.change_members(of, map, path, change).map(Value::from)
            }
            (Some(Shape::List { item, .. }), Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(number, value)| self.change(*item, value, &format!("{path}[{number}]"), change))
                    .collect()
            }
            (Some(Shape::Map { value: item, .. }), Value::Map(map)) => {
                let entries = map.iter().map(|(name, value)| {
                    Ok((name.clone(), self.change(*item, value, &within(path, name), change)?))
                });
                entries.collect::<Result<Map, String>>().map(Value::from)
            }
            _ => Ok(value.clone()),
        }
    }

    /// Whether it is the structure with a member for each type of attributes. In responses, the table only has those that
    /// do not follow from the JSON.
    fn is_attribute_value(&self, of: Type) -> bool {
        let has = |name| self.members(of).iter().any(|member| member.name == name);
        ["B", "BS", "L", "M"].into_iter().all(has)
    }
}

fn attribute_values(convert: Convert) -> impl Fn(&Service, Type, &Value) -> Option<Result<Value, String>> {
    move |service, of, value| service.is_attribute_value(of).then(|| convert(value))
}

fn within(path: &str, name: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

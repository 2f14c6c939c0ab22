//! The attribute values of `DynamoDB` in parameters and responses.

use crate::table::{Operation, Service, Shape, Type};
use rhai_vm::{Map, Value};

/// Converts an attribute value.
///
/// # Errors
/// Why it cannot be converted.
type Convert = fn(&Value) -> Result<Value, String>;

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
        self.convert_members(operation.input, map, "", convert)
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
        self.convert_members(operation.output, map, "", convert)
    }

    fn convert_members(&self, of: Type, map: &Map, path: &str, convert: Convert) -> Result<Map, String> {
        let members = self.members(of);
        let converted = map.iter().map(|(name, value)| {
            let of = members.iter().find(|member| member.name == *name).map_or(Type::Any, |member| member.of);
            Ok((name.clone(), self.convert(of, value, &within(path, name), convert)?))
        });
        converted.collect()
    }

    fn convert(&self, of: Type, value: &Value, path: &str, convert: Convert) -> Result<Value, String> {
        if self.is_attribute_value(of) {
            return convert(value).map_err(|why| format!("{path}: {why}"));
        }
        match (self.shape(of), value) {
            (Some(Shape::Structure(_)), Value::Map(map)) => {
                self.convert_members(of, map, path, convert).map(Value::from)
            }
            (Some(Shape::List { item, .. }), Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(number, value)| self.convert(*item, value, &format!("{path}[{number}]"), convert))
                    .collect()
            }
            (Some(Shape::Map { value: item, .. }), Value::Map(map)) => {
                let entries = map.iter().map(|(name, value)| {
                    Ok((name.clone(), self.convert(*item, value, &within(path, name), convert)?))
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

fn within(path: &str, name: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

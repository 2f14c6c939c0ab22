//! Values of a script as parameters.

use super::ERROR;
use crate::modules::arguments::plain_text;
use crate::modules::databases::invalid;
use crate::time::Time;
use crate::value::{self, type_of};
use ::clients::postgres::array::Element;
use ::clients::postgres::Parameter;
use rhai_vm::{memory, Error, Result, Value};

/// The parameters of a statement.
pub(super) fn all(values: &[Value]) -> Result<Vec<Parameter>> {
    values.iter().enumerate().map(|(index, value)| one(value, index)).collect()
}

fn one(value: &Value, index: usize) -> Result<Parameter> {
    Ok(match value {
        Value::Unit => Parameter::Null,
        Value::Blob(bytes) => {
            memory::needs(bytes.len())?;
            Parameter::Bytes(bytes.to_vec())
        }
        Value::Array(_) => {
            let mut array = String::new();
            element(value, index)?.write(&mut array);
            // What has no JSON, such as a closure, has no text either.
            Parameter::List { array, json: json(value, index)? }
        }
        Value::Map(_) => Parameter::Text(json(value, index)?),
        value => Parameter::Text(text(value, index)?),
    })
}

fn element(value: &Value, index: usize) -> Result<Element> {
    Ok(match value {
        Value::Unit => Element::Null,
        Value::Array(items) => {
            memory::needs(items.len() * size_of::<Element>())?;
            Element::Array(items.iter().map(|item| element(item, index)).collect::<Result<_>>()?)
        }
        Value::Blob(bytes) => {
            memory::needs(2 * bytes.len())?;
            Element::Text(format!("\\x{}", base16ct::lower::encode_string(bytes)))
        }
        Value::Map(_) => Element::Text(json(value, index)?),
        value => Element::Text(text(value, index)?),
    })
}

fn json(value: &Value, index: usize) -> Result<String> {
    let json = value::encode(value).map_err(|problem| wrong(index, &problem))?;
    String::from_utf8(json).map_err(|problem| wrong(index, &problem.to_string()))
}

fn text(value: &Value, index: usize) -> Result<String> {
    if let Some(time) = value.as_host::<Time>() {
        // Without a time zone, a `timestamp` would be the clock time of the value's own zone.
        let utc = time.in_zone("UTC").and_then(|time| time.format("%Y-%m-%dT%H:%M:%S.%fZ"));
        return utc.map_err(|problem| wrong(index, &problem));
    }
    if let Value::Str(text) = value {
        memory::needs(text.len())?;
    }
    plain_text(value).ok_or_else(|| wrong(index, &format!("PostgreSQL has no form of {}", type_of(value))))
}

fn wrong(index: usize, problem: &str) -> Error {
    invalid(ERROR, format!("the parameter ${} cannot be sent: {problem}", index + 1))
}

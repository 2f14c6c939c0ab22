//! What is made of values.

use super::fetch::Fetch;
use crate::modules::arguments::error;
use crate::value;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::{memory, Error, Result, Value};

/// What is made of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    Json,
    Binary,
    Auto,
}

impl Transform {
    pub(super) fn parse(name: &str) -> aws::Result<Self> {
        match name {
            "json" => Ok(Self::Json),
            "binary" => Ok(Self::Binary),
            "auto" => Ok(Self::Auto),
            other => Err(aws::Error::invalid_argument(format!(
                "`transform` is \"{other}\"; use \"json\", \"binary\" or \"auto\""
            ))),
        }
    }

    /// Transforms what was fetched.
    pub(super) fn apply_to(self, fetch: &Fetch, value: Value) -> Result<Value> {
        match value {
            Value::Map(map) if fetch.has_many() => {
                let mut map = std::rc::Rc::unwrap_or_clone(map);
                let names: Vec<_> = map.keys().cloned().collect();
                for name in names {
                    let Some(value) = map.get_mut(&name) else { continue };
                    *value = self.apply(&name, std::mem::take(value))?;
                }
                Ok(map.into())
            }
            value => self.apply(fetch.name(), value),
        }
    }

    fn apply(self, name: &str, value: Value) -> Result<Value> {
        let bytes = match &value {
            Value::Str(text) => text.as_bytes(),
            Value::Blob(bytes) => bytes,
            // An attribute of DynamoDB that is a number, a map and so on already.
            _ => return Ok(value),
        };
        match self.of(name) {
            Some(Self::Json) => value::decode(bytes).map_err(|_| failed(name, "JSON")),
            Some(_) => {
                memory::needs(bytes.len())?;
                let trimmed = bytes.trim_ascii();
                let decoded = BASE64_STANDARD.decode(trimmed).map_err(|_| failed(name, "base64"))?;
                Ok(Value::blob(decoded))
            }
            None => Ok(value),
        }
    }

    /// What is done with a value of this name.
    fn of(self, name: &str) -> Option<Self> {
        match self {
            Self::Auto if name.ends_with(".json") => Some(Self::Json),
            Self::Auto if name.ends_with(".binary") => Some(Self::Binary),
            Self::Auto => None,
            sure => Some(sure),
        }
    }
}

/// The reason would show a part of the value, which may be secret.
fn failed(name: &str, format: &str) -> Error {
    let message = format!("the value of \"{name}\" is not {format}; correct it, or remove `transform`");
    memory::stopped().unwrap_or_else(|| error("ParameterError", message))
}

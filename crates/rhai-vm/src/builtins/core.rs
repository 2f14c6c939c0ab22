//! Functions of the language itself, and of function pointers.

use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::map::Map;
use crate::module;
use crate::value::Value;
use crate::Result;
use rhai::{Dynamic, Engine, EvalAltResult};

module! {
    "Values of every type"

    functions {
        new "exit" (value: Any) -> Any = |call| Err(Error::new(ErrorKind::Exit(call.take(0))));
        new "exit" () -> Any = |_| Err(Error::new(ErrorKind::Exit(Value::Unit)));
        changing "take" (value: Any) -> Any = |call| Ok(call.take(0));
        new "parse_json" (json: String) -> Map = parse_json;
        new "name" (function: Fn) -> String = name;
        new "get$name" (function: Fn) -> String = name;
        new "is_anonymous" (function: Fn) -> Bool = is_anonymous;
        new "get$is_anonymous" (function: Fn) -> Bool = is_anonymous;
    }
}

fn name(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.function(0)?.name.clone().into())
}

fn is_anonymous(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.function(0)?.is_anonymous().into())
}

/// Rhai reads JSON with its own parser, and so with its own errors.
fn parse_json(call: &mut Call<'_>) -> Result<Value> {
    match Engine::new_raw().parse_json(call.str(0), true) {
        Ok(map) => Ok(map
            .into_iter()
            .map(|(key, value)| (key.as_str().into(), plain(value)))
            .collect::<Map>()
            .into()),
        Err(error) => Err(from_rhai(*error)),
    }
}

/// A value that rhai's parser made.
fn plain(value: Dynamic) -> Value {
    if let Ok(value) = value.as_int() {
        return value.into();
    }
    if let Ok(value) = value.as_float() {
        return value.into();
    }
    if let Ok(value) = value.as_bool() {
        return value.into();
    }
    if let Ok(value) = value.as_char() {
        return value.into();
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return text.as_str().into();
    }
    let value = match value.try_cast_result::<rhai::Array>() {
        Ok(items) => return items.into_iter().map(plain).collect(),
        Err(value) => value,
    };
    match value.try_cast::<rhai::Map>() {
        Some(map) => {
            map.into_iter().map(|(key, value)| (key.as_str().into(), plain(value))).collect::<Map>().into()
        }
        None => Value::Unit,
    }
}

/// An error of rhai's parser.
pub(super) fn from_rhai(error: EvalAltResult) -> Error {
    match error {
        EvalAltResult::ErrorParsing(problem, position) => {
            Error::at(ErrorKind::Parsing(Box::new(problem)), position)
        }
        EvalAltResult::ErrorFunctionNotFound(name, position) => {
            Error::at(ErrorKind::FunctionNotFound(name), position)
        }
        EvalAltResult::ErrorMismatchOutputType(needed, given, position) => {
            Error::at(ErrorKind::MismatchOutputType(needed, given), position)
        }
        other => Error::text(other.to_string()),
    }
}

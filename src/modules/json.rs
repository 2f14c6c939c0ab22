//! `json::encode`, `json::encode_pretty`, `json::decode`; and `parse_json` and `to_json`, which Rhai has
//! only for strings and maps.

use super::{bytes, error, Result};
use crate::value;
use rhai_vm::function::{param, Function, Namespace, Param};
use rhai_vm::{Kind, Value};

const VALUE: &[Param] = &[param("value", Kind::Any)];
const JSON: &[Param] = &[param("json", Kind::Any)];

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "json",
    functions: &[
        Function::new("encode", VALUE, Kind::String, |call| encode(call.value(0))),
        Function::new("encode_pretty", VALUE, Kind::String, |call| {
            let json = value::encode_pretty(call.value(0));
            json.map(Value::from).map_err(|problem| error("JsonError", problem))
        }),
        Function::new("decode", JSON, Kind::Any, |call| decode(call.value(0), "json::decode")),
    ],
    constants: &[],
};

pub(super) const FUNCTIONS: &[Function] = &[
    // For a text it takes the place of Rhai's own.
    Function::new("parse_json", &[param("json", Kind::String)], Kind::Any, |call| {
        decode(call.value(0), "parse_json")
    }),
    Function::new("parse_json", JSON, Kind::Any, |call| decode(call.value(0), "parse_json")),
    Function::new("to_json", VALUE, Kind::String, |call| encode(call.value(0))),
];

fn encode(value: &Value) -> Result<Value> {
    let json = value::encode(value).map_err(|problem| error("JsonError", problem))?;
    let json = String::from_utf8(json).map_err(|problem| error("JsonError", problem.to_string()))?;
    Ok(json.into())
}

fn decode(json: &Value, function: &str) -> Result<Value> {
    let json = bytes(json, function)?;
    value::decode(json).map_err(|problem| error("JsonError", format!("not JSON: {problem}")))
}

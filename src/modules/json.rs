//! `json::encode`, `json::encode_pretty`, `json::decode`; and Rhai's own `parse_json` and
//! `to_json`, for every type.

use super::{at, bytes, error, Result};
use crate::value;
use rhai::{Dynamic, Engine, ImmutableString, Map, Module, NativeCallContext};

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    module
        .set_native_fn("encode", |call: NativeCallContext<'_>, value: &mut Dynamic| at(&call, encode(value)));
    module.set_native_fn("encode_pretty", |call: NativeCallContext<'_>, value: &mut Dynamic| {
        let text = value::encode_pretty(value);
        at(&call, text.map_err(|problem| error("JsonError", problem)))
    });
    module.set_native_fn("decode", |call: NativeCallContext<'_>, text: &mut Dynamic| {
        at(&call, decode(text, "json::decode"))
    });
    engine.register_static_module("json", module.into());

    // Rhai has one of these for texts and one for maps, and a function for one type goes before one
    // for all.
    engine.register_fn("parse_json", |text: ImmutableString| decode(&text.into(), "parse_json"));
    engine.register_fn("parse_json", |text: &mut Dynamic| decode(text, "parse_json"));
    engine.register_fn("to_json", |map: &mut Map| json_text(value::encode_map(map)));
    engine.register_fn("to_json", |value: &mut Dynamic| encode(value));
}

fn encode(value: &Dynamic) -> Result<String> {
    json_text(value::encode(value))
}

fn json_text(json: std::result::Result<Vec<u8>, String>) -> Result<String> {
    let json = json.map_err(|problem| error("JsonError", problem))?;
    String::from_utf8(json).map_err(|problem| error("JsonError", problem.to_string()))
}

fn decode(text: &Dynamic, function: &str) -> Result<Dynamic> {
    let text = bytes(text, function)?;
    value::decode(&text).map_err(|problem| error("JsonError", format!("not JSON: {problem}")))
}

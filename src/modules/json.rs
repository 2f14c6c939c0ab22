//! `json::encode`, `json::encode_pretty`, `json::decode`; and Rhai's own `parse_json` and
//! `to_json`, for every type.

use super::{at, bytes, error, Result};
use crate::value;
use rhai::{Array, Dynamic, Engine, ImmutableString, Map, Module, NativeCallContext};

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    module.set_native_fn("encode", |call: NativeCallContext<'_>, value: Dynamic| at(&call, encode(&value)));
    module.set_native_fn("encode_pretty", |call: NativeCallContext<'_>, value: Dynamic| {
        let text = value::encode_pretty(&value);
        at(&call, text.map_err(|problem| error("JsonError", problem)))
    });
    module.set_native_fn("decode", |call: NativeCallContext<'_>, text: Dynamic| at(&call, decode(text)));
    engine.register_static_module("json", module.into());

    engine.register_fn("parse_json", |text: ImmutableString| decode(text.into()));
    // Rhai has these for maps alone, and a function for one type goes before one for all.
    engine.register_fn("to_json", |map: &mut Map| encode(&map.clone().into()));
    engine.register_fn("to_json", |array: &mut Array| encode(&array.clone().into()));
    engine.register_fn("to_json", |value: Dynamic| encode(&value));
}

fn encode(value: &Dynamic) -> Result<String> {
    let json = value::encode(value).map_err(|problem| error("JsonError", problem))?;
    String::from_utf8(json).map_err(|problem| error("JsonError", problem.to_string()))
}

fn decode(text: Dynamic) -> Result<Dynamic> {
    let text = bytes(text, "the argument of json::decode")?;
    value::decode(&text).map_err(|problem| error("JsonError", format!("not JSON: {problem}")))
}

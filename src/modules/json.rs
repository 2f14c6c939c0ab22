//! `json::encode`, `json::encode_pretty`, `json::decode`; and `parse_json` and `to_json`, which Rhai has
//! only for strings and maps.

use super::arguments::{bytes, error};
use crate::value;
use rhai_vm::{module, Result, Value};

module! {
    /// JSON and values, converted [as events and responses are](events.md#values).
    "`json`"

    functions {
        /// Decodes JSON, as `json::decode` does. Rhai's own name for it.
        ///
        /// ```rhai
        /// parse_json("[true]") // → [true]
        /// ```
        // For a text it takes the place of Rhai's own.
        new "parse_json" (json: String) -> Any throws JsonError = |call| {
            decode(call.value(0), "parse_json")
        };

        new "parse_json" (json: Any "string") -> Any = |call| decode(call.value(0), "parse_json");

        /// Encodes the value as JSON, as `json::encode` does. Rhai's own name for it.
        ///
        /// ```rhai
        /// #{ a: 1 }.to_json() // → "{\"a\":1}"
        /// #{ a: "\u0001" }.to_json() // → "{\"a\":\"\\u0001\"}"
        /// ```
        new "to_json" (self: Any) -> String throws JsonError = |call| encode(call.value(0));
        // In place of Rhai's own, which writes some characters in a way that JSON does not know.
        new "to_json" (self: Map) -> String = |call| encode(call.value(0));
    }

    namespace "json" {
        /// Encodes a value as JSON. Throws `JsonError`, which names the path, if a value has no JSON form.
        ///
        /// ```rhai
        /// json::encode(#{ a: [1, 2.5, ()] }) // → "{\"a\":[1,2.5,null]}"
        /// json::encode([|x| x]) // ✗ JsonError
        /// ```
        new "encode" (value: Any) -> String throws JsonError = |call| encode(call.value(0));

        /// Encodes a value as JSON on several lines. Throws `JsonError` as `json::encode` does.
        ///
        /// ```rhai
        /// json::encode_pretty([1]) // → "[\n  1\n]"
        /// ```
        new "encode_pretty" (value: Any) -> String throws JsonError = |call| {
            let json = value::encode_pretty(call.value(0));
            json.map(Value::from).map_err(|problem| error("JsonError", problem))
        };

        /// Decodes JSON. Throws `JsonError`, with line and column, if it is not valid JSON.
        ///
        /// ```rhai
        /// json::decode(`{ "a": [1, 2] }`).a // → [1, 2]
        /// json::decode("[1,]") // ✗ JsonError
        /// ```
        new "decode" (json: Any "string | blob") -> Any throws JsonError = |call| decode(call.value(0), "json::decode");
    }
}

fn encode(value: &Value) -> Result<Value> {
    let json = value::encode(value).map_err(|problem| error("JsonError", problem))?;
    let json = String::from_utf8(json).map_err(|problem| error("JsonError", problem.to_string()))?;
    Ok(json.into())
}

fn decode(json: &Value, function: &str) -> Result<Value> {
    let json = bytes(json, function)?;
    value::decode(json).map_err(|problem| error("JsonError", format!("not JSON: {problem}")))
}

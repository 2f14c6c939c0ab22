//! `json::encode`, `json::encode_pretty`, `json::decode`; and `parse_json` and `to_json`, which Rhai has
//! only for strings and maps.

use super::arguments::{bytes, error};
use super::records::{self, Records};
use super::{http, pointer};
use crate::value;
use rhai_vm::function::Call;
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

        /// Returns the values of JSON lines (NDJSON) for `for`, each when the loop asks for it: of a string or a blob; or, without the
        /// whole in memory, of a response with `stream: true` and of `aws::s3_lines`. Empty lines are skipped. The loop throws `JsonError`, with
        /// the line, where one is not valid JSON.
        ///
        /// ```rhai
        /// let total = 0;
        /// for order in json::lines("{\"price\":3}\n\n{\"price\":4}\n") { total += order.price; }
        /// total // → 7
        /// for order in json::lines("{\"price\":3}\n{") { } // ✗ JsonError
        /// ```
        ///
        /// ```text
        /// for order in json::lines(aws::s3_lines("my-bucket", "orders.jsonl")) { … }
        /// ```
        new "lines" (source: Any "string | blob | response | iterator") -> Host(http::LINES) throws JsonError = |call| {
            let lines = records::lines(call.value(0), "json::lines")?;
            Ok(Records::value(lines.zip(1..).filter_map(|(line, number)| record(line, number).transpose())))
        };

        /// Returns what is at a place in a value, which is a JSON pointer (RFC 6901): keys and indexes, each after a `/`. `~1` stands for a
        /// `/` in a key, and `~0` for a `~`. If there is nothing, it returns `default`, or `()`. Throws `JsonError` for what is not a pointer.
        ///
        /// ```rhai
        /// let order = #{ items: [#{ name: "tea" }], "a/b": 1 };
        /// json::get(order, "/items/0/name") // → "tea"
        /// json::get(order, "/a~1b") // → 1
        /// json::get(order, "/items/7/name", "none") // → "none"
        /// json::get(order, "items") // ✗ JsonError
        /// ```
        new "get" (value: Any, pointer: String; default: Any) -> Any throws JsonError = get;

        /// Returns a copy of a value with another value at a place, which is a JSON pointer. Keys that are missing are added, with maps on the way to
        /// them. `-`, or an index that is the length, appends to an array. Throws `JsonError` where that is not possible.
        ///
        /// ```rhai
        /// let order = #{ items: ["tea"] };
        /// json::set(order, "/items/0", "milk") // → {"items": ["milk"]}
        /// json::set(order, "/items/-", "milk") // → {"items": ["tea", "milk"]}
        /// json::set(order, "/customer/name", "Ada") // → {"items": ["tea"], "customer": {"name": "Ada"}}
        /// json::set(order, "/items/7", "milk") // ✗ JsonError
        /// ```
        new "set" (value: Any, pointer: String, new: Any) -> Any throws JsonError = |call| {
            let (value, new) = (call.take(0), call.take(2));
            pointer::set(value, call.str(1), new)
        };
    }
}

fn get(call: &mut Call<'_>) -> Result<Value> {
    match pointer::get(call.value(0), call.str(1))? {
        Some(found) => Ok(found),
        None => Ok(call.take(2)),
    }
}

/// The value of a line; none of an empty one.
fn record(line: Result<Value>, number: u64) -> Result<Option<Value>> {
    let line = line?;
    let json = records::bytes_of_line(&line, "json::lines")?;
    if json.trim_ascii().is_empty() {
        return Ok(None);
    }
    let value = value::decode(json);
    value.map(Some).map_err(|problem| error("JsonError", format!("line {number} is not JSON: {problem}")))
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

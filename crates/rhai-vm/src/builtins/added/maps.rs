//! More functions of maps.

use super::arrays::pairs;
use super::described;
use crate::builtins::maps::receiver;
use crate::builtins::text::to_text;
use crate::error::Error;
use crate::function::Call;
use crate::list::one_level_deeper;
use crate::map::Map;
use crate::memory::{self, own, Copied};
use crate::module;
use crate::operators::mixin;
use crate::value::{FnPtr, Value};
use crate::Result;
use std::rc::Rc;

module! {
    /// These are Rhambda's additions to Rhai's own functions. None of them changes the map that it is called on. If a map has
    /// a function under the same name, or the script has such a function, that one is called.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `m.items()`, `Object.entries(m)` | `m.entries()` |
    /// | `dict(pairs)`, `Object.fromEntries(pairs)` | `pairs.to_map()` |
    /// | `{**a, **b}`, `{ ...a, ...b }` | `a.merge(b)`, `a + b` |
    /// | `{k: v * 2 for k, v in m.items()}` | `m.map_values(\|v\| v * 2)` |
    "More functions of maps"

    functions {
        /// Returns the value of a key, or the default value if the key does not exist. If the key exists with the value `()`, that
        /// is `()`: use `m[key] ?? default` for the default value there, too.
        ///
        /// ```rhai
        /// #{ a: 1 }.get("b", 0) // → 0
        /// #{ a: () }.get("a", 0) // → null
        /// ```
        new "get" (self: Map, key: String, default: Any) -> Any = |call| {
            let found = call.map(0).and_then(|map| map.get(call.str(1))).cloned();
            Ok(found.unwrap_or_else(|| call.take(2)))
        };

        /// Returns an array of the pairs of a key and its value, in alphabetical order of the keys.
        ///
        /// ```rhai
        /// #{ b: 2, a: 1 }.entries() // → [["a", 1], ["b", 2]]
        /// let text = "";
        /// for entry in #{ a: 1, b: 2 }.entries() { text += `${entry[0]}=${entry[1]} `; }
        /// text // → "a=1 b=2 "
        /// ```
        new "entries" (self: Map) -> Array = entries;

        /// Returns a map with the same keys and with what the callback makes of each value. The callback gets the value, and the
        /// key if it has a second parameter: `|value|` or `|value, key|`.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.map_values(|n| n * 10) // → {"a": 10, "b": 20}
        /// ```
        new "map_values" (self: Map, mapper: Fn) -> Map = map_values;

        /// Returns a map with the same values and with what the callback makes of each key, converted as `to_string` does. The
        /// callback gets the key, and the value if it has a second parameter: `|key|` or `|key, value|`. Of entries with the same
        /// new key, the last one counts.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.map_keys(|key| key.to_upper()) // → {"A": 1, "B": 2}
        /// ```
        new "map_keys" (self: Map, mapper: Fn) -> Map = map_keys;

        /// Returns a map of the entries of both maps. Where both have a key, the value of the other map counts. `a + b` is the
        /// same.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.merge(#{ b: 3, c: 4 }) // → {"a": 1, "b": 3, "c": 4}
        /// ```
        new "merge" (self: Map, other: Map) -> Map = merge;

        /// Returns a map of the entries of both maps, in which maps that both have under the same key are merged, too. Other
        /// values, including arrays, come from the other map.
        ///
        /// ```rhai
        /// let defaults = #{ retry: #{ times: 3, delay: 1 }, tags: ["a"] };
        /// defaults.merge_deep(#{ retry: #{ times: 5 }, tags: ["b"] }) // → {"retry": {"delay": 1, "times": 5}, "tags": ["b"]}
        /// ```
        new "merge_deep" (self: Map, other: Map) -> Map throws Arithmetic = merge_deep;

        /// Returns a map of the entries with these keys. Keys that do not exist are ignored.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2, c: 3 }.pick(["a", "c", "x"]) // → {"a": 1, "c": 3}
        /// ```
        new "pick" (self: Map, keys: Array) -> Map throws MapError = pick;

        /// Returns a map of the entries without these keys.
        ///
        /// ```rhai
        /// #{ user: "ada", password: "x" }.omit(["password"]) // → {"user": "ada"}
        /// #{ a: 1 }.omit([1]) // ✗ MapError
        /// ```
        new "omit" (self: Map, keys: Array) -> Map throws MapError = omit;
    }
}

fn entries(call: &mut Call<'_>) -> Result<Value> {
    pairs(receiver(call).iter().map(|(key, value)| (key.clone().into(), value.clone())))
}

fn map_values(call: &mut Call<'_>) -> Result<Value> {
    let (map, function) = (receiver(call), call.function(1)?);
    let mut result = Map::new();
    for (key, value) in map.iter() {
        let mapped = ask(call, &function, value.clone(), key.clone().into())?;
        *result.get_or_insert(key)? = mapped;
    }
    Ok(result.into())
}

fn map_keys(call: &mut Call<'_>) -> Result<Value> {
    let (map, function) = (receiver(call), call.function(1)?);
    let mut result = Map::new();
    for (key, value) in map.iter() {
        let mapped = ask(call, &function, key.clone().into(), value.clone())?;
        *result.get_or_insert(&to_text(&mapped)?)? = value.clone();
    }
    Ok(result.into())
}

/// Asks the callback about one half of an entry. It gets the other half, too, if it has a parameter for it.
fn ask(call: &mut Call<'_>, function: &Rc<FnPtr>, mut half: Value, other: Value) -> Result<Value> {
    call.invoke_item(function, &mut half, [], [other], Some(0))
}

fn merge(call: &mut Call<'_>) -> Result<Value> {
    let mut merged = receiver(call);
    if let Value::Map(more) = call.take(1) {
        mixin(&mut merged, more)?;
    }
    Ok(Value::Map(merged))
}

fn merge_deep(call: &mut Call<'_>) -> Result<Value> {
    let mut merged = receiver(call);
    if let Value::Map(more) = call.take(1) {
        merge_into(call, &mut merged, &more)?;
    }
    Ok(Value::Map(merged))
}

/// Merges the entries of another map into a map, and the maps among them into those of the same keys.
fn merge_into(call: &Call<'_>, map: &mut Rc<Map>, more: &Map) -> Result<()> {
    call.step()?;
    let map = own(map)?;
    for (key, value) in more {
        match (map.get_or_insert(key)?, value) {
            (Value::Map(inner), Value::Map(more)) => one_level_deeper(|| merge_into(call, inner, more))
                .unwrap_or_else(|| Err(Error::arithmetic("the maps are nested too deeply to be merged")))?,
            (slot, value) => *slot = value.clone(),
        }
    }
    Ok(())
}

fn pick(call: &mut Call<'_>) -> Result<Value> {
    let map = receiver(call);
    let mut picked = Map::new();
    for key in call.array(1) {
        let Value::Str(key) = key else { return Err(no_key(key)) };
        if let Some(value) = map.get(key) {
            *picked.get_or_insert(key)? = value.clone();
        }
    }
    Ok(picked.into())
}

fn omit(call: &mut Call<'_>) -> Result<Value> {
    let map = receiver(call);
    memory::needs(map.copied_bytes())?;
    let mut left = map.as_ref().clone();
    for key in call.array(1) {
        let Value::Str(key) = key else { return Err(no_key(key)) };
        left.remove(key);
    }
    Ok(left.into())
}

#[cold]
fn no_key(value: &Value) -> Error {
    let message = format!(
        "the keys of a map are strings, but one of these is {}. Convert it with `to_string`",
        described(value)
    );
    Error::thrown("MapError", message)
}

//! Functions of maps.

use super::int;
use crate::function::Call;
use crate::map::Map;
use crate::memory;
use crate::module;
use crate::operators::mixin;
use crate::value::{FnPtr, Value};
use crate::Result;
use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

module! {
    /// A map is written `#{ name: "tea", "unit price": 3 }`. Keys are strings, and `keys`, `values` and `for` go through
    /// them in alphabetical order. `m.name` and `m["unit price"]` are values; a key that does not exist is `()`, not an
    /// error. `m.name = x` adds or replaces one. `"name" in m` tells whether a key exists, and `a + b` is a map of both, in
    /// which the values of `b` win.
    ///
    /// A callback gets the key as its argument and the value as `this`, or the key and the value as two arguments: `|key,
    /// value|`.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `m.get(key)`, `m[key]` | `m[key]`, `m.get(key)` |
    /// | `m.get(key, 0)`, `m[key] ?? 0` | `m[key] ?? 0`, `m.get(key, 0)` |
    /// | `key in m` | `key in m`, `m.contains(key)` |
    /// | `del m[key]`, `delete m[key]` | `m.remove(key)` |
    /// | `m.update(other)`, `Object.assign(m, other)` | `m.mixin(other)`, `m += other` |
    /// | `m.items()`, `Object.entries(m)` | `m.entries()` |
    ///
    /// [More functions of maps](#more-functions-of-maps) has what Rhambda adds to Rhai's own.
    "Maps"

    functions {
        /// Returns the number of entries. It is not a property: `m.len` is the value of the key `len`.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.len() // → 2
        /// ```
        new "len" (self: Map) -> Int = |call| Ok(Value::Int(call.map(0).map_or(0, |map| int(map.len()))));

        /// Returns whether there are no entries.
        ///
        /// ```rhai
        /// #{}.is_empty() // → true
        /// ```
        new "is_empty" (self: Map) -> Bool = |call| Ok(Value::Bool(call.map(0).is_none_or(Map::is_empty)));

        /// Returns whether a key exists, also if its value is `()`. `key in m` is the same.
        ///
        /// ```rhai
        /// #{ a: () }.contains("a") // → true
        /// "b" in #{ a: () } // → false
        /// ```
        new "contains" (self: Map, key: String) -> Bool = contains;

        /// Returns the value of a key, or `()` if the key does not exist.
        ///
        /// ```rhai
        /// #{ a: 1 }.get("a") // → 1
        /// #{ a: 1 }.get("b") ?? 0 // → 0
        /// ```
        new "get" (self: Map, key: String) -> Any = get;

        /// Sets the value of a key, in place. `m[key] = value` is the same.
        ///
        /// ```rhai
        /// let m = #{ a: 1 };
        /// m.set("b", 2);
        /// m // → {"a": 1, "b": 2}
        /// ```
        changing "set" (self: Map, key: String, value: Any) -> Unit = set;

        /// Removes a key and returns its value, or `()` if the key does not exist.
        ///
        /// ```rhai
        /// let m = #{ a: 1, b: 2 };
        /// m.remove("a") // → 1
        /// m // → {"b": 2}
        /// ```
        changing "remove" (self: Map, key: String) -> Any = remove;

        /// Removes all entries, in place.
        ///
        /// ```rhai
        /// let m = #{ a: 1 };
        /// m.clear();
        /// m // → {}
        /// ```
        changing "clear" (self: Map) -> Unit = |call| {
            call.args[0] = Map::new().into();
            Ok(Value::Unit)
        };

        /// Adds the entries of another map, in place, and replaces values of keys that exist. `m += other` is the same.
        ///
        /// ```rhai
        /// let m = #{ a: 1, b: 2 };
        /// m.mixin(#{ b: 3, c: 4 });
        /// m // → {"a": 1, "b": 3, "c": 4}
        /// ```
        changing "mixin" (self: Map, other: Map) -> Unit = mix_in;

        /// Adds the entries of another map whose keys do not exist yet, in place. It sets defaults.
        ///
        /// ```rhai
        /// let m = #{ a: 1 };
        /// m.fill_with(#{ a: 5, b: 2 });
        /// m // → {"a": 1, "b": 2}
        /// ```
        changing "fill_with" (self: Map, other: Map) -> Unit = fill_with;

        /// Returns an array of the keys, in alphabetical order.
        ///
        /// ```rhai
        /// #{ b: 2, a: 1 }.keys() // → ["a", "b"]
        /// ```
        new "keys" (self: Map) -> Array = keys;

        /// Returns an array of the values, in the order of their keys.
        ///
        /// ```rhai
        /// #{ b: 2, a: 1 }.values() // → [1, 2]
        /// ```
        new "values" (self: Map) -> Array = values;

        /// Returns a map with the same keys and with what the callback makes of each value.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.map(|key, value| value * 10) // → {"a": 10, "b": 20}
        /// ```
        new "map" (self: Map, mapper: Fn) -> Map = map;

        /// Returns a map of the entries that the callback accepts.
        ///
        /// ```rhai
        /// #{ a: 1, b: 2 }.filter(|key, value| value > 1) // → {"b": 2}
        /// ```
        new "filter" (self: Map, filter: Fn) -> Map = filter;

        /// Removes the entries that the callback accepts and returns them as a map.
        ///
        /// ```rhai
        /// let m = #{ a: 1, b: 2 };
        /// m.drain(|key, value| value > 1) // → {"b": 2}
        /// m // → {"a": 1}
        /// ```
        changing "drain" (self: Map, filter: Fn) -> Map = drain;

        /// Keeps the entries that the callback accepts and returns the others as a map.
        ///
        /// ```rhai
        /// let m = #{ a: 1, b: 2 };
        /// m.retain(|key, value| value > 1) // → {"a": 1}
        /// m // → {"b": 2}
        /// ```
        changing "retain" (self: Map, filter: Fn) -> Map = retain;

        /// Returns the map as JSON.
        ///
        /// ```rhai
        /// #{ a: 1 }.to_json() // → "{\"a\":1}"
        /// ```
        new "to_json" (self: Map) -> String = to_json;
    }
}

/// What an item takes in a list of a map's, and in the order of its keys.
const BYTES_OF_ITEM: usize = size_of::<Value>() + size_of::<u32>();

/// More than a number takes as JSON, with what stands around it.
const BYTES_OF_JSON: usize = 32;

/// The map that the function is called on, without a copy of it.
pub(super) fn receiver(call: &Call<'_>) -> Rc<Map> {
    match call.value(0) {
        Value::Map(map) => Rc::clone(map),
        _ => Rc::default(),
    }
}

fn contains(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Bool(call.map(0).is_some_and(|map| map.contains_key(call.str(1)))))
}

fn get(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.map(0).and_then(|map| map.get(call.str(1))).cloned().unwrap_or_default())
}

fn set(call: &mut Call<'_>) -> Result<Value> {
    let (key, value) = (call.take_str(1), call.take(2));
    *call.map_mut(0)?.get_or_insert(&key)? = value;
    Ok(Value::Unit)
}

fn remove(call: &mut Call<'_>) -> Result<Value> {
    let key = call.take_str(1);
    if !call.map(0).is_some_and(|map| map.contains_key(&key)) {
        return Ok(Value::Unit);
    }
    Ok(call.map_mut(0)?.remove(&key).unwrap_or_default())
}

fn mix_in(call: &mut Call<'_>) -> Result<Value> {
    if let (Value::Map(more), Value::Map(map)) = (call.take(1), &mut call.args[0]) {
        mixin(map, more)?;
    }
    Ok(Value::Unit)
}

fn fill_with(call: &mut Call<'_>) -> Result<Value> {
    let more = call.take(1);
    if call.map(0).is_none_or(Map::is_empty) {
        call.args[0] = more;
    } else if let Value::Map(more) = more {
        let map = call.map_mut(0)?;
        for (key, value) in more.iter() {
            if !map.contains_key(key) {
                *map.get_or_insert(key)? = value.clone();
            }
        }
    }
    Ok(Value::Unit)
}

fn keys(call: &mut Call<'_>) -> Result<Value> {
    let map = receiver(call);
    memory::needs(map.len() * BYTES_OF_ITEM)?;
    Ok(map.keys().map(|key| Value::Str(key.clone())).collect())
}

fn values(call: &mut Call<'_>) -> Result<Value> {
    let map = receiver(call);
    memory::needs(map.len() * BYTES_OF_ITEM)?;
    Ok(map.values().cloned().collect())
}

/// Asks the callback about an entry. It gets `(key)` with the value as `this`, or `(key, value)`.
fn ask(call: &mut Call<'_>, function: &Rc<FnPtr>, key: &crate::Str, value: &mut Value) -> Result<Value> {
    call.invoke_item(function, value, [Value::Str(key.clone())], [], Some(1))
}

fn map(call: &mut Call<'_>) -> Result<Value> {
    let (map, function) = (receiver(call), call.function(1)?);
    // In rhai, errors say that they come from `filter`.
    call.name = "filter";
    memory::needs(map.len() * Map::BYTES_OF_ENTRY)?;
    let mut result = Map::with_capacity(map.len());
    for (key, value) in map.iter() {
        result.insert(key.clone(), ask(call, &function, key, &mut value.clone())?);
    }
    Ok(result.into())
}

fn filter(call: &mut Call<'_>) -> Result<Value> {
    let (map, function) = (receiver(call), call.function(1)?);
    let mut result = Map::new();
    for (key, value) in map.iter() {
        let mut value = value.clone();
        if ask(call, &function, key, &mut value)?.as_bool() == Some(true) {
            *result.get_or_insert(key)? = value;
        }
    }
    Ok(result.into())
}

fn drain(call: &mut Call<'_>) -> Result<Value> {
    let (chosen, others, result) = partition(call)?;
    call.args[0] = others.into();
    result.map(|()| chosen.into())
}

fn retain(call: &mut Call<'_>) -> Result<Value> {
    let (chosen, others, result) = partition(call)?;
    match result {
        Ok(()) => {
            call.args[0] = chosen.into();
            Ok(others.into())
        }
        Err(error) => {
            let mut kept = chosen;
            kept.extend(others);
            call.args[0] = kept.into();
            Err(error)
        }
    }
}

/// The entries that the callback chooses, and the others. After an error, those it was not asked about are
/// among the others.
fn partition(call: &mut Call<'_>) -> Result<(Map, Map, Result<()>)> {
    let function = call.function(1)?;
    memory::needs(call.map(0).map_or(0, Map::len) * Map::BYTES_OF_ENTRY)?;
    let (mut chosen, mut others) = (Map::new(), Map::new());
    let mut result = Ok(());
    for (key, mut value) in call.take_map(0)? {
        let is_chosen = match result {
            Ok(()) => match ask(call, &function, &key, &mut value) {
                Ok(answer) => answer.as_bool() == Some(true),
                Err(error) => {
                    result = Err(error);
                    false
                }
            },
            Err(_) => false,
        };
        if is_chosen { &mut chosen } else { &mut others }.insert(key, value);
    }
    Ok((chosen, others, result))
}

fn to_json(call: &mut Call<'_>) -> Result<Value> {
    let mut text = String::new();
    push_json(&mut text, call.value(0), &mut Vec::new())?;
    Ok(text.into())
}

/// Writes JSON as rhai does, with Rust's escapes in strings. A captured variable within itself is `null`.
fn push_json(text: &mut String, value: &Value, around: &mut Vec<*const RefCell<Value>>) -> Result<()> {
    let list = |text: &mut String, items: &[Value], around: &mut Vec<_>| -> Result<()> {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            push_json(text, item, around)?;
        }
        Ok(())
    };
    let own_bytes = match value {
        Value::Str(text) => text.len(),
        Value::Blob(bytes) => 4 * bytes.len(),
        _ => 0,
    };
    memory::reserve(text, BYTES_OF_JSON + own_bytes)?;
    match value {
        Value::Unit => text.push_str("null"),
        Value::Fn(function) if function.curry.is_empty() => drop(write!(text, "{:?}", function.name)),
        Value::Fn(function) => {
            let _ = write!(text, "[{:?},", function.name);
            list(text, &function.curry, around)?;
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (number, (key, value)) in map.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{key:?}:");
                push_json(text, value, around)?;
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            list(text, items, around)?;
            text.push(']');
        }
        Value::Blob(bytes) => {
            text.push('[');
            for (number, byte) in bytes.iter().enumerate() {
                let _ = write!(text, "{}{byte}", if number > 0 { "," } else { "" });
            }
            text.push(']');
        }
        Value::Shared(cell) if around.contains(&Rc::as_ptr(cell)) => text.push_str("null"),
        Value::Shared(cell) => {
            around.push(Rc::as_ptr(cell));
            push_json(text, &cell.borrow(), around)?;
            around.pop();
        }
        other => drop(write!(text, "{other:?}")),
    }
    Ok(())
}

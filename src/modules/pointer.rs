//! JSON pointers (RFC 6901): the functions `json::get` and `json::set`.

use super::arguments::error;
use rhai_vm::{json, memory, Error, Result, Value};
use std::borrow::Cow;
use std::rc::Rc;

/// The most parts of a pointer: as deep as JSON may be nested.
const MAX_PARTS: usize = 1000;

fn problem(pointer: &str, why: &str) -> Error {
    error("JsonError", format!("the pointer {pointer:?} {why}"))
}

/// The keys and indexes of a pointer.
fn parts(pointer: &str) -> Result<Vec<Cow<'_, str>>> {
    let Some(parts) = pointer.strip_prefix('/') else {
        return if pointer.is_empty() {
            Ok(Vec::new())
        } else {
            Err(problem(pointer, "does not begin with /"))
        };
    };
    let mut read = Vec::new();
    for part in parts.split('/') {
        if read.len() == MAX_PARTS {
            return Err(problem(&pointer[..40], &format!("has more than {MAX_PARTS} parts")));
        }
        if part.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return Err(problem(pointer, "has a ~ that is not ~0 (for ~) or ~1 (for /)"));
        }
        read.push(if part.contains('~') {
            part.replace("~1", "/").replace("~0", "~").into()
        } else {
            part.into()
        });
    }
    Ok(read)
}

/// The index of an item: digits without zeros before them.
fn index(part: &str) -> Option<usize> {
    let is_index = part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
    part.parse().ok().filter(|_| is_index)
}

/// The value at a place; `None` if there is none.
pub(super) fn get(value: &Value, pointer: &str) -> Result<Option<Value>> {
    let mut value = value;
    for part in parts(pointer)? {
        let inner = match value {
            Value::Map(map) => map.get(&part),
            Value::Array(items) => index(&part).and_then(|index| items.get(index)),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(value.clone()))
}

/// The value with another one at a place.
pub(super) fn set(mut value: Value, pointer: &str, new: Value) -> Result<Value> {
    let mut place = &mut value;
    for part in parts(pointer)? {
        if place.is_unit() {
            *place = Value::map(rhai_vm::Map::new());
        }
        place = inner(place, &part, pointer)?;
    }
    *place = new;
    Ok(value)
}

/// The place of an entry or an item, which is made if it may be.
fn inner<'a>(value: &'a mut Value, part: &str, pointer: &str) -> Result<&'a mut Value> {
    // What somebody else has, too, is copied first.
    if matches!(value, Value::Map(map) if Rc::strong_count(map) > 1)
        || matches!(value, Value::Array(items) if Rc::strong_count(items) > 1)
    {
        memory::needs(memory::own_bytes(value))?;
    }
    match value {
        Value::Map(map) => Rc::make_mut(map).get_or_insert(&json::key(part)),
        Value::Array(items) => {
            let index = if part == "-" { Some(items.len()) } else { index(part) };
            let length = items.len();
            match index {
                Some(index) if index < length => Ok(&mut Rc::make_mut(items).as_mut()[index]),
                Some(index) if index == length => {
                    let items = Rc::make_mut(items);
                    items.push(Value::Unit)?;
                    Ok(&mut items.as_mut()[length])
                }
                _ => Err(problem(pointer, &format!("has {part:?} for an array of {length} items"))),
            }
        }
        other => {
            let kind = other.type_name();
            Err(problem(
                pointer,
                &format!("leads into a value that is neither a map nor an array, but {kind}, at {part:?}"),
            ))
        }
    }
}

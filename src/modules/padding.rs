//! `blob(size)` and `pad`, which make values of a size that a script says.
//!
//! Where there is no memory for that size, they throw an error that scripts can catch and that says how
//! much it would have been; those of the language itself throw one that cannot be caught.

use super::{error, Result};
use rhai_vm::function::{param, Function};
use rhai_vm::{Kind, Str, Value};
use std::collections::TryReserveError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("blob", &[param("size", Kind::Int)], Kind::Blob, |call| {
        blob(call.int(0), 0).map(Value::blob)
    }),
    Function::new("blob", &[param("size", Kind::Int), param("value", Kind::Int)], Kind::Blob, |call| {
        blob(call.int(0), call.int(1)).map(Value::blob)
    }),
    Function::changing(
        "pad",
        &[param("blob", Kind::Blob), param("size", Kind::Int), param("value", Kind::Int)],
        Kind::Unit,
        |call| {
            let (size, value) = (call.int(1), call.int(2));
            let blob = call.blob_mut(0);
            let missing = missing(size, blob.len());
            room(blob.try_reserve(missing), size, "bytes")?;
            blob.resize(blob.len() + missing, byte(value));
            Ok(Value::Unit)
        },
    ),
    Function::changing(
        "pad",
        &[param("array", Kind::Array), param("size", Kind::Int), param("item", Kind::Any)],
        Kind::Unit,
        |call| {
            let (size, item) = (call.int(1), call.take(2));
            let array = call.array_mut(0);
            let missing = missing(size, array.len());
            room(array.try_reserve(missing), size, "items")?;
            array.resize(array.len() + missing, item);
            Ok(Value::Unit)
        },
    ),
    Function::changing(
        "pad",
        &[param("text", Kind::String), param("size", Kind::Int), param("with", Kind::Char)],
        Kind::Unit,
        |call| {
            let (size, with) = (call.int(1), call.char(2));
            pad(&mut call.args[0], size, with.encode_utf8(&mut [0; 4]))
        },
    ),
    Function::changing(
        "pad",
        &[param("text", Kind::String), param("size", Kind::Int), param("with", Kind::String)],
        Kind::Unit,
        |call| {
            let (size, with) = (call.int(1), call.take_str(2));
            pad(&mut call.args[0], size, &with)
        },
    ),
];

fn blob(size: i64, value: i64) -> Result<Vec<u8>> {
    let mut blob = Vec::new();
    let size_in_bytes = missing(size, 0);
    room(blob.try_reserve_exact(size_in_bytes), size, "bytes")?;
    blob.resize(size_in_bytes, byte(value));
    Ok(blob)
}

/// Adds the characters of `with`, over and over, until the text has so many.
fn pad(text: &mut Value, size: i64, with: &str) -> Result<Value> {
    let Value::Str(text) = text else { return Ok(Value::Unit) };
    let missing = missing(size, text.chars().count());
    if missing == 0 || with.is_empty() {
        return Ok(Value::Unit);
    }
    let longest = with.chars().map(char::len_utf8).max().unwrap_or(0);
    let mut padded = String::new();
    room(padded.try_reserve(text.len().saturating_add(missing.saturating_mul(longest))), size, "characters")?;
    padded.push_str(text);
    padded.extend(with.chars().cycle().take(missing));
    *text = Str::from(padded);
    Ok(Value::Unit)
}

/// How many there are less than `size`.
fn missing(size: i64, there: usize) -> usize {
    usize::try_from(size).unwrap_or(0).saturating_sub(there)
}

/// The lowest 8 bits, as everywhere in Rhai's blobs.
fn byte(value: i64) -> u8 {
    value.to_le_bytes()[0]
}

fn room(reserved: std::result::Result<(), TryReserveError>, size: i64, unit: &str) -> Result<()> {
    reserved.map_err(|_| error("DataTooLarge", format!("there is no memory for {size} {unit}")))
}

//! Values as text: `print`, `debug`, `to_string`, `to_debug`.

use crate::function::Call;
use crate::list::one_level_deeper;
use crate::memory;
use crate::module;
use crate::text::Str;
use crate::value::Value;
use crate::Result;
use std::fmt::Write;

module! {
    /// Every value has two text forms. `to_string` is for readers, and is also what `${…}` in backticks and `+` with a
    /// string use. `to_debug` is for developers: strings have quotes.
    "Text forms"

    functions {
        /// Prints a value as `to_string` shows it, or an empty line.
        ///
        /// ```rhai
        /// print("order " + 7) // → null
        /// ```
        new "print" () -> Unit = |call| {
            call.vm.host().print("");
            Ok(Value::Unit)
        };
        new "print" (item: Any) -> Unit = print;

        /// Prints a value as `to_debug` shows it, for developers.
        ///
        /// ```rhai
        /// debug(#{ order: 7 }) // → null
        /// ```
        new "debug" () -> Unit = |call| {
            call.vm.host().debug("", call.source, call.position);
            Ok(Value::Unit)
        };
        new "debug" (item: Any) -> Unit = debug;

        /// Returns the value as a string.
        ///
        /// ```rhai
        /// 4.5.to_string() // → "4.5"
        /// [1, "a", ()].to_string() // → "[1, \"a\", ()]"
        /// ```
        new "to_string" (self: Any) -> String = |call| {
            to_text(call.value(0)).map(Value::from)
        };

        /// Returns the value as a string, in the form for developers.
        ///
        /// ```rhai
        /// "tea".to_debug() // → "\"tea\""
        /// ```
        new "to_debug" (self: Any) -> String = |call| {
            to_debug(call.value(0)).map(Value::from)
        };
    }
}

fn print(call: &mut Call<'_>) -> Result<Value> {
    match call.value(0) {
        Value::Str(text) => {
            memory::needs(text.len())?;
            call.vm.host().print(text);
        }
        other => call.vm.host().print(&to_text(other)?),
    }
    Ok(Value::Unit)
}

fn debug(call: &mut Call<'_>) -> Result<Value> {
    call.vm.host().debug(&to_debug(call.value(0))?, call.source, call.position);
    Ok(Value::Unit)
}

/// What `to_string`, `print`, `+` with a string, and `${}` in one make of a value.
///
/// # Errors
/// The host's, where that is too large.
#[inline]
pub fn to_text(value: &Value) -> Result<Str> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Char(c) => Ok((*c).into()),
        Value::Int(number) => Ok(itoa::Buffer::new().format(*number).into()),
        other => {
            let mut text = String::new();
            push_text(&mut text, other)?;
            Ok(text.into())
        }
    }
}

/// What `to_debug` and `debug` make of a value.
///
/// # Errors
/// As [`to_text`].
pub fn to_debug(value: &Value) -> Result<Str> {
    let mut text = String::new();
    push_debug(&mut text, value)?;
    Ok(text.into())
}

/// Appends what `to_string` makes of a value.
///
/// # Errors
/// As [`to_text`].
pub fn push_text(text: &mut String, value: &Value) -> Result<()> {
    match value {
        Value::Str(more) => {
            memory::reserve(text, more.len())?;
            text.push_str(more);
        }
        Value::Char(c) => text.push(*c),
        Value::Array(_) | Value::Map(_) => push_debug(text, value)?,
        other => {
            memory::reserve(text, BYTES_IN_TEXT * memory::own_bytes(other))?;
            let _ = write!(text, "{other}");
        }
    }
    Ok(())
}

/// A byte of a blob is at most so many characters.
const BYTES_IN_TEXT: usize = 4;
/// So many characters there are of something that is small.
const SMALL: usize = 32;

/// Appends what `to_debug` makes of a value. It is not quite what Rust's `Debug` of values gives: characters
/// have no quotes, and functions only their names.
///
/// # Errors
/// As [`to_text`].
pub fn push_debug(text: &mut String, value: &Value) -> Result<()> {
    one_level_deeper(|| push_level(text, value)).unwrap_or_else(|| {
        text.push('…');
        Ok(())
    })
}

/// The characters that Rust writes for a string.
fn escaped_len(text: &str) -> usize {
    if memory::is_large(text.len()) {
        text.escape_debug().map(char::len_utf8).sum()
    } else {
        text.len()
    }
}

fn push_level(text: &mut String, value: &Value) -> Result<()> {
    memory::reserve(text, SMALL)?;
    match value {
        Value::Str(part) => {
            memory::reserve(text, escaped_len(part) + 2)?;
            let _ = write!(text, "{part:?}");
        }
        Value::Char(c) => text.push(*c),
        Value::Fn(_) => drop(write!(text, "{value}")),
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    text.push_str(", ");
                }
                push_debug(text, item)?;
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push_str("#{");
            for (number, (key, item)) in map.iter().enumerate() {
                if number > 0 {
                    text.push_str(", ");
                }
                let _ = write!(text, "{key:?}: ");
                push_debug(text, item)?;
            }
            text.push('}');
        }
        Value::Shared(cell) => push_debug(text, &cell.borrow())?,
        other => {
            memory::reserve(text, BYTES_IN_TEXT * memory::own_bytes(other))?;
            let _ = write!(text, "{other:?}");
        }
    }
    Ok(())
}

//! More functions of strings.

use crate::builtins::in_copy;
use crate::builtins::strings::{filled, length, replace, with_str, BYTES_OF_PIECE};
use crate::error::Error;
use crate::function::Call;
use crate::memory;
use crate::module;
use crate::value::Value;
use crate::Result;

module! {
    /// These are Rhambda's additions to Rhai's own functions. None of them changes the string that it is called on: they return
    /// a new one, where Rhai's `trim`, `replace` and `pad` change the string in place.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `strip()`, `trim()` | `trimmed()` |
    /// | `lstrip()`, `trimStart()` | `trimmed_start()` |
    /// | `replace(a, b)`, `replaceAll(a, b)` | `replaced(a, b)` |
    /// | `removeprefix(p)` | `strip_prefix(p)` |
    /// | `rjust(8)`, `padStart(8)` | `pad_start(8)` |
    /// | `zfill(5)` | `pad_start(5, '0')` |
    /// | `splitlines()` | `lines()` |
    /// | `s * 3`, `s.repeat(3)` | `s.repeat(3)` |
    "More functions of strings"

    functions {
        /// Returns the string without white space at both ends.
        ///
        /// ```rhai
        /// "  tea\n".trimmed() // → "tea"
        /// "  tea ".trimmed().to_upper() // → "TEA"
        /// ```
        new "trimmed" (self: String) -> String = |call| part(call, str::trim);

        /// Returns the string without white space at its start.
        ///
        /// ```rhai
        /// "  tea ".trimmed_start() // → "tea "
        /// ```
        new "trimmed_start" (self: String) -> String = |call| part(call, str::trim_start);

        /// Returns the string without white space at its end.
        ///
        /// ```rhai
        /// "  tea ".trimmed_end() // → "  tea"
        /// ```
        new "trimmed_end" (self: String) -> String = |call| part(call, str::trim_end);

        /// Returns a copy in which all occurrences of a string or a character are replaced.
        ///
        /// ```rhai
        /// "tea and tea".replaced("tea", "milk") // → "milk and milk"
        /// ```
        new "replaced" (self: String, old: String, new: String) -> String = |call| in_copy(call, replace);
        new "replaced" (self: String, old: String, new: Char) -> String = |call| in_copy(call, replace);
        new "replaced" (self: String, old: Char, new: String) -> String = |call| in_copy(call, replace);
        new "replaced" (self: String, old: Char, new: Char) -> String = |call| in_copy(call, replace);

        /// Returns the string without a prefix, or as it is if it does not begin with the prefix.
        ///
        /// ```rhai
        /// "s3://bucket".strip_prefix("s3://") // → "bucket"
        /// "bucket".strip_prefix("s3://") // → "bucket"
        /// ```
        new "strip_prefix" (self: String, prefix: String) -> String = strip_prefix;
        new "strip_prefix" (self: String, prefix: Char) -> String = strip_prefix;

        /// Returns the string without a suffix, or as it is if it does not end with the suffix.
        ///
        /// ```rhai
        /// "photo.png".strip_suffix(".png") // → "photo"
        /// ```
        new "strip_suffix" (self: String, suffix: String) -> String = strip_suffix;
        new "strip_suffix" (self: String, suffix: Char) -> String = strip_suffix;

        /// Returns an array of the lines, without the line breaks, which are `\n` or `\r\n`. A line break at the end begins no
        /// further line.
        ///
        /// ```rhai
        /// "tea\r\nmilk\n".lines() // → ["tea", "milk"]
        /// "".lines() // → []
        /// ```
        new "lines" (self: String) -> Array = lines;

        /// Returns the string with its first character in upper case and the others in lower case, as Python does.
        ///
        /// ```rhai
        /// "green TEA".capitalize() // → "Green tea"
        /// ```
        new "capitalize" (self: String) -> String = capitalize;

        /// Returns the string so many times in a row.
        ///
        /// ```rhai
        /// "ab".repeat(3) // → "ababab"
        /// "ab".repeat(-1) // ✗ StringError
        /// ```
        new "repeat" (self: String, times: Int) -> String throws StringError = repeat;

        /// Returns the string with characters before it, so that it has at least `len` characters. Without `padding`, these are
        /// spaces.
        ///
        /// ```rhai
        /// 7.to_string().pad_start(3, '0') // → "007"
        /// "tea".pad_start(5) // → "  tea"
        /// ```
        new "pad_start" (self: String, len: Int) -> String = pad_start;
        new "pad_start" (self: String, len: Int, padding: Char) -> String = pad_start;
        new "pad_start" (self: String, len: Int, padding: String) -> String = pad_start;

        /// Returns the string with characters behind it, so that it has at least `len` characters. Without `padding`, these are
        /// spaces. `pad` does so in place.
        ///
        /// ```rhai
        /// "tea".pad_end(6, '.') // → "tea..."
        /// ```
        new "pad_end" (self: String, len: Int) -> String = pad_end;
        new "pad_end" (self: String, len: Int, padding: Char) -> String = pad_end;
        new "pad_end" (self: String, len: Int, padding: String) -> String = pad_end;
    }
}

/// A part of the string; the string itself, without a copy, where that is all of it.
fn part(call: &mut Call<'_>, choose: impl FnOnce(&str) -> &str) -> Result<Value> {
    let text = call.str(0);
    let part = choose(text);
    if part.len() == text.len() {
        return Ok(call.take(0));
    }
    memory::needs(part.len())?;
    Ok(part.into())
}

fn strip_prefix(call: &mut Call<'_>) -> Result<Value> {
    let prefix = call.take(1);
    with_str(&prefix, |prefix| part(call, |text| text.strip_prefix(prefix).unwrap_or(text)))
}

fn strip_suffix(call: &mut Call<'_>) -> Result<Value> {
    let suffix = call.take(1);
    with_str(&suffix, |suffix| part(call, |text| text.strip_suffix(suffix).unwrap_or(text)))
}

fn lines(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    if memory::is_large(text.len()) {
        memory::needs(text.len() + text.lines().count() * BYTES_OF_PIECE)?;
    }
    Ok(text.lines().map(Value::from).collect())
}

fn capitalize(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    memory::needs(2 * text.len())?;
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let capitalized: String = first.collect();
    Ok((capitalized + characters.as_str().to_lowercase().as_str()).into())
}

fn repeat(call: &mut Call<'_>) -> Result<Value> {
    let times = usize::try_from(call.int(1)).map_err(|_| {
        let message = format!("a string cannot be repeated \"{}\" times. The least is 0", call.int(1));
        Error::thrown("StringError", message)
    })?;
    let text = call.str(0);
    filled("", text, text.chars().count().saturating_mul(times), "")
}

/// How many characters the string has less than the argument says, and the padding that is an argument, or a space.
fn padding(call: &mut Call<'_>) -> (usize, Value) {
    let padding = match call.take(2) {
        Value::Unit => Value::Char(' '),
        padding => padding,
    };
    let len = usize::try_from(call.int(1)).unwrap_or(0);
    (len.saturating_sub(length(call)), padding)
}

fn pad_start(call: &mut Call<'_>) -> Result<Value> {
    let (missing, padding) = padding(call);
    with_str(&padding, |padding| filled("", padding, missing, call.str(0)))
}

fn pad_end(call: &mut Call<'_>) -> Result<Value> {
    let (missing, padding) = padding(call);
    with_str(&padding, |padding| filled(call.str(0), padding, missing, ""))
}

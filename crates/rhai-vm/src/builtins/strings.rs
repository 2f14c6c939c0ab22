//! Functions of strings and characters.
//!
//! Scripts count characters, Rust counts bytes: where all characters are ASCII, both are the same, and nothing
//! is counted.

use super::{cut, int, span};
use crate::builtins::text::to_text;
use crate::characters::{self, byte_of, count};
use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::memory;
use crate::module;
use crate::text::Str;
use crate::value::Value;
use crate::Result;
use std::ops::Range;

module! {
    /// Strings are Unicode. Functions count characters, not bytes. A negative index counts from the end.
    ///
    /// Methods that change a string do so in place and return `()`: `let t = s.trim()` makes `t` `()`. These are `append`,
    /// `clear`, `crop`, `make_lower`, `make_upper`, `pad`, `remove`, `replace`, `set`, `trim` and `truncate`. To keep the
    /// original, use `trimmed`, `replaced` and `pad_end` of [More functions of strings](#more-functions-of-strings), or copy the
    /// string first.
    ///
    /// Strings are compared by `==` and `<`, joined by `+`, and `"tea" in s` tells whether one contains another. `s[0]` is a
    /// character and `s[0..3]` a string; an index out of bounds is `StringBounds`.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `upper()`, `toUpperCase()` | `to_upper()` |
    /// | `s[1:3]`, `slice(1, 3)` | `s[1..3]`, `sub_string(1..3)` |
    /// | `find`, `indexOf` | `index_of` |
    /// | `includes` | `contains`, `in` |
    /// | `startsWith` | `starts_with` |
    /// | `ljust`, `padEnd` | `pad` |
    /// | `", ".join(a)`, `a.join(", ")` | `a.join(", ")` |
    "Strings and characters"

    functions {
        /// Returns the number of characters.
        ///
        /// ```rhai
        /// "zoë".len() // → 3
        /// "zoë".len // → 3
        /// ```
        new "len" (self: String) -> Int = len;
        new "get$len" (self: String) -> Int = len;

        /// Returns the number of bytes in UTF-8.
        ///
        /// ```rhai
        /// "zoë".bytes() // → 4
        /// ```
        new "bytes" (self: String) -> Int = |call| Ok(Value::Int(int(call.str(0).len())));
        new "get$bytes" (self: String) -> Int = |call| Ok(Value::Int(int(call.str(0).len())));

        /// Returns whether there are no characters.
        ///
        /// ```rhai
        /// "".is_empty() // → true
        /// ```
        new "is_empty" (self: String) -> Bool = is_empty;
        new "get$is_empty" (self: String) -> Bool = is_empty;

        /// Returns whether the string contains another string or a character. `x in s` is the same.
        ///
        /// ```rhai
        /// "green tea".contains("tea") // → true
        /// 'x' in "green tea" // → false
        /// ```
        new "contains" (self: String, part: String) -> Bool = |call| Ok(Value::Bool(call.str(0).contains(call.str(1))));
        new "contains" (self: String, part: Char) -> Bool = |call| Ok(Value::Bool(call.str(0).contains(call.char(1))));

        /// Returns whether the string begins with another string or a character.
        ///
        /// ```rhai
        /// "green tea".starts_with("green") // → true
        /// ```
        new "starts_with" (self: String, part: String) -> Bool = |call| Ok(Value::Bool(call.str(0).starts_with(call.str(1))));
        new "starts_with" (self: String, part: Char) -> Bool = |call| Ok(Value::Bool(call.str(0).starts_with(call.char(1))));

        /// Returns whether the string ends with another string or a character.
        ///
        /// ```rhai
        /// "photo.png".ends_with(".png") // → true
        /// ```
        new "ends_with" (self: String, part: String) -> Bool = |call| Ok(Value::Bool(call.str(0).ends_with(call.str(1))));
        new "ends_with" (self: String, part: Char) -> Bool = |call| Ok(Value::Bool(call.str(0).ends_with(call.char(1))));

        /// Returns the index of the first match, from `start` on if given, or -1. A negative `start` counts from the end.
        ///
        /// ```rhai
        /// "banana".index_of("an") // → 1
        /// "banana".index_of("an", 2) // → 3
        /// "banana".index_of('x') // → -1
        /// ```
        new "index_of" (self: String, part: String) -> Int = index_of;
        new "index_of" (self: String, part: Char) -> Int = index_of;
        new "index_of" (self: String, part: String, start: Int) -> Int = index_of;
        new "index_of" (self: String, part: Char, start: Int) -> Int = index_of;

        /// Returns the character at an index, or `()` if the index is out of bounds. A negative index counts from the end.
        ///
        /// ```rhai
        /// "tea".get(-1) // → "a"
        /// "tea".get(3) // → null
        /// "tea"[3] // ✗ StringBounds
        /// ```
        new "get" (self: String, index: Int) -> Any "char | ()" = get;

        /// Replaces the character at an index, in place. Does nothing if the index is out of bounds. A negative index counts
        /// from the end.
        ///
        /// ```rhai
        /// let s = "tea";
        /// s.set(0, 's');
        /// s // → "sea"
        /// ```
        changing "set" (self: String, index: Int, character: Char) -> Unit = set;

        /// Returns a part of the string: from an index on, that many characters from an index on, or a range. A negative index
        /// counts from the end. What is out of bounds is ignored.
        ///
        /// ```rhai
        /// "green tea".sub_string(6) // → "tea"
        /// "green tea".sub_string(0, 5) // → "green"
        /// "green tea".sub_string(6..99) // → "tea"
        /// "green tea".sub_string(-3, 2) // → "te"
        /// ```
        new "sub_string" (self: String, start: Int) -> String = sub_string;
        new "sub_string" (self: String, start: Int, len: Int) -> String = sub_string;
        new "sub_string" (self: String, range: Range) -> String = sub_string;
        new "sub_string" (self: String, range: RangeInclusive) -> String = sub_string;

        /// Returns the string or the character in upper case.
        ///
        /// ```rhai
        /// "tea".to_upper() // → "TEA"
        /// 'ß'.to_upper() // → "ß"
        /// ```
        new "to_upper" (self: String) -> String = |call| uppercase(call.str(0));
        new "to_upper" (self: Char) -> Char = |call| Ok(Value::Char(upper(call.char(0))));

        /// Returns the string or the character in lower case.
        ///
        /// ```rhai
        /// "TEA".to_lower() // → "tea"
        /// ```
        new "to_lower" (self: String) -> String = |call| lowercase(call.str(0));
        new "to_lower" (self: Char) -> Char = |call| Ok(Value::Char(lower(call.char(0))));

        /// Converts the string or the character to upper case, in place.
        ///
        /// ```rhai
        /// let s = "tea";
        /// s.make_upper();
        /// s // → "TEA"
        /// ```
        changing "make_upper" (self: String) -> Unit = |call| {
            call.args[0] = uppercase(call.str(0))?;
            Ok(Value::Unit)
        };
        changing "make_upper" (self: Char) -> Unit = |call| {
            call.args[0] = Value::Char(upper(call.char(0)));
            Ok(Value::Unit)
        };

        /// Converts the string or the character to lower case, in place.
        ///
        /// ```rhai
        /// let s = "TEA";
        /// s.make_lower();
        /// s // → "tea"
        /// ```
        changing "make_lower" (self: String) -> Unit = |call| {
            call.args[0] = lowercase(call.str(0))?;
            Ok(Value::Unit)
        };
        changing "make_lower" (self: Char) -> Unit = |call| {
            call.args[0] = Value::Char(lower(call.char(0)));
            Ok(Value::Unit)
        };

        /// Removes white space at both ends, in place.
        ///
        /// ```rhai
        /// let s = "  tea\n";
        /// s.trim();
        /// s // → "tea"
        /// ```
        changing "trim" (self: String) -> Unit = |call| {
            change(call, |string| {
                let start = string.len() - string.trim_start().len();
                let range = start..start + string.trim().len();
                keep(string, range);
            })
        };

        /// Replaces all occurrences of a string or a character, in place.
        ///
        /// ```rhai
        /// let s = "tea and tea";
        /// s.replace("tea", "milk");
        /// s // → "milk and milk"
        /// ```
        changing "replace" (self: String, old: String, new: String) -> Unit = replace;
        changing "replace" (self: String, old: String, new: Char) -> Unit = replace;
        changing "replace" (self: String, old: Char, new: String) -> Unit = replace;
        changing "replace" (self: String, old: Char, new: Char) -> Unit = replace;

        /// Removes all occurrences of a string or a character, in place.
        ///
        /// ```rhai
        /// let s = "1'000'000";
        /// s.remove('\'');
        /// s // → "1000000"
        /// ```
        changing "remove" (self: String, part: String) -> Unit = |call| {
            let part = call.take_str(1);
            memory::needs(call.str(0).len())?;
            change(call, |string| remove(string, &part))
        };
        changing "remove" (self: String, part: Char) -> Unit = |call| {
            let part = Str::from(call.char(1));
            memory::needs(call.str(0).len())?;
            change(call, |string| remove(string, &part))
        };

        /// Appends a value, converted as `to_string` does, in place. A blob is appended as UTF-8. `s += x` is the same.
        ///
        /// ```rhai
        /// let s = "tea: ";
        /// s.append(3);
        /// s // → "tea: 3"
        /// ```
        changing "append" (self: String, item: Any) -> Unit = append;
        changing "append" (self: String, utf8: Blob) -> Unit = |call| {
            memory::needs(2 * call.blob(1).len())?;
            let text = String::from_utf8_lossy(call.blob(1)).into_owned();
            change(call, |string| string.to_mut().push_str(&text))
        };

        /// Appends a character or a string until the string has `len` characters, in place. Does nothing if it is that long
        /// already.
        ///
        /// ```rhai
        /// let s = "tea";
        /// s.pad(6, '.');
        /// s // → "tea..."
        /// ```
        changing "pad" (self: String, len: Int, padding: Char) -> Unit = pad;
        changing "pad" (self: String, len: Int, padding: String) -> Unit = pad;

        /// Keeps a part of the string, in place: from an index on, that many characters from an index on, or a range. A negative
        /// index counts from the end.
        ///
        /// ```rhai
        /// let s = "green tea";
        /// s.crop(6);
        /// s // → "tea"
        /// ```
        changing "crop" (self: String, start: Int) -> Unit = crop;
        changing "crop" (self: String, start: Int, len: Int) -> Unit = crop;
        changing "crop" (self: String, range: Range) -> Unit = crop;
        changing "crop" (self: String, range: RangeInclusive) -> Unit = crop;

        /// Shortens the string to `len` characters, in place.
        ///
        /// ```rhai
        /// let s = "green tea";
        /// s.truncate(5);
        /// s // → "green"
        /// ```
        changing "truncate" (self: String, len: Int) -> Unit = |call| {
            let len = usize::try_from(call.int(1)).unwrap_or(0);
            change(call, |string| {
                let end = byte_of(string, len);
                if end < string.len() {
                    string.to_mut().truncate(end);
                }
            })
        };

        /// Removes all characters, in place.
        ///
        /// ```rhai
        /// let s = "tea";
        /// s.clear();
        /// s // → ""
        /// ```
        changing "clear" (self: String) -> Unit = |call| change(call, |string| *string = Str::default());

        /// Removes the last character and returns it, or `()` if there is none. With `len`, removes that many characters and
        /// returns them as a string.
        ///
        /// ```rhai
        /// let s = "photo.png";
        /// s.pop() // → "g"
        /// s.pop(3) // → ".pn"
        /// s // → "photo"
        /// ```
        changing "pop" (self: String) -> Any "char | ()" = pop;
        changing "pop" (self: String, len: Int) -> String = pop_string;

        /// Splits the string and returns an array: at white space, in two before an index, or at each delimiter. With
        /// `segments`, the array has at most that many strings, and the last one is the rest.
        ///
        /// ```rhai
        /// "green  tea".split() // → ["green", "tea"]
        /// "a,b,c".split(",") // → ["a", "b", "c"]
        /// "a,b,c".split(',', 2) // → ["a", "b,c"]
        /// "greentea".split(5) // → ["green", "tea"]
        /// "greentea".split(-3) // → ["green", "tea"]
        /// ```
        new "split" (self: String) -> Array = split_whitespace;
        new "split" (self: String, index: Int) -> Array = split_at;
        new "split" (self: String, delimiter: String) -> Array = |call| split(call, false);
        new "split" (self: String, delimiter: Char) -> Array = |call| split(call, false);
        new "split" (self: String, delimiter: String, segments: Int) -> Array = |call| split(call, false);
        new "split" (self: String, delimiter: Char, segments: Int) -> Array = |call| split(call, false);

        /// Splits the string at each delimiter from the end. The last part comes first; with `segments`, the last item is the
        /// rest.
        ///
        /// ```rhai
        /// "a.b.c".split_rev(".") // → ["c", "b", "a"]
        /// "a.b.c".split_rev('.', 2) // → ["c", "a.b"]
        /// ```
        new "split_rev" (self: String, delimiter: String) -> Array = |call| split(call, true);
        new "split_rev" (self: String, delimiter: Char) -> Array = |call| split(call, true);
        new "split_rev" (self: String, delimiter: String, segments: Int) -> Array = |call| split(call, true);
        new "split_rev" (self: String, delimiter: Char, segments: Int) -> Array = |call| split(call, true);

        /// Returns an array of the characters.
        ///
        /// ```rhai
        /// "tea".to_chars() // → ["t", "e", "a"]
        /// ```
        new "to_chars" (self: String) -> Array = to_chars;

        /// Returns the bytes of the string in UTF-8.
        ///
        /// ```rhai
        /// "hi".to_blob().to_array() // → [104, 105]
        /// ```
        new "to_blob" (self: String) -> Blob = |call| {
            memory::needs(call.str(0).len())?;
            Ok(call.str(0).as_bytes().to_vec().into())
        };

        /// Returns the string that comes last in order.
        ///
        /// ```rhai
        /// max("milk", "tea") // → "tea"
        /// ```
        new "max" (a: String, b: String) -> String = |call| {
            Ok(if call.str(0) >= call.str(1) { call.take(0) } else { call.take(1) })
        };

        /// Returns the string that comes first in order.
        ///
        /// ```rhai
        /// min("milk", "tea") // → "milk"
        /// ```
        new "min" (a: String, b: String) -> String = |call| {
            Ok(if call.str(0) <= call.str(1) { call.take(0) } else { call.take(1) })
        };
    }
}

/// The byte at which the character of this index begins. A negative index counts from the end, and is the first
/// where that is before all characters; `None` where there is no such character.
pub(super) fn offset(text: &Str, index: i64) -> Option<usize> {
    let at = byte_of(text, first(text, index));
    (at < text.len() || index <= 0).then_some(at)
}

/// The bytes of so many characters from an index on.
fn part(text: &Str, start: i64, len: i64) -> Range<usize> {
    match (offset(text, start), usize::try_from(len)) {
        (Some(at), Ok(len)) => at..byte_of(text, first(text, start).saturating_add(len)),
        _ => 0..0,
    }
}

/// The number of the character of an index, which is the first for a negative one before all characters.
fn first(text: &Str, index: i64) -> usize {
    usize::try_from(index).unwrap_or_else(|_| cut(count(text), index, 0).0)
}

/// Sets the character at this index, unless that is out of bounds.
fn set_character(text: &mut Str, index: i64, new: char) {
    if let Some((old, start)) = characters::at(text, index) {
        text.to_mut().replace_range(start..start + old.len_utf8(), new.encode_utf8(&mut [0; 4]));
    }
}

/// Changes the string that the method is called on.
fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Str)) -> Result<Value> {
    if let Value::Str(text) = &mut call.args[0] {
        memory::needs(text.copied_bytes())?;
        change(text);
    }
    Ok(Value::Unit)
}

/// Keeps only this part of a string.
fn keep(text: &mut Str, part: Range<usize>) {
    if part.start == 0 && part.end == text.len() {
        return;
    }
    if part.is_empty() {
        *text = Str::default();
        return;
    }
    let text = text.to_mut();
    text.truncate(part.end);
    drop(text.drain(..part.start));
}

fn append(call: &mut Call<'_>) -> Result<Value> {
    let text = to_text(&call.take(1))?;
    if let Value::Str(string) = &call.args[0] {
        memory::needs(string.bytes_to_append(text.len()))?;
    }
    change(call, |string| {
        if !text.is_empty() {
            string.to_mut().push_str(&text);
        }
    })
}

/// How many characters the string has.
pub(super) fn length(call: &Call<'_>) -> usize {
    call.value(0).as_str().map_or(0, count)
}

fn len(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Int(int(length(call))))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Bool(call.str(0).is_empty()))
}

fn remove(string: &mut Str, part: &str) {
    if !part.is_empty() && string.contains(part) {
        *string = string.replace(part, "").into();
    }
}

fn pop(call: &mut Call<'_>) -> Result<Value> {
    match &mut call.args[0] {
        Value::Str(text) if !text.is_empty() => Ok(text.to_mut().pop().into()),
        _ => Ok(Value::Unit),
    }
}

fn pop_string(call: &mut Call<'_>) -> Result<Value> {
    let len = call.int(1);
    let Value::Str(text) = &mut call.args[0] else { return Ok(Value::Unit) };
    if text.is_empty() || len <= 0 {
        return Ok("".into());
    }
    let start = offset(text, -len).unwrap_or(0);
    if start == 0 {
        return Ok(std::mem::take(text).into());
    }
    Ok(text.to_mut().split_off(start).into_string().into())
}

/// The upper case of a character, where that is a single one.
fn upper(c: char) -> char {
    single(c, c.to_uppercase())
}

/// The lower case of a character, where that is a single one.
fn lower(c: char) -> char {
    single(c, c.to_lowercase())
}

fn single(c: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(changed), None) => changed,
        _ => c,
    }
}

/// Lets a function see an argument that is a string or a character as a string.
pub(super) fn with_str<T>(value: &Value, use_it: impl FnOnce(&str) -> T) -> T {
    match value {
        Value::Str(text) => use_it(text),
        Value::Char(c) => use_it(c.encode_utf8(&mut [0; 4])),
        _ => use_it(""),
    }
}

fn index_of(call: &mut Call<'_>) -> Result<Value> {
    // In an empty string, nothing is found, not even the empty string.
    let text = call.value(0).as_str().filter(|text| !text.is_empty());
    let found = text.and_then(|text| {
        let index = call.int(2);
        let rest = &text[offset(text, index)?..];
        let at = with_str(call.value(1), |part| rest.find(part))?;
        Some(int(first(text, index) + rest[..at].chars().count()))
    });
    Ok(Value::Int(found.unwrap_or(-1)))
}

fn get(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.value(0).as_str().and_then(|text| characters::at(text, call.int(1))).map(|(c, _)| c).into())
}

fn set(call: &mut Call<'_>) -> Result<Value> {
    let (index, new) = (call.int(1), call.char(2));
    change(call, |string| set_character(string, index, new))
}

/// The part of the string that the arguments mean: all from a start on, or a part of it.
fn chosen(call: &Call<'_>) -> Range<usize> {
    let (start, len) = match call.value(1) {
        Value::Int(start) if call.len() == 2 => (*start, i64::MAX),
        _ => span(call, 1),
    };
    call.value(0).as_str().map_or(0..0, |text| part(text, start, len))
}

fn sub_string(call: &mut Call<'_>) -> Result<Value> {
    let part = chosen(call);
    if part.start == 0 && part.end == call.str(0).len() {
        return Ok(call.take(0));
    }
    memory::needs(part.len())?;
    Ok(call.str(0)[part].into())
}

fn crop(call: &mut Call<'_>) -> Result<Value> {
    let part = chosen(call);
    change(call, |string| keep(string, part))
}

pub(super) fn replace(call: &mut Call<'_>) -> Result<Value> {
    let (old, new) = (call.take(1), call.take(2));
    let (old_size, new_size) = (with_str(&old, str::len), with_str(&new, str::len));
    let times = if new_size > old_size { with_str(&old, |old| call.str(0).matches(old).count()) } else { 0 };
    memory::needs(call.str(0).len() + times.saturating_mul(new_size.saturating_sub(old_size)))?;
    change(call, |string| {
        if !string.is_empty() {
            *string = with_str(&old, |old| with_str(&new, |new| string.replace(old, new))).into();
        }
    })
}

fn pad(call: &mut Call<'_>) -> Result<Value> {
    let missing = usize::try_from(call.int(1)).unwrap_or(0).saturating_sub(length(call));
    let padding = call.take(2);
    with_str(&padding, |padding| {
        let Value::Str(text) = &mut call.args[0] else { return Ok(Value::Unit) };
        let (bytes, pieces) = filler(padding, missing, text.copied_bytes())?;
        if bytes > 0 {
            let text = text.to_mut();
            text.try_reserve(bytes).map_err(|_| too_long())?;
            text.extend(pieces);
        }
        Ok(Value::Unit)
    })
}

/// So many characters of a string that is repeated: how many bytes they are, and its pieces. There are none where the
/// string is empty, with which rhai's `pad` would go on for ever.
///
/// # Errors
/// The host's, where these and so many bytes more are too much.
pub(super) fn filler(
    padding: &str,
    characters: usize,
    more: usize,
) -> Result<(usize, impl Iterator<Item = &str>)> {
    let width = padding.chars().count();
    let times = characters.checked_div(width).unwrap_or(0);
    let rest = padding.char_indices().nth(characters.checked_rem(width).unwrap_or(0));
    let rest = &padding[..rest.map_or(0, |(at, _)| at)];
    let bytes = padding.len().saturating_mul(times).saturating_add(rest.len());
    memory::needs(bytes.saturating_add(more))?;
    if bytes > MAX_BYTES {
        return Err(too_long());
    }
    Ok((bytes, std::iter::repeat_n(padding, times).chain([rest])))
}

/// As [`filler`], as a string, before which and behind which these strings stand.
pub(super) fn filled(before: &str, padding: &str, characters: usize, behind: &str) -> Result<Value> {
    let around = before.len() + behind.len();
    let (bytes, pieces) = filler(padding, characters, around)?;
    let mut text = String::new();
    text.try_reserve_exact(bytes + around).map_err(|_| too_long())?;
    text.push_str(before);
    text.extend(pieces);
    text.push_str(behind);
    Ok(text.into())
}

#[cold]
fn too_long() -> Error {
    Error::new(ErrorKind::DataTooLarge("Length of string".to_owned()))
}

/// No machine has a string of more bytes.
const MAX_BYTES: usize = 1 << 48;
/// What a piece of a string that is split takes beside its characters.
pub(super) const BYTES_OF_PIECE: usize = 2 * size_of::<Value>() + size_of::<String>();

fn to_chars(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    memory::needs(text.len() * size_of::<Value>())?;
    Ok(text.chars().map(Value::Char).collect())
}

fn split_whitespace(call: &mut Call<'_>) -> Result<Value> {
    if call.str(0).is_empty() {
        return Ok(Value::array(vec![call.take(0)]));
    }
    let text = call.str(0);
    if memory::is_large(text.len()) {
        memory::needs(text.len() + text.split_whitespace().count() * BYTES_OF_PIECE)?;
    }
    Ok(text.split_whitespace().map(Value::from).collect())
}

fn split_at(call: &mut Call<'_>) -> Result<Value> {
    let (Some(text), index) = (call.value(0).as_str(), call.int(1)) else { return Ok(Value::Unit) };
    let at = if index == 0 { text.len() } else { byte_of(text, first(text, index)) };
    memory::needs(text.len())?;
    let (start, end) = text.split_at(at);
    Ok(Value::array(vec![start.into(), end.into()]))
}

/// Splits at a string or a character, into so many pieces at most where that is given.
fn split(call: &mut Call<'_>, from_end: bool) -> Result<Value> {
    let most = if call.len() > 2 { usize::try_from(call.int(2)).unwrap_or(0) } else { usize::MAX };
    let text = call.str(0);
    if memory::is_large(text.len()) {
        let times = with_str(call.value(1), |delimiter| text.matches(delimiter).count());
        memory::needs(text.len() + times.min(most).saturating_mul(BYTES_OF_PIECE))?;
    }
    let pieces = with_str(call.value(1), |delimiter| {
        if most <= 1 || text.is_empty() || (!delimiter.is_empty() && !text.contains(delimiter)) {
            return None;
        }
        Some(if from_end {
            text.rsplitn(most, delimiter).map(Value::from).collect()
        } else {
            text.splitn(most, delimiter).map(Value::from).collect()
        })
    });
    Ok(pieces.unwrap_or_else(|| Value::array(vec![call.take(0)])))
}

fn lowercase(text: &str) -> Result<Value> {
    memory::needs(text.len())?;
    Ok(if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }.into())
}

fn uppercase(text: &str) -> Result<Value> {
    memory::needs(text.len())?;
    Ok(if text.is_ascii() { text.to_ascii_uppercase() } else { text.to_uppercase() }.into())
}

//! Functions of blobs.

use super::{cut, int, span};
use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::list::position;
use crate::memory;
use crate::module;
use crate::operators::{self, low_byte};
use crate::value::Value;
use crate::Result;

module! {
    /// Blobs are arrays of bytes. `b[0]` is an integer from 0 to 255, and an index out of bounds is `ArrayBounds`; of an
    /// integer that is written, the lowest byte counts. A negative index counts from the end. As in an array, methods that
    /// change a blob do so in place, and most return `()`. As JSON, a blob is a string in base64.
    "Blobs"

    functions {
        /// Returns a blob of `len` bytes, or an empty one. The bytes are 0, or `value` if given.
        ///
        /// ```rhai
        /// blob().len // → 0
        /// blob(3).to_array() // → [0, 0, 0]
        /// blob(2, 255).to_array() // → [255, 255]
        /// ```
        new "blob" () -> Blob = |_| Ok(Value::blob(Vec::new()));
        new "blob" (len: Int) -> Blob = blob;
        new "blob" (len: Int, value: Int) -> Blob = blob;

        /// Returns the number of bytes.
        ///
        /// ```rhai
        /// blob(3).len() // → 3
        /// blob(3).len // → 3
        /// ```
        new "len" (self: Blob) -> Int = |call| Ok(Value::Int(int(call.blob(0).len())));
        new "get$len" (self: Blob) -> Int = |call| Ok(Value::Int(int(call.blob(0).len())));

        /// Returns whether there are no bytes.
        ///
        /// ```rhai
        /// blob().is_empty() // → true
        /// ```
        new "is_empty" (self: Blob) -> Bool = |call| Ok(Value::Bool(call.blob(0).is_empty()));
        new "get$is_empty" (self: Blob) -> Bool = |call| Ok(Value::Bool(call.blob(0).is_empty()));

        /// Returns the bytes as an array of integers.
        ///
        /// ```rhai
        /// "hi".to_blob().to_array() // → [104, 105]
        /// ```
        new "to_array" (self: Blob) -> Array = |call| Ok(call.blob(0).iter().map(|&byte| Value::Int(byte.into())).collect());

        /// Returns the bytes as a string. Those that are not valid UTF-8 become `�`.
        ///
        /// ```rhai
        /// "hi".to_blob().as_string() // → "hi"
        /// ```
        new "as_string" (self: Blob) -> String = as_string;

        /// Returns whether there is a byte of this value. `x in b` is the same.
        ///
        /// ```rhai
        /// "hi".to_blob().contains(104) // → true
        /// ```
        new "contains" (self: Blob, value: Int) -> Bool = |call| Ok(Value::Bool(call.blob(0).contains(&low_byte(call.int(1)))));

        /// Returns the byte at an index, or 0 if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// "hi".to_blob().get(-1) // → 105
        /// "hi".to_blob().get(2) // → 0
        /// ```
        new "get" (self: Blob, index: Int) -> Int = get;

        /// Replaces the byte at an index, in place. Does nothing if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// let b = blob(2);
        /// b.set(1, 255);
        /// b.to_array() // → [0, 255]
        /// ```
        changing "set" (self: Blob, index: Int, value: Int) -> Unit = set;

        /// Appends a byte, in place.
        ///
        /// ```rhai
        /// let b = blob(1);
        /// b.push(255);
        /// b.to_array() // → [0, 255]
        /// ```
        changing "push" (self: Blob, value: Int) -> Unit = push;

        /// Appends a byte, the bytes of another blob, or a string or a character in UTF-8, in place.
        ///
        /// ```rhai
        /// let b = blob(1, 1);
        /// b.append(2);
        /// b.append(blob(1, 3));
        /// b.append("é");
        /// b.to_array() // → [1, 2, 3, 195, 169]
        /// ```
        changing "append" (self: Blob, data: Int) -> Unit = push;
        changing "append" (self: Blob, data: Blob) -> Unit = append;
        changing "append" (self: Blob, data: String) -> Unit = append_text;
        changing "append" (self: Blob, data: Char) -> Unit = append_text;

        /// Inserts a byte before an index, in place. Behind the end, it is appended. A negative index counts from the end.
        ///
        /// ```rhai
        /// let b = blob(2, 1);
        /// b.insert(1, 9);
        /// b.to_array() // → [1, 9, 1]
        /// ```
        changing "insert" (self: Blob, index: Int, value: Int) -> Unit = insert;

        /// Appends bytes of a value until the blob has `len` bytes, in place.
        ///
        /// ```rhai
        /// let b = blob(1, 1);
        /// b.pad(3, 0);
        /// b.to_array() // → [1, 0, 0]
        /// ```
        changing "pad" (self: Blob, len: Int, value: Int) -> Unit = pad;

        /// Removes the last byte and returns it, or 0 if there is none.
        ///
        /// ```rhai
        /// let b = "hi".to_blob();
        /// b.pop() // → 105
        /// b.to_array() // → [104]
        /// ```
        changing "pop" (self: Blob) -> Int = |call| remove_at(call, -1);

        /// Removes the first byte and returns it, or 0 if there is none.
        ///
        /// ```rhai
        /// let b = "hi".to_blob();
        /// b.shift() // → 104
        /// b.to_array() // → [105]
        /// ```
        changing "shift" (self: Blob) -> Int = |call| remove_at(call, 0);

        /// Removes the byte at an index and returns it, or 0 if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// let b = "hi".to_blob();
        /// b.remove(0) // → 104
        /// b.to_array() // → [105]
        /// ```
        changing "remove" (self: Blob, index: Int) -> Int = |call| {
            let index = call.int(1);
            remove_at(call, index)
        };

        /// Removes all bytes, in place.
        ///
        /// ```rhai
        /// let b = blob(2);
        /// b.clear();
        /// b.to_array() // → []
        /// ```
        changing "clear" (self: Blob) -> Unit = |call| {
            call.args[0] = Value::blob(Vec::new());
            Ok(Value::Unit)
        };

        /// Keeps the first `len` bytes, in place.
        ///
        /// ```rhai
        /// let b = "tea".to_blob();
        /// b.truncate(2);
        /// b.as_string() // → "te"
        /// ```
        changing "truncate" (self: Blob, len: Int) -> Unit = truncate;

        /// Keeps the last `len` bytes, in place.
        ///
        /// ```rhai
        /// let b = "tea".to_blob();
        /// b.chop(2);
        /// b.as_string() // → "ea"
        /// ```
        changing "chop" (self: Blob, len: Int) -> Unit = chop;

        /// Reverses the order of the bytes, in place.
        ///
        /// ```rhai
        /// let b = "tea".to_blob();
        /// b.reverse();
        /// b.as_string() // → "aet"
        /// ```
        changing "reverse" (self: Blob) -> Unit = |call| {
            call.blob_mut(0)?.reverse();
            Ok(Value::Unit)
        };

        /// Returns a copy of some bytes: a range, that many from an index on, or all from an index on. A negative index counts
        /// from the end. What is out of bounds is ignored.
        ///
        /// ```rhai
        /// "green tea".to_blob().extract(6).as_string() // → "tea"
        /// "green tea".to_blob().extract(0..5).as_string() // → "green"
        /// ```
        changing "extract" (self: Blob, range: Range) -> Blob = extract;
        changing "extract" (self: Blob, range: RangeInclusive) -> Blob = extract;
        changing "extract" (self: Blob, start: Int, len: Int) -> Blob = extract;
        changing "extract" (self: Blob, start: Int) -> Blob = extract;

        /// Removes the bytes from an index on and returns them. A negative index counts from the end.
        ///
        /// ```rhai
        /// let b = "greentea".to_blob();
        /// b.split(5).as_string() // → "tea"
        /// b.as_string() // → "green"
        /// ```
        changing "split" (self: Blob, index: Int) -> Blob = split;

        /// Replaces some bytes by those of another blob, in place: a range, or `len` bytes from an index on.
        ///
        /// ```rhai
        /// let b = "green tea".to_blob();
        /// b.splice(0..5, "black".to_blob());
        /// b.as_string() // → "black tea"
        /// ```
        changing "splice" (self: Blob, range: Range, replace: Blob) -> Unit = splice;
        changing "splice" (self: Blob, range: RangeInclusive, replace: Blob) -> Unit = splice;
        changing "splice" (self: Blob, start: Int, len: Int, replace: Blob) -> Unit = splice;

        /// Removes some bytes and returns them: a range, or `len` bytes from an index on.
        ///
        /// ```rhai
        /// let b = "green tea".to_blob();
        /// b.drain(0..6).as_string() // → "green "
        /// b.as_string() // → "tea"
        /// ```
        changing "drain" (self: Blob, range: Range) -> Blob = drain;
        changing "drain" (self: Blob, range: RangeInclusive) -> Blob = drain;
        changing "drain" (self: Blob, start: Int, len: Int) -> Blob = drain;

        /// Keeps some bytes and returns the others: a range, or `len` bytes from an index on.
        ///
        /// ```rhai
        /// let b = "green tea".to_blob();
        /// b.retain(6, 3).as_string() // → "green "
        /// b.as_string() // → "tea"
        /// ```
        changing "retain" (self: Blob, range: Range) -> Blob = retain;
        changing "retain" (self: Blob, range: RangeInclusive) -> Blob = retain;
        changing "retain" (self: Blob, start: Int, len: Int) -> Blob = retain;

        /// Reads an integer in little-endian byte order: from a range, or from `len` bytes at an index. At most 8 bytes count;
        /// missing ones are 0.
        ///
        /// ```rhai
        /// blob(2, 1).parse_le_int(0..2) // → 257
        /// ```
        new "parse_le_int" (self: Blob, range: Range) -> Int = |call| Ok(Value::Int(i64::from_le_bytes(read(call))));
        new "parse_le_int" (self: Blob, range: RangeInclusive) -> Int = |call| Ok(Value::Int(i64::from_le_bytes(read(call))));
        new "parse_le_int" (self: Blob, start: Int, len: Int) -> Int = |call| Ok(Value::Int(i64::from_le_bytes(read(call))));

        /// Reads an integer in big-endian byte order: from a range, or from `len` bytes at an index. At most 8 bytes count;
        /// missing ones, after those that exist, are 0.
        ///
        /// ```rhai
        /// let b = blob(8);
        /// b.write_be(0..8, 258);
        /// b.parse_be_int(0..8) // → 258
        /// ```
        new "parse_be_int" (self: Blob, range: Range) -> Int = |call| Ok(Value::Int(i64::from_be_bytes(read(call))));
        new "parse_be_int" (self: Blob, range: RangeInclusive) -> Int = |call| Ok(Value::Int(i64::from_be_bytes(read(call))));
        new "parse_be_int" (self: Blob, start: Int, len: Int) -> Int = |call| Ok(Value::Int(i64::from_be_bytes(read(call))));

        /// Reads a float of 8 bytes in little-endian byte order: from a range, or from `len` bytes at an index.
        ///
        /// ```rhai
        /// let b = blob(8);
        /// b.write_le(0..8, 1.5);
        /// b.parse_le_float(0..8) // → 1.5
        /// ```
        new "parse_le_float" (self: Blob, range: Range) -> Float = |call| Ok(Value::Float(f64::from_le_bytes(read(call))));
        new "parse_le_float" (self: Blob, range: RangeInclusive) -> Float = |call| {
            Ok(Value::Float(f64::from_le_bytes(read(call))))
        };
        new "parse_le_float" (self: Blob, start: Int, len: Int) -> Float = |call| {
            Ok(Value::Float(f64::from_le_bytes(read(call))))
        };

        /// Reads a float of 8 bytes in big-endian byte order: from a range, or from `len` bytes at an index.
        ///
        /// ```rhai
        /// let b = blob(8);
        /// b.write_be(0..8, 1.5);
        /// b.parse_be_float(0, 8) // → 1.5
        /// ```
        new "parse_be_float" (self: Blob, range: Range) -> Float = |call| Ok(Value::Float(f64::from_be_bytes(read(call))));
        new "parse_be_float" (self: Blob, range: RangeInclusive) -> Float = |call| {
            Ok(Value::Float(f64::from_be_bytes(read(call))))
        };
        new "parse_be_float" (self: Blob, start: Int, len: Int) -> Float = |call| {
            Ok(Value::Float(f64::from_be_bytes(read(call))))
        };

        /// Writes an integer or a float in little-endian byte order, in place, into a range or `len` bytes at an index. What
        /// does not fit is dropped.
        ///
        /// ```rhai
        /// let b = blob(4);
        /// b.write_le(0..2, 258);
        /// b.to_array() // → [2, 1, 0, 0]
        /// ```
        changing "write_le" (self: Blob, range: Range, value: Int) -> Unit = write_le;
        changing "write_le" (self: Blob, range: RangeInclusive, value: Int) -> Unit = write_le;
        changing "write_le" (self: Blob, start: Int, len: Int, value: Int) -> Unit = write_le;
        changing "write_le" (self: Blob, range: Range, value: Float) -> Unit = write_le;
        changing "write_le" (self: Blob, range: RangeInclusive, value: Float) -> Unit = write_le;
        changing "write_le" (self: Blob, start: Int, len: Int, value: Float) -> Unit = write_le;

        /// Writes an integer or a float in big-endian byte order, in place, into a range or `len` bytes at an index. A number
        /// has 8 bytes; what does not fit is dropped.
        ///
        /// ```rhai
        /// let b = blob(8);
        /// b.write_be(0, 8, 258);
        /// b.to_array() // → [0, 0, 0, 0, 0, 0, 1, 2]
        /// ```
        changing "write_be" (self: Blob, range: Range, value: Int) -> Unit = write_be;
        changing "write_be" (self: Blob, range: RangeInclusive, value: Int) -> Unit = write_be;
        changing "write_be" (self: Blob, start: Int, len: Int, value: Int) -> Unit = write_be;
        changing "write_be" (self: Blob, range: Range, value: Float) -> Unit = write_be;
        changing "write_be" (self: Blob, range: RangeInclusive, value: Float) -> Unit = write_be;
        changing "write_be" (self: Blob, start: Int, len: Int, value: Float) -> Unit = write_be;

        /// Writes a string in UTF-8, in place, into a range or `len` bytes at an index. What does not fit is dropped.
        ///
        /// ```rhai
        /// let b = blob(4);
        /// b.write_utf8(1..4, "é");
        /// b.to_array() // → [0, 195, 169, 0]
        /// ```
        changing "write_utf8" (self: Blob, range: Range, string: String) -> Unit = write_utf8;
        changing "write_utf8" (self: Blob, range: RangeInclusive, string: String) -> Unit = write_utf8;
        changing "write_utf8" (self: Blob, start: Int, len: Int, string: String) -> Unit = write_utf8;

        /// Writes the ASCII characters of a string, in place, into a range or `len` bytes at an index. Other characters are
        /// skipped.
        ///
        /// ```rhai
        /// let b = blob(3);
        /// b.write_ascii(0, 3, "aéb");
        /// b.to_array() // → [97, 98, 0]
        /// ```
        changing "write_ascii" (self: Blob, range: Range, string: String) -> Unit = write_ascii;
        changing "write_ascii" (self: Blob, range: RangeInclusive, string: String) -> Unit = write_ascii;
        changing "write_ascii" (self: Blob, start: Int, len: Int, string: String) -> Unit = write_ascii;
    }
}

#[cold]
fn too_large(what: &str) -> Error {
    Error::new(ErrorKind::DataTooLarge(what.to_owned()))
}

fn blob(call: &mut Call<'_>) -> Result<Value> {
    let len = usize::try_from(call.int(0)).unwrap_or(0);
    let mut bytes = Vec::new();
    memory::needs(len)?;
    bytes.try_reserve_exact(len).map_err(|_| too_large("Size of array/BLOB"))?;
    bytes.resize(len, low_byte(call.int(1)));
    Ok(Value::blob(bytes))
}

fn as_string(call: &mut Call<'_>) -> Result<Value> {
    Ok(match String::from_utf8(call.take_blob(0)?) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
    .into())
}

/// The place of a byte, where an index before all bytes means the first.
fn lenient(count: usize, index: i64) -> Option<usize> {
    let (at, _) = cut(count, index, 0);
    (at < count).then_some(at)
}

fn get(call: &mut Call<'_>) -> Result<Value> {
    let bytes = call.blob(0);
    Ok(Value::Int(lenient(bytes.len(), call.int(1)).map_or(0, |at| bytes[at].into())))
}

fn set(call: &mut Call<'_>) -> Result<Value> {
    if let Some(at) = lenient(call.blob(0).len(), call.int(1)) {
        let byte = low_byte(call.int(2));
        call.blob_mut(0)?[at] = byte;
    }
    Ok(Value::Unit)
}

fn push(call: &mut Call<'_>) -> Result<Value> {
    let byte = low_byte(call.int(1));
    let bytes = call.blob_mut(0)?;
    memory::reserve(bytes, 1)?;
    bytes.push(byte);
    Ok(Value::Unit)
}

fn append(call: &mut Call<'_>) -> Result<Value> {
    if let (Value::Blob(more), Value::Blob(bytes)) = (call.take(1), &mut call.args[0]) {
        operators::append(bytes, more)?;
    }
    Ok(Value::Unit)
}

fn append_text(call: &mut Call<'_>) -> Result<Value> {
    match call.take(1) {
        Value::Str(text) if !text.is_empty() => {
            let bytes = call.blob_mut(0)?;
            memory::reserve(bytes, text.len())?;
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Char(c) => call.blob_mut(0)?.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        _ => {}
    }
    Ok(Value::Unit)
}

fn insert(call: &mut Call<'_>) -> Result<Value> {
    let (index, byte) = (call.int(1), low_byte(call.int(2)));
    let bytes = call.blob_mut(0)?;
    let (at, _) = cut(bytes.len(), index, 0);
    memory::reserve(bytes, 1)?;
    bytes.insert(at, byte);
    Ok(Value::Unit)
}

fn pad(call: &mut Call<'_>) -> Result<Value> {
    let (len, byte) = (usize::try_from(call.int(1)).unwrap_or(0), low_byte(call.int(2)));
    let count = call.blob(0).len();
    if len > count {
        memory::needs(len - count)?;
        let bytes = call.blob_mut(0)?;
        bytes.try_reserve(len - count).map_err(|_| too_large("Size of BLOB"))?;
        bytes.resize(len, byte);
    }
    Ok(Value::Unit)
}

fn remove_at(call: &mut Call<'_>, index: i64) -> Result<Value> {
    Ok(Value::Int(match position(call.blob(0).len(), index) {
        Some(at) => call.blob_mut(0)?.remove(at).into(),
        None => 0,
    }))
}

fn truncate(call: &mut Call<'_>) -> Result<Value> {
    let len = usize::try_from(call.int(1)).unwrap_or(0);
    if len < call.blob(0).len() {
        call.blob_mut(0)?.truncate(len);
    }
    Ok(Value::Unit)
}

fn chop(call: &mut Call<'_>) -> Result<Value> {
    let (len, count) = (usize::try_from(call.int(1)).unwrap_or(0), call.blob(0).len());
    if len < count {
        call.blob_mut(0)?.drain(..count - len);
    }
    Ok(Value::Unit)
}

/// The bytes that are meant: where they begin, and how many they are.
fn part(call: &Call<'_>) -> (usize, usize) {
    let (start, len) = span(call, 1);
    cut(call.blob(0).len(), start, len)
}

fn splice(call: &mut Call<'_>) -> Result<Value> {
    let replace = call.take(call.len() - 1);
    let (start, len) = part(call);
    if call.blob(0).is_empty() {
        call.args[0] = replace;
    } else if let Value::Blob(replace) = replace {
        let bytes = call.blob_mut(0)?;
        memory::reserve(bytes, replace.len())?;
        // Other than with arrays, what replaces nothing is appended.
        let start = if len == 0 { bytes.len() } else { start };
        bytes.splice(start..start + len, replace.iter().copied());
    }
    Ok(Value::Unit)
}

fn extract(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = match call.value(1) {
        Value::Int(start) if call.len() == 2 => cut(call.blob(0).len(), *start, i64::MAX),
        _ => part(call),
    };
    memory::needs(len)?;
    Ok(Value::blob(call.blob(0)[start..start + len].to_vec()))
}

fn split(call: &mut Call<'_>) -> Result<Value> {
    let (start, _) = cut(call.blob(0).len(), call.int(1), 0);
    if start == call.blob(0).len() {
        return Ok(Value::blob(Vec::new()));
    }
    memory::needs(call.blob(0).len() - start)?;
    Ok(Value::blob(call.blob_mut(0)?.split_off(start)))
}

fn drain(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = part(call);
    if len == 0 {
        return Ok(Value::blob(Vec::new()));
    }
    memory::needs(len)?;
    Ok(Value::blob(call.blob_mut(0)?.drain(start..start + len).collect()))
}

fn retain(call: &mut Call<'_>) -> Result<Value> {
    let (_, wanted) = span(call, 1);
    if call.blob(0).is_empty() || wanted <= 0 {
        return Ok(Value::blob(Vec::new()));
    }
    let (start, len) = part(call);
    if len == 0 {
        return Ok(std::mem::replace(&mut call.args[0], Value::blob(Vec::new())));
    }
    memory::needs(2 * call.blob(0).len())?;
    let bytes = call.blob_mut(0)?;
    let after = bytes.split_off(start + len);
    let kept = bytes.split_off(start);
    let mut removed = std::mem::replace(bytes, kept);
    removed.extend(after);
    Ok(Value::blob(removed))
}

/// The first eight of the bytes that are meant, and zeros where they are fewer.
fn read(call: &Call<'_>) -> [u8; 8] {
    let (start, len) = part(call);
    let len = len.min(8);
    let mut bytes = [0; 8];
    bytes[..len].copy_from_slice(&call.blob(0)[start..start + len]);
    bytes
}

/// Writes bytes where they are meant to be, as far as there is space.
fn write(call: &mut Call<'_>, bytes: &[u8]) -> Result<Value> {
    let (start, len) = part(call);
    let len = len.min(bytes.len());
    if len > 0 {
        call.blob_mut(0)?[start..start + len].copy_from_slice(&bytes[..len]);
    }
    Ok(Value::Unit)
}

/// The number that is to be written, as bits.
fn last_bits(call: &Call<'_>) -> u64 {
    match call.value(call.len() - 1) {
        Value::Float(x) => x.to_bits(),
        other => other.as_int().unwrap_or_default().cast_unsigned(),
    }
}

fn write_le(call: &mut Call<'_>) -> Result<Value> {
    let bytes = last_bits(call).to_le_bytes();
    write(call, &bytes)
}

fn write_be(call: &mut Call<'_>) -> Result<Value> {
    let bytes = last_bits(call).to_be_bytes();
    write(call, &bytes)
}

fn write_utf8(call: &mut Call<'_>) -> Result<Value> {
    let text = call.take_str(call.len() - 1);
    write(call, text.as_bytes())
}

fn write_ascii(call: &mut Call<'_>) -> Result<Value> {
    let text = call.take_str(call.len() - 1);
    let bytes: Vec<u8> = text.bytes().filter(u8::is_ascii).collect();
    write(call, &bytes)
}

#[cfg(test)]
mod tests {
    use crate::operators;
    use std::rc::Rc;

    #[test]
    fn appending_shares_what_is_not_copied() {
        let mut target = Rc::new(Vec::new());
        let more = Rc::new(vec![1_u8]);
        operators::append(&mut target, Rc::clone(&more)).unwrap();
        assert!(Rc::ptr_eq(&target, &more));
    }
}

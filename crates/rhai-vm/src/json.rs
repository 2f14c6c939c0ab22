//! JSON ↔ values, with the place of what cannot be converted in the error.
//!
//! | JSON | Rhai |
//! |---|---|
//! | `null` | `()` |
//! | booleans, strings, arrays, objects | `bool`, string, array, map |
//! | numbers without fraction and exponent within 64 bits | integer (`i64`) |
//! | other numbers | float (`f64`) |
//!
//! On the way out a character is a string, a blob a string in base64, an object of the host's its
//! plain form, and a float that is not a number or infinite is `null`, as in JavaScript. TOML and XML,
//! which are written from here too, have such floats; TOML has no null, and its blobs are
//! arrays of numbers.

mod lenient;

use crate::map::Map;
use crate::memory::{self, Meter, Output};
use crate::text::Str;
use crate::value::Value;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::cell::{Cell, RefCell};
use std::fmt;

/// Deepest nesting of arrays and maps, either way. More is an error and not a stack overflow.
const MAX_DEPTH: usize = 1000;
/// An array of so many items is not copied once it is complete.
const LARGE_ARRAY: usize = 4096;
/// How many keys are kept to be shared.
const KEY_SLOTS: usize = 512;
/// The longest key that is kept, in bytes.
const MAX_SHARED_KEY: usize = 64;

/// What nobody gets to read: the host has a better error, see [`memory::may_use`].
const OUT_OF_MEMORY: &str = "out of memory";

/// Reads one JSON document.
///
/// # Errors
/// What is wrong with it, with line and column, both from 1, or the byte that is not UTF-8.
pub fn decode(json: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(json)
        .map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let scratch = Scratch::take();
    let value = Seed { depth: 0, scratch: &scratch }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    let (has_negative_zero, is_stopped) = (scratch.has_negative_zero.get(), scratch.is_stopped.get());
    drop(scratch);
    match value {
        Ok(value) if !has_negative_zero => Ok(value),
        Ok(value) => Ok(lenient::read(text).unwrap_or(value)),
        Err(error) if is_stopped => Err(error.to_string()),
        Err(error) => lenient::read(text)
            .ok_or_else(|| error.to_string().replace("EOF while parsing", "it ends within")),
    }
}

/// The value of parsed JSON.
///
/// # Errors
/// That it is nested too deep.
pub fn from_json(json: serde_json::Value) -> Result<Value, String> {
    let scratch = Scratch::take();
    Seed { depth: 0, scratch: &scratch }.deserialize(json).map_err(|error| error.to_string())
}

/// Writes a value as JSON.
///
/// # Errors
/// The path of a value that has no JSON form (`$.items[3].done`), and what it is.
pub fn encode(value: &Value) -> Result<Vec<u8>, String> {
    let mut json = Vec::with_capacity(128);
    write(value, None, &mut json)?;
    Ok(json)
}

/// Writes a map as JSON.
///
/// # Errors
/// As [`encode`].
pub fn encode_map(map: &Map) -> Result<Vec<u8>, String> {
    let mut json = Vec::with_capacity(128);
    write_map(map, None, &mut json)?;
    Ok(json)
}

/// Writes a value as JSON on several lines, two spaces a level.
///
/// # Errors
/// As [`encode`].
pub fn encode_pretty(value: &Value) -> Result<String, String> {
    let mut json = Output::default();
    let written = serde_json::to_writer_pretty(&mut json, &Plain::of(value, Format::Json));
    written.map_err(|error| error.to_string())?;
    String::from_utf8(json.0).map_err(|error| error.to_string())
}

/// A value as JSON that is not text yet.
///
/// # Errors
/// As [`encode`].
pub fn to_json(value: &Value) -> Result<serde_json::Value, String> {
    serde_json::to_value(Plain::of(value, Format::Json)).map_err(|error| error.to_string())
}

/// A value as a serializer of XML takes it.
///
/// # Errors
/// As [`encode`], of XML.
pub fn for_xml(value: &Value) -> Result<serde_json::Value, String> {
    serde_json::to_value(Plain::of(value, Format::Xml)).map_err(|error| error.to_string())
}

/// A value as a serializer of TOML takes it, which gives errors as [`encode`] does, of TOML.
pub fn for_toml(value: &Value) -> impl Serialize + '_ {
    Plain::of(value, Format::Toml)
}

/// The string of a key, shared with other maps where it was seen lately.
pub fn key(text: &str) -> Str {
    KEYS.with_borrow_mut(|keys| keys.share(text))
}

thread_local! {
    /// Keys that were seen lately.
    static KEYS: RefCell<Keys> = RefCell::default();
}

/// Keys by a hash of theirs; a new one displaces another with the same hash.
#[derive(Default)]
struct Keys(Vec<Option<Str>>);

impl Keys {
    fn share(&mut self, text: &str) -> Str {
        if text.len() > MAX_SHARED_KEY {
            return text.into();
        }
        if self.0.is_empty() {
            self.0.resize(KEY_SLOTS, None);
        }
        let slot = &mut self.0[slot(text.as_bytes())];
        match slot {
            Some(known) if known.as_str() == text => known.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

/// A cheap hash: all bytes of a key count, so that `item1` and `item2` differ.
fn slot(bytes: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
    for &byte in chunks.remainder() {
        hash = (hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(FACTOR);
    }
    usize::try_from(hash >> 40).unwrap_or(0) % KEY_SLOTS
}

/// What the decoder works with: what it has read of arrays and maps that are not complete yet, so that
/// those in the value have no more room than they need.
struct Scratch {
    keys: RefCell<Keys>,
    items: RefCell<Vec<Value>>,
    entries: RefCell<Vec<(Str, Value)>>,
    /// It has read `-0.0`, or the integer `-0`: `serde_json` makes no difference.
    has_negative_zero: Cell<bool>,
    meter: Meter,
    /// It has used up the memory.
    is_stopped: Cell<bool>,
}

impl Scratch {
    fn take() -> Self {
        Self {
            meter: Meter::default(),
            is_stopped: Cell::new(false),
            keys: RefCell::new(KEYS.take()),
            items: RefCell::default(),
            entries: RefCell::default(),
            has_negative_zero: Cell::new(false),
        }
    }

    /// What is read may take so many bytes.
    fn may_use<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        self.go_on(self.meter.may_use(bytes))
    }

    fn go_on<E: serde::de::Error>(&self, may_go_on: bool) -> Result<(), E> {
        if may_go_on {
            return Ok(());
        }
        self.is_stopped.set(true);
        Err(E::custom(OUT_OF_MEMORY))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        KEYS.set(Keys(std::mem::take(&mut self.keys.get_mut().0)));
    }
}

/// Reads one value; `depth` arrays and maps are around it.
#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    scratch: &'a Scratch,
}

impl Seed<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Unit)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    #[allow(clippy::cast_precision_loss)] // as JavaScript does; Rhai has no larger integer
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        if value == 0.0 && value.is_sign_negative() {
            self.scratch.has_negative_zero.set(true);
        }
        Ok(Value::Float(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.scratch.may_use(memory::size_of_text(value))?;
        Ok(value.into())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.visit_str(&value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let Scratch { items: read, .. } = self.scratch;
        let start = read.borrow().len();
        while let Some(item) = items.next_element_seed(inner)? {
            self.scratch.go_on(memory::push(&mut read.borrow_mut(), item))?;
        }
        let count = read.borrow().len() - start;
        let mut read = read.borrow_mut();
        if start == 0 && count >= LARGE_ARRAY {
            // All that was read is this array: it takes the place, too.
            let mut items = std::mem::take(&mut *read);
            items.shrink_to_fit();
            return Ok(Value::array(items));
        }
        self.scratch.may_use(size_of::<Vec<Value>>() + count * size_of::<Value>())?;
        let items: Vec<Value> = read.drain(start..).collect();
        Ok(Value::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let Scratch { keys, entries: read, .. } = self.scratch;
        let start = read.borrow().len();
        while let Some(key) = entries.next_key_seed(Key(keys))? {
            let value = entries.next_value_seed(inner)?;
            self.scratch.go_on(memory::push(&mut read.borrow_mut(), (key, value)))?;
        }
        let count = read.borrow().len() - start;
        self.scratch.may_use(size_of::<Map>() + count * Map::BYTES_OF_ENTRY)?;
        let entries: Vec<_> = read.borrow_mut().drain(start..).collect();
        Ok(Value::map(Map::from_entries(entries)))
    }
}

/// Reads an object's key.
struct Key<'a>(&'a RefCell<Keys>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Str, E> {
        Ok(self.0.borrow_mut().share(key))
    }
}

/// Where a value stands in the one that is written.
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outer {
            Some(outer) => outer.fmt(f)?,
            None => f.write_str("$")?,
        }
        let plain =
            |key: &str| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        match self.step {
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) if plain(key) => write!(f, ".{key}"),
            Step::Key(key) => write!(f, "[{key:?}]"),
        }
    }
}

/// What a value is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
    Xml,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Xml => "XML",
        }
    }

    /// About how many bytes an item takes in what its serializer works with.
    fn bytes_of_item(self) -> usize {
        match self {
            Self::Json | Self::Xml => size_of::<serde_json::Value>(),
            Self::Toml => 256,
        }
    }
}

/// That the value at this place has no such form.
#[cold]
fn refused(what: &str, path: Option<&Path<'_>>, format: Format) -> String {
    let format = format.name();
    match path {
        Some(path) => format!("{path} is {what}, which has no {format} form"),
        None => format!("the value is {what}, which has no {format} form"),
    }
}

/// What a value without any form is.
#[cold]
fn described(value: &Value) -> String {
    match value {
        Value::Fn(function) => match function.place() {
            Some(place) => format!("a function ({place})"),
            None => "a function".to_owned(),
        },
        other => format!("of type {}", other.type_name()),
    }
}

/// The depth of what an array or a map at this place contains.
fn inner_depth(path: Option<&Path<'_>>, format: Format) -> Result<usize, String> {
    let depth = path.map_or(0, |path| path.depth) + 1;
    if depth > MAX_DEPTH {
        let format = format.name();
        return Err(format!(
            "the value is nested deeper than {MAX_DEPTH} levels and cannot be written as {format}"
        ));
    }
    Ok(depth)
}

/// Makes place for so many bytes more.
#[inline]
fn reserve(json: &mut Vec<u8>, count: usize) -> Result<(), String> {
    if memory::may_reserve(json, count) {
        Ok(())
    } else {
        Err(OUT_OF_MEMORY.to_owned())
    }
}

/// More bytes than a number takes, with what stands around it.
const SMALL: usize = 32;

fn write(value: &Value, path: Option<&Path<'_>>, json: &mut Vec<u8>) -> Result<(), String> {
    reserve(json, SMALL)?;
    match value {
        Value::Unit => json.extend_from_slice(b"null"),
        Value::Bool(true) => json.extend_from_slice(b"true"),
        Value::Bool(false) => json.extend_from_slice(b"false"),
        Value::Int(number) => write_number(number, json)?,
        Value::Float(number) => write_number(number, json)?,
        Value::Char(character) => write_string(character.encode_utf8(&mut [0; 4]), json)?,
        Value::Str(text) => write_string(text, json)?,
        Value::Array(items) => write_array(items, path, json)?,
        Value::Map(map) => write_map(map, path, json)?,
        Value::Blob(bytes) => write_blob(bytes, json)?,
        Value::Shared(cell) => write(&cell.borrow(), path, json)?,
        Value::Host(object) => match (object.digits(), object.to_plain()) {
            (Some(digits), _) => {
                reserve(json, digits.len() + SMALL)?;
                json.extend_from_slice(digits.as_bytes());
            }
            (None, Some(plain)) => write(&plain, path, json)?,
            (None, None) => return Err(refused(&described(value), path, Format::Json)),
        },
        Value::Fn(_) | Value::Range(_) | Value::RangeInclusive(_) => {
            return Err(refused(&described(value), path, Format::Json));
        }
    }
    Ok(())
}

fn write_number(number: &impl Serialize, json: &mut Vec<u8>) -> Result<(), String> {
    serde_json::to_writer(json, number).map_err(|error| error.to_string())
}

fn write_array(items: &[Value], outer: Option<&Path<'_>>, json: &mut Vec<u8>) -> Result<(), String> {
    let depth = inner_depth(outer, Format::Json)?;
    json.push(b'[');
    for (index, value) in items.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(value, Some(&Path { outer, step: Step::Index(index), depth }), json)?;
    }
    json.push(b']');
    Ok(())
}

fn write_map(map: &Map, outer: Option<&Path<'_>>, json: &mut Vec<u8>) -> Result<(), String> {
    let depth = inner_depth(outer, Format::Json)?;
    json.push(b'{');
    for (number, (key, value)) in map.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        write_string(key, json)?;
        json.push(b':');
        write(value, Some(&Path { outer, step: Step::Key(key), depth }), json)?;
    }
    json.push(b'}');
    Ok(())
}

fn write_blob(bytes: &[u8], json: &mut Vec<u8>) -> Result<(), String> {
    let length = bytes.len().div_ceil(3) * 4;
    reserve(json, length + SMALL)?;
    json.push(b'"');
    let start = json.len();
    json.resize(start + length, 0);
    BASE64_STANDARD.encode_slice(bytes, &mut json[start..]).map_err(|error| error.to_string())?;
    json.push(b'"');
    Ok(())
}

fn write_string(text: &str, json: &mut Vec<u8>) -> Result<(), String> {
    let mut rest = text.as_bytes();
    reserve(json, rest.len() + SMALL)?;
    json.push(b'"');
    loop {
        let (plain, others) = rest.split_at(plain_prefix(rest));
        reserve(json, plain.len() + SMALL)?;
        json.extend_from_slice(plain);
        let Some((&byte, after)) = others.split_first() else { break };
        write_escape(byte, json);
        rest = after;
    }
    json.push(b'"');
    Ok(())
}

/// How long the blocks are that are looked at as a whole.
const BLOCK: usize = 32;

/// The bytes that do not stand in a JSON string as they are.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escaped[byte] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

/// How many bytes stand in a JSON string as they are.
fn plain_prefix(bytes: &[u8]) -> usize {
    let blocks = bytes.chunks_exact(BLOCK).take_while(|block| is_plain(block)).count();
    let start = blocks * BLOCK;
    let found = bytes[start..].iter().position(|&byte| ESCAPED[usize::from(byte)]);
    found.map_or(bytes.len(), |at| start + at)
}

/// Whether a block has nothing that is escaped. There is no branch in it, so that the compiler makes
/// vector instructions of it.
#[inline]
fn is_plain(block: &[u8]) -> bool {
    let escaped = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    block.iter().fold(0, |found, &byte| found | escaped(byte)) == 0
}

fn write_escape(byte: u8, json: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            json.extend_from_slice(b"\\u00");
            json.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            return;
        }
    };
    json.extend([b'\\', letter]);
}

/// A value on its way to another format, or to JSON that is written otherwise.
#[derive(Clone, Copy)]
struct Plain<'a> {
    value: &'a Value,
    path: Option<&'a Path<'a>>,
    format: Format,
}

impl<'a> Plain<'a> {
    /// A whole value.
    fn of(value: &'a Value, format: Format) -> Self {
        Self { value, path: None, format }
    }

    fn refuse<E: serde::ser::Error>(self, what: &str) -> E {
        E::custom(refused(what, self.path, self.format))
    }

    /// Whether the value is an item of an array.
    fn is_item(self) -> bool {
        self.path.is_some_and(|path| matches!(path.step, Step::Index(_)))
    }

    fn serialize_unit<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.format == Format::Toml && self.is_item() {
            return Err(self.refuse("() in an array (only keys can be omitted)"));
        }
        // JSON's null; a key that TOML leaves out.
        serializer.serialize_none()
    }

    fn serialize_float<S: Serializer>(self, number: f64, serializer: S) -> Result<S::Ok, S::Error> {
        match self.format {
            Format::Xml if number.is_nan() => serializer.serialize_str("NaN"),
            Format::Xml if number == f64::INFINITY => serializer.serialize_str("INF"),
            Format::Xml if number == f64::NEG_INFINITY => serializer.serialize_str("-INF"),
            _ => serializer.serialize_f64(number),
        }
    }

    /// What is made of this may take so many bytes.
    fn may_use<E: serde::ser::Error>(bytes: usize) -> Result<(), E> {
        thread_local! {
            static METER: Meter = const { Meter::new() };
        }
        if METER.with(|meter| meter.may_use(bytes)) {
            Ok(())
        } else {
            Err(E::custom(OUT_OF_MEMORY))
        }
    }

    fn serialize_array<S: Serializer>(self, array: &[Value], serializer: S) -> Result<S::Ok, S::Error> {
        Self::may_use(array.len() * self.format.bytes_of_item())?;
        let Self { path: outer, format, .. } = self;
        let depth = inner_depth(outer, format).map_err(serde::ser::Error::custom)?;
        let mut items = serializer.serialize_seq(Some(array.len()))?;
        for (index, value) in array.iter().enumerate() {
            let path = Path { outer, step: Step::Index(index), depth };
            items.serialize_element(&Plain { value, path: Some(&path), format })?;
        }
        items.end()
    }

    fn serialize_map<S: Serializer>(self, map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        Self::may_use((map.len() + 1) * (self.format.bytes_of_item() + Map::BYTES_OF_ENTRY))?;
        let Self { path: outer, format, .. } = self;
        let depth = inner_depth(outer, format).map_err(serde::ser::Error::custom)?;
        let mut entries = serializer.serialize_map(Some(map.len()))?;
        for (key, value) in map {
            let path = Path { outer, step: Step::Key(key), depth };
            entries.serialize_entry(key.as_str(), &Plain { value, path: Some(&path), format })?;
        }
        entries.end()
    }
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Unit => self.serialize_unit(serializer),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => self.serialize_float(*number, serializer),
            Value::Char(character) => serializer.serialize_char(*character),
            Value::Str(text) => {
                Self::may_use(text.len())?;
                serializer.serialize_str(text)
            }
            Value::Array(items) => self.serialize_array(items, serializer),
            Value::Map(map) => self.serialize_map(map, serializer),
            Value::Blob(bytes) if self.format != Format::Toml => {
                Self::may_use(bytes.len().div_ceil(3) * 4)?;
                serializer.serialize_str(&BASE64_STANDARD.encode(&**bytes))
            }
            Value::Blob(bytes) => bytes.serialize(serializer),
            Value::Shared(cell) => Plain { value: &cell.borrow(), ..*self }.serialize(serializer),
            Value::Host(object) => match (object.digits(), object.to_plain()) {
                (Some(digits), _) if self.format == Format::Json => {
                    RawValue::from_string(digits).map_err(serde::ser::Error::custom)?.serialize(serializer)
                }
                (_, Some(plain)) => Plain { value: &plain, ..*self }.serialize(serializer),
                (_, None) => Err(self.refuse(&described(self.value))),
            },
            Value::Fn(_) | Value::Range(_) | Value::RangeInclusive(_) => {
                Err(self.refuse(&described(self.value)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{FnPtr, Object};
    use proptest::prelude::*;

    fn round(json: &str) -> String {
        String::from_utf8(encode(&decode(json.as_bytes()).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_json_says_comes_back() {
        for json in [
            "null",
            "true",
            "0",
            "-1",
            "1.0",
            "-0.5",
            "1e+300",
            "\"\"",
            "\"ü\\n\\u0000\\\"\\\\\\u001f\"",
            "\"0123456789abcdef0123456789abcdef\\t\"",
            "[]",
            "{}",
            "9223372036854775807",
            "-9223372036854775808",
            "0.1",
            "3.141592653589793",
            r#"{"a":[1,{"b":null}],"c":"d"}"#,
        ] {
            assert_eq!(round(json), json);
        }
        assert_eq!(round(" [1 , 2] "), "[1,2]");
        assert_eq!(round(r#"{"b":1,"a":2,"b":3}"#), r#"{"a":2,"b":3}"#);
        assert_eq!(round("9223372036854775808"), "9.223372036854776e+18");
        assert_eq!(round("5e-324"), "5e-324");
    }

    #[test]
    fn what_is_not_json_says_where() {
        for (json, problem) in [
            (&b""[..], "it ends within a value at line 1 column 0"),
            (b"{\"a\":\n tru}", "expected ident at line 2 column 5"),
            (b"[1,]", "trailing comma at line 1 column 4"),
            (b"1 2", "trailing characters at line 1 column 3"),
            (b"[\"a\xff\"]", "not UTF-8 at byte 4"),
        ] {
            assert_eq!(decode(json).unwrap_err(), problem);
        }
    }

    #[test]
    fn nesting_ends_at_1000_levels() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(round(&nested(1000)), nested(1000));
        let error = decode(nested(1001).as_bytes()).unwrap_err();
        assert_eq!(error, "nested deeper than 1000 levels at line 1 column 1002");
        assert!(decode("[".repeat(100_000).as_bytes()).is_err());
        assert!(decode("{\"a\":".repeat(100_000).as_bytes()).is_err());

        let value = Value::array(vec![decode(nested(1000).as_bytes()).unwrap()]);
        let problem = "the value is nested deeper than 1000 levels and cannot be written as JSON";
        assert_eq!(encode(&value).unwrap_err(), problem);
        assert_eq!(encode_pretty(&value).unwrap_err(), problem);
    }

    struct Opaque;

    impl Object for Opaque {
        fn type_name(&self) -> &'static str {
            "Opaque"
        }
        fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("opaque")
        }
    }

    #[test]
    fn what_has_no_json_form_is_named_by_its_path() {
        let function = || Value::function(FnPtr::named("f".into()));
        let item = Map::from_iter([("done".into(), function())]);
        let map = Map::from_iter([("items".into(), vec![Value::Unit, item.into()].into())]);
        let error = encode(&map.into()).unwrap_err();
        assert_eq!(error, "$.items[1].done is a function, which has no JSON form");
        let error = encode(&Value::host(Opaque)).unwrap_err();
        assert_eq!(error, "the value is of type Opaque, which has no JSON form");
        let map = Map::from_iter([("a b".into(), function())]);
        let error = encode_map(&map).unwrap_err();
        assert_eq!(error, "$[\"a b\"] is a function, which has no JSON form");
        assert_eq!(for_xml(&map.into()).unwrap_err(), "$[\"a b\"] is a function, which has no XML form");
    }

    #[test]
    fn other_values_have_a_form() {
        let json = |value: Value| String::from_utf8(encode(&value).unwrap()).unwrap();
        assert_eq!(json('x'.into()), "\"x\"");
        assert_eq!(json(f64::NAN.into()), "null");
        assert_eq!(json(f64::INFINITY.into()), "null");
        assert_eq!(json(Value::blob(vec![1, 255])), "\"Af8=\"");
        assert_eq!(json(Value::Shared(std::rc::Rc::new(RefCell::new(1.into())))), "1");
    }

    #[test]
    fn records_share_their_keys() {
        let value = decode(br#"[{"name":1},{"name":2}]"#).unwrap();
        let key = |index: usize| {
            let record = value.as_array().unwrap()[index].as_map().unwrap();
            record.keys().next().unwrap().clone()
        };
        assert!(key(0).is_same(&key(1)));
        assert!(key(0).is_same(&super::key("name")));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Unit),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 40, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..40).prop_map(|entries| {
                    let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
                    entries.collect::<Map>().into()
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_come_back_the_same(value in values()) {
            let json = encode(&value).unwrap();
            let theirs = serde_json::to_vec(&Plain::of(&value, Format::Json)).unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&json), String::from_utf8_lossy(&theirs));
            let back = decode(&json).unwrap();
            prop_assert_eq!(format!("{:?}", &value), format!("{:?}", &back));
            let pretty = encode_pretty(&value).unwrap();
            prop_assert_eq!(encode(&decode(pretty.as_bytes()).unwrap()).unwrap(), json);
        }

        #[test]
        fn strings_are_written_as_serde_json_does(text in any::<String>(), controls in "[\\x00-\\x7f]{0,40}") {
            for text in [text, controls] {
                let json = encode(&text.as_str().into()).unwrap();
                prop_assert_eq!(String::from_utf8(json).unwrap(), serde_json::to_string(&text).unwrap());
            }
        }

        #[test]
        fn json_means_what_serde_json_says(json in "[\\[\\]{}\",:0-9eE.+\\-a-z\\\\ ]{0,40}") {
            let ours = decode(json.as_bytes());
            let theirs = serde_json::from_str::<serde_json::Value>(&json);
            prop_assert!(ours.is_ok() || theirs.is_err());
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                let written = encode(&ours).unwrap();
                let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
                if !json.contains(|c: char| c.is_ascii_digit()) {
                    prop_assert_eq!(written, theirs);
                }
            }
        }
    }
}

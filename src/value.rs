//! JSON ↔ Rhai values, with the place of what cannot be converted in the error.
//!
//! | JSON | Rhai |
//! |---|---|
//! | `null` | `()` |
//! | booleans, strings, arrays, objects | `bool`, string, array, map |
//! | numbers without fraction and exponent within 64 bits | integer (`i64`) |
//! | other numbers | float (`f64`) |
//!
//! On the way out a `char` is a string, a `Blob` an array of numbers, a time or a duration its text,
//! and a float that is not a number or infinite is `null`, as in JavaScript. TOML and XML, which are
//! written from here too, have such floats; TOML has no null, and XML no blobs.

use crate::context::Context;
use crate::response::Response;
use crate::time;
use rhai::{Blob, Dynamic, FnPtr, ImmutableString, Map, INT};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Range, RangeInclusive};

/// Deepest nesting of arrays and maps, either way. More is an error and not a stack overflow.
const MAX_DEPTH: usize = 128;

/// Reads one JSON text.
///
/// # Errors
/// What is wrong with it, with line and column, both from 1, or the byte that is not UTF-8.
pub fn decode(json: &[u8]) -> Result<Dynamic, String> {
    let text = std::str::from_utf8(json)
        .map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = Value { depth: 0 }.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| error.to_string().replace("EOF while parsing", "it ends within"))
}

/// Writes a value as JSON.
///
/// # Errors
/// The path of a value that has no JSON form (`$.items[3].done`), and what it is.
pub fn encode(value: &Dynamic) -> Result<Vec<u8>, String> {
    let mut json = Vec::with_capacity(128);
    serde_json::to_writer(&mut json, &Json { value, path: None, format: Format::Json })
        .map_err(|error| error.to_string())?;
    Ok(json)
}

/// Writes a map as JSON.
///
/// # Errors
/// As [`encode`].
pub fn encode_map(map: &Map) -> Result<Vec<u8>, String> {
    let mut json = Vec::with_capacity(128);
    serialize_map(map, None, Format::Json, &mut serde_json::Serializer::new(&mut json))
        .map_err(|error| error.to_string())?;
    Ok(json)
}

/// Writes a value as JSON on several lines, two spaces a level.
///
/// # Errors
/// As [`encode`].
pub fn encode_pretty(value: &Dynamic) -> Result<String, String> {
    serde_json::to_string_pretty(&Json { value, path: None, format: Format::Json })
        .map_err(|error| error.to_string())
}

/// The value of parsed JSON.
///
/// # Errors
/// That it is nested too deep.
pub fn from_json(json: serde_json::Value) -> Result<Dynamic, String> {
    Value { depth: 0 }.deserialize(json).map_err(|error| error.to_string())
}

/// A value as JSON that is not text yet.
///
/// # Errors
/// As [`encode`].
pub fn to_json(value: &Dynamic) -> Result<serde_json::Value, String> {
    serde_json::to_value(Json { value, path: None, format: Format::Json }).map_err(|error| error.to_string())
}

/// A value as `xml::encode` takes it.
///
/// # Errors
/// As [`encode`], of XML.
pub fn for_xml(value: &Dynamic) -> Result<serde_json::Value, String> {
    serde_json::to_value(Json { value, path: None, format: Format::Xml }).map_err(|error| error.to_string())
}

/// A value as a serializer of TOML takes it, which gives errors as [`encode`] does, of TOML.
pub fn for_toml(value: &Dynamic) -> impl Serialize + '_ {
    Json { value, path: None, format: Format::Toml }
}

/// A value as text for people: a string as it is, anything else as JSON where it has that form.
pub fn to_text(value: &Dynamic) -> String {
    if let Ok(text) = value.as_immutable_string_ref() {
        return text.to_string();
    }
    if value.is_array() || value.is_map() || value.is_unit() {
        if let Some(json) = encode(value).ok().and_then(|json| String::from_utf8(json).ok()) {
            return json;
        }
    }
    time::to_text(value).unwrap_or_else(|| value.to_string())
}

/// The name of a value's type, as scripts have it from `type_of`.
pub fn type_of(value: &Dynamic) -> &'static str {
    let path = value.type_name();
    if value.is::<RangeInclusive<INT>>() {
        return "range=";
    }
    if value.is::<Range<INT>>() || path.starts_with("rhai::packages::iter_basic::") {
        return "range";
    }
    // The types of this program are registered by the last part of their path.
    path.rsplit("::").next().unwrap_or(path)
}

/// Reads one value; `depth` arrays and maps are around it.
#[derive(Clone, Copy)]
struct Value {
    depth: usize,
}

impl Value {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Dynamic;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Dynamic, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Dynamic;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Dynamic, E> {
        Ok(Dynamic::UNIT)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Dynamic, E> {
        Ok(Dynamic::from_bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Dynamic, E> {
        Ok(Dynamic::from_int(value))
    }

    #[allow(clippy::cast_precision_loss)] // as JavaScript does; Rhai has no larger integer
    fn visit_u64<E>(self, value: u64) -> Result<Dynamic, E> {
        Ok(i64::try_from(value).map_or_else(|_| Dynamic::from_float(value as f64), Dynamic::from_int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Dynamic, E> {
        Ok(Dynamic::from_float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Dynamic, E> {
        Ok(ImmutableString::from(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Dynamic, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Dynamic::from_array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Dynamic, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(Key(key)) = entries.next_key_seed(Key(MapKey::default()))? {
            map.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(Dynamic::from_map(map))
    }
}

/// The type of a map's keys, which Rhai does not export by name.
type MapKey = <<Map as IntoIterator>::Item as Pair>::First;

trait Pair {
    type First;
}

impl<A, B> Pair for (A, B) {
    type First = A;
}

/// Reads an object's key without an allocation where it is short.
struct Key(MapKey);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(Key(key.into()))
    }
}

/// Where a value stands in the one that is written.
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

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

/// A value on its way to JSON, or to another format.
struct Json<'a> {
    value: &'a Dynamic,
    path: Option<&'a Path<'a>>,
    format: Format,
}

impl Json<'_> {
    fn refuse<E: serde::ser::Error>(&self, what: &str) -> E {
        let format = self.format.name();
        match self.path {
            Some(path) => E::custom(format_args!("{path} is {what}, which has no {format} form")),
            None => E::custom(format_args!("the value is {what}, which has no {format} form")),
        }
    }

    /// Whether the value is an item of an array.
    fn is_item(&self) -> bool {
        self.path.is_some_and(|path| matches!(path.step, Step::Index(_)))
    }

    /// The depth of what an array or a map at this place contains.
    fn inner_depth<E: serde::ser::Error>(path: Option<&Path<'_>>, format: Format) -> Result<usize, E> {
        let depth = path.map_or(0, |path| path.depth) + 1;
        if depth > MAX_DEPTH {
            let format = format.name();
            return Err(E::custom(format_args!(
                "the value is nested deeper than {MAX_DEPTH} levels and cannot be written as {format}"
            )));
        }
        Ok(depth)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, path, format } = *self;
        if let Ok(text) = value.as_immutable_string_ref() {
            return serializer.serialize_str(&text);
        }
        if let Ok(number) = value.as_int() {
            return serializer.serialize_i64(number);
        }
        if let Ok(map) = value.as_map_ref() {
            return serialize_map(&map, path, format, serializer);
        }
        if let Ok(array) = value.as_array_ref() {
            let depth = Self::inner_depth(path, format)?;
            let mut items = serializer.serialize_seq(Some(array.len()))?;
            for (index, value) in array.iter().enumerate() {
                let path = Path { outer: path, step: Step::Index(index), depth };
                items.serialize_element(&Json { value, path: Some(&path), format })?;
            }
            return items.end();
        }
        if let Ok(truth) = value.as_bool() {
            return serializer.serialize_bool(truth);
        }
        if value.is_unit() {
            if format == Format::Toml && self.is_item() {
                return Err(self.refuse("() in an array (a key can be left out)"));
            }
            // JSON's null; a key that TOML leaves out.
            return serializer.serialize_none();
        }
        if let Ok(number) = value.as_float() {
            return match format {
                Format::Xml if number.is_nan() => serializer.serialize_str("NaN"),
                Format::Xml if number == f64::INFINITY => serializer.serialize_str("INF"),
                Format::Xml if number == f64::NEG_INFINITY => serializer.serialize_str("-INF"),
                _ => serializer.serialize_f64(number),
            };
        }
        if let Ok(character) = value.as_char() {
            return serializer.serialize_char(character);
        }
        if let Some(blob) = value.read_lock::<Blob>() {
            if format == Format::Xml {
                return Err(self.refuse("a blob (base64::encode makes a text of it)"));
            }
            return blob.serialize(serializer);
        }
        if let Some(context) = value.read_lock::<Context>() {
            return serialize_map(&context.to_map(), path, format, serializer);
        }
        if let Some(text) = time::to_text(value) {
            return serializer.serialize_str(&text);
        }
        if let Some(response) = value.read_lock::<Response>() {
            return serialize_map(&response.to_map(), path, format, serializer);
        }
        if value.is::<FnPtr>() {
            return Err(self.refuse("a function"));
        }
        Err(self.refuse(&format!("of type {}", type_of(value))))
    }
}

fn serialize_map<S: Serializer>(
    map: &Map,
    outer: Option<&Path<'_>>,
    format: Format,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let depth = Json::inner_depth(outer, format)?;
    let mut entries = serializer.serialize_map(Some(map.len()))?;
    for (key, value) in map {
        let path = Path { outer, step: Step::Key(key), depth };
        entries.serialize_entry(key.as_str(), &Json { value, path: Some(&path), format })?;
    }
    entries.end()
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rhai::Array;

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
            "\"ü\\n\\u0000\"",
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
            (b"[1e400]", "number out of range at line 1 column 6"),
            (b"[\"a\xff\"]", "not UTF-8 at byte 4"),
        ] {
            assert_eq!(decode(json).unwrap_err(), problem);
        }
        let huge = format!("1{}", "0".repeat(400));
        assert_eq!(decode(huge.as_bytes()).unwrap_err(), "number out of range at line 1 column 401");
    }

    #[test]
    fn nesting_ends_at_128_levels() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(round(&nested(128)), nested(128));
        let error = decode(nested(129).as_bytes()).unwrap_err();
        assert_eq!(error, "nested deeper than 128 levels at line 1 column 130");
        assert!(decode("[".repeat(100_000).as_bytes()).is_err());
        assert!(decode("{\"a\":".repeat(100_000).as_bytes()).is_err());

        let mut value = decode(nested(128).as_bytes()).unwrap();
        value = Dynamic::from_array(vec![value]);
        let error = encode(&value).unwrap_err();
        assert_eq!(error, "the value is nested deeper than 128 levels and cannot be written as JSON");
    }

    #[test]
    fn what_has_no_json_form_is_named_by_its_path() {
        let mut item = Map::new();
        item.insert("done".into(), FnPtr::new("f").unwrap().into());
        let mut map = Map::new();
        map.insert("items".into(), vec![Dynamic::UNIT, item.into()].into());
        let error = encode(&map.into()).unwrap_err();
        assert_eq!(error, "$.items[1].done is a function, which has no JSON form");
        let error = encode(&Dynamic::from(rhai::Instant::now())).unwrap_err();
        assert_eq!(error, "the value is of type timestamp, which has no JSON form");
        let mut map = Map::new();
        map.insert("a b".into(), FnPtr::new("f").unwrap().into());
        let error = encode(&map.into()).unwrap_err();
        assert_eq!(error, "$[\"a b\"] is a function, which has no JSON form");
    }

    #[test]
    fn other_values_have_a_form() {
        let json = |value: Dynamic| String::from_utf8(encode(&value).unwrap()).unwrap();
        assert_eq!(json('x'.into()), "\"x\"");
        assert_eq!(json(f64::NAN.into()), "null");
        assert_eq!(json(f64::INFINITY.into()), "null");
        assert_eq!(json(Dynamic::from_blob(vec![1, 255])), "[1,255]");
        assert_eq!(json(Dynamic::from(1_i64).into_shared()), "1");
    }

    fn values() -> impl Strategy<Value = Dynamic> {
        let leaf = prop_oneof![
            Just(Dynamic::UNIT),
            any::<bool>().prop_map(Dynamic::from),
            any::<i64>().prop_map(Dynamic::from),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Dynamic::from),
            any::<String>().prop_map(Dynamic::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(|items: Array| items.into()),
                prop::collection::btree_map(any::<String>(), inner, 0..8).prop_map(|entries| {
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
            let back = decode(&json).unwrap();
            prop_assert_eq!(format!("{:?}", &value), format!("{:?}", &back));
            let pretty = encode_pretty(&value).unwrap();
            prop_assert_eq!(encode(&decode(pretty.as_bytes()).unwrap()).unwrap(), json);
        }

        #[test]
        fn json_means_what_serde_json_says(json in "[\\[\\]{}\",:0-9eE.+\\-a-z\\\\ ]{0,40}") {
            let ours = decode(json.as_bytes());
            let theirs = serde_json::from_str::<serde_json::Value>(&json);
            prop_assert_eq!(ours.is_ok(), theirs.is_ok());
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

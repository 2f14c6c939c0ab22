//! Values that `PostgreSQL` writes as text.

use crate::decimal::Decimal;
use crate::time::Time;
use ::clients::postgres::array::Element;
use rhai_vm::{json, Value};

/// The types of values, by the numbers that `PostgreSQL`'s own types have in every database (`pg_type.dat`).
#[derive(Clone, Copy, PartialEq)]
enum Type {
    Boolean,
    Integer,
    Float,
    Numeric,
    Bytes,
    Json,
    Time,
    /// Everything else.
    Text,
}

impl Type {
    /// The type of a number, and whether it is an array of that.
    fn of(oid: u32) -> (Self, bool) {
        match oid {
            16 => (Self::Boolean, false),
            20 | 21 | 23 | 26 => (Self::Integer, false),
            700 | 701 => (Self::Float, false),
            1700 => (Self::Numeric, false),
            17 => (Self::Bytes, false),
            114 | 3802 => (Self::Json, false),
            1114 | 1184 => (Self::Time, false),
            1000 => (Self::Boolean, true),
            1005 | 1007 | 1016 | 1028 => (Self::Integer, true),
            1021 | 1022 => (Self::Float, true),
            1231 => (Self::Numeric, true),
            1001 => (Self::Bytes, true),
            199 | 3807 => (Self::Json, true),
            1115 | 1185 => (Self::Time, true),
            // char, name, text, bpchar, varchar; inet, cidr; date, time, timetz, interval; uuid.
            1002 | 1003 | 1009 | 1014 | 1015 | 1041 | 651 | 1182 | 1183 | 1270 | 1187 | 2951 => {
                (Self::Text, true)
            }
            _ => (Self::Text, false),
        }
    }
}

/// The value of a text of this type. What does not fit the type's values is a string.
pub(super) fn decode(text: &[u8], oid: u32) -> Value {
    let text = String::from_utf8_lossy(text);
    let (kind, is_array) = Type::of(oid);
    if is_array {
        return Element::parse(&text).map_or_else(|| (&*text).into(), |element| array(element, kind));
    }
    single(&text, kind).unwrap_or_else(|| (&*text).into())
}

/// The value of a text of the type of this name; only of types that the Data API has as texts.
pub(in crate::modules) fn decode_named(text: &str, name: &str) -> Value {
    let kind = match name {
        "numeric" | "decimal" | "DECIMAL" => Type::Numeric,
        "json" | "jsonb" | "JSON" => Type::Json,
        "timestamp" | "timestamptz" | "TIMESTAMP" | "DATETIME" => Type::Time,
        _ => Type::Text,
    };
    single(text, kind).unwrap_or_else(|| text.into())
}

fn array(element: Element, kind: Type) -> Value {
    match element {
        Element::Null => Value::Unit,
        Element::Text(text) => single(&text, kind).unwrap_or_else(|| text.into()),
        Element::Array(items) => items.into_iter().map(|item| array(item, kind)).collect(),
    }
}

fn single(text: &str, kind: Type) -> Option<Value> {
    match kind {
        Type::Boolean => Some((text == "t").into()),
        Type::Integer => text.parse::<i64>().ok().map(Value::from),
        Type::Float => text.parse::<f64>().ok().map(Value::from),
        Type::Numeric => Decimal::parse(text).ok().map(Value::from),
        Type::Bytes => base16ct::mixed::decode_vec(text.strip_prefix("\\x")?).ok().map(Value::blob),
        Type::Json => json::decode(text.as_bytes()).ok(),
        Type::Time => Time::parse(text).ok().map(Value::from),
        Type::Text => None,
    }
}

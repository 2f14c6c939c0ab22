//! The values of `DynamoDB`'s attributes, such as `{"N": "1"}`, and the plain values that they stand for.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::value::Items;
use rhai_vm::{memory, Map, Object, Value};
use std::fmt;
use std::rc::Rc;

/// Deepest nesting; `DynamoDB` has 32.
const MAX_DEPTH: usize = 100;

/// About how many bytes an attribute value needs.
const SIZE: usize = 200;

/// What `type_of` says of a set.
pub const SET: &str = "DynamoDbSet";

/// A set of strings, numbers or blobs.
#[allow(missing_debug_implementations)] // lists of values have none
pub struct Set {
    items: Rc<rhai_vm::List>,
}

impl Set {
    /// A set of these items.
    ///
    /// # Errors
    /// There are none, or they are not all strings, all numbers or all blobs.
    pub fn new(items: Rc<rhai_vm::List>) -> Result<Self, String> {
        let kinds: Vec<_> = items.iter().map(item_key).collect();
        match kinds.first() {
            None => Err("a set must not be empty: remove the attribute instead".to_owned()),
            Some(Some(key)) if kinds.iter().all(|kind| *kind == Some(*key)) => Ok(Self { items }),
            _ => Err("a set contains only strings, only numbers, or only blobs".to_owned()),
        }
    }

    /// Whether two sets have the same items.
    pub fn is_equal(&self, other: &Self) -> bool {
        self.keys() == other.keys()
    }

    /// What tells the items from others, in order.
    fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.items.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What tells an item from others.
fn key(item: &Value) -> String {
    let text = match item {
        Value::Blob(bytes) => BASE64_STANDARD.encode(&**bytes),
        // 1 is 1.0.
        Value::Int(_) | Value::Float(_) => format!("{:?}", digits(&item.to_string())),
        other => other.to_string(),
    };
    format!("{:?} {text}", item_key(item))
}

/// The type of sets with such items.
fn item_key(item: &Value) -> Option<&'static str> {
    match item {
        Value::Str(_) => Some("SS"),
        Value::Int(_) | Value::Float(_) => Some("NS"),
        Value::Blob(_) => Some("BS"),
        _ => None,
    }
}

impl Object for Set {
    fn type_name(&self) -> &'static str {
        SET
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Value::Array(Rc::clone(&self.items)))
    }

    fn property(&self, name: &str) -> Option<rhai_vm::Result<Value>> {
        (name == "items").then(|| Ok(Value::Array(Rc::clone(&self.items))))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::Array(Rc::clone(&self.items)))
    }

    fn iterate(&self) -> Option<Items> {
        let items: Vec<_> = self.items.iter().cloned().collect();
        Some(Box::new(items.into_iter().map(Ok)))
    }
}

/// The attribute value of a plain value.
///
/// # Errors
/// It has none; the path says where.
pub fn encode(value: &Value) -> Result<Value, String> {
    encode_at(value, &mut Vec::new())
}

fn encode_at(value: &Value, path: &mut Vec<String>) -> Result<Value, String> {
    if path.len() > MAX_DEPTH {
        return Err(format!("the value is nested deeper than {MAX_DEPTH} levels"));
    }
    let (kind, value) = match value {
        Value::Unit => ("NULL", true.into()),
        Value::Bool(_) => ("BOOL", value.clone()),
        Value::Int(_) | Value::Float(_) => ("N", number(value).map_err(|why| at(path, &why))?),
        Value::Str(_) => ("S", value.clone()),
        Value::Char(c) => ("S", c.to_string().into()),
        Value::Blob(_) => ("B", value.clone()),
        Value::Array(items) => {
            has_memory(items.len())?;
            let items = items.iter().enumerate().map(|(index, item)| within(path, index.to_string(), item));
            ("L", Value::array(items.collect::<Result<Vec<_>, _>>()?))
        }
        Value::Map(map) => {
            has_memory(map.len())?;
            let entries =
                map.iter().map(|(name, item)| Ok((name.clone(), within(path, name.to_string(), item)?)));
            ("M", entries.collect::<Result<Map, String>>()?.into())
        }
        Value::Host(object) if object.digits().is_some() => ("N", object.digits().into()),
        _ => match value.as_host::<Set>() {
            Some(set) => encode_set(set).map_err(|why| at(path, &why))?,
            None => return Err(at(path, &format!("has no form in DynamoDB: it is a {}", value.type_name()))),
        },
    };
    Ok(Map::from_entries(vec![(kind.into(), value)]).into())
}

fn within(path: &mut Vec<String>, name: String, item: &Value) -> Result<Value, String> {
    path.push(name);
    let encoded = encode_at(item, path);
    path.pop();
    encoded
}

/// That there is memory for the attribute values of so many items.
fn has_memory(items: usize) -> Result<(), String> {
    if memory::may_use(items.saturating_mul(SIZE)) {
        Ok(())
    } else {
        Err("the attribute value does not fit into the function's memory".to_owned())
    }
}

/// An error with the path of the value.
fn at(path: &[String], why: &str) -> String {
    if path.is_empty() {
        format!("the value {why}")
    } else {
        format!("`{}` {why}", path.join("."))
    }
}

fn encode_set(set: &Set) -> Result<(&'static str, Value), String> {
    let key = set.items.iter().next().and_then(item_key).unwrap_or("SS");
    let items = set.items.iter().map(|item| if key == "NS" { number(item) } else { Ok(item.clone()) });
    Ok((key, Value::array(items.collect::<Result<Vec<_>, String>>()?)))
}

fn number(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(number) if !number.is_finite() => {
            Err(format!("is {number}, and DynamoDB has only finite numbers"))
        }
        Value::Float(number) => Ok(format!("{number:?}").into()),
        value => Ok(value.to_string().into()),
    }
}

/// The plain value of an attribute value.
///
/// # Errors
/// It is not an attribute value; the path says where.
pub fn decode(value: &Value) -> Result<Value, String> {
    decode_at(value, &mut Vec::new())
}

fn decode_at(value: &Value, path: &mut Vec<String>) -> Result<Value, String> {
    if path.len() > MAX_DEPTH {
        return Err(format!("the value is nested deeper than {MAX_DEPTH} levels"));
    }
    let wrong = |path: &[String]| at(path, "must be a map such as #{ S: \"text\" }");
    let map = value.as_map().filter(|map| map.len() == 1).ok_or_else(|| wrong(path))?;
    let (kind, value) = map.iter().next().ok_or_else(|| wrong(path))?;
    Ok(match (kind.as_str(), value) {
        ("NULL", Value::Bool(_)) => Value::Unit,
        ("BOOL", Value::Bool(_)) | ("S", Value::Str(_)) => value.clone(),
        ("B", bytes) => decode_bytes(bytes).map_err(|problem| at(path, problem))?,
        ("N", Value::Str(text)) => decode_number(text),
        ("L", Value::Array(items)) => {
            let items = items.iter().enumerate().map(|(index, item)| inside(path, index.to_string(), item));
            Value::array(items.collect::<Result<Vec<_>, _>>()?)
        }
        ("M", Value::Map(map)) => {
            let entries =
                map.iter().map(|(name, item)| Ok((name.clone(), inside(path, name.to_string(), item)?)));
            entries.collect::<Result<Map, String>>()?.into()
        }
        ("SS", Value::Array(items)) => Value::host(Set { items: Rc::clone(items) }),
        ("BS", Value::Array(items)) => {
            set(items.iter().map(|item| decode_bytes(item).map_err(|problem| at(path, problem))))?
        }
        ("NS", Value::Array(items)) => set(items
            .iter()
            .map(|item| item.as_str().map(|text| decode_number(text)).ok_or_else(|| wrong(path))))?,
        _ => return Err(wrong(path)),
    })
}

fn inside(path: &mut Vec<String>, name: String, item: &Value) -> Result<Value, String> {
    path.push(name);
    let decoded = decode_at(item, path);
    path.pop();
    decoded
}

fn set(items: impl Iterator<Item = Result<Value, String>>) -> Result<Value, String> {
    Ok(match items.collect::<Result<Value, _>>()? {
        Value::Array(items) => Value::host(Set { items }),
        other => other,
    })
}

/// The bytes of an attribute, which events of `DynamoDB` streams have in base64.
fn decode_bytes(value: &Value) -> Result<Value, &'static str> {
    match value {
        Value::Blob(_) => Ok(value.clone()),
        Value::Str(text) => {
            let bytes = BASE64_STANDARD.decode(text.as_bytes());
            bytes.map(Value::blob).map_err(|_| "is not valid base64")
        }
        _ => Err("must be a blob, or a string in base64"),
    }
}

/// An integer, a float with the same digits, or else the string.
fn decode_number(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return number.into();
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && digits(&format!("{number:e}")) == digits(text) => number.into(),
        _ => text.into(),
    }
}

/// Whether it is negative, its digits without zeros around them, and the exponent of the first one; `None` if it is
/// not a number.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let is_negative = mantissa.starts_with('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['-', '+']).trim_start_matches('0');
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let leading = i64::try_from(all.len() - significant.len()).ok()?;
    let first = exponent.checked_add(i64::try_from(whole.len()).ok()?)?.checked_sub(1 + leading)?;
    Some((is_negative, significant.trim_end_matches('0').to_owned(), first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> Value {
        rhai_vm::json::decode(text.as_bytes()).unwrap()
    }

    fn json(value: &Value) -> String {
        String::from_utf8(rhai_vm::json::encode(value).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn finite_numbers_come_back(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            let decoded = decode(&encode(&number.into()).unwrap()).unwrap();
            let shown = decoded.as_int().map_or_else(|| format!("{:?}", decoded.as_float().unwrap()), |int| int.to_string());
            prop_assert_eq!(digits(&shown), digits(&format!("{number:?}")));
        }

        #[test]
        fn strings_for_numbers_are_exact(text in "-?[0-9]{1,40}(\\.[0-9]{1,40})?") {
            match decode(&plain(&format!("{{\"N\":\"{text}\"}}"))).unwrap() {
                Value::Str(kept) => prop_assert_eq!(kept.as_str(), text),
                Value::Int(number) => prop_assert_eq!(digits(&number.to_string()), digits(&text)),
                Value::Float(number) => prop_assert_eq!(digits(&format!("{number:?}")), digits(&text)),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn values_come_back() {
        let value = plain(r#"{"a":[1,2.5,"x",null,true,{"b":{}}],"c":""}"#);
        let encoded = encode(&value).unwrap();
        let expected = r#"{"M":{"a":{"L":[{"N":"1"},{"N":"2.5"},{"S":"x"},{"NULL":true},{"BOOL":true},{"M":{"b":{"M":{}}}}]},"c":{"S":""}}}"#;
        assert_eq!(json(&encoded), expected);
        assert_eq!(json(&decode(&encoded).unwrap()), json(&value));
    }

    #[test]
    fn sets_have_no_order() {
        let set = |json: &str| decode(&plain(json)).unwrap();
        let is_equal = |left: &str, right: &str| {
            let (left, right) = (set(left), set(right));
            left.as_host::<Set>().unwrap().is_equal(right.as_host::<Set>().unwrap())
        };
        assert!(is_equal(r#"{"SS":["a","b"]}"#, r#"{"SS":["b","a"]}"#));
        assert!(is_equal(r#"{"NS":["1","2.50"]}"#, r#"{"NS":["2.5","1.0"]}"#));
        assert!(is_equal(r#"{"BS":["AP8="]}"#, r#"{"BS":["AP8="]}"#));
        assert!(!is_equal(r#"{"SS":["a","b"]}"#, r#"{"SS":["a"]}"#));
        assert!(!is_equal(r#"{"SS":["1"]}"#, r#"{"NS":["1"]}"#));
        assert!(!is_equal(r#"{"NS":["1"]}"#, r#"{"NS":["10"]}"#));
    }

    #[test]
    fn wrong_values_are_errors_with_their_path() {
        let deep = (0..200).fold(Value::Unit, |value, _| Value::array(vec![value]));
        assert!(encode(&deep).unwrap_err().contains("nested deeper"));
        let value = Map::from_entries(vec![("a".into(), Value::array(vec![Value::Float(f64::NAN)]))]);
        assert_eq!(encode(&value.into()).unwrap_err(), "`a.0` is NaN, and DynamoDB has only finite numbers");
        let problem = decode(&plain(r#"{"M":{"a":{"S":1}}}"#)).unwrap_err();
        assert_eq!(problem, "`a` must be a map such as #{ S: \"text\" }");
        let problem = decode(&plain(r#"{"L":[{"B":"%"}]}"#)).unwrap_err();
        assert_eq!(problem, "`0` is not valid base64");
        assert_eq!(
            decode(&plain(r#"{"BS":[7]}"#)).unwrap_err(),
            "the value must be a blob, or a string in base64"
        );
        assert!(decode(&plain("{}")).is_err() && decode(&plain(r#"{"S":"a","N":"1"}"#)).is_err());
    }
}

//! Values as editors show them.

use rhai_vm::Value;
use serde_json::json;
use std::fmt::{self, Write};
use std::ops::Range;

/// The most characters that are shown of a value.
const MOST_SHOWN: usize = 1000;
/// The most characters that are copied.
const MOST_COPIED: usize = 4 << 20;
/// The most children that are listed at once. Editors that support it ask for parts.
const MOST_LISTED: usize = 10_000;

/// A value with a name.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: Value,
    /// The expression that gives it.
    pub(super) expression: Option<String>,
}

impl Entry {
    /// A variable.
    pub(super) fn variable(name: &str, value: &Value) -> Self {
        Self { name: name.to_owned(), value: value.flat_clone(), expression: Some(name.to_owned()) }
    }
}

/// A text that ends when it is long enough.
struct Short {
    text: String,
    left: usize,
}

impl Write for Short {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for c in part.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(c);
        }
        Ok(())
    }
}

fn short(value: &Value, most: usize) -> String {
    let mut short = Short { text: String::new(), left: most };
    if write!(short, "{value:?}").is_err() {
        short.text.push('…');
    }
    short.text
}

/// The value in one line.
pub(super) fn shown(value: &Value) -> String {
    short(value, MOST_SHOWN)
}

/// The whole value, for the clipboard.
pub(super) fn copied(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        value => short(value, MOST_COPIED),
    }
}

/// What the value is made of, if anything: its own items, or those of its plain form.
fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::Array(_) | Value::Map(_) | Value::Blob(_) => Some(value.clone()),
        Value::Fn(function) if !function.curry.is_empty() => {
            Some(function.curry.iter().map(Value::flat_clone).collect())
        }
        Value::Host(object) => object.to_plain().filter(|plain| !matches!(plain, Value::Host(_))),
        _ => None,
    }
}

/// How many children with numbers and with names the value has.
pub(super) fn counts(value: &Value) -> (usize, usize) {
    match plain(value) {
        Some(Value::Array(items)) => (items.len(), 0),
        Some(Value::Blob(bytes)) => (bytes.len(), 0),
        Some(Value::Map(map)) => (0, map.len()),
        _ => (0, 0),
    }
}

/// The children that an editor asks for: `filter`, `start` and `count` of `variables`.
pub(super) fn children(value: &Value, expression: Option<&str>, arguments: &serde_json::Value) -> Vec<Entry> {
    let named = arguments["filter"] != "indexed";
    let indexed = arguments["filter"] != "named";
    // What only its plain form has cannot be written as an expression.
    let expression = expression.filter(|_| matches!(value, Value::Array(_) | Value::Map(_) | Value::Blob(_)));
    let item = |number: usize, value: Value| Entry {
        name: format!("[{number}]"),
        value,
        expression: expression.map(|of| format!("{of}[{number}]")),
    };
    let mut entries = Vec::new();
    let count = match plain(value) {
        Some(Value::Array(items)) if indexed => {
            let range = range(arguments, items.len());
            entries.extend(range.map(|number| item(number, items[number].flat_clone())));
            items.len()
        }
        Some(Value::Blob(bytes)) if indexed => {
            let range = range(arguments, bytes.len());
            entries.extend(range.map(|number| item(number, Value::Int(bytes[number].into()))));
            bytes.len()
        }
        Some(Value::Map(map)) if named => {
            let range = range(arguments, map.len());
            let part = map.iter().skip(range.start).take(range.len());
            entries.extend(part.map(|(key, value)| Entry {
                name: key.to_string(),
                value: value.flat_clone(),
                expression: expression.map(|of| format!("{of}{}", property(key))),
            }));
            map.len()
        }
        _ => 0,
    };
    if arguments["count"].as_u64().unwrap_or_default() == 0
        && entries.len() == MOST_LISTED
        && count > MOST_LISTED
    {
        let text = format!("{} more", count - MOST_LISTED);
        entries.push(Entry { name: "…".into(), value: text.into(), expression: None });
    }
    entries
}

/// The part of so many items that is asked for.
fn range(arguments: &serde_json::Value, length: usize) -> Range<usize> {
    let number = |name: &str| arguments[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let start = number("start").unwrap_or(0).min(length);
    let count = number("count").filter(|count| *count > 0).unwrap_or(MOST_LISTED).min(MOST_LISTED);
    start..start.saturating_add(count).min(length)
}

/// `.key`, or `["key"]`.
fn property(key: &str) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    if key.starts_with(|c: char| c.is_alphabetic() || c == '_') && key.chars().all(is_name) {
        format!(".{key}")
    } else {
        format!("[{}]", json!(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::Map;

    fn names(value: &Value, arguments: &serde_json::Value) -> Vec<String> {
        let shown =
            |entry: Entry| format!("{}={}", entry.expression.unwrap_or(entry.name), shown(&entry.value));
        children(value, Some("v"), arguments).into_iter().map(shown).collect()
    }

    #[test]
    fn children_have_expressions() {
        let map: Map = [("a".into(), Value::Int(1)), ("b c\"".into(), "x".into())].into_iter().collect();
        let list: Value = vec![Value::Unit, Value::map(map)].into();
        assert_eq!(names(&list, &json!({})), ["v[0]=()", "v[1]=#{\"a\": 1, \"b c\\\"\": \"x\"}"]);
        let map = &list.as_array().unwrap()[1];
        assert_eq!(names(map, &json!({})), ["v.a=1", "v[\"b c\\\"\"]=\"x\""]);
        assert_eq!(names(&Value::blob(vec![7]), &json!({})), ["v[0]=7"]);
        assert_eq!((counts(&list), counts(map), counts(&Value::Int(7))), ((2, 0), (0, 2), (0, 0)));
    }

    #[test]
    fn large_values_are_listed_in_parts() {
        let list: Value = (0..25_000).map(Value::Int).collect();
        assert_eq!(
            names(&list, &json!({ "start": 24_998, "count": 100 })),
            ["v[24998]=24998", "v[24999]=24999"]
        );
        assert_eq!(names(&list, &json!({ "start": u64::MAX, "count": u64::MAX })), [""; 0]);
        assert_eq!(names(&list, &json!({ "filter": "named" })), [""; 0]);
        let all = names(&list, &json!({ "count": 0 }));
        assert_eq!((all.len(), &*all[10_000]), (10_001, "…=\"15000 more\""));
        assert_eq!(shown(&list).chars().count(), MOST_SHOWN + 1);
    }
}

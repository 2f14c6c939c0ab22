//! What failures say.

use crate::check::{Check, Limit};
use rhai_vm::{json, Value};

/// The longest value that a message shows, in bytes.
const MAX_SHOWN: usize = 60;
/// So many values of `enum` are listed.
const MAX_LISTED: usize = 20;

/// What the value must be, for a check that fails on the value itself.
pub(crate) fn message(check: &Check, value: &Value) -> String {
    match check {
        Check::Type(types) => {
            format!("must be {}, not {}", either(types.names().map(with_article)), type_of(value))
        }
        Check::Const(expected) => format!("must be {}", shown(expected)),
        Check::Enum(values) => one_of(&mut values.iter(), values.len()),
        Check::EnumOfStrings(values) => one_of(
            &mut values.iter().map(|text| Value::Str(text.clone())).collect::<Vec<_>>().iter(),
            values.len(),
        ),
        Check::Limit(limit, number) => {
            let relation = match limit {
                Limit::Minimum => "at least",
                Limit::Maximum => "at most",
                Limit::ExclusiveMinimum => "greater than",
                Limit::ExclusiveMaximum => "less than",
            };
            format!("must be {relation} {}, not {}", shown(number), shown(value))
        }
        Check::MultipleOf(number) => format!("must be a multiple of {}, not {}", shown(number), shown(value)),
        Check::MinLength(min) => {
            format!("must have at least {}, not {}", count(*min, "character"), length(value))
        }
        Check::MaxLength(max) => {
            format!("must have at most {}, not {}", count(*max, "character"), length(value))
        }
        Check::Pattern(pattern) => format!("must match the pattern `{}`", pattern.source),
        Check::Format(format) => format!("must have the format {}", format.name),
        Check::MinItems(min) => format!("must have at least {}, not {}", count(*min, "item"), length(value)),
        Check::MaxItems(max) => format!("must have at most {}, not {}", count(*max, "item"), length(value)),
        Check::MinProperties(min) => {
            format!("must have at least {}, not {}", properties(*min), length(value))
        }
        Check::MaxProperties(max) => format!("must have at most {}, not {}", properties(*max), length(value)),
        Check::Not(_) => "must not match the schema in `not`".to_owned(),
        _ => format!("does not match `{}`", check.keyword()),
    }
}

/// The keyword and the message of a value that is not allowed, from the place of the schema `false`.
pub(crate) fn never(at: &str) -> (&'static str, &'static str) {
    match at.rsplit('/').next() {
        Some("additionalProperties") => ("additionalProperties", "is not an allowed property"),
        Some("unevaluatedProperties") => ("unevaluatedProperties", "is not an allowed property"),
        Some("items") => ("items", "is one item too many"),
        Some("unevaluatedItems") => ("unevaluatedItems", "is one item too many"),
        _ => ("false", "is not allowed"),
    }
}

/// Too few or too many items match `contains`.
pub(crate) fn contains(found: u64, min: u64, max: Option<u64>) -> String {
    let limit = match max {
        Some(max) if found > max => format!("at most {}", count(max, "item")),
        _ => format!("at least {}", count(min, "item")),
    };
    format!("must have {limit} that match `contains`, not {found}")
}

pub(crate) fn required(name: &str) -> String {
    format!("must have the property {name:?}")
}

pub(crate) fn dependent(name: &str, because: &str) -> String {
    format!("must have the property {name:?}, because it has {because:?}")
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn properties(number: u64) -> String {
    if number == 1 {
        "1 property".to_owned()
    } else {
        format!("{number} properties")
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Map(map) => map.len(),
        _ => 0,
    }
}

fn one_of(values: &mut dyn Iterator<Item = &Value>, length: usize) -> String {
    let listed = either(values.take(MAX_LISTED).map(shown));
    match length {
        0 => "is never allowed: `enum` has no values".to_owned(),
        1 => format!("must be {listed}"),
        2..=MAX_LISTED => format!("must be {}{listed}", if length > 2 { "one of " } else { "" }),
        _ => format!("must be one of {length} values, such as {listed}"),
    }
}

/// `a, b or c`.
fn either(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<_> = parts.collect();
    match (parts.pop(), parts.is_empty()) {
        (Some(last), false) => format!("{} or {last}", parts.join(", ")),
        (last, _) => last.unwrap_or_default(),
    }
}

fn with_article(name: &str) -> String {
    match name {
        "null" => "null".to_owned(),
        "array" | "integer" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn type_of(value: &Value) -> String {
    with_article(match value {
        Value::Unit => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::Array(_) => "array",
        Value::Map(_) => "object",
        _ => "function",
    })
}

/// A value as JSON, if it is short.
fn shown(value: &Value) -> String {
    // Numbers and strings alone: others may be as large as the event.
    if matches!(value, Value::Array(_) | Value::Map(_)) && rhai_vm::memory::size(value) > 4096 {
        return type_of(value);
    }
    let text = json::encode(value).ok().and_then(|json| String::from_utf8(json).ok()).unwrap_or_default();
    if text.len() <= MAX_SHOWN {
        return text;
    }
    format!("{}…", &text[..text.floor_char_boundary(MAX_SHOWN)])
}

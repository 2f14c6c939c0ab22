//! The conditions of rules.

use super::document::plain;
use super::python::{is_equal, is_in, modulo, order};
use super::schedule::Schedule;
use crate::time::Time;
use rhai_vm::{Map, Str, Value};
use std::cmp::Ordering;

/// A condition: what the context has under a key must match a value.
pub(super) struct Condition {
    key: Str,
    test: Test,
}

enum Test {
    Compare(Compare, Value),
    /// The rest of a number must be from the first to the second number.
    Modulo(i64, i64, i64),
    Now(Schedule),
}

/// Whether what the context has matches a value; `None` if they cannot be compared.
type Compare = fn(&Value, &Value) -> Option<bool>;

/// The actions that compare what the context has with the value.
const COMPARISONS: [(&str, Compare); 17] = [
    ("EQUALS", |a, b| Some(is_equal(a, b))),
    ("NOT_EQUALS", |a, b| Some(!is_equal(a, b))),
    ("KEY_GREATER_THAN_VALUE", |a, b| is_ordered(a, b, Ordering::is_gt)),
    ("KEY_GREATER_THAN_OR_EQUAL_VALUE", |a, b| is_ordered(a, b, Ordering::is_ge)),
    ("KEY_LESS_THAN_VALUE", |a, b| is_ordered(a, b, Ordering::is_lt)),
    ("KEY_LESS_THAN_OR_EQUAL_VALUE", |a, b| is_ordered(a, b, Ordering::is_le)),
    ("STARTSWITH", |a, b| Some(a.as_str()?.starts_with(b.as_str()?.as_str()))),
    ("ENDSWITH", |a, b| Some(a.as_str()?.ends_with(b.as_str()?.as_str()))),
    ("IN", is_in),
    ("NOT_IN", |a, b| is_in(a, b).map(|is_in| !is_in)),
    ("KEY_IN_VALUE", is_in),
    ("KEY_NOT_IN_VALUE", |a, b| is_in(a, b).map(|is_in| !is_in)),
    ("VALUE_IN_KEY", |a, b| is_in(b, a)),
    ("VALUE_NOT_IN_KEY", |a, b| is_in(b, a).map(|is_in| !is_in)),
    ("ALL_IN_VALUE", |a, b| Some(a.as_array()?.iter().all(|item| is_in(item, b) == Some(true)))),
    ("ANY_IN_VALUE", |a, b| Some(a.as_array()?.iter().any(|item| is_in(item, b) == Some(true)))),
    ("NONE_IN_VALUE", |a, b| Some(a.as_array()?.iter().all(|item| is_in(item, b) == Some(false)))),
];

fn is_ordered(a: &Value, b: &Value, is: fn(Ordering) -> bool) -> Option<bool> {
    order(a, b).map(is)
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(condition: &Value) -> Result<Self, String> {
        let map = condition.as_map().ok_or("a condition must be an object")?;
        let string = |name: &str| {
            let string = map.get(name).and_then(Value::as_str).filter(|string| !string.is_empty());
            string.ok_or_else(|| format!("a condition must have `{name}`, a string that is not empty"))
        };
        let (action, key) = (string("action")?.as_str(), string("key")?);
        let value = map.get("value").filter(|value| !value.is_unit());
        let value = plain(value.ok_or("a condition must have a `value`")?);
        let timed = |needed: &str, schedule: Result<Schedule, String>| {
            if *key == needed {
                schedule.map(Test::Now)
            } else {
                Err(format!("`key` must be {needed}, not {:?}", key.as_str()))
            }
        };
        let test = match action {
            "SCHEDULE_BETWEEN_TIME_RANGE" => timed("CURRENT_TIME", Schedule::minutes(&value)),
            "SCHEDULE_BETWEEN_DATETIME_RANGE" => timed("CURRENT_DATETIME", Schedule::between(&value)),
            "SCHEDULE_BETWEEN_DAYS_OF_WEEK" => timed("CURRENT_DAY_OF_WEEK", Schedule::weekdays(&value)),
            "MODULO_RANGE" => range(&value),
            "ALL_IN_VALUE" | "ANY_IN_VALUE" | "NONE_IN_VALUE" if value.as_array().is_none() => {
                Err("`value` must be an array".to_owned())
            }
            _ => match COMPARISONS.iter().find(|(name, _)| *name == action) {
                Some((_, compare)) => Ok(Test::Compare(*compare, value)),
                None => Err(unknown()),
            },
        };
        Ok(Self { key: key.clone(), test: test.map_err(|problem| format!("{action}: {problem}"))? })
    }

    /// Whether a context fulfils it now. What cannot be compared does not.
    pub(super) fn is_met(&self, context: &Map, now: &Time) -> bool {
        let given = || context.get(&self.key);
        match &self.test {
            Test::Now(schedule) => schedule.is_now(now),
            Test::Compare(compare, value) => given().and_then(|given| compare(given, value)).unwrap_or(false),
            Test::Modulo(base, start, end) => {
                let rest = given().and_then(|given| modulo(given, *base));
                let is = |order: fn(Ordering) -> bool, rest: &Value, limit: i64| {
                    is_ordered(rest, &Value::Int(limit), order) == Some(true)
                };
                rest.is_some_and(|rest| {
                    is(Ordering::is_ge, &rest, *start) && is(Ordering::is_le, &rest, *end)
                })
            }
        }
    }
}

fn unknown() -> String {
    let known = COMPARISONS.iter().map(|(name, _)| *name);
    let timed =
        ["SCHEDULE_BETWEEN_TIME_RANGE", "SCHEDULE_BETWEEN_DATETIME_RANGE", "SCHEDULE_BETWEEN_DAYS_OF_WEEK"];
    let all: Vec<_> = known.chain(timed).chain(["MODULO_RANGE"]).collect();
    format!("the action does not exist; the actions are {}", all.join(", "))
}

/// `BASE`, `START` and `END`.
fn range(value: &Value) -> Result<Test, String> {
    let number = |name: &str| match value.as_map().and_then(|map| map.get(name)) {
        Some(Value::Int(number)) => Ok(*number),
        Some(Value::Bool(number)) => Ok(i64::from(*number)),
        _ => Err(format!("`value` must have `{name}`, an integer")),
    };
    let (base, start, end) = (number("BASE")?, number("START")?, number("END")?);
    if start < 0 || end < start || base <= end {
        return Err("0 <= START <= END < BASE must be true".to_owned());
    }
    Ok(Test::Modulo(base, start, end))
}

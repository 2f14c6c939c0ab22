//! `JMESPath`, as far as AWS's models use it: where pages continue, and what waiters look at.
//!
//! Fields, indexes, projections (`[]`, `[*]`, `.*`, `[?…]`), comparisons of scalars, `&&`, `||`, `!`, literals, `@` and
//! `length`. See the specification at <https://jmespath.org/specification.html>.

mod parse;

use rhai_vm::{Map, Value};
use std::cmp::Ordering;

/// An expression.
#[derive(Clone, Debug)]
enum Node {
    Current,
    Literal(Value),
    Field(String),
    Index(i64),
    /// The second of the first one's value.
    Sub(Box<Node>, Box<Node>),
    /// The items of a list, where lists among them are replaced by their own items.
    Flatten(Box<Node>),
    /// The second of each item of the first one's value.
    Project(Items, Box<Node>, Box<Node>),
    Compare(Operator, Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Length(Box<Node>),
}

/// What a projection goes through.
#[derive(Clone, Debug)]
enum Items {
    /// The items of a list.
    List,
    /// Those of which this is true.
    Filtered(Box<Node>),
    /// The values of a map.
    Values,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What an expression finds in a value, `()` for nothing; `None` if it is not such an expression.
pub fn search(expression: &str, value: &Value) -> Option<Value> {
    Some(parse::parse(expression)?.of(value))
}

impl Node {
    fn of(&self, value: &Value) -> Value {
        match self {
            Self::Current => value.clone(),
            Self::Literal(literal) => literal.clone(),
            Self::Field(name) => value.as_map().and_then(|map| map.get(name)).cloned().unwrap_or_default(),
            Self::Index(index) => item(value, *index),
            Self::Sub(left, right) => right.of(&left.of(value)),
            Self::Flatten(list) => flatten(&list.of(value)),
            Self::Project(items, left, right) => items.project(&left.of(value), right),
            Self::Compare(operator, left, right) => operator.compare(&left.of(value), &right.of(value)),
            Self::And(left, right) => {
                let left = left.of(value);
                if is_true(&left) {
                    right.of(value)
                } else {
                    left
                }
            }
            Self::Or(left, right) => {
                let left = left.of(value);
                if is_true(&left) {
                    left
                } else {
                    right.of(value)
                }
            }
            Self::Not(node) => (!is_true(&node.of(value))).into(),
            Self::Length(node) => length(&node.of(value)),
        }
    }
}

impl Items {
    fn project(&self, of: &Value, node: &Node) -> Value {
        let found = match (self, of) {
            (Self::List, Value::Array(items)) => projected(items.iter(), node),
            (Self::Filtered(condition), Value::Array(items)) => {
                projected(items.iter().filter(|item| is_true(&condition.of(item))), node)
            }
            (Self::Values, Value::Map(map)) => projected(map.values(), node),
            _ => return Value::Unit,
        };
        Value::array(found)
    }
}

fn projected<'a>(items: impl Iterator<Item = &'a Value>, node: &Node) -> Vec<Value> {
    items.map(|item| node.of(item)).filter(|found| !found.is_unit()).collect()
}

fn item(value: &Value, index: i64) -> Value {
    let Some(items) = value.as_array() else { return Value::Unit };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { length + index } else { index };
    usize::try_from(index).ok().and_then(|index| items.get(index)).cloned().unwrap_or_default()
}

fn flatten(value: &Value) -> Value {
    let Some(items) = value.as_array() else { return Value::Unit };
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item.as_array() {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None => flat.push(item.clone()),
        }
    }
    Value::array(flat)
}

fn length(value: &Value) -> Value {
    let length = match value {
        Value::Str(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Map(map) => Map::len(map),
        _ => return Value::Unit,
    };
    i64::try_from(length).ok().into()
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Unit | Value::Bool(false) => false,
        Value::Str(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

impl Operator {
    fn compare(self, left: &Value, right: &Value) -> Value {
        let equal = || match (left, right) {
            (Value::Unit, Value::Unit) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Str(left), Value::Str(right)) => left == right,
            _ => order(left, right) == Some(Ordering::Equal),
        };
        let is_so = match self {
            Self::Equal => Some(equal()),
            Self::NotEqual => Some(!equal()),
            Self::Less => order(left, right).map(Ordering::is_lt),
            Self::LessOrEqual => order(left, right).map(Ordering::is_le),
            Self::Greater => order(left, right).map(Ordering::is_gt),
            Self::GreaterOrEqual => order(left, right).map(Ordering::is_ge),
        };
        is_so.into()
    }
}

/// The order of numbers.
#[allow(clippy::cast_precision_loss)] // counts, far below 2^53
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Float(right)) => (*left as f64).partial_cmp(right),
        (Value::Float(left), Value::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::json;

    fn found(expression: &str, value: &str) -> String {
        let value = json::decode(value.as_bytes()).unwrap();
        let found = search(expression, &value).unwrap_or_else(|| panic!("{expression}"));
        String::from_utf8(json::encode(&found).unwrap()).unwrap()
    }

    #[test]
    fn expressions_of_the_models() {
        for (expression, value, expected) in [
            ("a.b", r#"{"a":{"b":1}}"#, "1"),
            ("a.b", r#"{"a":[]}"#, "null"),
            ("a[-1].b", r#"{"a":[{"b":1},{"b":2}]}"#, "2"),
            ("a || b[0]", r#"{"a":"","b":[7]}"#, "7"),
            ("a[].b[].c", r#"{"a":[{"b":[{"c":1},{}]},{"b":[{"c":2}]},{}]}"#, "[1,2]"),
            ("a[*].b", r#"{"a":[{"b":1},{"c":2}]}"#, "[1]"),
            ("a.*.b", r#"{"a":{"x":{"b":1},"y":{"b":2}}}"#, "[1,2]"),
            ("length(a[]) == `0`", r#"{"a":[]}"#, "true"),
            ("length(a[?b == 'X' || b == 'Y']) == length(a)", r#"{"a":[{"b":"X"},{"b":"Y"}]}"#, "true"),
            (
                "a[?!(b == `1` && c == d)]",
                r#"{"a":[{"b":1,"c":2,"d":2},{"b":1,"c":1,"d":2}]}"#,
                r#"[{"b":1,"c":1,"d":2}]"#,
            ),
            ("a != 'X' && a != 'Y'", r#"{"a":"X"}"#, "false"),
            ("length(a) > `0`", r#"{"a":"ü"}"#, "true"),
            ("a < `1.5`", r#"{"a":1}"#, "true"),
            ("a < b", r#"{"a":"x","b":"y"}"#, "null"),
            ("\"a b\".@", r#"{"a b":1}"#, "1"),
        ] {
            assert_eq!(found(expression, value), expected, "{expression}");
        }
    }

    #[test]
    fn other_expressions_are_none() {
        for expression in
            ["", "a.", "a[", "a[?b", "a |", "sum(a)", "a = b", "'a", "`1", "(a", &"!".repeat(9999)]
        {
            assert!(search(expression, &Value::Unit).is_none(), "{expression}");
        }
    }
}

//! Equality, order and truth.

use super::search::Search;
use super::{Operator, Result};
use rhai_vm::{Map, Value};
use std::cmp::Ordering;

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Unit | Value::Bool(false) => false,
        Value::Str(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

/// `()` where values have no order.
pub(super) fn compare(search: &Search<'_>, operator: Operator, left: &Value, right: &Value) -> Result<Value> {
    let order = || number_order(left, right);
    let is_so = match operator {
        Operator::Equal => Some(is_equal(search, left, right)?),
        Operator::NotEqual => Some(!is_equal(search, left, right)?),
        Operator::Less => order().map(Ordering::is_lt),
        Operator::LessOrEqual => order().map(Ordering::is_le),
        Operator::Greater => order().map(Ordering::is_gt),
        Operator::GreaterOrEqual => order().map(Ordering::is_ge),
    };
    Ok(is_so.into())
}

/// Whether two values are the same, with all that is in them.
pub(super) fn is_equal(search: &Search<'_>, left: &Value, right: &Value) -> Result<bool> {
    search.step()?;
    Ok(match (left, right) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Blob(left), Value::Blob(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && all_equal(search, left.iter().zip(right.iter()))?
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.keys().eq(right.keys())
                && all_equal(search, left.values().zip(Map::values(right)))?
        }
        _ => number_order(left, right) == Some(Ordering::Equal),
    })
}

fn all_equal<'v>(
    search: &Search<'_>,
    mut pairs: impl Iterator<Item = (&'v Value, &'v Value)>,
) -> Result<bool> {
    let unequal = pairs.find_map(|(left, right)| match is_equal(search, left, right) {
        Ok(true) => None,
        unequal => Some(unequal),
    });
    unequal.unwrap_or(Ok(true))
}

/// The order of numbers.
#[allow(clippy::cast_precision_loss)] // far below 2^53, or near enough
pub(super) fn number_order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Float(right)) => (*left as f64).partial_cmp(right),
        (Value::Float(left), Value::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        _ => None,
    }
}

/// The order of two strings or two numbers, by which lists are sorted.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => left.cmp(right),
        _ => number_order(left, right).unwrap_or(Ordering::Equal),
    }
}

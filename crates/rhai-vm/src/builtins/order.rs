//! The order of values of any types, and sorting by keys.

use super::arrays::{merge_sort, needs, rearrange, receiver};
use crate::error::Error;
use crate::function::Call;
use crate::list::one_level_deeper;
use crate::operators::BinaryOp;
use crate::text::Str;
use crate::value::{FnPtr, Value};
use crate::Result;
use std::cmp::Ordering;
use std::rc::Rc;

/// Compares numbers (NaN is larger than all others), strings and characters, booleans, arrays item by item, and hosts'
/// types that have an operator `<`, such as times.
///
/// # Errors
/// The values have no order, or the script must stop.
pub(super) fn compare(call: &Call<'_>, a: &Value, b: &Value) -> Result<Ordering> {
    call.step()?;
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (Value::Str(a), Value::Char(b)) => a.as_str().cmp(b.encode_utf8(&mut [0; 4])),
        (Value::Char(a), Value::Str(b)) => (*a.encode_utf8(&mut [0; 4])).cmp(b.as_str()),
        (Value::Unit, Value::Unit) => Ordering::Equal,
        (Value::Array(a), Value::Array(b)) if Rc::ptr_eq(a, b) => Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => {
            return one_level_deeper(|| compare_items(call, a, b))
                .unwrap_or_else(|| Err(Error::arithmetic("the values are nested too deeply to be compared")))
        }
        (Value::Host(_), Value::Host(_)) => return compare_hosts(call, a, b),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            _ => return Err(unordered(a, b)),
        },
    })
}

/// An integer or a float.
#[allow(clippy::cast_precision_loss)] // as operators do
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        other => other.as_float(),
    }
}

/// The first items that differ decide; the shorter array comes first where there are none.
fn compare_items(call: &Call<'_>, a: &[Value], b: &[Value]) -> Result<Ordering> {
    for (a, b) in a.iter().zip(b) {
        let order = compare(call, a, b)?;
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(a.len().cmp(&b.len()))
}

fn compare_hosts(call: &Call<'_>, a: &Value, b: &Value) -> Result<Ordering> {
    let is_less = |a, b| match call.vm.binary(BinaryOp::Lt, a, b) {
        Ok(result) => Ok(result.as_bool() == Some(true)),
        Err(error) if error.is_catchable() => Err(unordered(a, b)),
        Err(error) => Err(error),
    };
    Ok(if is_less(a, b)? {
        Ordering::Less
    } else if is_less(b, a)? {
        Ordering::Greater
    } else {
        Ordering::Equal
    })
}

#[cold]
fn unordered(a: &Value, b: &Value) -> Error {
    let types = if a.kind() == b.kind() {
        format!("two values of type {}", a.type_name())
    } else {
        format!("{} and {}", a.type_name(), b.type_name())
    };
    let hint = if a.is_unit() || b.is_unit() {
        "A value that is `()` is missing or null: write `value ?? …` where that can happen"
    } else {
        "Compare numbers, strings, booleans, times or arrays of these"
    };
    Error::thrown("ArrayError", format!("{types} have no order. {hint}"))
}

/// Whether a callback returns the key of an item, because it has one parameter or `this`, and does not compare two.
pub(super) fn is_key(call: &Call<'_>, function: &FnPtr) -> bool {
    !call.takes(function, 2) && (call.takes(function, 1) || call.takes(function, 0))
}

/// What a callback makes of each item.
pub(super) fn keys(call: &mut Call<'_>, items: &[Value], function: &Rc<FnPtr>) -> Result<Vec<Value>> {
    needs(items.len())?;
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        keys.push(call.invoke_item(function, &mut item.clone(), [], [], Some(0))?);
    }
    Ok(keys)
}

/// Sorts in place by the keys that the callback returns. The sort is stable; an error leaves the array as it was.
pub(super) fn sort_by_key(call: &mut Call<'_>, function: &Rc<FnPtr>) -> Result<Value> {
    let items = receiver(call);
    let keys = keys(call, &items, function)?;
    let order = sorted(call, &keys)?;
    rearrange(call, items, &order);
    Ok(Value::Unit)
}

/// The numbers of values in their order; of equal ones, the first comes first.
pub(super) fn sorted(call: &Call<'_>, values: &[Value]) -> Result<Vec<usize>> {
    // What is sorted, and the result.
    needs(4 * values.len())?;
    let integers = values.iter().map(Value::as_int).collect::<Option<Vec<_>>>();
    let strings = || values.iter().map(|value| value.as_str().map(Str::as_str)).collect::<Option<Vec<_>>>();
    if let Some(integers) = integers {
        Ok(numbers_in_order(integers))
    } else if let Some(strings) = strings() {
        Ok(numbers_in_order(strings))
    } else {
        merge_sort(values.len(), &mut |a, b| compare(call, &values[a], &values[b]))
    }
}

/// The same of values that stand in memory one beside another, which is faster.
fn numbers_in_order<T: Ord>(values: Vec<T>) -> Vec<usize> {
    let mut numbered: Vec<(T, usize)> = values.into_iter().zip(0..).collect();
    numbered.sort_unstable();
    numbered.into_iter().map(|(_, number)| number).collect()
}

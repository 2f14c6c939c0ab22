//! Equality of JSON values, in which 1 is 1.0.

use crate::number;
use crate::plain::{is_plain, plain};
use rhai_vm::{Result, Value};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// Arrays of so many items are compared one by one.
const FEW: usize = 8;

/// Values are compared one within the other as deep as this: deeper than JSON that was read can be.
const MAX_DEPTH: u32 = 2000;

/// Whether two values are the same as JSON.
pub fn equal(a: &Value, b: &Value) -> bool {
    equal_at(a, b, 0)
}

fn equal_at(a: &Value, b: &Value, depth: u32) -> bool {
    let equal = |a: &Value, b: &Value| depth < MAX_DEPTH && equal_at(a, b, depth + 1);
    match (a, b) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b.iter()).all(|((key, a), (other, b))| key == other && equal(a, b))
        }
        (Value::Blob(a), Value::Blob(b)) => a == b,
        (a, b) if !is_plain(a) || !is_plain(b) => equal(&plain(a), &plain(b)),
        _ => number::compare(a, b) == Some(Ordering::Equal),
    }
}

/// Two items of an array that are the same.
///
/// # Errors
/// Those of `check`.
pub(crate) fn same_items(items: &[Value], check: &dyn Fn() -> Result<()>) -> Result<Option<(usize, usize)>> {
    if items.len() <= FEW {
        let pairs = (1..items.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
        return Ok(pairs.into_iter().find(|(earlier, later)| equal(&items[*earlier], &items[*later])));
    }
    rhai_vm::memory::needs(items.len() * 64)?;
    // Random keys, so that nobody can send an array of items with the same hash.
    let state = RandomState::new();
    let mut known: HashMap<u64, Vec<usize>> = HashMap::with_capacity(items.len());
    for (later, item) in items.iter().enumerate() {
        if later % 1024 == 0 {
            check()?;
        }
        let mut hasher = state.build_hasher();
        hash(item, &mut hasher, 0);
        let alike = known.entry(hasher.finish()).or_default();
        if let Some(earlier) = alike.iter().find(|earlier| equal(&items[**earlier], item)) {
            return Ok(Some((*earlier, later)));
        }
        alike.push(later);
    }
    Ok(None)
}

/// A hash that is the same for values that are the same.
fn hash(value: &Value, into: &mut impl Hasher, depth: u32) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Bool(value) => (1_u8, value).hash(into),
        Value::Str(text) => (2_u8, text.as_str()).hash(into),
        #[allow(clippy::cast_precision_loss)] // integers that are the same are the same floats
        Value::Int(number) => (3_u8, (*number as f64).to_bits()).hash(into),
        // 0.0 and -0.0 are the same.
        Value::Float(number) if number.is_finite() => (3_u8, (number + 0.0).to_bits()).hash(into),
        Value::Array(items) => {
            (4_u8, items.len()).hash(into);
            items.iter().for_each(|item| hash(item, into, depth + 1));
        }
        Value::Map(map) => {
            (5_u8, map.len()).hash(into);
            for (key, value) in map.iter() {
                key.as_str().hash(into);
                hash(value, into, depth + 1);
            }
        }
        other => match plain(other) {
            Cow::Owned(plain) => hash(&plain, into, depth + 1),
            Cow::Borrowed(_) => 0_u8.hash(into),
        },
    }
}

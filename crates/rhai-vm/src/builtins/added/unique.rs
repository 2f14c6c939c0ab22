//! Items without those that equal an earlier one, found by hashes.

use crate::builtins::arrays::{ask, needs, receiver};
use crate::function::Call;
use crate::list::{one_level_deeper, List};
use crate::value::Value;
use crate::Result;
use ahash::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;

/// At most so many values within a value are hashed. Values that differ only after these are compared by `==`.
const MAX_HASHED: usize = 1 << 16;

/// The items without those that equal an earlier one.
pub(super) fn unique(call: &mut Call<'_>) -> Result<Value> {
    let items = receiver(call);
    let mut seen = Seen::default();
    let mut results = List::default();
    for item in items.iter() {
        if seen.is_new(call, item)? {
            results.push(item.clone())?;
        }
    }
    Ok(Value::Array(Rc::new(results)))
}

/// The first item for each value of the callback.
pub(super) fn unique_by(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let mut seen = Seen::default();
    let mut results = List::default();
    for (index, item) in items.iter().enumerate() {
        let key = ask(call, &function, index, &mut item.clone())?;
        if seen.is_new(call, &key)? {
            results.push(item.clone())?;
        }
    }
    Ok(Value::Array(Rc::new(results)))
}

/// Different values, by their hashes.
#[derive(Default)]
struct Seen {
    hashing: RandomState,
    /// The number of the last value with a hash.
    last: HashMap<u64, usize, RandomState>,
    /// The values, each with the number of the one before it that has the same hash.
    values: Vec<(Value, Option<usize>)>,
}

impl Seen {
    /// Whether no value before equals this one.
    fn is_new(&mut self, call: &Call<'_>, value: &Value) -> Result<bool> {
        call.step()?;
        let hash = self.hash(value);
        let mut earlier = self.last.get(&hash).copied();
        while let Some(number) = earlier {
            call.step()?;
            let (other, before) = &self.values[number];
            if is_same(call, other, value)? {
                return Ok(false);
            }
            earlier = *before;
        }
        if self.values.len() == self.values.capacity() {
            // The value, its hash and the growth of both tables.
            needs(4 * self.values.len())?;
        }
        let before = self.last.insert(hash, self.values.len());
        self.values.push((value.clone(), before));
        Ok(true)
    }

    fn hash(&self, value: &Value) -> u64 {
        let mut hasher = self.hashing.build_hasher();
        hash(value, &mut hasher, &mut MAX_HASHED.clone());
        hasher.finish()
    }
}

/// Whether two values are equal as `==` says; those that cannot be compared are not. NaN is equal to itself here.
fn is_same(call: &Call<'_>, a: &Value, b: &Value) -> Result<bool> {
    let is_nan = |value: &Value| value.as_float().is_some_and(f64::is_nan);
    if is_nan(a) && is_nan(b) {
        return Ok(true);
    }
    match call.vm.equal(a, b) {
        Err(error) if error.is_catchable() => Ok(false),
        same => same,
    }
}

/// Hashes a value: the same for values that are equal. `left` is how many values within it are hashed.
fn hash(value: &Value, hasher: &mut impl Hasher, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::Unit => 0.hash(hasher),
        Value::Bool(value) => value.hash(hasher),
        Value::Int(number) => number.hash(hasher),
        Value::Float(number) => hash_float(*number, hasher),
        // A character equals the string of it.
        Value::Char(c) => (*c.encode_utf8(&mut [0; 4])).hash(hasher),
        Value::Str(text) => text.as_str().hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            let _ = one_level_deeper(|| items.iter().for_each(|item| hash(item, hasher, left)));
        }
        Value::Map(map) => {
            map.len().hash(hasher);
            let _ = one_level_deeper(|| {
                for (key, item) in map.iter() {
                    key.as_str().hash(hasher);
                    hash(item, hasher, left);
                }
            });
        }
        Value::Blob(bytes) => bytes.hash(hasher),
        Value::Range(range) | Value::RangeInclusive(range) => range.hash(hasher),
        Value::Fn(function) => function.name.as_str().hash(hasher),
        Value::Host(_) => value.to_string().hash(hasher),
        Value::Shared(cell) => hash(&cell.borrow(), hasher, left),
    }
}

/// A float without a fraction equals an integer.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)] // the same, or not
fn hash_float(number: f64, hasher: &mut impl Hasher) {
    let whole = number as i64;
    if whole as f64 == number {
        whole.hash(hasher);
    } else if number.is_nan() {
        f64::NAN.to_bits().hash(hasher);
    } else {
        number.to_bits().hash(hasher);
    }
}

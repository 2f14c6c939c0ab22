//! What `for` runs over, and the functions that make such values.

use super::span;
use crate::error::{self, Error, ErrorKind};
use crate::function::Call;
use crate::list::position;
use crate::list::List;
use crate::module;
use crate::text::Str;
use crate::value::{Object, Value};
use crate::Result;
use rhai::Position;
use std::cmp::Ordering;
use std::rc::Rc;

/// What `type_of` says of the values that only `for` can use.
const TYPE_NAME: &str = "range";

/// How many bits an integer has.
pub(super) const BITS: usize = 64;

module! {
    /// `for` runs over arrays, strings, blobs, ranges, iterators such as those of [responses](modules.md#responses), and what
    /// these functions return. It can count as well: `for (item,
    /// index) in items`. Over a map, use its `keys()`.
    "Iteration"

    functions {
        /// Returns the characters of a string for `for`: all of them, those from an index on, `len` from an index on, or a
        /// range.
        ///
        /// ```rhai
        /// let found = [];
        /// for c in "green".chars(1, 2) { found.push(c); }
        /// found // → ["r", "e"]
        /// ```
        new "chars" (self: String) -> Host(TYPE_NAME) = chars;
        new "chars" (self: String, start: Int) -> Host(TYPE_NAME) = chars;
        new "chars" (self: String, start: Int, len: Int) -> Host(TYPE_NAME) = chars;
        new "chars" (self: String, range: Range) -> Host(TYPE_NAME) = chars;
        new "chars" (self: String, range: RangeInclusive) -> Host(TYPE_NAME) = chars;
        new "get$chars" (self: String) -> Host(TYPE_NAME) = chars;

        /// Returns the bits of an integer for `for`, from the lowest one on, as booleans: all 64, those from one on, `len` from
        /// one on, or a range.
        ///
        /// ```rhai
        /// let found = [];
        /// for bit in 5.bits(0, 3) { found.push(bit); }
        /// found // → [true, false, true]
        /// ```
        new "bits" (self: Int) -> Host(TYPE_NAME) throws BitFieldBounds = bits;
        new "bits" (self: Int, start: Int) -> Host(TYPE_NAME) = bits;
        new "bits" (self: Int, start: Int, len: Int) -> Host(TYPE_NAME) = bits;
        new "bits" (self: Int, range: Range) -> Host(TYPE_NAME) = bits;
        new "bits" (self: Int, range: RangeInclusive) -> Host(TYPE_NAME) = bits;
        new "get$bits" (self: Int) -> Host(TYPE_NAME) = bits;

        /// Returns numbers for `for`, a step apart, from the first one up to, but not including, the last. A negative step
        /// counts down. A step of 0 is `Arithmetic`.
        ///
        /// ```rhai
        /// let found = [];
        /// for i in range(10, 0, -3) { found.push(i); }
        /// found // → [10, 7, 4, 1]
        /// let found = [];
        /// for i in range(0..10, 5) { found.push(i); }
        /// for x in range(0.0, 1.0, 0.5) { found.push(x); }
        /// found // → [0, 5, 0.0, 0.5]
        /// ```
        new "range" (from: Int, to: Int, step: Int) -> Host(TYPE_NAME) throws Arithmetic = |call| {
            steps(call.int(0), call.int(1), call.int(2))
        };
        new "range" (range: Range, step: Int) -> Host(TYPE_NAME) = |call| {
            let (from, to, _) = call.value(0).as_range().unwrap_or_default();
            steps(from, to, call.int(1))
        };
        new "range" (from: Float, to: Float, step: Float) -> Host(TYPE_NAME) = |call| {
            float_steps(call.float(0), call.float(1), call.float(2))
        };
    }
}

/// What `for` runs over a value with; `None` where rhai cannot.
pub fn iterate(value: &Value) -> Option<Iter> {
    Some(match value {
        Value::Array(items) => Iter::Array(Rc::clone(items), 0),
        Value::Blob(bytes) => Iter::Blob(Rc::clone(bytes), 0),
        Value::Str(text) => Iter::Chars { text: text.clone(), at: 0, left: usize::MAX },
        Value::Range(range) => Iter::Range(range.0, range.1),
        Value::RangeInclusive(range) if range.0 > range.1 => Iter::Range(0, 0),
        Value::RangeInclusive(range) => match range.1.checked_add(1) {
            Some(end) => Iter::Range(range.0, end),
            None => Iter::ToMax(Some(range.0)),
        },
        Value::Shared(cell) => return iterate(&cell.borrow()),
        Value::Host(_) => value.as_host::<Items>()?.0.clone(),
        _ => return None,
    })
}

/// The items of a value, made one by one.
#[derive(Clone)]
pub enum Iter {
    /// Of an array, from an index on.
    Array(Rc<List>, usize),
    /// Of a blob, from an index on.
    Blob(Rc<Vec<u8>>, usize),
    /// From one integer to before another.
    Range(i64, i64),
    /// From an integer to the largest one.
    ToMax(Option<i64>),
    /// Characters of a string.
    Chars {
        /// The string.
        text: Str,
        /// The byte at which the next character begins.
        at: usize,
        /// How many characters are left at most.
        left: usize,
    },
    /// The lowest bits of a number.
    Bits {
        /// The number.
        value: i64,
        /// How many bits are left.
        left: usize,
    },
    /// Integers with the same distance.
    Steps {
        /// The next.
        next: Option<i64>,
        /// Where to end.
        to: i64,
        /// The distance.
        step: i64,
    },
    /// Floats with the same distance.
    FloatSteps {
        /// The next.
        next: Option<f64>,
        /// Where to end.
        to: f64,
        /// The distance.
        step: f64,
    },
}

impl Iterator for Iter {
    type Item = Value;

    #[inline]
    fn next(&mut self) -> Option<Value> {
        match self {
            Self::Range(next, end) => {
                if *next >= *end {
                    return None;
                }
                let value = *next;
                *next += 1;
                Some(Value::Int(value))
            }
            Self::Array(items, at) => {
                let item = items.get(*at)?.clone();
                *at += 1;
                Some(item)
            }
            other => other.next_rare(),
        }
    }
}

impl Iter {
    fn next_rare(&mut self) -> Option<Value> {
        match self {
            Self::Blob(bytes, at) => {
                let byte = *bytes.get(*at)?;
                *at += 1;
                Some(Value::Int(byte.into()))
            }
            Self::ToMax(next) => {
                let value = (*next)?;
                *next = value.checked_add(1);
                Some(Value::Int(value))
            }
            Self::Chars { text, at, left } => {
                let c = text.get(*at..).filter(|_| *left > 0)?.chars().next()?;
                *at += c.len_utf8();
                *left -= 1;
                Some(Value::Char(c))
            }
            Self::Bits { value, left } => {
                *left = left.checked_sub(1)?;
                let bit = *value & 1 != 0;
                *value >>= 1;
                Some(Value::Bool(bit))
            }
            Self::Steps { next, to, step } => {
                let value = (*next)?;
                // rhai ends without the last value where the one after it would be too large.
                let Some(after) = value.checked_add(*step) else {
                    *next = None;
                    return None;
                };
                *next = Some(after).filter(|after| if *step > 0 { after < to } else { after > to });
                Some(Value::Int(value))
            }
            Self::FloatSteps { next, to, step } => {
                let value = (*next)?;
                let after = value + *step;
                *next = Some(after).filter(|after| if *step > 0.0 { after < to } else { after > to });
                Some(Value::Float(value))
            }
            Self::Array(..) | Self::Range(..) => self.next(),
        }
    }
}

/// Items that are not made yet, as a value.
#[derive(Clone)]
struct Items(Iter);

impl Object for Items {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }
}

/// A start and a length, where an inclusive range may be empty.
fn part(call: &Call<'_>) -> (i64, i64) {
    match (call.len(), call.value(1).as_range()) {
        (1, _) => (0, i64::MAX),
        (_, Some((start, end, true))) => {
            let start = start.max(0);
            (start, end.max(start - 1).min(i64::MAX - 1) - start + 1)
        }
        (2, None) => (call.int(1), i64::MAX),
        _ => span(call, 1),
    }
}

fn chars(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = part(call);
    let text = call.take_str(0);
    let left = usize::try_from(len).unwrap_or(0);
    let at = super::strings::offset(&text, start).unwrap_or(text.len());
    Ok(Value::host(Items(Iter::Chars { text, at, left })))
}

fn bits(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = part(call);
    let from = position(BITS, start).ok_or_else(|| Error::new(ErrorKind::BitFieldBounds(BITS, start)))?;
    let left = usize::try_from(len).unwrap_or(0).min(BITS - from);
    Ok(Value::host(Items(Iter::Bits { value: call.int(0) >> from, left })))
}

#[cold]
fn zero_step() -> Error {
    Error::arithmetic("step value cannot be zero").through(error::Call {
        name: "range".into(),
        source: Str::default(),
        position: Position::NONE,
        is_import: false,
    })
}

fn steps(from: i64, to: i64, step: i64) -> Result<Value> {
    if step == 0 {
        return Err(zero_step());
    }
    let forward = match from.cmp(&to) {
        Ordering::Less => step > 0,
        Ordering::Greater => step < 0,
        Ordering::Equal => false,
    };
    let next = Some(from).filter(|from| forward && from.checked_add(step).is_some());
    Ok(Value::host(Items(Iter::Steps { next, to, step })))
}

#[allow(clippy::float_cmp)] // a step that changes nothing would never end
fn float_steps(from: f64, to: f64, step: f64) -> Result<Value> {
    if from + step == from {
        return Err(zero_step());
    }
    let forward = match from.partial_cmp(&to) {
        Some(Ordering::Less) => from + step > from,
        Some(Ordering::Greater) => from + step < from,
        _ => false,
    };
    Ok(Value::host(Items(Iter::FloatSteps { next: Some(from).filter(|_| forward), to, step })))
}

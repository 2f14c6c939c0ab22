//! Functions of ranges.

use crate::function::Call;
use crate::module;
use crate::value::Value;
use crate::Result;
use std::rc::Rc;

module! {
    /// `0..3` is the integers 0, 1 and 2; `0..=3` includes 3. A range is used by `for`, by `in`, by `switch`, and to say
    /// which part of a string, an array, a blob or the bits of an integer is meant.
    "Ranges"

    functions {
        /// Returns the range from one integer up to, but not including, another. With a step or with floats, see
        /// [`range`](#rangefrom-int--float-to-int--float-step-int--float---range).
        ///
        /// ```rhai
        /// let sum = 0;
        /// for i in range(1, 4) { sum += i; }
        /// sum // → 6
        /// ```
        new "range" (from: Int, to: Int) -> Range = |call| Ok(Value::Range(Rc::new((call.int(0), call.int(1)))));

        /// Returns the first integer.
        ///
        /// ```rhai
        /// (2..5).start() // → 2
        /// ```
        new "start" (self: Range) -> Int = start;
        new "start" (self: RangeInclusive) -> Int = start;
        new "get$start" (self: Range) -> Int = start;
        new "get$start" (self: RangeInclusive) -> Int = start;

        /// Returns the integer behind the last one, or the last one itself if the range is inclusive.
        ///
        /// ```rhai
        /// (2..5).end() // → 5
        /// ```
        new "end" (self: Range) -> Int = end;
        new "end" (self: RangeInclusive) -> Int = end;
        new "get$end" (self: Range) -> Int = end;
        new "get$end" (self: RangeInclusive) -> Int = end;

        /// Returns whether the range includes its end.
        ///
        /// ```rhai
        /// (2..=5).is_inclusive() // → true
        /// ```
        new "is_inclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(false));
        new "is_inclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(true));
        new "get$is_inclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(false));
        new "get$is_inclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(true));

        /// Returns whether the range excludes its end.
        ///
        /// ```rhai
        /// (2..=5).is_exclusive() // → false
        /// ```
        new "is_exclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(true));
        new "is_exclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(false));
        new "get$is_exclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(true));
        new "get$is_exclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(false));

        /// Returns whether the range contains no integers.
        ///
        /// ```rhai
        /// (5..2).is_empty() // → true
        /// ```
        new "is_empty" (self: Range) -> Bool = is_empty;
        new "is_empty" (self: RangeInclusive) -> Bool = is_empty;
        new "get$is_empty" (self: Range) -> Bool = is_empty;
        new "get$is_empty" (self: RangeInclusive) -> Bool = is_empty;

        /// Returns whether an integer is in the range. `x in range` is the same.
        ///
        /// ```rhai
        /// (2..5).contains(5) // → false
        /// 5 in 2..=5 // → true
        /// ```
        changing "contains" (self: Range, value: Int) -> Bool = contains;
        changing "contains" (self: RangeInclusive, value: Int) -> Bool = contains;
    }
}

fn bounds(call: &Call<'_>) -> (i64, i64, bool) {
    call.value(0).as_range().unwrap_or_default()
}

fn start(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Int(bounds(call).0))
}

fn end(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Int(bounds(call).1))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value> {
    let (start, end, inclusive) = bounds(call);
    Ok(Value::Bool(if inclusive { start > end } else { start >= end }))
}

fn contains(call: &mut Call<'_>) -> Result<Value> {
    let (start, end, inclusive) = bounds(call);
    let value = call.int(1);
    Ok(Value::Bool(start <= value && if inclusive { value <= end } else { value < end }))
}

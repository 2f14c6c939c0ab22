//! Functions of ranges.

use crate::function::Call;
use crate::module;
use crate::value::Value;
use crate::Result;
use std::rc::Rc;

module! {
    "Ranges"

    functions {
        new "range" (from: Int, to: Int) -> Range = |call| Ok(Value::Range(Rc::new((call.int(0), call.int(1)))));
        new "start" (self: Range) -> Int = start;
        new "start" (self: RangeInclusive) -> Int = start;
        new "get$start" (self: Range) -> Int = start;
        new "get$start" (self: RangeInclusive) -> Int = start;
        new "end" (self: Range) -> Int = end;
        new "end" (self: RangeInclusive) -> Int = end;
        new "get$end" (self: Range) -> Int = end;
        new "get$end" (self: RangeInclusive) -> Int = end;
        new "is_inclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(false));
        new "is_inclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(true));
        new "get$is_inclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(false));
        new "get$is_inclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(true));
        new "is_exclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(true));
        new "is_exclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(false));
        new "get$is_exclusive" (self: Range) -> Bool = |_| Ok(Value::Bool(true));
        new "get$is_exclusive" (self: RangeInclusive) -> Bool = |_| Ok(Value::Bool(false));
        new "is_empty" (self: Range) -> Bool = is_empty;
        new "is_empty" (self: RangeInclusive) -> Bool = is_empty;
        new "get$is_empty" (self: Range) -> Bool = is_empty;
        new "get$is_empty" (self: RangeInclusive) -> Bool = is_empty;
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

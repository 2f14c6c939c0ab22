//! Functions of arrays.
//!
//! Callbacks get an item as `this`, or as an argument, and its index after the arguments if they have a
//! parameter for it. Functions that do not change the array run over what it is when they begin, and
//! what callbacks do to `this` stays without effect there.

use super::{cut, int, place, span};
use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::list::List;
use crate::memory::{self, own};
use crate::module;
use crate::operators;
use crate::value::{FnPtr, Value};
use crate::Result;
use std::cmp::Ordering;
use std::rc::Rc;

module! {
    "Arrays"

    functions {
        new "len" (self: Array) -> Int = |call| Ok(Value::Int(int(call.array(0).len())));
        new "get$len" (self: Array) -> Int = |call| Ok(Value::Int(int(call.array(0).len())));
        new "is_empty" (self: Array) -> Bool = |call| Ok(Value::Bool(call.array(0).is_empty()));
        new "get$is_empty" (self: Array) -> Bool = |call| Ok(Value::Bool(call.array(0).is_empty()));
        changing "get" (self: Array, index: Int) -> Any = get;
        changing "set" (self: Array, index: Int, value: Any) -> Unit = set;
        changing "push" (self: Array, item: Any) -> Unit = push;
        changing "append" (self: Array, other: Array) -> Unit = append;
        changing "insert" (self: Array, index: Int, item: Any) -> Unit = insert;
        changing "pad" (self: Array, len: Int, item: Any) -> Unit = pad;
        changing "pop" (self: Array) -> Any = |call| {
            if call.array(0).is_empty() { Ok(Value::Unit) } else { Ok(call.array_mut(0)?.pop().into()) }
        };
        changing "shift" (self: Array) -> Any = |call| remove_at(call, 0);
        changing "remove" (self: Array, index: Int) -> Any = |call| {
            let index = call.int(1);
            remove_at(call, index)
        };
        changing "clear" (self: Array) -> Unit = |call| {
            clear(call);
            Ok(Value::Unit)
        };
        changing "truncate" (self: Array, len: Int) -> Unit = truncate;
        changing "chop" (self: Array, len: Int) -> Unit = chop;
        changing "reverse" (self: Array) -> Unit = |call| {
            call.array_mut(0)?.reverse();
            Ok(Value::Unit)
        };
        changing "splice" (self: Array, range: Range, replace: Array) -> Unit = splice;
        changing "splice" (self: Array, range: RangeInclusive, replace: Array) -> Unit = splice;
        changing "splice" (self: Array, start: Int, len: Int, replace: Array) -> Unit = splice;
        changing "extract" (self: Array, range: Range) -> Array = extract;
        changing "extract" (self: Array, range: RangeInclusive) -> Array = extract;
        changing "extract" (self: Array, start: Int, len: Int) -> Array = extract;
        changing "extract" (self: Array, start: Int) -> Array = extract;
        changing "split" (self: Array, index: Int) -> Array = split;
        changing "for_each" (self: Array, map: Fn) -> Unit = for_each;
        new "map" (self: Array, map: Fn) -> Array = map;
        changing "map" (self: Array, map: String) -> Array = map;
        new "filter" (self: Array, filter: Fn) -> Array = filter;
        changing "filter" (self: Array, filter: String) -> Array = filter;
        new "contains" (self: Array, value: Any) -> Bool = contains;
        new "index_of" (self: Array, value: Any) -> Int = index_of;
        new "index_of" (self: Array, value: Any, start: Int) -> Int = index_of;
        new "index_of" (self: Array, filter: Fn) -> Int = index_of_filter;
        new "index_of" (self: Array, filter: Fn, start: Int) -> Int = index_of_filter;
        new "index_of" (self: Array, filter: String) -> Int = index_of_name;
        new "index_of" (self: Array, filter: String, start: Int) -> Int = index_of_name;
        new "find" (self: Array, filter: Fn) -> Any = find;
        new "find" (self: Array, filter: Fn, start: Int) -> Any = find;
        new "find_map" (self: Array, filter: Fn) -> Any = find_map;
        new "find_map" (self: Array, filter: Fn, start: Int) -> Any = find_map;
        new "some" (self: Array, filter: Fn) -> Bool = some;
        new "some" (self: Array, filter: String) -> Bool = some;
        new "all" (self: Array, filter: Fn) -> Bool = all;
        new "all" (self: Array, filter: String) -> Bool = all;
        changing "dedup" (self: Array) -> Unit = dedup;
        changing "dedup" (self: Array, comparer: Fn) -> Unit = dedup;
        changing "dedup" (self: Array, comparer: String) -> Unit = dedup;
        new "reduce" (self: Array, reducer: Fn) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: Fn, initial: Any) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: String) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: String, initial: Any) -> Any = |call| reduce(call, false);
        new "reduce_rev" (self: Array, reducer: Fn) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: Fn, initial: Any) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: String) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: String, initial: Any) -> Any = |call| reduce(call, true);
        new "zip" (self: Array, other: Array, map: Fn) -> Array = zip;
        changing "sort" (self: Array, comparer: Fn) -> Unit = sort_by;
        changing "sort_by" (self: Array, comparer: Fn) -> Unit = sort_by;
        changing "sort" (self: Array, comparer: String) -> Unit = sort_by;
        changing "sort" (self: Array) -> Unit = |call| sort(call, false);
        changing "sort_desc" (self: Array) -> Unit = |call| sort(call, true);
        changing "order" (self: Array, comparer: Fn) -> Array = |call| in_copy(call, sort_by);
        changing "order_by" (self: Array, comparer: Fn) -> Array = |call| in_copy(call, sort_by);
        changing "order" (self: Array) -> Array = |call| in_copy(call, |call| sort(call, false));
        changing "order_desc" (self: Array) -> Array = |call| in_copy(call, |call| sort(call, true));
        changing "drain" (self: Array, filter: Fn) -> Array = |call| partition(call, true);
        changing "drain" (self: Array, filter: String) -> Array = |call| partition(call, true);
        changing "drain" (self: Array, range: Range) -> Array = drain;
        changing "drain" (self: Array, range: RangeInclusive) -> Array = drain;
        changing "drain" (self: Array, start: Int, len: Int) -> Array = drain;
        changing "retain" (self: Array, filter: Fn) -> Array = |call| partition(call, false);
        changing "retain" (self: Array, filter: String) -> Array = |call| partition(call, false);
        changing "retain" (self: Array, range: Range) -> Array = retain;
        changing "retain" (self: Array, range: RangeInclusive) -> Array = retain;
        changing "retain" (self: Array, start: Int, len: Int) -> Array = retain;
    }
}

/// The array that the function is called on, without a copy of it.
fn receiver(call: &Call<'_>) -> Rc<List> {
    match call.value(0) {
        Value::Array(items) => Rc::clone(items),
        _ => Rc::default(),
    }
}

/// That an array of so many items can be made.
fn needs(count: usize) -> Result<()> {
    memory::needs(count.saturating_mul(size_of::<Value>()))
}

/// The place of an item, where an index before all items means the first.
fn lenient(count: usize, index: i64) -> Option<usize> {
    let (at, _) = cut(count, index, 0);
    (at < count).then_some(at)
}

fn clear(call: &mut Call<'_>) {
    match &mut call.args[0] {
        Value::Array(items) => match Rc::get_mut(items) {
            Some(items) => items.clear(),
            None => *items = Rc::default(),
        },
        other => *other = Value::array(Vec::new()),
    }
}

fn get(call: &mut Call<'_>) -> Result<Value> {
    let items = call.array(0);
    Ok(lenient(items.len(), call.int(1)).map(|at| items[at].clone()).into())
}

fn set(call: &mut Call<'_>) -> Result<Value> {
    if let Some(at) = lenient(call.array(0).len(), call.int(1)) {
        let value = call.take(2);
        call.array_mut(0)?[at] = value;
    }
    Ok(Value::Unit)
}

fn push(call: &mut Call<'_>) -> Result<Value> {
    let item = call.take(1);
    if let Value::Array(items) = &mut call.args[0] {
        own(items)?.push(item)?;
    }
    Ok(Value::Unit)
}

fn append(call: &mut Call<'_>) -> Result<Value> {
    if let (Value::Array(more), Value::Array(items)) = (call.take(1), &mut call.args[0]) {
        operators::append(items, more)?;
    }
    Ok(Value::Unit)
}

fn insert(call: &mut Call<'_>) -> Result<Value> {
    let (index, item) = (call.int(1), call.take(2));
    let items = call.array_mut(0)?;
    let (at, _) = cut(items.len(), index, 0);
    memory::reserve(items, 1)?;
    items.insert(at, item);
    Ok(Value::Unit)
}

fn pad(call: &mut Call<'_>) -> Result<Value> {
    let (len, item) = (usize::try_from(call.int(1)).unwrap_or(0), call.take(2));
    let count = call.array(0).len();
    if len > count {
        memory::needs((len - count).saturating_mul(size_of::<Value>()))?;
        let items = call.array_mut(0)?;
        items
            .try_reserve(len - count)
            .map_err(|_| Error::new(ErrorKind::DataTooLarge("Size of array".to_owned())))?;
        items.resize(len, item);
    }
    Ok(Value::Unit)
}

fn remove_at(call: &mut Call<'_>, index: i64) -> Result<Value> {
    Ok(match place(call.array(0).len(), index) {
        Some(at) => call.array_mut(0)?.remove(at),
        None => Value::Unit,
    })
}

fn truncate(call: &mut Call<'_>) -> Result<Value> {
    match usize::try_from(call.int(1)) {
        Err(_) | Ok(0) => clear(call),
        Ok(len) if len < call.array(0).len() => call.array_mut(0)?.truncate(len),
        Ok(_) => {}
    }
    Ok(Value::Unit)
}

fn chop(call: &mut Call<'_>) -> Result<Value> {
    let count = call.array(0).len();
    match usize::try_from(call.int(1)) {
        Err(_) | Ok(0) => clear(call),
        Ok(len) if len < count => drop(call.array_mut(0)?.drain(..count - len)),
        Ok(_) => {}
    }
    Ok(Value::Unit)
}

fn splice(call: &mut Call<'_>) -> Result<Value> {
    let replace = call.take(call.len() - 1);
    let (start, len) = span(call, 1);
    if call.array(0).is_empty() {
        call.args[0] = replace;
    } else if let Value::Array(replace) = replace {
        let items = call.array_mut(0)?;
        let (start, len) = cut(items.len(), start, len);
        needs(2 * replace.len())?;
        memory::reserve(items, replace.len())?;
        items.splice(start..start + len, Rc::unwrap_or_clone(replace).into_vec());
    }
    Ok(Value::Unit)
}

fn extract(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = match call.value(1) {
        Value::Int(start) if call.len() == 2 => (*start, i64::MAX),
        _ => span(call, 1),
    };
    let items = call.array(0);
    let (start, len) = cut(items.len(), start, len);
    needs(len)?;
    Ok(Value::array(items[start..start + len].to_vec()))
}

fn split(call: &mut Call<'_>) -> Result<Value> {
    let (start, _) = cut(call.array(0).len(), call.int(1), 0);
    if start == call.array(0).len() {
        return Ok(Value::array(Vec::new()));
    }
    if start == 0 {
        return Ok(std::mem::replace(&mut call.args[0], Value::array(Vec::new())));
    }
    needs(call.array(0).len() - start)?;
    Ok(Value::array(call.array_mut(0)?.split_off(start)))
}

fn drain(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = span(call, 1);
    let (start, len) = cut(call.array(0).len(), start, len);
    if len == 0 {
        return Ok(Value::array(Vec::new()));
    }
    needs(len)?;
    Ok(call.array_mut(0)?.drain(start..start + len).collect())
}

fn retain(call: &mut Call<'_>) -> Result<Value> {
    let (start, len) = span(call, 1);
    let (start, len) = cut(call.array(0).len(), start, len);
    if len == 0 {
        return Ok(Value::array(Vec::new()));
    }
    needs(2 * call.array(0).len())?;
    let items = call.array_mut(0)?;
    let after = items.split_off(start + len);
    let kept = items.split_off(start);
    let mut removed = std::mem::replace(items, kept);
    removed.extend(after);
    Ok(Value::array(removed))
}

/// The function that an argument means, or names.
fn callback(call: &Call<'_>, number: usize) -> Result<Rc<FnPtr>> {
    match call.value(number) {
        Value::Str(name) => match rhai::FnPtr::new(name.as_str()) {
            Ok(_) => Ok(Rc::new(FnPtr::named(name.clone()))),
            Err(error) => Err(super::core::from_rhai(*error)),
        },
        _ => call.function(number),
    }
}

/// Calls back for an item, with its index if that is asked for.
fn ask(call: &mut Call<'_>, function: &Rc<FnPtr>, index: usize, item: &mut Value) -> Result<Value> {
    call.invoke_item(function, item, [], [Value::Int(int(index))], Some(0))
}

/// Whether a callback says `true` of an item; anything else than a boolean is `false`.
fn is_true(call: &mut Call<'_>, function: &Rc<FnPtr>, index: usize, item: &mut Value) -> Result<bool> {
    Ok(ask(call, function, index, item)?.as_bool() == Some(true))
}

fn for_each(call: &mut Call<'_>) -> Result<Value> {
    let function = call.function(1)?;
    let mut items = call.take_array(0)?;
    let mut result = Ok(Value::Unit);
    for (index, item) in items.iter_mut().enumerate() {
        if let Err(error) = call.invoke_item(&function, item, [], [Value::Int(int(index))], None) {
            result = Err(error);
            break;
        }
    }
    call.args[0] = Value::array(items);
    result
}

fn map(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), callback(call, 1)?);
    needs(items.len())?;
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        results.push(ask(call, &function, index, &mut item.clone())?);
    }
    Ok(Value::array(results))
}

fn filter(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), callback(call, 1)?);
    let mut results = List::default();
    for (index, item) in items.iter().enumerate() {
        let mut item = item.clone();
        if is_true(call, &function, index, &mut item)? {
            results.push(item)?;
        }
    }
    Ok(Value::Array(Rc::new(results)))
}

fn equal(call: &Call<'_>, a: &Value, b: &Value) -> Result<bool> {
    operators::equals(a, b, &mut |a, b| call.vm.equal(a, b))
}

/// The index of a value from a place on.
fn search(call: &Call<'_>, start: i64) -> Result<Option<usize>> {
    let (items, value) = (call.array(0), call.value(1));
    let (start, _) = cut(items.len(), start, 0);
    for (index, item) in items.iter().enumerate().skip(start) {
        if equal(call, item, value)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The index of an item of which a callback says `true`.
fn search_by(call: &mut Call<'_>, function: &Rc<FnPtr>, start: i64) -> Result<Option<usize>> {
    let items = receiver(call);
    let (start, _) = cut(items.len(), start, 0);
    // In rhai, errors say that they come from `index_of`, those of `find`, too.
    call.name = "index_of";
    for (index, item) in items.iter().enumerate().skip(start) {
        if is_true(call, function, index, &mut item.clone())? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn index_or_none(index: Option<usize>) -> Value {
    Value::Int(index.map_or(-1, int))
}

fn contains(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Bool(search(call, 0)?.is_some()))
}

fn index_of(call: &mut Call<'_>) -> Result<Value> {
    search(call, call.int(2)).map(index_or_none)
}

fn index_of_filter(call: &mut Call<'_>) -> Result<Value> {
    let (function, start) = (call.function(1)?, call.int(2));
    search_by(call, &function, start).map(index_or_none)
}

/// A string is the name of a callback where there is such a function, and a value otherwise.
fn index_of_name(call: &mut Call<'_>) -> Result<Value> {
    if let Ok(function) = callback(call, 1) {
        let start = call.int(2);
        match search_by(call, &function, start) {
            Err(error) if is_missing(&error, &function.name) => {}
            result => return result.map(index_or_none),
        }
    }
    index_of(call)
}

/// Whether an error says that the function itself is missing, not one that it calls.
fn is_missing(error: &Error, name: &str) -> bool {
    error.calls().len() <= 1
        && matches!(error.kind(), ErrorKind::FunctionNotFound(found) if found.starts_with(name))
}

fn find(call: &mut Call<'_>) -> Result<Value> {
    let (function, start) = (call.function(1)?, call.int(2));
    let found = search_by(call, &function, start)?;
    Ok(found.map(|at| call.array(0)[at].clone()).into())
}

fn find_map(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let (start, _) = cut(items.len(), call.int(2), 0);
    for (index, item) in items.iter().enumerate().skip(start) {
        let result = ask(call, &function, index, &mut item.clone())?;
        if !result.is_unit() {
            return Ok(result);
        }
    }
    Ok(Value::Unit)
}

fn some(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), callback(call, 1)?);
    for (index, item) in items.iter().enumerate() {
        if is_true(call, &function, index, &mut item.clone())? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn all(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), callback(call, 1)?);
    for (index, item) in items.iter().enumerate() {
        if !is_true(call, &function, index, &mut item.clone())? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn reduce(call: &mut Call<'_>, from_end: bool) -> Result<Value> {
    let (items, function, mut result) = (receiver(call), callback(call, 1)?, call.take(2));
    for step in 0..items.len() {
        let index = if from_end { items.len() - 1 - step } else { step };
        let item = &mut items[index].clone();
        result = call.invoke_item(&function, item, [result], [Value::Int(int(index))], Some(1))?;
    }
    Ok(result)
}

fn zip(call: &mut Call<'_>) -> Result<Value> {
    let (items, others, function) = (receiver(call), call.take(1), call.function(2)?);
    let others = others.as_array().map_or(&[][..], Vec::as_slice);
    needs(items.len().min(others.len()))?;
    let mut results = Vec::with_capacity(items.len().min(others.len()));
    for (index, (a, b)) in items.iter().zip(others).enumerate() {
        let (pair, index) = ([a.clone(), b.clone()], [Value::Int(int(index))]);
        results.push(call.invoke_item(&function, &mut Value::Unit, pair, index, None)?);
    }
    Ok(Value::array(results))
}

/// Moves the items for which the callback says this out of the array, and gives them back. After an error, those
/// that it was not asked about stay.
fn partition(call: &mut Call<'_>, which: bool) -> Result<Value> {
    let function = callback(call, 1)?;
    needs(2 * call.array(0).len())?;
    let items = call.take_array(0)?;
    let mut kept = Vec::with_capacity(items.len());
    let mut removed = Vec::new();
    let mut failure = None;
    for (index, mut item) in items.into_iter().enumerate() {
        let answer = match &failure {
            Some(_) => Ok(!which),
            None => is_true(call, &function, index, &mut item),
        };
        match answer {
            Ok(answer) if answer == which => removed.push(item),
            Ok(_) => kept.push(item),
            Err(error) => {
                failure = Some(error);
                kept.push(item);
            }
        }
    }
    call.args[0] = Value::array(kept);
    failure.map_or_else(|| Ok(Value::array(removed)), Err)
}

/// Removes the items that equal the one before them. Errors of the callback end it, other than in rhai,
/// which takes them for "not equal".
fn dedup(call: &mut Call<'_>) -> Result<Value> {
    let function = if call.len() > 1 { Some(callback(call, 1)?) } else { None };
    needs(2 * call.array(0).len())?;
    let mut kept: Vec<Value> = Vec::new();
    let mut result = Ok(Value::Unit);
    for item in call.take_array(0)? {
        let same = match (kept.last(), &function, &result) {
            (None, ..) | (.., Err(_)) => Ok(false),
            (Some(last), Some(function), _) => {
                call.invoke(function, [last.clone(), item.clone()]).map(|same| same.as_bool() == Some(true))
            }
            // Values that cannot be compared are not equal here.
            (Some(last), None, _) => match equal(call, last, &item) {
                Err(error) if error.is_catchable() => Ok(false),
                same => same,
            },
        };
        match same {
            Ok(true) => {}
            Ok(false) => kept.push(item),
            Err(error) => {
                result = Err(error);
                kept.push(item);
            }
        }
    }
    call.args[0] = Value::array(kept);
    result
}

/// What a method that changes an array would make of it, without changing it.
fn in_copy(call: &mut Call<'_>, method: fn(&mut Call<'_>) -> Result<Value>) -> Result<Value> {
    let original = call.value(0).clone();
    let result = method(call);
    let changed = std::mem::replace(&mut call.args[0], original);
    result.map(|_| changed)
}

/// Sorts with a callback. Its errors end the sort, other than in rhai, and leave the array as it was.
fn sort_by(call: &mut Call<'_>) -> Result<Value> {
    let function = callback(call, 1)?;
    if call.array(0).len() <= 1 {
        return Ok(Value::Unit);
    }
    // The order, what it is merged in, and the result.
    needs(2 * call.array(0).len())?;
    let items = receiver(call);
    let order = merge_sort(items.len(), &mut |a, b| compare_by(call, &function, &items[a], &items[b]))?;
    rearrange(call, items, &order);
    Ok(Value::Unit)
}

/// What a callback says of two items: a number, or whether the first comes first.
fn compare_by(call: &mut Call<'_>, function: &Rc<FnPtr>, a: &Value, b: &Value) -> Result<Ordering> {
    Ok(match call.invoke(function, [a.clone(), b.clone()])? {
        Value::Int(order) => order.cmp(&0),
        Value::Bool(true) => Ordering::Less,
        Value::Bool(false) => Ordering::Greater,
        _ => a.type_name().cmp(b.type_name()),
    })
}

/// Puts items into this order.
fn rearrange(call: &mut Call<'_>, items: Rc<List>, order: &[usize]) {
    call.args[0] = Value::Unit;
    let sorted = match Rc::try_unwrap(items) {
        Ok(mut items) => order.iter().map(|&at| std::mem::take(&mut items[at])).collect(),
        Err(items) => order.iter().map(|&at| items[at].clone()).collect(),
    };
    call.args[0] = Value::array(sorted);
}

/// The order of so many items. It is stable, bears with comparisons that contradict each other, and ends with the
/// first error of one.
fn merge_sort(count: usize, compare: &mut dyn FnMut(usize, usize) -> Result<Ordering>) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for run in order.chunks(2 * width) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let (Some((&a, others_left)), Some((&b, others_right))) =
                (left.split_first(), right.split_first())
            {
                if compare(b, a)? == Ordering::Less {
                    merged.push(b);
                    right = others_right;
                } else {
                    merged.push(a);
                    left = others_left;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        merged.clear();
        width *= 2;
    }
    Ok(order)
}

/// Sorts items of the same type by their natural order.
fn sort(call: &mut Call<'_>, descending: bool) -> Result<Value> {
    let items = call.array(0);
    let Some((first, others)) = items.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(Value::Unit);
    };
    let kind = first.kind();
    if others.iter().any(|item| item.kind() != kind) {
        return Err(unsortable("elements of different types cannot be sorted".to_owned()));
    }
    let compare: fn(&Value, &Value) -> Ordering = match first {
        Value::Unit => return Ok(Value::Unit),
        Value::Int(_) => |a, b| a.as_int().cmp(&b.as_int()),
        Value::Char(_) => |a, b| a.as_char().cmp(&b.as_char()),
        Value::Bool(_) => |a, b| a.as_bool().cmp(&b.as_bool()),
        Value::Str(_) => |a, b| a.as_str().cmp(&b.as_str()),
        Value::Float(_) => |a, b| a.as_float().partial_cmp(&b.as_float()).unwrap_or(Ordering::Equal),
        other => return Err(unsortable(format!("elements of {} cannot be sorted", other.type_name()))),
    };
    let compare = |a: &Value, b: &Value| if descending { compare(b, a) } else { compare(a, b) };
    // Numbers that are none have no order, which Rust's sort does not bear.
    if items.iter().any(|item| item.as_float().is_some_and(f64::is_nan)) {
        let items = receiver(call);
        let order = merge_sort(items.len(), &mut |a, b| Ok(compare(&items[a], &items[b])))?;
        rearrange(call, items, &order);
    } else {
        needs(call.array(0).len() / 2)?;
        call.array_mut(0)?.sort_by(compare);
    }
    Ok(Value::Unit)
}

#[cold]
fn unsortable(message: String) -> Error {
    Error::new(ErrorKind::FunctionNotFound(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_sort_is_stable_and_bears_with_contradictions() {
        let numbers = [5, 3, 9, 3, 1, 7, 5, 2, 8, 0, 4];
        let order = merge_sort(numbers.len(), &mut |a, b| Ok(numbers[a].cmp(&numbers[b]))).unwrap();
        let mut expected: Vec<usize> = (0..numbers.len()).collect();
        expected.sort_by_key(|&at| numbers[at]);
        assert_eq!(order, expected);

        let mut sorted = merge_sort(100, &mut |_, _| Ok(Ordering::Less)).unwrap();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());

        assert!(merge_sort(3, &mut |_, _| Err(Error::text("no"))).is_err());
    }
}

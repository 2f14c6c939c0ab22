//! Functions of arrays.
//!
//! Callbacks get an item as `this`, or as an argument, and its index after the arguments if they have a
//! parameter for it. Functions that do not change the array run over what it is when they begin, and
//! what callbacks do to `this` stays without effect there.

use super::{cut, in_copy, int, order, span};
use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::list::position;
use crate::list::List;
use crate::memory::{self, own};
use crate::module;
use crate::operators;
use crate::value::{FnPtr, Value};
use crate::Result;
use std::cmp::Ordering;
use std::rc::Rc;

module! {
    /// Arrays hold values of any type, also of different types. A negative index counts from the end.
    ///
    /// Methods that change an array do so in place. Most return `()`: `push`, `append`, `insert`, `pad`, `set`, `clear`,
    /// `truncate`, `chop`, `reverse`, `splice`, `sort`, `sort_by`, `sort_desc`, `dedup` and `for_each`. `order` and
    /// `sorted` return a sorted copy. Copies are cheap: an array is copied when one of its owners changes it.
    ///
    /// `a[0]` is an item and an index out of bounds is `ArrayBounds`; `get` returns `()` instead. `a + b` joins two arrays,
    /// `a += x` appends a value, and `x in a` tells whether an item equals `x`.
    ///
    /// A callback gets the item as its argument, and its index as another one if it has a parameter for it: `|item|` or
    /// `|item, index|`. A function without parameters for them gets the item as `this`. Where a callback decides, `true`
    /// means yes and any other value no. The name of a function, as a string, works as a callback too where the signature
    /// says `string`.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `len(a)`, `a.length` | `a.len` |
    /// | `a.includes(x)`, `x in a` | `a.contains(x)`, `x in a` |
    /// | `a[1:3]`, `a.slice(1, 3)` | `a.extract(1..3)` |
    /// | `a + b`, `a.concat(b)` | `a + b` |
    /// | `sorted(a)`, `a.toSorted()` | `a.sorted()` |
    /// | `any(…)`, `a.some(…)` | `a.any(…)`, `a.some(…)` |
    /// | `all(…)`, `a.every(…)` | `a.all(…)` |
    /// | `a.pop(0)`, `a.shift()` | `a.shift()` |
    /// | `sum(a)` | `a.sum()` |
    ///
    /// [More functions of arrays](#more-functions-of-arrays) has what Rhambda adds to Rhai's own.
    "Arrays"

    functions {
        /// Returns the number of items.
        ///
        /// ```rhai
        /// [1, 2, 3].len() // → 3
        /// [1, 2, 3].len // → 3
        /// ```
        new "len" (self: Array) -> Int = |call| Ok(Value::Int(int(call.array(0).len())));
        new "get$len" (self: Array) -> Int = |call| Ok(Value::Int(int(call.array(0).len())));

        /// Returns whether there are no items.
        ///
        /// ```rhai
        /// [].is_empty() // → true
        /// ```
        new "is_empty" (self: Array) -> Bool = |call| Ok(Value::Bool(call.array(0).is_empty()));
        new "get$is_empty" (self: Array) -> Bool = |call| Ok(Value::Bool(call.array(0).is_empty()));

        /// Returns the item at an index, or `()` if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// [1, 2, 3].get(-1) // → 3
        /// [1, 2, 3].get(3) // → null
        /// [1, 2, 3][3] // ✗ ArrayBounds
        /// ```
        changing "get" (self: Array, index: Int) -> Any = get;

        /// Replaces the item at an index, in place. Does nothing if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// let a = [1, 2];
        /// a.set(0, 5);
        /// a // → [5, 2]
        /// ```
        changing "set" (self: Array, index: Int, value: Any) -> Unit = set;

        /// Returns whether an item equals the value. `x in a` is the same.
        ///
        /// ```rhai
        /// ["tea", "milk"].contains("tea") // → true
        /// "bread" in ["tea", "milk"] // → false
        /// ```
        new "contains" (self: Array, value: Any) -> Bool = contains;

        /// Returns the index of the first item that equals the value, or that the callback accepts, from `start` on if given; or
        /// -1. A string that is the name of a function is a callback.
        ///
        /// ```rhai
        /// ["tea", "milk"].index_of("milk") // → 1
        /// [1, 5, 9].index_of(|x| x > 3) // → 1
        /// [1, 2, 1].index_of(1, 1) // → 2
        /// ```
        new "index_of" (self: Array, value: Any) -> Int = index_of;
        new "index_of" (self: Array, value: Any, start: Int) -> Int = index_of;
        new "index_of" (self: Array, filter: Fn) -> Int = index_of_filter;
        new "index_of" (self: Array, filter: Fn, start: Int) -> Int = index_of_filter;
        new "index_of" (self: Array, filter: String) -> Int = index_of_name;
        new "index_of" (self: Array, filter: String, start: Int) -> Int = index_of_name;

        /// Returns the first item that the callback accepts, from `start` on if given; or `()`.
        ///
        /// ```rhai
        /// [1, 5, 9].find(|x| x > 3) // → 5
        /// [1, 5, 9].find(|x| x > 10) // → null
        /// ```
        new "find" (self: Array, filter: Fn) -> Any = find;
        new "find" (self: Array, filter: Fn, start: Int) -> Any = find;

        /// Returns the first value of the callback that is not `()`; or `()`.
        ///
        /// ```rhai
        /// [#{ a: 1 }, #{ b: 2 }].find_map(|item| item.b) // → 2
        /// ```
        new "find_map" (self: Array, filter: Fn) -> Any = find_map;
        new "find_map" (self: Array, filter: Fn, start: Int) -> Any = find_map;

        /// Returns whether the callback accepts an item.
        ///
        /// ```rhai
        /// [1, 5].some(|x| x > 3) // → true
        /// ```
        new "some" (self: Array, filter: Fn) -> Bool = some;
        new "some" (self: Array, filter: String) -> Bool = some;

        /// Returns whether the callback accepts all items.
        ///
        /// ```rhai
        /// [1, 5].all(|x| x > 3) // → false
        /// [].all(|x| x > 3) // → true
        /// ```
        new "all" (self: Array, filter: Fn) -> Bool = all;
        new "all" (self: Array, filter: String) -> Bool = all;

        /// Returns an array of what the callback makes of each item.
        ///
        /// ```rhai
        /// [1, 2].map(|x| x * 10) // → [10, 20]
        /// ["a", "b"].map(|x, i| x + i) // → ["a0", "b1"]
        /// ```
        new "map" (self: Array, mapper: Fn) -> Array = map;
        changing "map" (self: Array, mapper: String) -> Array = map;

        /// Returns an array of the items that the callback accepts.
        ///
        /// ```rhai
        /// [1, 2, 3].filter(|x| x > 1) // → [2, 3]
        /// ```
        new "filter" (self: Array, filter: Fn) -> Array = filter;
        changing "filter" (self: Array, filter: String) -> Array = filter;

        /// Combines the items into one value, from the first to the last. The callback gets the result so far and the item, and
        /// returns the new result. Without `initial`, the result begins as `()`, not as the first item.
        ///
        /// ```rhai
        /// [1, 2, 3].reduce(|sum, x| sum + x, 0) // → 6
        /// ["a", "b"].reduce(|all, x, i| if i == 0 { x } else { all + ", " + x }, "") // → "a, b"
        /// ```
        new "reduce" (self: Array, reducer: Fn) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: Fn, initial: Any) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: String) -> Any = |call| reduce(call, false);
        new "reduce" (self: Array, reducer: String, initial: Any) -> Any = |call| reduce(call, false);

        /// Combines the items into one value, as `reduce` does, from the last to the first.
        ///
        /// ```rhai
        /// ["a", "b"].reduce_rev(|all, x| all + x, "") // → "ba"
        /// ```
        new "reduce_rev" (self: Array, reducer: Fn) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: Fn, initial: Any) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: String) -> Any = |call| reduce(call, true);
        new "reduce_rev" (self: Array, reducer: String, initial: Any) -> Any = |call| reduce(call, true);

        /// Calls a function for each item, which it gets as `this` and can change.
        ///
        /// ```rhai
        /// let prices = [1, 2];
        /// prices.for_each(|| this *= 10);
        /// prices // → [10, 20]
        /// ```
        changing "for_each" (self: Array, action: Fn) -> Unit = for_each;

        /// Returns an array of what the callback makes of the first items of both arrays, of the second ones, and so on, up to
        /// the end of the shorter array.
        ///
        /// ```rhai
        /// ["tea", "milk"].zip([3, 1], |name, price| `${name}: ${price}`) // → ["tea: 3", "milk: 1"]
        /// ```
        new "zip" (self: Array, other: Array, mapper: Fn) -> Array = zip;

        /// Returns a sorted copy. Without a callback, all items must be of the same type: numbers, strings, characters or
        /// booleans. See `sort` for the callback.
        ///
        /// ```rhai
        /// let a = [3, 1, 2];
        /// a.order() // → [1, 2, 3]
        /// a // → [3, 1, 2]
        /// ```
        changing "order" (self: Array, comparer: Fn) -> Array throws FunctionNotFound = |call| in_copy(call, sort_by);
        changing "order" (self: Array) -> Array = |call| in_copy(call, |call| sort(call, false));

        /// Returns a sorted copy, ordered by a callback. See `sort` for the callback.
        ///
        /// ```rhai
        /// [#{ n: 2 }, #{ n: 1 }].order_by(|a, b| a.n - b.n) // → [{"n": 1}, {"n": 2}]
        /// ```
        changing "order_by" (self: Array, comparer: Fn) -> Array = |call| in_copy(call, sort_by);

        /// Returns a copy sorted from the largest to the smallest item.
        ///
        /// ```rhai
        /// [1, 3, 2].order_desc() // → [3, 2, 1]
        /// ```
        changing "order_desc" (self: Array) -> Array throws FunctionNotFound = |call| in_copy(call, |call| sort(call, true));

        /// Sorts in place. Without a callback, all items must be of the same type: integers, floats, strings, characters or
        /// booleans; anything else is `FunctionNotFound`. A callback gets two items and returns a negative integer or `true` if
        /// the first one comes first, a positive one or `false` if the second does, and 0 to leave them as they are. A callback
        /// with one parameter returns the key to sort an item by. The sort is stable.
        ///
        /// ```rhai
        /// let a = [3, 1, 2];
        /// a.sort();
        /// a // → [1, 2, 3]
        /// let orders = [#{ n: 2 }, #{ n: 1 }];
        /// orders.sort(|a, b| a.n - b.n);
        /// orders.sort(|order| order.n);
        /// orders // → [{"n": 1}, {"n": 2}]
        /// [1, "a"].sort() // ✗ FunctionNotFound
        /// ```
        changing "sort" (self: Array, comparer: Fn) -> Unit throws FunctionNotFound = sort_by;
        changing "sort" (self: Array, comparer: String) -> Unit = sort_by;
        changing "sort" (self: Array) -> Unit = |call| sort(call, false);

        /// Sorts in place, ordered by a callback. See `sort` for the callback.
        ///
        /// ```rhai
        /// let words = ["milk", "tea"];
        /// words.sort_by(|a, b| a.len - b.len);
        /// words // → ["tea", "milk"]
        /// ```
        changing "sort_by" (self: Array, comparer: Fn) -> Unit = sort_by;

        /// Sorts in place, from the largest to the smallest item.
        ///
        /// ```rhai
        /// let a = [1, 3, 2];
        /// a.sort_desc();
        /// a // → [3, 2, 1]
        /// ```
        changing "sort_desc" (self: Array) -> Unit throws FunctionNotFound = |call| sort(call, true);

        /// Reverses the order of the items, in place.
        ///
        /// ```rhai
        /// let a = [1, 2, 3];
        /// a.reverse();
        /// a // → [3, 2, 1]
        /// ```
        changing "reverse" (self: Array) -> Unit = |call| {
            call.array_mut(0)?.reverse();
            Ok(Value::Unit)
        };

        /// Appends an item, in place. An array is appended as one item.
        ///
        /// ```rhai
        /// let a = [1];
        /// a.push(2);
        /// a.push([3]);
        /// a // → [1, 2, [3]]
        /// ```
        changing "push" (self: Array, item: Any) -> Unit = push;

        /// Appends the items of another array, in place. Python's `extend`.
        ///
        /// ```rhai
        /// let a = [1];
        /// a.append([2, 3]);
        /// a // → [1, 2, 3]
        /// ```
        changing "append" (self: Array, other: Array) -> Unit = append;

        /// Inserts an item before an index, in place. Behind the end, it is appended. A negative index counts from the end.
        ///
        /// ```rhai
        /// let a = [1, 3];
        /// a.insert(1, 2);
        /// a // → [1, 2, 3]
        /// ```
        changing "insert" (self: Array, index: Int, item: Any) -> Unit = insert;

        /// Appends copies of an item until the array has `len` items, in place. Does nothing if it is that long already.
        ///
        /// ```rhai
        /// let a = [1];
        /// a.pad(3, 0);
        /// a // → [1, 0, 0]
        /// ```
        changing "pad" (self: Array, len: Int, item: Any) -> Unit = pad;

        /// Removes the last item and returns it, or `()` if there is none.
        ///
        /// ```rhai
        /// let a = [1, 2];
        /// a.pop() // → 2
        /// a // → [1]
        /// ```
        changing "pop" (self: Array) -> Any = |call| {
            if call.array(0).is_empty() { Ok(Value::Unit) } else { Ok(call.array_mut(0)?.pop().into()) }
        };

        /// Removes the first item and returns it, or `()` if there is none.
        ///
        /// ```rhai
        /// let a = [1, 2];
        /// a.shift() // → 1
        /// a // → [2]
        /// ```
        changing "shift" (self: Array) -> Any = |call| remove_at(call, 0);

        /// Removes the item at an index and returns it, or `()` if there is none. A negative index counts from the end.
        ///
        /// ```rhai
        /// let a = ["tea", "milk"];
        /// a.remove(0) // → "tea"
        /// a.remove(5) // → null
        /// a // → ["milk"]
        /// ```
        changing "remove" (self: Array, index: Int) -> Any = |call| {
            let index = call.int(1);
            remove_at(call, index)
        };

        /// Removes all items, in place.
        ///
        /// ```rhai
        /// let a = [1, 2];
        /// a.clear();
        /// a // → []
        /// ```
        changing "clear" (self: Array) -> Unit = |call| {
            clear(call);
            Ok(Value::Unit)
        };

        /// Keeps the first `len` items, in place.
        ///
        /// ```rhai
        /// let a = [1, 2, 3];
        /// a.truncate(2);
        /// a // → [1, 2]
        /// ```
        changing "truncate" (self: Array, len: Int) -> Unit = truncate;

        /// Keeps the last `len` items, in place.
        ///
        /// ```rhai
        /// let a = [1, 2, 3];
        /// a.chop(2);
        /// a // → [2, 3]
        /// ```
        changing "chop" (self: Array, len: Int) -> Unit = chop;

        /// Removes items that equal the one before them, in place. Sort the array first to remove all duplicates. A callback
        /// gets two items and returns whether they are equal.
        ///
        /// ```rhai
        /// let a = [1, 1, 2, 1];
        /// a.dedup();
        /// a // → [1, 2, 1]
        /// ```
        changing "dedup" (self: Array) -> Unit = dedup;
        changing "dedup" (self: Array, comparer: Fn) -> Unit = dedup;
        changing "dedup" (self: Array, comparer: String) -> Unit = dedup;

        /// Returns a copy of some items: a range, that many from an index on, or all from an index on. A negative index counts
        /// from the end. What is out of bounds is ignored.
        ///
        /// ```rhai
        /// [1, 2, 3, 4].extract(1..3) // → [2, 3]
        /// [1, 2, 3, 4].extract(-2) // → [3, 4]
        /// [1, 2, 3, 4].extract(1, 99) // → [2, 3, 4]
        /// ```
        changing "extract" (self: Array, range: Range) -> Array = extract;
        changing "extract" (self: Array, range: RangeInclusive) -> Array = extract;
        changing "extract" (self: Array, start: Int, len: Int) -> Array = extract;
        changing "extract" (self: Array, start: Int) -> Array = extract;

        /// Removes the items from an index on and returns them. A negative index counts from the end.
        ///
        /// ```rhai
        /// let a = [1, 2, 3];
        /// a.split(1) // → [2, 3]
        /// a // → [1]
        /// ```
        changing "split" (self: Array, index: Int) -> Array = split;

        /// Replaces some items by those of another array, in place: a range, or `len` items from an index on.
        ///
        /// ```rhai
        /// let a = [1, 2, 3, 4];
        /// a.splice(1..3, [9]);
        /// a // → [1, 9, 4]
        /// ```
        changing "splice" (self: Array, range: Range, replace: Array) -> Unit = splice;
        changing "splice" (self: Array, range: RangeInclusive, replace: Array) -> Unit = splice;
        changing "splice" (self: Array, start: Int, len: Int, replace: Array) -> Unit = splice;

        /// Removes some items and returns them: those that the callback accepts, a range, or `len` items from an index on.
        ///
        /// ```rhai
        /// let a = [1, 2, 3, 4];
        /// a.drain(|x| x % 2 == 0) // → [2, 4]
        /// a.drain(0..1) // → [1]
        /// a // → [3]
        /// ```
        changing "drain" (self: Array, filter: Fn) -> Array = |call| partition(call, true);
        changing "drain" (self: Array, filter: String) -> Array = |call| partition(call, true);
        changing "drain" (self: Array, range: Range) -> Array = drain;
        changing "drain" (self: Array, range: RangeInclusive) -> Array = drain;
        changing "drain" (self: Array, start: Int, len: Int) -> Array = drain;

        /// Keeps some items and returns the others: those that the callback accepts, a range, or `len` items from an index on.
        ///
        /// ```rhai
        /// let a = [1, 2, 3, 4];
        /// a.retain(|x| x % 2 == 0) // → [1, 3]
        /// a // → [2, 4]
        /// ```
        changing "retain" (self: Array, filter: Fn) -> Array = |call| partition(call, false);
        changing "retain" (self: Array, filter: String) -> Array = |call| partition(call, false);
        changing "retain" (self: Array, range: Range) -> Array = retain;
        changing "retain" (self: Array, range: RangeInclusive) -> Array = retain;
        changing "retain" (self: Array, start: Int, len: Int) -> Array = retain;
    }
}

/// The array that the function is called on, without a copy of it.
pub(super) fn receiver(call: &Call<'_>) -> Rc<List> {
    match call.value(0) {
        Value::Array(items) => Rc::clone(items),
        _ => Rc::default(),
    }
}

/// That an array of so many items can be made.
pub(super) fn needs(count: usize) -> Result<()> {
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
    Ok(match position(call.array(0).len(), index) {
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
pub(super) fn ask(
    call: &mut Call<'_>,
    function: &Rc<FnPtr>,
    index: usize,
    item: &mut Value,
) -> Result<Value> {
    call.invoke_item(function, item, [], [Value::Int(int(index))], Some(0))
}

/// Whether a callback says `true` of an item; anything else than a boolean is `false`.
pub(super) fn is_true(
    call: &mut Call<'_>,
    function: &Rc<FnPtr>,
    index: usize,
    item: &mut Value,
) -> Result<bool> {
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

pub(super) fn some(call: &mut Call<'_>) -> Result<Value> {
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

/// Sorts with a callback: by its values where it has one parameter, other than in rhai, which has no such form. Its
/// errors end the sort, other than in rhai, and leave the array as it was.
pub(super) fn sort_by(call: &mut Call<'_>) -> Result<Value> {
    let function = callback(call, 1)?;
    if order::is_key(call, &function) {
        return order::sort_by_key(call, &function);
    }
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
pub(super) fn rearrange(call: &mut Call<'_>, items: Rc<List>, order: &[usize]) {
    call.args[0] = Value::Unit;
    let sorted = match Rc::try_unwrap(items) {
        Ok(mut items) => order.iter().map(|&at| std::mem::take(&mut items[at])).collect(),
        Err(items) => order.iter().map(|&at| items[at].clone()).collect(),
    };
    call.args[0] = Value::array(sorted);
}

/// The order of so many items. It is stable, bears with comparisons that contradict each other, and ends with the
/// first error of one.
pub(super) fn merge_sort(
    count: usize,
    compare: &mut dyn FnMut(usize, usize) -> Result<Ordering>,
) -> Result<Vec<usize>> {
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
pub(super) fn sort(call: &mut Call<'_>, descending: bool) -> Result<Value> {
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

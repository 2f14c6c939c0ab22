//! More functions of arrays. Callbacks get what those of Rhai's own functions get.

use super::unique::{unique, unique_by};
use super::{described, BYTES_OF_PAIR};
use crate::builtins::arrays::{ask, is_true, needs, rearrange, receiver, some, sort_by};
use crate::builtins::text::{push_text, to_text};
use crate::builtins::{in_copy, int, order};
use crate::error::Error;
use crate::function::Call;
use crate::list::List;
use crate::map::Map;
use crate::memory;
use crate::module;
use crate::operators::BinaryOp;
use crate::value::Value;
use crate::Result;
use std::cmp::Ordering;
use std::rc::Rc;

module! {
    /// These are Rhambda's additions to Rhai's own functions. None of them changes the array that it is called on. If a script
    /// has a function of the same name, that one is called.
    ///
    /// `min`, `max`, `sorted` and keys compare numbers, strings, booleans, times, and arrays of these item by item. NaN is
    /// larger than all other numbers. Values of types that cannot be compared are `ArrayError`.
    ///
    /// | Python, JavaScript, Rust | Rhai |
    /// |---|---|
    /// | `", ".join(a)`, `a.join(", ")` | `a.join(", ")` |
    /// | `sorted(a, key=lambda x: x["n"])` | `a.sorted_by(\|x\| x.n)` |
    /// | `sorted(a, key=lambda x: (x["a"], -x["n"]))` | `a.sorted_by(\|x\| [x.a, -x.n])` |
    /// | `max(a, key=…)`, `max_by_key(…)` | `a.max_by(…)` |
    /// | `set(a)`, `new Set(a)` | `a.unique()` |
    /// | `Counter(a)` | `a.group_by(\|x\| x).map_values(\|items\| items.len())` |
    /// | `dict(pairs)`, `Object.fromEntries(pairs)` | `pairs.to_map()` |
    /// | `a[:3]`, `a[3:]` | `a.take(3)`, `a.skip(3)` |
    /// | `batched(a, 10)` | `a.chunks(10)` |
    "More functions of arrays"

    functions {
        /// Joins the items to a string, with a separator between them. Items are converted as `to_string` does: `()` is empty.
        ///
        /// ```rhai
        /// ["tea", "milk"].join(", ") // → "tea, milk"
        /// [1, 2.5, 'c', (), true].join("-") // → "1-2.5-c--true"
        /// ```
        new "join" (self: Array, separator: String) -> String = join;
        new "join" (self: Array, separator: Char) -> String = join;

        /// Returns the sum of numbers, 0 for an empty array. The sum of integers is an integer, and `Arithmetic` if it is too
        /// large. Durations have a sum, too.
        ///
        /// ```rhai
        /// [1, 2, 3].sum() // → 6
        /// [1, 2.5].sum() // → 3.5
        /// [1, "2"].sum() // ✗ ArrayError
        /// ```
        new "sum" (self: Array) -> Any throws ArrayError, Arithmetic = sum;

        /// Returns the smallest item, or `()` if there are no items.
        ///
        /// ```rhai
        /// [3, 1, 2].min() // → 1
        /// ["tea", "milk"].min() // → "milk"
        /// [].min() // → null
        /// ```
        new "min" (self: Array) -> Any throws ArrayError = |call| extreme(call, Ordering::Less);

        /// Returns the largest item, or `()` if there are no items.
        ///
        /// ```rhai
        /// [3, 1.5, 2].max() // → 3
        /// [1, ()].max() // ✗ ArrayError
        /// ```
        new "max" (self: Array) -> Any throws ArrayError = |call| extreme(call, Ordering::Greater);

        /// Returns the first item for which the callback returns the smallest key, or `()` if there are no items.
        ///
        /// ```rhai
        /// ["milk", "tea", "jam"].min_by(|word| word.len()) // → "tea"
        /// ```
        new "min_by" (self: Array, key: Fn) -> Any throws ArrayError = |call| extreme_by(call, Ordering::Less);

        /// Returns the first item for which the callback returns the largest key, or `()` if there are no items.
        ///
        /// ```rhai
        /// [#{ n: 2 }, #{ n: 7 }].max_by(|item| item.n) // → {"n": 7}
        /// ```
        new "max_by" (self: Array, key: Fn) -> Any throws ArrayError = |call| extreme_by(call, Ordering::Greater);

        /// Returns a sorted copy. Numbers may be integers and floats.
        ///
        /// ```rhai
        /// let a = [3, 1, 2.5];
        /// a.sorted() // → [1, 2.5, 3]
        /// a // → [3, 1, 2.5]
        /// [["b", 1], ["a", 2], ["a", 1]].sorted() // → [["a", 1], ["a", 2], ["b", 1]]
        /// ```
        new "sorted" (self: Array) -> Array throws ArrayError = sorted;

        /// Returns a copy in the order that the callback says, as `sorted_by` does.
        ///
        /// ```rhai
        /// [1, 3, 2].sorted(|a, b| b - a) // → [3, 2, 1]
        /// ```
        new "sorted" (self: Array, comparer: Fn) -> Array throws ArrayError = |call| in_copy(call, sort_by);

        /// Returns a copy sorted by the key that the callback returns for an item. Items with the same key keep their order. A
        /// callback with two parameters compares two items, see `sort`.
        ///
        /// ```rhai
        /// [#{ n: 2 }, #{ n: 1 }].sorted_by(|item| item.n) // → [{"n": 1}, {"n": 2}]
        /// ["tea", "milk", "jam"].sorted_by(|word| [word.len(), word]) // → ["jam", "tea", "milk"]
        /// [1, 3, 2].sorted_by(|a, b| b - a) // → [3, 2, 1]
        /// ```
        new "sorted_by" (self: Array, key: Fn) -> Array throws ArrayError = |call| in_copy(call, sort_by);

        /// Returns a copy in the opposite order.
        ///
        /// ```rhai
        /// [1, 2, 3].reversed() // → [3, 2, 1]
        /// ```
        new "reversed" (self: Array) -> Array = reversed;

        /// Returns a map with an array of items for each key that the callback returns. Keys are converted as `to_string` does.
        ///
        /// ```rhai
        /// ["tea", "jam", "milk"].group_by(|word| word.len()) // → {"3": ["tea", "jam"], "4": ["milk"]}
        /// ```
        new "group_by" (self: Array, key: Fn) -> Map = group_by;

        /// Returns a copy without items that equal an earlier one, also if they are not neighbours. Equal times in different time
        /// zones are different here, because their strings are.
        ///
        /// ```rhai
        /// [3, 1, 3, 2, 1].unique() // → [3, 1, 2]
        /// [#{ a: 1 }, #{ a: 1 }].unique().len() // → 1
        /// ```
        new "unique" (self: Array) -> Array = unique;

        /// Returns the first item for each key that the callback returns.
        ///
        /// ```rhai
        /// ["tea", "jam", "milk"].unique_by(|word| word.len()) // → ["tea", "milk"]
        /// ```
        new "unique_by" (self: Array, key: Fn) -> Array = unique_by;

        /// Returns arrays of `size` items each. The last one may be shorter.
        ///
        /// ```rhai
        /// [1, 2, 3, 4, 5].chunks(2) // → [[1, 2], [3, 4], [5]]
        /// [1].chunks(0) // ✗ ArrayError
        /// ```
        new "chunks" (self: Array, size: Int) -> Array throws ArrayError = chunks;

        /// Returns the items of the arrays in the array. Items that are not arrays stay as they are, and so do arrays in these
        /// arrays.
        ///
        /// ```rhai
        /// [[1, 2], 3, [[4]]].flatten() // → [1, 2, 3, [4]]
        /// ```
        new "flatten" (self: Array) -> Array = flatten;

        /// Returns the items of the arrays that the callback returns, one after another.
        ///
        /// ```rhai
        /// [1, 3].flat_map(|n| [n, n + 1]) // → [1, 2, 3, 4]
        /// ```
        new "flat_map" (self: Array, mapper: Fn) -> Array = flat_map;

        /// Returns the pairs of the first items of both arrays, of the second ones, and so on, up to the end of the shorter array.
        ///
        /// ```rhai
        /// ["a", "b", "c"].zip([1, 2]) // → [["a", 1], ["b", 2]]
        /// ["a", "b"].zip([1, 2]).to_map() // → {"a": 1, "b": 2}
        /// ```
        new "zip" (self: Array, other: Array) -> Array = zip;

        /// Returns the pairs of the index and the item. `for (item, index) in items` needs no such array.
        ///
        /// ```rhai
        /// ["a", "b"].enumerate() // → [[0, "a"], [1, "b"]]
        /// ```
        new "enumerate" (self: Array) -> Array = enumerate;

        /// Returns a map of pairs of a key and a value. Keys are converted as `to_string` does. Of pairs with the same key, the
        /// last one counts.
        ///
        /// ```rhai
        /// [["a", 1], ["b", 2]].to_map() // → {"a": 1, "b": 2}
        /// [1].to_map() // ✗ ArrayError
        /// ```
        new "to_map" (self: Array) -> Map throws ArrayError = to_map;

        /// Returns whether the callback accepts an item. `some` is the same.
        ///
        /// ```rhai
        /// [1, 5].any(|x| x > 3) // → true
        /// ```
        new "any" (self: Array, filter: Fn) -> Bool = some;

        /// Returns how many items the callback accepts.
        ///
        /// ```rhai
        /// [1, 5, 9].count(|x| x > 3) // → 2
        /// ```
        new "count" (self: Array, filter: Fn) -> Int = count;

        /// Returns two arrays: the items that the callback accepts, and the others.
        ///
        /// ```rhai
        /// [1, 2, 3].partition(|x| x > 1) // → [[2, 3], [1]]
        /// ```
        new "partition" (self: Array, filter: Fn) -> Array = partition;

        /// Returns the first item, or `()` if there are no items.
        ///
        /// ```rhai
        /// [1, 2, 3].first() // → 1
        /// ```
        new "first" (self: Array) -> Any = |call| Ok(call.array(0).first().cloned().into());

        /// Returns the last item, or `()` if there are no items.
        ///
        /// ```rhai
        /// [1, 2, 3].last() // → 3
        /// [].last() // → null
        /// ```
        new "last" (self: Array) -> Any = |call| Ok(call.array(0).last().cloned().into());

        /// Returns the first `count` items, or all if there are fewer. It changes nothing, other than `take()` without a number.
        ///
        /// ```rhai
        /// [1, 2, 3].take(2) // → [1, 2]
        /// [1, 2, 3].take(9) // → [1, 2, 3]
        /// [1, 2, 3].take(-1) // ✗ ArrayError
        /// ```
        new "take" (self: Array, count: Int) -> Array throws ArrayError = |call| {
            let end = counted(call)?;
            part(call, 0, end)
        };

        /// Returns the items behind the first `count` ones.
        ///
        /// ```rhai
        /// [1, 2, 3].skip(2) // → [3]
        /// [1, 2, 3].skip(9) // → []
        /// ```
        new "skip" (self: Array, count: Int) -> Array throws ArrayError = |call| {
            let (start, end) = (counted(call)?, call.array(0).len());
            part(call, start, end)
        };
    }
}

fn join(call: &mut Call<'_>) -> Result<Value> {
    let separator = to_text(call.value(1))?;
    let mut text = String::new();
    for (index, item) in call.array(0).iter().enumerate() {
        if index > 0 {
            memory::reserve(&mut text, separator.len())?;
            text.push_str(&separator);
        }
        push_text(&mut text, item)?;
    }
    Ok(text.into())
}

fn sum(call: &mut Call<'_>) -> Result<Value> {
    let items = receiver(call);
    let mut sum = Value::Int(0);
    for (index, item) in items.iter().enumerate() {
        sum = match (&sum, item) {
            (Value::Int(a), Value::Int(b)) => Value::Int(
                a.checked_add(*b)
                    .ok_or_else(|| Error::arithmetic(format!("Addition overflow: {a} + {b}")))?,
            ),
            (Value::Float(a), Value::Float(b)) => Value::Float(a + b),
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_))
            | (Value::Host(_), Value::Host(_)) => call.vm.binary(BinaryOp::Add, &sum, item)?,
            (_, Value::Host(_)) if index == 0 => item.clone(),
            _ => return Err(no_number(index, item)),
        };
    }
    Ok(sum)
}

#[cold]
fn no_number(index: usize, item: &Value) -> Error {
    let hint = match item {
        Value::Str(_) => "Convert strings with `float(…)` or `int(…)`, or join them with `join`",
        Value::Unit => "A value that is `()` is missing or null: write `value ?? 0` where that can happen",
        _ => "Choose the numbers with `map` first",
    };
    Error::thrown(
        "ArrayError",
        format!("the item at index {index} cannot be added: it is {}. {hint}", described(item)),
    )
}

/// The index of the smallest or the largest value; of the first one if several are equal.
fn extreme_at(call: &Call<'_>, values: &[Value], wanted: Ordering) -> Result<Option<usize>> {
    let mut best = None;
    for (index, value) in values.iter().enumerate() {
        let is_better = match best {
            // A single value that has no order is an error, too.
            None => order::compare(call, value, value)? == Ordering::Equal,
            Some(best) => order::compare(call, value, &values[best])? == wanted,
        };
        if is_better {
            best = Some(index);
        }
    }
    Ok(best)
}

fn extreme(call: &mut Call<'_>, wanted: Ordering) -> Result<Value> {
    let items = call.array(0);
    Ok(extreme_at(call, items, wanted)?.map(|at| items[at].clone()).into())
}

fn extreme_by(call: &mut Call<'_>, wanted: Ordering) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let keys = order::keys(call, &items, &function)?;
    Ok(extreme_at(call, &keys, wanted)?.map(|at| items[at].clone()).into())
}

fn sorted(call: &mut Call<'_>) -> Result<Value> {
    in_copy(call, |call| {
        let items = receiver(call);
        let order = order::sorted(call, &items)?;
        rearrange(call, items, &order);
        Ok(Value::Unit)
    })
}

fn reversed(call: &mut Call<'_>) -> Result<Value> {
    needs(call.array(0).len())?;
    Ok(call.array(0).iter().rev().cloned().collect())
}

fn group_by(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let mut groups = Map::new();
    for (index, item) in items.iter().enumerate() {
        let key = to_text(&ask(call, &function, index, &mut item.clone())?)?;
        let group = groups.get_or_insert(&key)?;
        match group {
            Value::Array(items) => memory::own(items)?.push(item.clone())?,
            new => *new = Value::array(vec![item.clone()]),
        }
    }
    Ok(groups.into())
}

fn chunks(call: &mut Call<'_>) -> Result<Value> {
    let size = usize::try_from(call.int(1)).ok().filter(|size| *size > 0).ok_or_else(|| {
        let message = format!("the size of chunks is \"{}\". It must be at least 1", call.int(1));
        Error::thrown("ArrayError", message)
    })?;
    let items = call.array(0);
    needs(items.len())?;
    memory::needs(items.len().div_ceil(size) * BYTES_OF_PAIR)?;
    Ok(items.chunks(size).map(|chunk| Value::array(chunk.to_vec())).collect())
}

/// Appends the items of an array, or a value of another type.
fn push_flat(results: &mut List, item: &Value) -> Result<()> {
    match item {
        Value::Array(items) => {
            memory::reserve(&mut **results, items.len())?;
            results.extend(items.iter().cloned());
            Ok(())
        }
        other => results.push(other.clone()),
    }
}

fn flatten(call: &mut Call<'_>) -> Result<Value> {
    let mut results = List::default();
    for item in call.array(0) {
        push_flat(&mut results, item)?;
    }
    Ok(Value::Array(Rc::new(results)))
}

fn flat_map(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let mut results = List::default();
    for (index, item) in items.iter().enumerate() {
        push_flat(&mut results, &ask(call, &function, index, &mut item.clone())?)?;
    }
    Ok(Value::Array(Rc::new(results)))
}

/// An array of pairs.
pub(super) fn pairs(pairs: impl ExactSizeIterator<Item = (Value, Value)>) -> Result<Value> {
    memory::needs(pairs.len() * BYTES_OF_PAIR)?;
    Ok(pairs.map(|(a, b)| Value::array(vec![a, b])).collect())
}

fn zip(call: &mut Call<'_>) -> Result<Value> {
    let (items, others) = (call.array(0).iter().cloned(), call.array(1).iter().cloned());
    pairs(items.zip(others))
}

fn enumerate(call: &mut Call<'_>) -> Result<Value> {
    pairs(call.array(0).iter().enumerate().map(|(index, item)| (Value::Int(int(index)), item.clone())))
}

fn to_map(call: &mut Call<'_>) -> Result<Value> {
    let mut map = Map::new();
    for (index, pair) in call.array(0).iter().enumerate() {
        let Some([key, value]) = pair.as_array().map(Vec::as_slice) else {
            let message = format!(
                "the item at index {index} is not a pair: it is {}. Write `[key, value]` for each entry",
                described(pair)
            );
            return Err(Error::thrown("ArrayError", message));
        };
        *map.get_or_insert(&to_text(key)?)? = value.clone();
    }
    Ok(map.into())
}

fn count(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let mut count = 0;
    for (index, item) in items.iter().enumerate() {
        if is_true(call, &function, index, &mut item.clone())? {
            count += 1;
        }
    }
    Ok(Value::Int(count))
}

fn partition(call: &mut Call<'_>) -> Result<Value> {
    let (items, function) = (receiver(call), call.function(1)?);
    let (mut accepted, mut others) = (List::default(), List::default());
    for (index, item) in items.iter().enumerate() {
        let mut item = item.clone();
        let is_accepted = is_true(call, &function, index, &mut item)?;
        if is_accepted { &mut accepted } else { &mut others }.push(item)?;
    }
    Ok(Value::array(vec![Value::Array(Rc::new(accepted)), Value::Array(Rc::new(others))]))
}

/// A number of items that is an argument, or all if there are fewer.
fn counted(call: &Call<'_>) -> Result<usize> {
    let count = usize::try_from(call.int(1)).map_err(|_| {
        let message =
            format!("the number of items is \"{}\". Count from the end with `extract` instead", call.int(1));
        Error::thrown("ArrayError", message)
    })?;
    Ok(count.min(call.array(0).len()))
}

/// The items from an index to before another one.
fn part(call: &mut Call<'_>, start: usize, end: usize) -> Result<Value> {
    if (start, end) == (0, call.array(0).len()) {
        return Ok(call.take(0));
    }
    needs(end - start)?;
    Ok(Value::array(call.array(0)[start..end].to_vec()))
}

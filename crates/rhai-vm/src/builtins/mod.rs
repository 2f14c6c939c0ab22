//! Rhai's own functions.
//!
//! What `Engine::new()` gives to scripts, and does not treat as syntax: `Fn`, `call`, `curry`, `eval`,
//! `type_of`, `is_shared`, `is_def_fn` and `is_def_var` are the compiler's.

// Native functions have one signature, whether they can fail or not.
#![allow(clippy::unnecessary_wraps)]

use crate::function::{Call, Function};
use crate::module::{Chapter, Module};

pub mod arrays;
pub mod blobs;
pub mod core;
pub mod iterators;
pub mod maps;
pub mod numbers;
#[cfg(test)]
mod oracle_tests;
pub mod ranges;
pub mod strings;
pub mod text;
pub mod time;

pub use iterators::{iterate, Iter};

/// All of them, by what they belong to.
pub const MODULES: &[&Module] = &[
    &arrays::MODULE,
    &blobs::MODULE,
    &core::MODULE,
    &iterators::MODULE,
    &maps::MODULE,
    &numbers::MODULE,
    &ranges::MODULE,
    &strings::MODULE,
    &text::MODULE,
    &time::MODULE,
];

/// Their documentation.
pub const CHAPTERS: &[&Chapter] = &[
    &strings::CHAPTER,
    &arrays::CHAPTER,
    &maps::CHAPTER,
    &blobs::CHAPTER,
    &numbers::CHAPTER,
    &ranges::CHAPTER,
    &iterators::CHAPTER,
    &core::CHAPTER,
    &text::CHAPTER,
    &time::CHAPTER,
];

/// The functions of all of them.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    MODULES.iter().flat_map(|module| module.functions)
}

/// A number of things as scripts have it.
fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A start and a length: of the range that is the argument of this number, or of two numbers from there on.
fn span(call: &Call<'_>, number: usize) -> (i64, i64) {
    match call.value(number).as_range() {
        None => (call.int(number), call.int(number + 1)),
        Some((start, end, false)) => {
            let start = start.max(0);
            (start, end.max(start) - start)
        }
        Some((start, end, true)) => {
            let start = start.max(0);
            (start, end.max(start).min(i64::MAX - 1) - start + 1)
        }
    }
}

/// The place of an index among so many things; a negative one counts from their end.
fn place(count: usize, index: i64) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        count.checked_sub(distance)
    } else {
        Some(distance).filter(|&at| at < count)
    }
}

/// A start and a length among so many things, cut to those that there are. A negative start counts from
/// their end, or is their first where that is before all of them; one behind all of them gives `count` itself.
fn cut(count: usize, start: i64, len: i64) -> (usize, usize) {
    let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if start < 0 { count.saturating_sub(distance) } else { distance.min(count) };
    let len = usize::try_from(len).unwrap_or(0);
    (start, len.min(count - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The functions of rhai's standard package that scripts can call, and how many arguments they take; without
    /// operators, tags, and `get_fn_metadata_list`. Taken from the sources of rhai 1.27.
    const STANDARD: &[(&str, &[usize])] = &[
        ("E", &[0]),
        ("PI", &[0]),
        ("abs", &[1]),
        ("acos", &[1]),
        ("acosh", &[1]),
        ("all", &[2]),
        ("append", &[2]),
        ("as_string", &[1]),
        ("asin", &[1]),
        ("asinh", &[1]),
        ("atan", &[1, 2]),
        ("atanh", &[1]),
        ("bits", &[1, 2, 3]),
        ("blob", &[0, 1, 2]),
        ("bytes", &[1]),
        ("ceiling", &[1]),
        ("chars", &[1, 2, 3]),
        ("chop", &[2]),
        ("clear", &[1]),
        ("contains", &[2]),
        ("cos", &[1]),
        ("cosh", &[1]),
        ("crop", &[2, 3]),
        ("debug", &[0, 1]),
        ("dedup", &[1, 2]),
        ("drain", &[2, 3]),
        ("elapsed", &[1]),
        ("end", &[1]),
        ("ends_with", &[2]),
        ("exit", &[0, 1]),
        ("exp", &[1]),
        ("extract", &[2, 3]),
        ("fill_with", &[2]),
        ("filter", &[2]),
        ("find", &[2, 3]),
        ("find_map", &[2, 3]),
        ("floor", &[1]),
        ("for_each", &[2]),
        ("fraction", &[1]),
        ("get", &[2]),
        ("get$bits", &[1]),
        ("get$bytes", &[1]),
        ("get$ceiling", &[1]),
        ("get$chars", &[1]),
        ("get$elapsed", &[1]),
        ("get$end", &[1]),
        ("get$floor", &[1]),
        ("get$fraction", &[1]),
        ("get$int", &[1]),
        ("get$is_anonymous", &[1]),
        ("get$is_empty", &[1]),
        ("get$is_even", &[1]),
        ("get$is_exclusive", &[1]),
        ("get$is_finite", &[1]),
        ("get$is_inclusive", &[1]),
        ("get$is_infinite", &[1]),
        ("get$is_nan", &[1]),
        ("get$is_odd", &[1]),
        ("get$is_zero", &[1]),
        ("get$len", &[1]),
        ("get$name", &[1]),
        ("get$round", &[1]),
        ("get$start", &[1]),
        ("get_bit", &[2]),
        ("get_bits", &[2, 3]),
        ("hypot", &[2]),
        ("index_of", &[2, 3]),
        ("insert", &[3]),
        ("int", &[1]),
        ("is_anonymous", &[1]),
        ("is_empty", &[1]),
        ("is_even", &[1]),
        ("is_exclusive", &[1]),
        ("is_finite", &[1]),
        ("is_inclusive", &[1]),
        ("is_infinite", &[1]),
        ("is_nan", &[1]),
        ("is_odd", &[1]),
        ("is_zero", &[1]),
        ("keys", &[1]),
        ("len", &[1]),
        ("ln", &[1]),
        ("log", &[1, 2]),
        ("make_lower", &[1]),
        ("make_upper", &[1]),
        ("map", &[2]),
        ("max", &[2]),
        ("min", &[2]),
        ("mixin", &[2]),
        ("name", &[1]),
        ("order", &[1, 2]),
        ("order_by", &[2]),
        ("order_desc", &[1]),
        ("pad", &[3]),
        ("parse_be_float", &[2, 3]),
        ("parse_be_int", &[2, 3]),
        ("parse_float", &[1]),
        ("parse_int", &[1, 2]),
        ("parse_json", &[1]),
        ("parse_le_float", &[2, 3]),
        ("parse_le_int", &[2, 3]),
        ("pop", &[1, 2]),
        ("print", &[0, 1]),
        ("push", &[2]),
        ("range", &[2, 3]),
        ("reduce", &[2, 3]),
        ("reduce_rev", &[2, 3]),
        ("remove", &[2]),
        ("replace", &[3]),
        ("retain", &[2, 3]),
        ("reverse", &[1]),
        ("round", &[1]),
        ("set", &[3]),
        ("set_bit", &[3]),
        ("set_bits", &[3, 4]),
        ("shift", &[1]),
        ("sign", &[1]),
        ("sin", &[1]),
        ("sinh", &[1]),
        ("sleep", &[1]),
        ("some", &[2]),
        ("sort", &[1, 2]),
        ("sort_by", &[2]),
        ("sort_desc", &[1]),
        ("splice", &[3, 4]),
        ("split", &[1, 2, 3]),
        ("split_rev", &[2, 3]),
        ("sqrt", &[1]),
        ("start", &[1]),
        ("starts_with", &[2]),
        ("sub_string", &[2, 3]),
        ("take", &[1]),
        ("tan", &[1]),
        ("tanh", &[1]),
        ("timestamp", &[0]),
        ("to_array", &[1]),
        ("to_binary", &[1]),
        ("to_blob", &[1]),
        ("to_chars", &[1]),
        ("to_debug", &[1]),
        ("to_degrees", &[1]),
        ("to_float", &[1]),
        ("to_hex", &[1]),
        ("to_int", &[1]),
        ("to_json", &[1]),
        ("to_lower", &[1]),
        ("to_octal", &[1]),
        ("to_radians", &[1]),
        ("to_string", &[1]),
        ("to_upper", &[1]),
        ("trim", &[1]),
        ("truncate", &[2]),
        ("values", &[1]),
        ("write_ascii", &[3, 4]),
        ("write_be", &[3, 4]),
        ("write_le", &[3, 4]),
        ("write_utf8", &[3, 4]),
        ("zip", &[3]),
    ];

    #[test]
    fn no_function_of_rhai_is_missing() {
        for (name, counts) in STANDARD {
            for count in *counts {
                let mut all = functions();
                assert!(
                    all.any(|function| function.name == *name && function.takes(*count)),
                    "{name}/{count}"
                );
            }
        }
    }

    #[test]
    fn no_function_is_there_twice() {
        let all: Vec<_> = functions().collect();
        for (number, a) in all.iter().enumerate() {
            for b in &all[number + 1..] {
                let kinds = |function: &Function| function.params.iter().map(|p| p.kind).collect::<Vec<_>>();
                assert!(a.name != b.name || kinds(a) != kinds(b), "{} {:?}", a.name, kinds(a));
            }
        }
    }
}

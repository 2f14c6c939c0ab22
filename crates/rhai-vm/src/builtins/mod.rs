//! The functions of the language: Rhai's own, and in `added` those that Rhai does not have.
//!
//! Rhai's own are what `Engine::new()` gives to scripts, and does not treat as syntax: `Fn`, `call`, `curry`, `eval`,
//! `type_of`, `is_shared`, `is_def_fn` and `is_def_var` are the compiler's, and only documented here.

// Native functions have one signature, whether they can fail or not.
#![allow(clippy::unnecessary_wraps)]

use crate::function::{Call, Function};
use crate::module::{Chapter, Module};
use crate::value::Value;
use crate::Result;

pub mod added;
pub mod arrays;
pub mod blobs;
pub mod core;
pub mod iterators;
pub mod maps;
pub mod numbers;
#[cfg(test)]
mod oracle_tests;
mod order;
pub mod ranges;
pub mod strings;
pub mod syntax;
pub mod text;
pub mod time;

pub use iterators::{iterate, Iter};

/// Rhai's own, by what they belong to.
const OF_RHAI: &[&Module] = &[
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

/// Those that Rhai does not have.
const ADDED: &[&Module] =
    &[&added::arrays::MODULE, &added::maps::MODULE, &added::numbers::MODULE, &added::strings::MODULE];

/// The documentation of all of them.
pub const CHAPTERS: &[&Chapter] = &[
    &strings::CHAPTER,
    &added::strings::CHAPTER,
    &arrays::CHAPTER,
    &added::arrays::CHAPTER,
    &maps::CHAPTER,
    &added::maps::CHAPTER,
    &blobs::CHAPTER,
    &numbers::CHAPTER,
    &added::numbers::CHAPTER,
    &ranges::CHAPTER,
    &iterators::CHAPTER,
    &syntax::CHAPTER,
    &core::CHAPTER,
    &text::CHAPTER,
    &time::CHAPTER,
];

/// All functions of the language.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    functions_of_rhai().chain(ADDED.iter().flat_map(|module| module.functions))
}

/// Rhai's own functions.
fn functions_of_rhai() -> impl Iterator<Item = &'static Function> {
    OF_RHAI.iter().flat_map(|module| module.functions)
}

/// What a method that changes its first argument would make of it, without changing it.
fn in_copy(call: &mut Call<'_>, method: fn(&mut Call<'_>) -> Result<Value>) -> Result<Value> {
    let original = call.value(0).clone();
    let result = method(call);
    let changed = std::mem::replace(&mut call.args[0], original);
    result.map(|_| changed)
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
    use rhai::Engine;
    use std::collections::BTreeSet;

    /// What scripts cannot call here, see `DIFFERENCES.md`.
    const LEFT_OUT: [&str; 4] = ["tag", "set_tag", "get_fn_metadata_list", "parse_json"];

    /// Whether a function has a name by which scripts call it, or is a property that they read.
    fn is_named(name: &str) -> bool {
        let name = name.strip_prefix("get$").unwrap_or(name);
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !LEFT_OUT.contains(&name)
    }

    /// The functions that rhai brings, and how many arguments they take.
    fn signatures_of_rhai() -> BTreeSet<(String, usize)> {
        let functions = Engine::new().collect_fn_metadata(
            None,
            |function| Some((function.metadata.name.to_string(), function.metadata.num_params)),
            true,
        );
        functions.into_iter().filter(|(name, _)| is_named(name)).collect()
    }

    #[test]
    fn the_functions_are_those_of_rhai() {
        let ours = functions_of_rhai().filter(|function| is_named(function.name));
        let ours = ours.map(|function| (function.name.to_owned(), function.params.len()));
        assert_eq!(ours.collect::<BTreeSet<_>>(), signatures_of_rhai());
    }

    #[test]
    fn functions_of_rhai_keep_their_meaning() {
        let kinds = |function: &Function| function.params.iter().map(|param| param.kind).collect::<Vec<_>>();
        let added = ADDED.iter().flat_map(|module| module.functions);
        for function in added {
            let replaced =
                functions_of_rhai().find(|own| own.name == function.name && kinds(own) == kinds(function));
            assert!(replaced.is_none(), "{}", function.name);
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

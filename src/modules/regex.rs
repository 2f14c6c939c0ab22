//! `regex`: patterns in texts. A search takes linear time, whatever the pattern; a search for all matches
//! is many of them, and looks at the deadline in between.

use super::arguments::error;
use super::host::{host, Host, ModuleState};
use crate::value;
use pattern::{Cache, Captures, Input, PatternID, Problem, Regex, Searcher};
use rhai_vm::function::Call;
use rhai_vm::vm::Vm;
use rhai_vm::{json, memory, module, Map, Result, Str, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// Which part of the function's memory the compiled patterns that are kept may take.
const PART_OF_MEMORY: usize = 16;

/// A compiled pattern.
struct Pattern {
    regex: Regex,
    /// What searches use again and again; `None` while one is under way.
    cache: RefCell<Option<Cache>>,
}

impl Pattern {
    fn new(regex: Regex) -> Self {
        Self { regex, cache: RefCell::default() }
    }

    /// Searches a text.
    fn search<T>(&self, text: &str, vm: &Vm, work: impl FnOnce(&mut Search<'_>) -> Result<T>) -> Result<T> {
        // A function that replaces matches may search for the same pattern: it gets a cache of its own.
        let taken = self.cache.borrow_mut().take();
        let mut cache = taken.unwrap_or_else(|| self.regex.create_cache());
        let searcher = Searcher::new(Input::new(text));
        let result = work(&mut Search { regex: &self.regex, cache: &mut cache, searcher, vm });
        *self.cache.borrow_mut() = Some(cache);
        result
    }

    fn memory_usage(&self) -> usize {
        let cache = self.cache.borrow();
        self.regex.memory_usage() + cache.as_ref().map_or(0, Cache::memory_usage)
    }
}

/// The compiled patterns that were used lately.
struct Patterns {
    kept: RefCell<Kept>,
    /// The most bytes that they take.
    limit: usize,
}

#[derive(Default)]
struct Kept {
    patterns: HashMap<String, (Rc<Pattern>, u64)>,
    /// How often one was looked for: the time of their last use.
    uses: u64,
}

impl ModuleState for Patterns {
    fn new(host: &Host) -> Self {
        Self { kept: RefCell::default(), limit: host.memory() / PART_OF_MEMORY }
    }
}

impl Patterns {
    fn compiled(&self, pattern: &str) -> Result<Rc<Pattern>> {
        let mut kept = self.kept.borrow_mut();
        kept.uses += 1;
        let now = kept.uses;
        if let Some((compiled, used)) = kept.patterns.get_mut(pattern) {
            *used = now;
            return Ok(Rc::clone(compiled));
        }
        // Before the new one is compiled: it may need as much as there is.
        kept.shrink(self.limit / 2);
        let regex = pattern::compile(pattern, self.limit);
        let regex = regex.map_err(|problem| error("RegexError", explain(pattern, &problem)))?;
        let compiled = Rc::new(Pattern::new(regex));
        kept.patterns.insert(pattern.to_owned(), (Rc::clone(&compiled), now));
        Ok(compiled)
    }
}

impl Kept {
    /// Drops patterns, those first that were not used for longest, until the others fit into this size.
    fn shrink(&mut self, limit: usize) {
        let sizes = self
            .patterns
            .iter()
            .map(|(text, (pattern, used))| (*used, text.capacity() + pattern.memory_usage()));
        let mut by_use: Vec<_> = sizes.collect();
        by_use.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut total = 0;
        let first_dropped = by_use.iter().find(|(_, size)| {
            total += size;
            total > limit
        });
        if let Some((last_use, _)) = first_dropped {
            self.patterns.retain(|_, (_, used)| *used > *last_use);
        }
    }
}

module! {
    /// Patterns have the syntax of [Rust's regex library](https://docs.rs/regex/latest/regex/#syntax), which finds a match in
    /// linear time whatever the pattern, and therefore has no look-around and no back-references. Finding all matches can still
    /// take time proportional to the square of the string's length, if each search reads the rest of the string, as `<!--.*?-->`
    /// does if there is no `-->`; the deadline ends that. Write patterns in backticks, in which a backslash is a backslash.
    /// `\w`, `\d`, `\s` and `(?i)` cover all of Unicode; its categories (`\p{Lu}`) and its scripts (`\p{Greek}`) are supported.
    /// Patterns are compiled once and cached, up to a sixteenth of the function's memory. In a function with 128 MB a pattern
    /// may have 32 KB, and more with more memory.
    ///
    /// Every function throws `RegexError`, with the place in the pattern, if the pattern is invalid.
    "`regex`"

    namespace "regex" {
        /// Returns whether the pattern matches anywhere in the string. `^` and `$` match its ends.
        ///
        /// ```rhai
        /// regex::is_match(`^\d+$`, "42") // → true
        /// regex::is_match(`^\p{Lu}`, "Österreich") // → true
        /// ```
        new "is_match" (pattern: String, string: String) -> Bool throws RegexError = |call| {
            search(call, |_, search| Ok(search.is_match().into()))
        };

        /// Returns the first match, or `()`.
        ///
        /// ```rhai
        /// regex::find(`\d+`, "tea 3, milk 1") // → "3"
        /// regex::find(`\d+`, "none") // → null
        /// ```
        new "find" (pattern: String, string: String) -> Any "string | ()" throws RegexError = |call| {
            search(call, |text, search| Ok(search.next()?.map(|range| &text[range]).into()))
        };

        /// Returns an array of all matches.
        ///
        /// ```rhai
        /// regex::find_all(`\d+`, "tea 3, milk 1") // → ["3", "1"]
        /// ```
        new "find_all" (pattern: String, string: String) -> Array throws RegexError = |call| search(call, find_all);

        /// Returns the first match and its groups, or `()`. This is an array: the whole match at index 0, then the groups, with
        /// `()` for those that did not take part. If the pattern names groups (`(?<name>…)`), it is a map: those by their names,
        /// the others by their numbers as strings.
        ///
        /// ```rhai
        /// regex::captures(`(\w+)@(\w+)`, "to ada@home") // → ["ada@home", "ada", "home"]
        /// regex::captures(`(?<user>\w+)@(\w+)`, "to ada@home") // → {"0": "ada@home", "user": "ada", "2": "home"}
        /// ```
        new "captures" (pattern: String, string: String) -> Any "array | map | ()" throws RegexError = |call| {
            search(call, |text, search| {
                let mut captures = search.regex.create_captures();
                Ok(search.next_captures(&mut captures)?.map(|_| groups(text, &captures)).transpose()?.into())
            })
        };

        /// Returns an array of all matches and their groups, each as `regex::captures` returns it.
        ///
        /// ```rhai
        /// regex::captures_all(`(\w)=(\d)`, "a=1 b=2") // → [["a=1", "a", "1"], ["b=2", "b", "2"]]
        /// ```
        new "captures_all" (pattern: String, string: String) -> Array throws RegexError = |call| search(call, captures_all);

        /// Splits the string at each match and returns the parts.
        ///
        /// ```rhai
        /// regex::split(`\s*,\s*`, "tea , milk,bread") // → ["tea", "milk", "bread"]
        /// ```
        new "split" (pattern: String, string: String) -> Array throws RegexError = |call| search(call, split);

        /// Replaces all matches. In a string, `$1`, `${1}` and `${name}` are groups, and `$$` is a dollar sign. A function gets
        /// what `regex::captures` returns, and its value replaces the match; `()` is the empty string.
        ///
        /// ```rhai
        /// regex::replace(`(\w+), (\w+)`, "Lovelace, Ada", "$2 $1") // → "Ada Lovelace"
        /// regex::replace(`\d+`, "tea 3", |found| parse_int(found[0]) * 2) // → "tea 6"
        /// regex::replace(`-(\w)?`, "a-b-", |found| found[1]) // → "ab"
        /// ```
        new "replace" (pattern: String, string: String, by: String) -> String throws RegexError = replace;

        new "replace" (pattern: String, string: String, by: Fn) -> String = replace_by_calls;
    }
}

/// The pattern that is a call's first argument.
fn compiled(call: &Call<'_>) -> Result<Rc<Pattern>> {
    host(call).state::<Patterns>().compiled(call.str(0))
}

/// Searches the text that is a call's second argument.
fn search(call: &Call<'_>, work: fn(&str, &mut Search<'_>) -> Result<Value>) -> Result<Value> {
    let text = call.str(1);
    compiled(call)?.search(text, call.vm, |search| work(text, search))
}

fn find_all(text: &str, search: &mut Search<'_>) -> Result<Value> {
    let mut all: Vec<Value> = Vec::new();
    while let Some(range) = search.next()? {
        memory::needs(range.len())?;
        memory::reserve(&mut all, 1)?;
        all.push(text[range].into());
    }
    Ok(all.into())
}

fn captures_all(text: &str, search: &mut Search<'_>) -> Result<Value> {
    let mut captures = search.regex.create_captures();
    let mut all = Vec::new();
    while search.next_captures(&mut captures)?.is_some() {
        memory::reserve(&mut all, 1)?;
        all.push(groups(text, &captures)?);
    }
    Ok(all.into())
}

fn split(text: &str, search: &mut Search<'_>) -> Result<Value> {
    let (mut parts, mut end): (Vec<Value>, _) = (Vec::new(), 0);
    while let Some(range) = search.next()? {
        memory::needs(range.start - end)?;
        memory::reserve(&mut parts, 1)?;
        parts.push(text[end..range.start].into());
        end = range.end;
    }
    parts.push(text[end..].into());
    Ok(parts.into())
}

/// Replaces each match by a text in which `$1` and `${name}` are its groups.
fn replace(call: &mut Call<'_>) -> Result<Value> {
    let (pattern, text) = (compiled(call)?, call.take_str(1));
    let by = call.str(2);
    let has_groups = by.contains('$');
    let mut replaced = Replaced::default();
    pattern.search(&text, call.vm, |search| {
        let mut captures = search.regex.create_captures();
        loop {
            let found = if has_groups { search.next_captures(&mut captures)? } else { search.next()? };
            let Some(range) = found else { return Ok(()) };
            let groups = by.matches('$').count() * range.len();
            replaced.copy_to(&text, range)?;
            memory::reserve(&mut replaced.text, by.len() + groups)?;
            if has_groups {
                captures.interpolate_string_into(&text, by, &mut replaced.text);
            } else {
                replaced.text.push_str(by);
            }
        }
    })?;
    replaced.finish(text)
}

/// Replaces each match by what a function makes of its groups.
fn replace_by_calls(call: &mut Call<'_>) -> Result<Value> {
    let (pattern, text, by) = (compiled(call)?, call.take_str(1), call.function(2)?);
    let mut replaced = Replaced::default();
    pattern.search(&text, call.vm, |search| {
        let mut captures = search.regex.create_captures();
        while let Some(range) = search.next_captures(&mut captures)? {
            replaced.copy_to(&text, range)?;
            let value = call.invoke(&by, [groups(&text, &captures)?])?;
            // As a group that took no part is nothing in a text, too.
            if !value.is_unit() {
                let by = value::to_text(&value)?;
                memory::reserve(&mut replaced.text, by.len())?;
                replaced.text.push_str(&by);
            }
        }
        Ok(())
    })?;
    replaced.finish(text)
}

/// A text in which matches are replaced, as far as it is done.
#[derive(Default)]
struct Replaced {
    text: String,
    /// Where the last match ends in the original.
    end: Option<usize>,
}

impl Replaced {
    /// Copies what is before a match.
    fn copy_to(&mut self, original: &str, found: Range<usize>) -> Result<()> {
        let before = &original[self.end.unwrap_or_default()..found.start];
        memory::reserve(&mut self.text, before.len())?;
        self.text.push_str(before);
        self.end = Some(found.end);
        Ok(())
    }

    /// Copies what is after the last match. Without one, that is the original itself.
    fn finish(mut self, original: Str) -> Result<Value> {
        let Some(end) = self.end else {
            return Ok(original.into());
        };
        memory::reserve(&mut self.text, original.len() - end)?;
        self.text.push_str(&original[end..]);
        Ok(self.text.into())
    }
}

/// A search for one match after the other. The deadline is looked at before each: many searches that each
/// go through most of a text take time as the square of its length.
struct Search<'a> {
    regex: &'a Regex,
    cache: &'a mut Cache,
    searcher: Searcher<'a>,
    vm: &'a Vm,
}

impl Search<'_> {
    fn is_match(&mut self) -> bool {
        let input = self.searcher.input().clone().earliest(true);
        self.regex.search_half_with(self.cache, &input).is_some()
    }

    fn next(&mut self) -> Result<Option<Range<usize>>> {
        self.vm.check()?;
        let found = self.searcher.advance(|input| Ok(self.regex.search_with(self.cache, input)));
        Ok(found.map(|found| found.range()))
    }

    fn next_captures(&mut self, captures: &mut Captures) -> Result<Option<Range<usize>>> {
        self.vm.check()?;
        let found = self.searcher.advance(|input| {
            self.regex.search_captures_with(self.cache, input, captures);
            Ok(captures.get_match())
        });
        Ok(found.map(|found| found.range()))
    }
}

/// An array of the whole match and the groups; or a map, if there are groups with names.
fn groups(text: &str, captures: &Captures) -> Result<Value> {
    memory::needs(captures.iter().flatten().map(|group| group.range().len()).sum())?;
    let texts = captures.iter().map(|group| Value::from(group.map(|group| &text[group.range()])));
    let names = || captures.group_info().pattern_names(PatternID::ZERO);
    if names().flatten().next().is_none() {
        return Ok(texts.collect());
    }
    let names =
        names().enumerate().map(|(index, name)| name.map_or_else(|| index.to_string().into(), json::key));
    Ok(Map::from_entries(names.zip(texts).collect()).into())
}

/// What is wrong with a pattern, for functions with up to a gigabyte of memory.
pub(crate) fn problem(pattern: &str) -> Option<String> {
    const LIMIT: usize = 1 << 26;
    pattern::compile(pattern, LIMIT).err().map(|problem| explain(pattern, &problem))
}

/// What is wrong in a pattern and where, on one line.
fn explain(pattern: &str, problem: &Problem) -> String {
    match problem {
        Problem::TooLong { longest } => format!(
            "the pattern has {} bytes; the function's memory allows {longest}. \
             To search for a fixed string, use `contains` or `index_of`",
            pattern.len()
        ),
        Problem::Invalid { character, what } => {
            let place = character.map(|character| format!(" at character {character}"));
            format!("the pattern `{pattern}` is invalid{}: {what}", place.unwrap_or_default())
        }
    }
}

//! `regex`: patterns in texts, searched in linear time whatever the pattern.

use super::{at, error, Result};
use crate::value;
use regex::{Captures, Regex};
use regex_syntax::Error;
use rhai::{Array, Dynamic, Engine, FnPtr, ImmutableString, Map, Module, NativeCallContext, Variant};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// So many compiled patterns are kept; scripts that make up more than that are no reason for more.
const MAX_KEPT: usize = 100;

/// The compiled patterns. Clones are the same store.
#[derive(Clone, Default)]
struct Patterns(Rc<RefCell<HashMap<ImmutableString, Rc<Regex>>>>);

impl Patterns {
    fn compiled(&self, pattern: ImmutableString) -> Result<Rc<Regex>> {
        let mut kept = self.0.borrow_mut();
        if let Some(regex) = kept.get(&*pattern) {
            return Ok(Rc::clone(regex));
        }
        let regex =
            Regex::new(&pattern).map_err(|problem| error("RegexError", explain(&pattern, &problem)))?;
        let regex = Rc::new(regex);
        if kept.len() == MAX_KEPT {
            kept.clear();
        }
        kept.insert(pattern, Rc::clone(&regex));
        Ok(regex)
    }
}

pub(super) fn register(engine: &mut Engine) {
    let mut module = Module::new();
    let patterns = Patterns::default();
    register_function(&mut module, &patterns, "is_match", Regex::is_match);
    register_function(&mut module, &patterns, "find", |regex, text| {
        regex.find(text).map_or(Dynamic::UNIT, |found| found.as_str().into())
    });
    register_function(&mut module, &patterns, "find_all", |regex, text| {
        regex.find_iter(text).map(|found| found.as_str().into()).collect::<Array>()
    });
    register_function(&mut module, &patterns, "captures", |regex, text| {
        regex.captures(text).map_or(Dynamic::UNIT, |captures| groups(regex, &captures))
    });
    register_function(&mut module, &patterns, "captures_all", |regex, text| {
        regex.captures_iter(text).map(|captures| groups(regex, &captures)).collect::<Array>()
    });
    register_function(&mut module, &patterns, "split", |regex, text| {
        regex.split(text).map(Into::into).collect::<Array>()
    });
    let kept = patterns.clone();
    module.set_native_fn(
        "replace",
        move |call: NativeCallContext<'_>,
              pattern: ImmutableString,
              text: ImmutableString,
              by: ImmutableString| {
            at(&call, kept.compiled(pattern).map(|regex| replace(&regex, text, &by)))
        },
    );
    module.set_native_fn(
        "replace",
        move |call: NativeCallContext<'_>, pattern: ImmutableString, text: ImmutableString, by: FnPtr| {
            let regex = at(&call, patterns.compiled(pattern))?;
            replace_by_calls(&regex, &text, &by, &call)
        },
    );
    engine.register_static_module("regex", module.into());
}

/// A function of a pattern and a text.
fn register_function<T: Variant + Clone>(
    module: &mut Module,
    patterns: &Patterns,
    name: &str,
    function: fn(&Regex, &str) -> T,
) {
    let patterns = patterns.clone();
    module.set_native_fn(
        name,
        move |call: NativeCallContext<'_>, pattern: ImmutableString, text: ImmutableString| {
            at(&call, patterns.compiled(pattern).map(|regex| function(&regex, &text)))
        },
    );
}

/// An array of the whole match and the groups; or a map, if there are groups with names.
fn groups(regex: &Regex, captures: &Captures<'_>) -> Dynamic {
    let texts = captures.iter().map(|group| group.map_or(Dynamic::UNIT, |group| group.as_str().into()));
    if regex.capture_names().flatten().next().is_none() {
        return texts.collect::<Array>().into();
    }
    let names = regex.capture_names().enumerate();
    let names = names.map(|(index, name)| name.map_or_else(|| index.to_string().into(), Into::into));
    names.zip(texts).collect::<Map>().into()
}

fn replace(regex: &Regex, text: ImmutableString, by: &str) -> ImmutableString {
    match regex.replace_all(&text, by) {
        Cow::Borrowed(_) => text,
        Cow::Owned(replaced) => replaced.into(),
    }
}

/// Replaces each match by what a function makes of its groups.
fn replace_by_calls(regex: &Regex, text: &str, by: &FnPtr, call: &NativeCallContext<'_>) -> Result<String> {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let found = captures.get_match();
        replaced.push_str(&text[end..found.start()]);
        let value: Dynamic = by.call_within_context(call, (groups(regex, &captures),))?;
        // As a group that took no part is nothing in a text, too.
        if !value.is_unit() {
            replaced.push_str(&value::to_text(&value));
        }
        end = found.end();
    }
    replaced.push_str(&text[end..]);
    Ok(replaced)
}

/// What is wrong in a pattern and where, on one line.
fn explain(pattern: &str, problem: &regex::Error) -> String {
    let (column, what) = match regex_syntax::parse(pattern) {
        Err(Error::Parse(problem)) => (Some(problem.span().start.offset), problem.kind().to_string()),
        Err(Error::Translate(problem)) => (Some(problem.span().start.offset), problem.kind().to_string()),
        // A pattern that can be read may still be too large.
        _ => (None, problem.to_string()),
    };
    let place = column.map(|offset| {
        let character = pattern[..pattern.floor_char_boundary(offset)].chars().count() + 1;
        format!(" at character {character}")
    });
    format!("the pattern `{pattern}` is wrong{}: {what}", place.unwrap_or_default())
}

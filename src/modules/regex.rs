//! `regex`: patterns in texts, searched in linear time whatever the pattern.

use super::{error, host, Result};
use crate::value;
use regex::{Captures, Regex};
use regex_syntax::Error;
use rhai_vm::function::{param, Call, Function, Namespace, Param};
use rhai_vm::{json, FnPtr, Kind, Map, Str, Value};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// So many compiled patterns are kept; scripts that make up more than that are no reason for more.
const MAX_KEPT: usize = 100;

/// The compiled patterns.
#[derive(Default)]
pub(super) struct Patterns(RefCell<HashMap<String, Rc<Regex>>>);

impl Patterns {
    fn compiled(&self, pattern: &str) -> Result<Rc<Regex>> {
        let mut kept = self.0.borrow_mut();
        if let Some(regex) = kept.get(pattern) {
            return Ok(Rc::clone(regex));
        }
        let regex = Regex::new(pattern).map_err(|problem| error("RegexError", explain(pattern, &problem)))?;
        let regex = Rc::new(regex);
        if kept.len() == MAX_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), Rc::clone(&regex));
        Ok(regex)
    }
}

const PATTERN: Param = param("pattern", Kind::String);
const TEXT: Param = param("text", Kind::String);
const PARAMS: &[Param] = &[PATTERN, TEXT];

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "regex",
    functions: &[
        Function::new("is_match", PARAMS, Kind::Bool, |call| {
            Ok(compiled(call)?.is_match(call.str(1)).into())
        }),
        Function::new("find", PARAMS, Kind::Any, |call| {
            Ok(compiled(call)?.find(call.str(1)).map(|found| found.as_str()).into())
        }),
        Function::new("find_all", PARAMS, Kind::Array, |call| {
            Ok(compiled(call)?.find_iter(call.str(1)).map(|found| found.as_str().into()).collect())
        }),
        Function::new("captures", PARAMS, Kind::Any, |call| {
            let regex = compiled(call)?;
            Ok(regex.captures(call.str(1)).map(|captures| groups(&regex, &captures)).into())
        }),
        Function::new("captures_all", PARAMS, Kind::Array, |call| {
            let regex = compiled(call)?;
            Ok(regex.captures_iter(call.str(1)).map(|captures| groups(&regex, &captures)).collect())
        }),
        Function::new("split", PARAMS, Kind::Array, |call| {
            Ok(compiled(call)?.split(call.str(1)).map(Value::from).collect())
        }),
        Function::new("replace", &[PATTERN, TEXT, param("by", Kind::String)], Kind::String, |call| {
            let regex = compiled(call)?;
            let text = call.take_str(1);
            Ok(replace(&regex, text, call.str(2)).into())
        }),
        Function::new("replace", &[PATTERN, TEXT, param("by", Kind::Fn)], Kind::String, |call| {
            let regex = compiled(call)?;
            let (text, by) = (call.take_str(1), call.function(2)?);
            replace_by_calls(&regex, &text, &by, call).map(Value::from)
        }),
    ],
    constants: &[],
};

/// The pattern that is a call's first argument.
fn compiled(call: &Call<'_>) -> Result<Rc<Regex>> {
    host(call).patterns.compiled(call.str(0))
}

/// An array of the whole match and the groups; or a map, if there are groups with names.
fn groups(regex: &Regex, captures: &Captures<'_>) -> Value {
    let texts = captures.iter().map(|group| Value::from(group.map(|group| group.as_str())));
    if regex.capture_names().flatten().next().is_none() {
        return texts.collect();
    }
    let names = regex.capture_names().enumerate();
    let names = names.map(|(index, name)| name.map_or_else(|| index.to_string().into(), json::key));
    Map::from_entries(names.zip(texts).collect()).into()
}

fn replace(regex: &Regex, text: Str, by: &str) -> Str {
    match regex.replace_all(&text, by) {
        Cow::Borrowed(_) => text,
        Cow::Owned(replaced) => replaced.into(),
    }
}

/// Replaces each match by what a function makes of its groups.
fn replace_by_calls(regex: &Regex, text: &str, by: &Rc<FnPtr>, call: &mut Call<'_>) -> Result<String> {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let found = captures.get_match();
        replaced.push_str(&text[end..found.start()]);
        let value = call.invoke(by, [groups(regex, &captures)])?;
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

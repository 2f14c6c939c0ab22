//! Which function of the scripts may be meant where one is called that isn't there.

use super::imports::{self, Imports};
use super::outline::{self, Function};
use crate::modules;
use rhai_vm::builtins;
use rhai_vm::function as native;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{ErrorKind, Kind};
use std::collections::BTreeSet;

/// Names that are as much alike as this are taken for the same, mistyped.
pub(super) const ALIKE: f64 = 0.9;
/// Most forms of a function that are listed.
const MAX_FORMS: usize = 4;
/// Most functions of a module that are listed.
const MAX_NAMES: usize = 12;

/// What to add to the message of an error in this script.
pub(super) fn for_error(error: &ErrorKind, file: &str, imports: &Imports) -> Option<String> {
    let ErrorKind::FunctionNotFound(signature) = error else {
        return None;
    };
    let (name, arguments) = signature.split_once(" (")?;
    if name.starts_with(CLOSURE_PREFIX) {
        let mut units = imports.units().into_iter();
        let closure = units.find_map(|unit| outline::closure_parameters(&unit, name));
        return closure.map(|closure| format!(": it is `{closure}`"));
    }
    // A value that is missing has a hint of its own.
    let is_missing = signature.contains("()");
    of_scripts(name, file, imports).or_else(|| if is_missing { None } else { of_modules(name, arguments) })
}

/// A function of this script, or of one that it imports.
fn of_scripts(name: &str, file: &str, imports: &Imports) -> Option<String> {
    let unit = imports.unit(file)?;
    let (name, unit) = match name.split_once("::") {
        Some((alias, name)) => {
            let path = outline::import(&unit, alias)?;
            let imported = imports::find(&imports.files, file, path).ok()?;
            (name, imports.unit(&imported.name)?)
        }
        None => (name, unit),
    };
    let functions = outline::functions(&unit);
    namesakes(name, &functions, &unit.name).or_else(|| mistyped(name, &functions, &unit.name))
}

/// A function of the language or of a module.
fn of_modules(name: &str, arguments: &str) -> Option<String> {
    let (namespace, name) = match name.split_once("::") {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    let candidates: Vec<&native::Function> = match namespace {
        None => {
            let ours = modules::LIBRARY.iter().flat_map(|module| module.functions);
            ours.chain(builtins::functions()).collect()
        }
        Some(namespace) => {
            let mut all = modules::LIBRARY.iter().flat_map(|module| module.namespaces);
            all.find(|known| known.name == namespace)?.functions.iter().collect()
        }
    };
    let mut forms: Vec<_> = candidates.iter().filter(|function| function.name == name).collect();
    if !forms.is_empty() {
        let first = arguments.split([',', ')']).next();
        let is_method = |function: &&&native::Function| {
            function.params.first().is_some_and(|param| Some(param.kind.name()) == first)
        };
        if namespace.is_none() && forms.iter().any(is_method) {
            forms.retain(is_method);
        }
        let mut forms: Vec<_> = forms.into_iter().map(|function| parameters(function)).collect();
        forms.sort();
        forms.dedup();
        let others = forms.len().saturating_sub(MAX_FORMS);
        forms.truncate(MAX_FORMS);
        let more = if others > 0 { format!(", and {others} more") } else { String::new() };
        return Some(format!(". `{name}` takes {}{more}", forms.join(", or ")));
    }
    let names = candidates.iter().map(|function| function.name).filter(|name| !name.contains('$'));
    match (likeness::best(name, names.clone(), |name| name, ALIKE), namespace) {
        (Some(meant), None) => Some(format!(". Did you mean `{meant}`?")),
        (Some(meant), Some(namespace)) => Some(format!(". Did you mean `{namespace}::{meant}`?")),
        (None, Some(namespace)) => {
            let names: BTreeSet<_> = names.collect();
            let shown: Vec<_> = names.iter().take(MAX_NAMES).copied().collect();
            let more = names.len().saturating_sub(MAX_NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Some(format!(". The functions of `{namespace}` are {}{more}", shown.join(", ")))
        }
        (None, None) => None,
    }
}

/// The types of a native function's parameters.
fn parameters(function: &native::Function) -> String {
    let kinds: Vec<_> = function
        .params
        .iter()
        .map(|param| match (param.kind, param.optional) {
            (Kind::Any, false) => "any value".to_owned(),
            (Kind::Any, true) => "[any value]".to_owned(),
            (Kind::RangeInclusive, _) => "range".to_owned(),
            (kind, false) => kind.name().to_owned(),
            (kind, true) => format!("[{}]", kind.name()),
        })
        .collect();
    format!("({})", kinds.join(", "))
}

/// The functions of this name, which take something else.
fn namesakes(name: &str, functions: &[Function], file: &str) -> Option<String> {
    let there: Vec<_> = functions
        .iter()
        .filter(|function| function.name == name)
        .map(|function| format!("`{}`", function.signature))
        .collect();
    (!there.is_empty()).then(|| format!(". {file} has {}", there.join(", ")))
}

fn mistyped(name: &str, functions: &[Function], file: &str) -> Option<String> {
    let function = likeness::best(name, functions, |function| &function.name, ALIKE)?;
    Some(format!(". Did you mean `{}` of {file}?", function.signature))
}

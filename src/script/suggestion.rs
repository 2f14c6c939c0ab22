//! Which function of the scripts may be meant where one is called that isn't there.

use super::imports::{self, Imports};
use super::outline::{self, Function};
use crate::modules;
use rhai_vm::builtins;
use rhai_vm::function as native;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{ErrorKind, Kind};

/// Names that are as much alike as this are taken for the same, mistyped.
const ALIKE: f64 = 0.9;
/// Most forms of a function that are listed.
const MAX_FORMS: usize = 4;

/// What to add to the message of an error in this script.
pub(super) fn for_error(error: &ErrorKind, file: &str, imports: &Imports) -> Option<String> {
    let ErrorKind::FunctionNotFound(signature) = error else {
        return None;
    };
    let (name, _) = signature.split_once(" (")?;
    if name.starts_with(CLOSURE_PREFIX) {
        let mut units = imports.units().into_iter();
        let closure = units.find_map(|unit| outline::closure_parameters(&unit, name));
        return closure.map(|closure| format!(": it is `{closure}`"));
    }
    // A value that is missing has a hint of its own.
    let is_missing = signature.contains("()");
    of_scripts(name, file, imports).or_else(|| if is_missing { None } else { of_modules(name) })
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
fn of_modules(name: &str) -> Option<String> {
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
    let forms: Vec<_> = candidates.iter().filter(|function| function.name == name).collect();
    if !forms.is_empty() {
        let mut forms: Vec<_> = forms.into_iter().map(|function| parameters(function)).collect();
        forms.dedup();
        let others = forms.len().saturating_sub(MAX_FORMS);
        forms.truncate(MAX_FORMS);
        let more = if others > 0 { format!(", and {others} others") } else { String::new() };
        return Some(format!(". `{name}` takes {}{more}", forms.join(", or ")));
    }
    let names = candidates.iter().map(|function| function.name).filter(|name| !name.contains('$'));
    let meant = likeness::best(name, names, |name| name, ALIKE)?;
    let prefix = namespace.map(|namespace| format!("{namespace}::")).unwrap_or_default();
    Some(format!(". Did you mean `{prefix}{meant}`?"))
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

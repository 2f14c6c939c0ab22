//! Which function of the scripts may be meant where one is called that isn't there.

use super::imports::{self, Imports};
use super::outline::{self, Function};
use crate::likeness::likeness;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::ErrorKind;

/// Names that are as much alike as this are taken for the same, mistyped.
const ALIKE: f64 = 0.9;

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
    let likeness = |function: &Function| likeness(name, &function.name);
    let (likeness, function) = functions
        .iter()
        .map(|function| (likeness(function), function))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness >= ALIKE).then(|| format!(". Did you mean `{}` of {file}?", function.signature))
}

//! Which function of the scripts may be meant where one is called that isn't there.

use super::files::Files;
use super::outline::{self, Function};
use super::trace::CLOSURE_PREFIX;
use crate::handler::with_extension;
use rhai::EvalAltResult;
use std::rc::Rc;

/// Names that are as much alike as this are taken for the same, mistyped.
const ALIKE: f64 = 0.9;
/// A longer name, which may come from an event, is not compared.
const MAX_NAME: usize = 100;

/// What to add to the message of an error in this script.
pub(super) fn for_error(error: &EvalAltResult, file: &str, files: &Files) -> Option<String> {
    let EvalAltResult::ErrorFunctionNotFound(signature, _) = error else {
        return None;
    };
    let (name, _) = signature.split_once(" (")?;
    if name.starts_with(CLOSURE_PREFIX) {
        let closure = files.texts().into_values().find_map(|text| outline::closure_parameters(&text, name));
        return closure.map(|closure| format!(": it is `{closure}`"));
    }
    let text = files.text(file)?;
    let (name, file, text) = match name.split_once("::") {
        Some((alias, name)) => {
            let (file, text) = imported(&outline::import(&text, alias)?, files)?;
            (name, file, text)
        }
        None => (name, file.to_owned(), text),
    };
    let functions = outline::functions(&text);
    namesakes(name, &functions, &file).or_else(|| mistyped(name, &functions, &file))
}

/// The script that this path has brought, and its text.
fn imported(path: &str, files: &Files) -> Option<(String, Rc<str>)> {
    let path = with_extension(path.trim_start_matches(['.', '/']));
    let is_it =
        |name: &str| name.strip_suffix(&*path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    files.texts().into_iter().find(|(name, _)| is_it(name))
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
    if name.len() > MAX_NAME {
        return None;
    }
    let likeness = |function: &Function| strsim::jaro_winkler(name, &function.name);
    let (likeness, function) = functions
        .iter()
        .map(|function| (likeness(function), function))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness >= ALIKE).then(|| format!(". Did you mean `{}` of {file}?", function.signature))
}

//! Which function of the scripts may be meant where one is called that isn't there.

use super::files::Files;
use super::outline::{self, Function};
use rhai::EvalAltResult;

/// Names that are as much alike as this are taken for the same, mistyped.
const ALIKE: f64 = 0.9;
/// A longer name, which may come from an event, is not compared.
const MAX_NAME: usize = 100;

/// What to add to the message of an error in this script.
pub(super) fn for_error(error: &EvalAltResult, file: &str, files: &Files) -> Option<String> {
    let EvalAltResult::ErrorFunctionNotFound(signature, _) = error else {
        return None;
    };
    let (path, _) = signature.split_once(" (")?;
    match path.rsplit_once("::") {
        Some((_, name)) => {
            let mut others = files.texts().into_iter().filter(|(other, _)| other != file);
            others.find_map(|(other, text)| namesakes(name, &outline::functions(&text), &other))
        }
        None => {
            let functions = outline::functions(&files.text(file)?);
            namesakes(path, &functions, file).or_else(|| mistyped(path, &functions, file))
        }
    }
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

//! Finds tests: files, and the functions in them.

use super::environment::Function;
use super::examples;
use super::file::{File, Test};
use super::names::{is_test, AFTER, BEFORE, TEST, TEST_FILE, TEST_FOLDER};
use super::world;
use crate::folder::{self, relative, scripts};
use anyhow::Result;
use rhambda::failure::Failure;
use rhambda::script::Declared;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// All files with tests in a folder, or those with examples; of the tests those that the filter names.
///
/// # Errors
/// When a folder cannot be read, or a `rhambda.toml` is invalid.
pub(super) fn files(folder: &Path, filter: &[String], is_doc: bool) -> Result<Vec<File>> {
    let mut functions: BTreeMap<PathBuf, Arc<Function>> = BTreeMap::new();
    let mut files = Vec::new();
    for path in scripts(folder)?.into_iter().filter(|path| is_test(&path.to_string_lossy()) != is_doc) {
        let of = if is_doc { folder::function_of(&path).unwrap_or(folder) } else { function_of(&path) };
        let function = match functions.get(of) {
            Some(function) => Arc::clone(function),
            None => Arc::clone(functions.entry(of.to_owned()).or_insert(Arc::new(Function::read(of)?))),
        };
        let name = relative(of, &path)?;
        files.extend(if is_doc {
            with_examples(function, name, filter)
        } else {
            file(function, name, filter)
        });
    }
    Ok(files)
}

/// The function whose test a file is: the nearest folder with a `rhambda.toml`, or else the file's own, or the one that
/// has the folder `tests`.
fn function_of(path: &Path) -> &Path {
    let parent = path.parent().unwrap_or(path);
    let tests = parent.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == TEST_FOLDER));
    folder::function_of(path).or_else(|| tests?.parent()).unwrap_or(parent)
}

/// Whether a filter names a test of a file.
fn is_wanted(filter: &[String], shown: &str, test: &str) -> bool {
    filter.is_empty() || filter.iter().any(|part| format!("{shown}::{test}").contains(part))
}

/// A script whose comments have examples.
fn with_examples(function: Arc<Function>, name: String, filter: &[String]) -> Option<File> {
    let shown = function.shown(&name);
    // A script that is not valid UTF-8 has its own error wherever it is used.
    let text = fs::read_to_string(function.folder.join(&name)).ok()?;
    let (text, mut tests) = examples::of(&name, text.trim_start_matches('\u{feff}'))?;
    tests.retain(|test| is_wanted(filter, &shown, &test.name));
    let mut file = File {
        function,
        name,
        shown,
        examples: Some(text),
        tests: Ok(tests),
        has_before: false,
        has_after: false,
    };
    if let Err(failure) = file.load(world::new(false)) {
        file.tests = Err(failure);
    }
    Some(file)
}

fn file(function: Arc<Function>, name: String, filter: &[String]) -> Option<File> {
    let shown = function.shown(&name);
    let is_wanted = |test: &str| is_wanted(filter, &shown, test);
    let mut file = File {
        function,
        name,
        shown: shown.clone(),
        examples: None,
        tests: Ok(Vec::new()),
        has_before: false,
        has_after: false,
    };
    match file.load(world::new(false)) {
        Ok(suite) => {
            let functions = suite.functions();
            let has = |name: &str| {
                functions.iter().any(|function| function.name == name && function.parameters == 0)
            };
            (file.has_before, file.has_after) = (has(BEFORE), has(AFTER));
            let is_all_tests = file.name.ends_with(TEST_FILE);
            let is_test = |function: &&Declared| {
                function.name.starts_with(TEST) && (is_all_tests || function.parameters == 0)
            };
            let tests: Vec<_> = functions.iter().filter(is_test).collect();
            // A helper in `tests/` has none, and that is fine.
            if tests.is_empty() && !is_all_tests {
                return None;
            }
            let wanted: Vec<_> = tests.into_iter().filter(|test| is_wanted(&test.name)).collect();
            let is_around =
                |function: &&Declared| !wanted.is_empty() && [BEFORE, AFTER].contains(&&*function.name);
            let mut called = wanted.iter().copied().chain(functions.iter().filter(is_around));
            let faulty = called.find(|function| function.parameters > 0);
            let test = |test: &&Declared| Test { name: test.name.clone(), function: test.name.clone() };
            file.tests = faulty.map_or_else(
                || Ok(wanted.iter().map(test).collect()),
                |function| Err(has_parameters(&file.name, function)),
            );
        }
        Err(failure) if is_wanted("") => file.tests = Err(failure),
        Err(_) => return None,
    }
    Some(file)
}

/// What is wrong with a function that nobody gives an argument.
fn has_parameters(file: &str, function: &Declared) -> Failure {
    let Declared { name, line, .. } = function;
    let remedy = if name.starts_with(TEST) {
        "For a test with many cases, call test::cases in it; give a helper a name that does not begin with `test_`"
    } else {
        "Remove its parameters"
    };
    let message =
        format!("{file}:{line}: `{name}` has parameters, but is called without arguments. {remedy}");
    Failure::new("InvalidTest", message)
}

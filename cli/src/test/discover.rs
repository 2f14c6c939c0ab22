//! Finds tests: files, and the functions in them.

use super::environment::Function;
use super::runner;
use crate::folder::{self, relative, scripts};
use anyhow::Result;
use rhambda::failure::Failure;
use rhambda::script::{Declared, Suite};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The end of the names of test files, and the name of folders with such files.
const TEST_FILE: &str = ".test.rhai";
const TEST_FOLDER: &str = "tests";
/// The beginning of the names of tests.
const TEST: &str = "test_";
/// The functions that run before and after each test.
pub(super) const BEFORE: &str = "before_each";
pub(super) const AFTER: &str = "after_each";

/// A file with tests.
pub(super) struct File {
    pub(super) function: Arc<Function>,
    /// Relative to the function's folder.
    pub(super) name: String,
    /// As reports name it.
    pub(super) shown: String,
    /// The tests in source order, or why the file has none.
    pub(super) tests: Result<Vec<String>, Failure>,
    pub(super) has_before: bool,
    pub(super) has_after: bool,
}

/// Whether a script is only for tests.
pub(crate) fn is_test(name: &str) -> bool {
    name.ends_with(TEST_FILE) || name.split('/').rev().skip(1).any(|folder| folder == TEST_FOLDER)
}

/// All files with tests in a folder; of the tests those that the filter names.
///
/// # Errors
/// When a folder cannot be read, or a `rhambda.toml` is invalid.
pub(super) fn files(folder: &Path, filter: &[String]) -> Result<Vec<File>> {
    let mut functions: BTreeMap<PathBuf, Arc<Function>> = BTreeMap::new();
    let mut files = Vec::new();
    for path in scripts(folder)?.into_iter().filter(|path| is_test(&path.to_string_lossy())) {
        let of = function_of(&path);
        let function = match functions.get(of) {
            Some(function) => Arc::clone(function),
            None => Arc::clone(functions.entry(of.to_owned()).or_insert(Arc::new(Function::read(of)?))),
        };
        let name = relative(of, &path)?;
        files.extend(file(function, name, filter));
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

fn file(function: Arc<Function>, name: String, filter: &[String]) -> Option<File> {
    let shown = function.shown(&name);
    let loaded = Suite::load(runner::world(), &name, function.roots(), Rc::clone(&function.info()));
    let is_wanted =
        |test: &str| filter.is_empty() || filter.iter().any(|part| format!("{shown}::{test}").contains(part));
    let mut file = File {
        function,
        name,
        shown: shown.clone(),
        tests: Ok(Vec::new()),
        has_before: false,
        has_after: false,
    };
    match loaded {
        Ok(suite) => {
            let functions = suite.functions();
            let has = |name: &str| {
                functions.iter().any(|function| function.name == name && function.parameters == 0)
            };
            (file.has_before, file.has_after) = (has(BEFORE), has(AFTER));
            let is_test = |function: &&Declared| function.name.starts_with(TEST) && function.parameters == 0;
            let tests: Vec<_> = functions.iter().filter(is_test).map(|test| test.name.clone()).collect();
            // A helper in `tests/` has none, and that is fine.
            if tests.is_empty() && !file.name.ends_with(TEST_FILE) {
                return None;
            }
            file.tests = Ok(tests.into_iter().filter(|test| is_wanted(test)).collect());
        }
        Err(failure) if is_wanted("") => file.tests = Err(failure),
        Err(_) => return None,
    }
    Some(file)
}

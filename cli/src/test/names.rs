//! How files with tests and the functions in them are called.

/// The end of the names of test files, and the name of folders with such files.
pub(super) const TEST_FILE: &str = ".test.rhai";
pub(super) const TEST_FOLDER: &str = "tests";
/// The beginning of the names of tests.
pub(super) const TEST: &str = "test_";
/// The functions that run before and after each test.
pub(super) const BEFORE: &str = "before_each";
pub(super) const AFTER: &str = "after_each";

/// Whether a script is only for tests.
pub(crate) fn is_test(name: &str) -> bool {
    name.ends_with(TEST_FILE) || name.split('/').rev().skip(1).any(|folder| folder == TEST_FOLDER)
}

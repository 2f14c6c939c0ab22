//! A file with tests.

use super::environment::Function;
use rhambda::failure::Failure;
use rhambda::script::Suite;
use rhambda::world::World;
use std::rc::Rc;
use std::sync::Arc;

/// A file with tests.
pub(super) struct File {
    pub(super) function: Arc<Function>,
    /// Relative to the function's folder.
    pub(super) name: String,
    /// As reports name it.
    pub(super) shown: String,
    /// The text with its examples as functions, if these are the tests.
    pub(super) examples: Option<String>,
    /// The tests in source order, or why the file has none.
    pub(super) tests: Result<Vec<Test>, Failure>,
    pub(super) has_before: bool,
    pub(super) has_after: bool,
}

/// A test.
#[derive(Clone)]
pub(super) struct Test {
    /// As reports name it.
    pub(super) name: String,
    pub(super) function: String,
}

impl File {
    /// Compiles it.
    pub(super) fn load(&self, world: Rc<dyn World>) -> Result<Suite, Failure> {
        let (roots, info) = (self.function.roots(), self.function.info());
        match &self.examples {
            None => Suite::load(world, &self.name, roots, info),
            Some(text) => Suite::with_examples(world, &self.name, roots, info, text),
        }
    }
}

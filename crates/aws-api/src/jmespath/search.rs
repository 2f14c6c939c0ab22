//! A search, which its caller can stop.

use super::Result;
use std::cell::Cell;

/// How many steps are made between two looks at the clock.
const BATCH: u32 = 1024;

/// A search in a value.
pub(super) struct Search<'a> {
    check: &'a dyn Fn() -> rhai_vm::Result<()>,
    steps: Cell<u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(check: &'a dyn Fn() -> rhai_vm::Result<()>) -> Self {
        Self { check, steps: Cell::new(0) }
    }

    /// One step of something that may take long.
    pub(super) fn step(&self) -> Result<()> {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(BATCH) {
            (self.check)()?;
        }
        Ok(())
    }
}

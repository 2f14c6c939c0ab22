//! When the running script must have ended: set for each invocation, looked at by the engine and
//! by every function that waits.

use rhai::{Dynamic, EvalAltResult, Position};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A deadline shared by a worker's engine and modules. Clones are the same deadline.
#[derive(Clone, Debug, Default)]
pub struct Deadline(Rc<Cell<Option<Instant>>>);

/// Why the runtime stops a script: the value of the error that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The deadline has passed.
    Deadline,
    /// Calls are nested too deep.
    Stack,
}

impl Deadline {
    /// The deadline from now on; `None` for none.
    pub fn set(&self, at: Option<Instant>) {
        self.0.set(at);
    }

    /// When it is; `None` when there is none.
    pub fn at(&self) -> Option<Instant> {
        self.0.get()
    }

    /// Whether it has passed.
    pub fn passed(&self) -> bool {
        self.0.get().is_some_and(|at| Instant::now() >= at)
    }

    /// What is left of the time; `None` when there is no deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.0.get().map(|at| at.saturating_duration_since(Instant::now()))
    }
}

impl From<Stop> for Box<EvalAltResult> {
    fn from(stop: Stop) -> Self {
        EvalAltResult::ErrorRuntime(Dynamic::from(stop), Position::NONE).into()
    }
}

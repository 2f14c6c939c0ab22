//! When the running script must have ended: set for each invocation, looked at by the engine and
//! by every function that waits.

use crate::shutdown;
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
    /// The environment is to end.
    Shutdown,
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

    /// That the script may go on.
    ///
    /// # Errors
    /// Why it must stop.
    pub fn check(&self) -> Result<(), Stop> {
        if shutdown::requested() {
            Err(Stop::Shutdown)
        } else if self.0.get().is_some_and(|at| Instant::now() >= at) {
            Err(Stop::Deadline)
        } else {
            Ok(())
        }
    }

    /// What is left of the time; `None` when there is no deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.0.get().map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Waits, but no longer than the script may run.
    ///
    /// # Errors
    /// Why the script must stop.
    pub fn wait(&self, time: Duration) -> Result<(), Stop> {
        self.check()?;
        shutdown::wait(self.remaining().map_or(time, |left| left.min(time)));
        self.check()
    }
}

impl From<Stop> for Box<EvalAltResult> {
    fn from(stop: Stop) -> Self {
        EvalAltResult::ErrorRuntime(Dynamic::from(stop), Position::NONE).into()
    }
}

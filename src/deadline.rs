//! When the running script must have ended: set for each invocation, looked at by the engine and
//! by every function that waits.

use crate::shutdown;
use rhai::{Dynamic, EvalAltResult, Position};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A deadline shared by a worker's engine and modules. Clones are the same deadline.
#[derive(Clone, Debug, Default)]
pub struct Deadline(Rc<State>);

#[derive(Debug, Default)]
struct State {
    at: Cell<Option<Instant>>,
    /// Why the running script was told to stop, once it was.
    stop: Cell<Option<Stop>>,
}

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
        self.0.at.set(at);
    }

    /// A script begins, which nobody has told to stop.
    pub(crate) fn begin(&self) {
        self.0.stop.set(None);
    }

    /// Tells the running script to stop: what it is told first is final, even where it catches the
    /// error.
    pub(crate) fn stop(&self, why: Stop) -> Stop {
        let stop = self.stopped().unwrap_or(why);
        self.0.stop.set(Some(stop));
        stop
    }

    /// Why the running script was told to stop, if it was.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.0.stop.get()
    }

    /// When it is; `None` when there is none.
    pub fn at(&self) -> Option<Instant> {
        self.0.at.get()
    }

    /// That the script may go on; otherwise it is told to stop.
    ///
    /// # Errors
    /// Why it must stop.
    pub fn check(&self) -> Result<(), Stop> {
        if shutdown::requested() {
            Err(self.stop(Stop::Shutdown))
        } else if self.at().is_some_and(|at| Instant::now() >= at) {
            Err(self.stop(Stop::Deadline))
        } else {
            Ok(())
        }
    }

    /// What is left of the time; `None` when there is no deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.at().map(|at| at.saturating_duration_since(Instant::now()))
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

    /// The error of a script that waited for something which the deadline, or the end of the environment,
    /// has cut.
    #[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
    pub(crate) fn cut(&self) -> Box<EvalAltResult> {
        self.check().err().unwrap_or_else(|| self.stop(Stop::Deadline)).into()
    }
}

impl From<Stop> for Box<EvalAltResult> {
    fn from(stop: Stop) -> Self {
        EvalAltResult::ErrorRuntime(Dynamic::from(stop), Position::NONE).into()
    }
}

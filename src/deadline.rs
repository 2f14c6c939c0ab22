//! When the running script must have ended: set for each invocation, looked at by the machine and
//! by every function that waits.

use net::Until;
use rhai_vm::{Error, ErrorKind, Object, Value};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// A deadline shared by a worker's machine and modules. Clones are the same deadline.
#[derive(Clone, Debug, Default)]
pub struct Deadline(Rc<Cell<Until>>);

/// Why the runtime stops a script: the value of the error that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The deadline has passed.
    Deadline,
    /// The environment is to end.
    Shutdown,
}

impl Deadline {
    /// The deadline from now on.
    pub fn set(&self, until: Until) {
        self.0.set(until);
    }

    /// Until when a script may run.
    pub fn until(&self) -> Until {
        self.0.get()
    }

    /// That the script may go on.
    ///
    /// # Errors
    /// Why it must stop.
    pub fn check(&self) -> Result<(), Stop> {
        let until = self.until();
        if !until.is_over() {
            Ok(())
        } else if until.is_told() {
            Err(Stop::Shutdown)
        } else {
            Err(Stop::Deadline)
        }
    }

    /// The error of a script that waited for something which the deadline, or the end of the environment,
    /// has cut.
    pub(crate) fn cut(&self) -> Error {
        self.check().err().unwrap_or(Stop::Deadline).into()
    }
}

impl Object for Stop {
    fn type_name(&self) -> &'static str {
        "Stop"
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The error that ends a script, which it cannot catch.
impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        Self::new(ErrorKind::Terminated(Value::host(stop)))
    }
}

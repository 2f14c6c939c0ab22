//! The trace header of the running invocation, as an environment variable.

use crate::world::World;
use std::cell::RefCell;
use std::rc::Rc;

/// AWS's SDKs look for the trace header in this variable. It changes with each invocation, so it
/// is not kept in the process's environment, which all threads share.
pub(super) const TRACE_ID: &str = "_X_AMZN_TRACE_ID";

/// The trace header of the running invocation. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct TraceId(Rc<RefCell<Option<String>>>);

impl TraceId {
    /// From now on this is it.
    pub(crate) fn set(&self, trace_id: Option<&str>) {
        self.0.replace(trace_id.map(str::to_owned));
    }

    /// A variable of the world's environment, with this one.
    pub(super) fn variable(&self, world: &dyn World, name: &str) -> Option<String> {
        match name {
            TRACE_ID => self.0.borrow().clone(),
            // No variable has such a name, and `var` may panic if a name contains `=` or NUL.
            _ if name.is_empty() || name.contains(['=', '\0']) => None,
            _ => world.variable(name),
        }
    }
}

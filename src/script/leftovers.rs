//! What an invocation leaves is freed after its answer: that takes a while where it is much, the caller
//! need not wait for it, and a script that is stopped has no time left for it.

use rhai::{Dynamic, Scope};
use std::cell::RefCell;
use std::rc::Rc;

/// Values that nobody needs any more. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftovers(Rc<RefCell<Vec<Dynamic>>>);

impl Leftovers {
    pub(super) fn keep(&self, value: Dynamic) {
        self.0.borrow_mut().push(value);
    }

    /// Takes the values of a scope's variables.
    pub(super) fn keep_scope(&self, scope: &mut Scope<'_>) {
        let names: Vec<_> = scope.iter_raw().map(|(name, ..)| name.to_owned()).collect();
        for name in names {
            if let Some(value) = scope.get_mut(&name) {
                self.keep(value.take());
            }
        }
    }

    pub(super) fn free(&self) {
        // Not within the borrow: what is freed may be a value of any kind.
        drop(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadline::Deadline;
    use crate::script::guard::Guard;
    use rhai::{Array, Engine};
    use std::time::Instant;

    #[test]
    fn the_variables_of_a_stopped_script_are_left() {
        let deadline = Deadline::default();
        deadline.set(Some(Instant::now()));
        let leftovers = Leftovers::default();
        let guard = Guard::new(deadline, leftovers.clone(), 1 << 20);
        let mut engine = Engine::new();
        guard.watch(&mut engine);
        guard.begin();
        let script = "let rows = [1, 2, 3]; const LIMIT = 7; loop { let n = rows.len(); }";
        assert!(engine.run(script).is_err());
        let rows = leftovers.0.borrow().iter().find_map(|value| value.clone().try_cast::<Array>()).unwrap();
        assert_eq!(rows.len(), 3);
        leftovers.free();
        assert!(leftovers.0.borrow().is_empty());
    }
}

//! What an invocation leaves is freed after its answer: that takes a while where it is much, and the
//! caller need not wait for it.

use rhai_vm::Value;
use std::cell::RefCell;

/// Values that nobody needs any more.
#[derive(Default)]
pub(super) struct Leftovers(RefCell<Vec<Value>>);

impl Leftovers {
    pub(super) fn keep(&self, value: Value) {
        self.0.borrow_mut().push(value);
    }

    /// Keeps what `work` leaves in the list.
    pub(super) fn keep_of<T>(&self, work: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        // Not within the borrow: what runs may be a script.
        let mut left = Vec::new();
        let result = work(&mut left);
        self.0.borrow_mut().append(&mut left);
        result
    }

    pub(super) fn free(&self) {
        // Not within the borrow: what is freed may be a value of any kind.
        drop(self.0.take());
    }
}

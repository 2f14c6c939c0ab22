//! Frees what an invocation leaves behind after its response is sent: freeing large values takes a while, and the
//! caller need not wait for it.

use rhai_vm::Value;
use std::cell::RefCell;

/// Values that nothing needs any more.
#[derive(Default)]
pub(super) struct DeferredDrops(RefCell<Vec<Value>>);

impl DeferredDrops {
    pub(super) fn keep(&self, value: Value) {
        self.0.borrow_mut().push(value);
    }

    /// Keeps the values that `work` puts into the list.
    pub(super) fn keep_of<T>(&self, work: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        // Not within the borrow: `work` may run a script.
        let mut left = Vec::new();
        let result = work(&mut left);
        self.0.borrow_mut().append(&mut left);
        result
    }

    pub(super) fn free(&self) {
        // Not within the borrow: a value's destructor may be of any kind.
        drop(self.0.take());
    }
}

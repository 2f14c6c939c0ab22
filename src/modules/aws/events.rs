//! The events of a response, for `for`.

use super::Caller;
use crate::modules::streams::Stream;
use rhai_vm::value::Items;
use rhai_vm::{Object, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// What `type_of` says.
pub(super) const TYPE_NAME: &str = "EventStream";

/// The events of a response, each of which is returned once. Clones share them.
#[derive(Clone)]
pub(super) struct Events {
    caller: Caller,
    events: Rc<RefCell<aws::Events>>,
}

impl Stream for RefCell<aws::Events> {
    fn close(&self, why: &str) {
        self.borrow_mut().close(why);
    }
}

impl Events {
    pub(super) fn new(caller: Caller, events: Rc<RefCell<aws::Events>>) -> Self {
        Self { caller, events }
    }

    pub(super) fn close(&self) {
        self.events.borrow_mut().close("the stream of events was closed: it cannot be read any more");
    }
}

impl Iterator for Events {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        let event = self.events.borrow_mut().receive();
        event.map_err(|error| self.caller.thrown(error)).transpose()
    }
}

impl Object for Events {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn iterate(&self) -> Option<Items> {
        Some(Box::new(self.clone()))
    }
}

//! Errors that `catch` blocks are dealing with: a caught value leads back to the error with its calls.

use super::Vm;
use crate::error::Error;
use crate::text::Str;
use crate::value::Value;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// An error that a `catch` block is dealing with.
pub struct CaughtError {
    /// The error. Its calls are those from the `try` block inwards.
    pub error: Error,
    /// The value that the block has of it.
    pub value: Value,
    /// The name of the function that the block is in; empty at the top level.
    pub function: Str,
    /// The script that the block is in.
    pub source: Str,
}

/// Those of all functions that run, the innermost last.
#[derive(Default)]
pub(super) struct CaughtErrors(RefCell<Vec<Weak<CaughtError>>>);

impl CaughtErrors {
    pub(super) fn add(&self, caught: &Rc<CaughtError>) {
        let mut all = self.0.borrow_mut();
        all.retain(|caught| caught.strong_count() > 0);
        all.push(Rc::downgrade(caught));
    }
}

impl Vm {
    /// The error whose `catch` block has this value, as long as the block runs.
    pub fn caught(&self, value: &Value) -> Option<Rc<CaughtError>> {
        let all = self.caught.0.borrow();
        all.iter().rev().filter_map(Weak::upgrade).find(|caught| is_same(&caught.value, value))
    }
}

/// Whether two values are one, or equal where there is nothing that could be one.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a.is_same(b),
        (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Rc::ptr_eq(a, b),
        (Value::Host(a), Value::Host(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

//! Records that scripts iterate over while they arrive: `json::lines` and `csv::rows`.

use super::arguments::error;
use super::http::{self, response::Response};
use crate::lines::{Ends, Lines};
use crate::value::type_of;
use rhai_vm::value::Items;
use rhai_vm::{memory, Object, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// What `type_of` says, as of the lines of a response.
pub(super) const TYPE_NAME: &str = http::LINES;

/// An iterator of a script. Clones share it: each record is returned once.
#[derive(Clone)]
pub(super) struct Records(Rc<RefCell<Items>>);

impl Records {
    pub(super) fn value(records: impl Iterator<Item = Result<Value>> + 'static) -> Value {
        Value::host(Self(Rc::new(RefCell::new(Box::new(records)))))
    }
}

impl Iterator for Records {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.borrow_mut().next()
    }
}

impl Object for Records {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn iterate(&self) -> Option<Items> {
        Some(Box::new(self.clone()))
    }
}

/// The lines of what a function is called with: a string, a blob, a response, or an iterator over lines.
pub(super) fn lines(source: &Value, function: &str) -> Result<Items> {
    if let Some(response) = source.as_host::<Response>() {
        return lines(&http::lines(response)?, function);
    }
    match source {
        Value::Str(text) => {
            memory::needs(text.len())?;
            Ok(Box::new(Text(Lines::new(Rc::new(text.as_bytes().to_vec())))))
        }
        Value::Blob(bytes) => Ok(Box::new(Text(Lines::new(Rc::clone(bytes))))),
        Value::Host(object) => object.iterate().ok_or_else(|| mismatch(source, function)),
        _ => Err(mismatch(source, function)),
    }
}

#[cold]
fn mismatch(source: &Value, function: &str) -> rhai_vm::Error {
    let kind = type_of(source);
    let message = format!("{function} expects a string, a blob, a response or its lines, not {kind}");
    error("MismatchedTypes", message)
}

/// The lines of bytes that are there.
struct Text(Lines);

impl Iterator for Text {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.0.next(Ends::LineFeeds) {
            Some(line) => Some(line.to_vec()),
            None => self.0.last().map(<[u8]>::to_vec),
        };
        line.map(|line| {
            Ok(String::from_utf8(line).map_or_else(|error| Value::blob(error.into_bytes()), Value::from))
        })
    }
}

/// The bytes of a line.
pub(super) fn bytes_of_line<'a>(line: &'a Value, function: &str) -> Result<&'a [u8]> {
    match line {
        Value::Str(text) => Ok(text.as_bytes()),
        Value::Blob(bytes) => Ok(bytes),
        other => Err(mismatch(other, function)),
    }
}

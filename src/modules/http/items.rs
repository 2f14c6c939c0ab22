//! The chunks, lines or events of a response, for `for`.

use super::body::Body;
use super::response::Response;
use crate::sse::{Event, Events};
use rhai_vm::value::Items as Iterated;
use rhai_vm::{memory, Map, Object, Result, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What `type_of` says.
pub(in crate::modules) const TYPE_NAME: &str = "iterator";

/// The items of a response. Clones share them: each item is returned once.
#[derive(Clone)]
pub(super) struct Items(Rc<Source>);

struct Source {
    response: Response,
    body: Rc<RefCell<Body>>,
    kind: Kind,
}

/// What the items are.
pub(super) enum Kind {
    Chunks,
    /// Lines, and how many have been read.
    Lines(Cell<u64>),
    Events(RefCell<Events>),
}

/// The lines of a response.
pub(in crate::modules) fn lines(response: &Response) -> Result<Value> {
    Items::of(response, Kind::Lines(Cell::default()))
}

impl Items {
    /// The items of a response.
    pub(super) fn of(response: &Response, kind: Kind) -> Result<Value> {
        let body = response.body()?;
        Ok(Value::host(Self(Rc::new(Source { response: response.clone(), body, kind }))))
    }
}

impl Source {
    fn next(&self) -> Result<Option<Value>> {
        let mut body = self.body.borrow_mut();
        match &self.kind {
            Kind::Chunks => Ok(body.chunk()?.map(Value::Blob)),
            Kind::Lines(count) => body.line(|line| {
                count.set(count.get() + 1);
                self.line(line, count.get())
            }),
            Kind::Events(events) => Ok(body.event(&mut events.borrow_mut())?.map(event)),
        }
    }

    fn line(&self, line: &[u8], number: u64) -> Result<Value> {
        memory::needs(2 * line.len())?;
        self.response.decode(line).map(Value::from).map_err(|valid| {
            let byte = valid + 1;
            self.response.unreadable(&format!(
                "is not valid UTF-8 (at byte {byte} of line {number}); use .chunks() for the bytes"
            ))
        })
    }
}

fn event(event: Event) -> Value {
    let Event { event, data, id, retry } = event;
    let fields = [
        ("event", event.into()),
        ("data", data.into()),
        ("id", id.into()),
        ("retry", retry.map_or(Value::Unit, Value::Int)),
    ];
    fields.into_iter().map(|(name, value): (&str, Value)| (name.into(), value)).collect::<Map>().into()
}

impl Iterator for Items {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().transpose()
    }
}

impl Object for Items {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn iterate(&self) -> Option<Iterated> {
        Some(Box::new(self.clone()))
    }
}

//! What is known of operations of AWS: their parameters and responses, from the table of all operations.

use aws_api::{Described, Service, Step, Table};
use rhai_vm::Kind;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// All fields of all responses. The table in `bootstrap` has only those that it must know, so that it stays small.
const RESPONSES: &[u8] = include_bytes!("tables/responses.bin");

thread_local! {
    static OPERATIONS: ::aws::Operations = ::aws::Operations::default();
    static TABLE: Option<Table> = Table::open(RESPONSES);
    static SERVICES: RefCell<HashMap<&'static str, Option<Rc<Service>>>> = RefCell::default();
}

/// An operation of a service, by the names that a script passes to `aws::call`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The service.
    pub service: String,
    /// The operation.
    pub name: String,
}

impl Operation {
    /// What is at a place in the parameters.
    pub fn parameter(&self, path: &[Step]) -> Option<Described> {
        let service = service(&self.service)?;
        service.parameter_at(self.of(&service)?, path)
    }

    /// What is at a place in the response.
    pub fn response(&self, path: &[Step]) -> Option<Described> {
        let service = responses(&self.service)?;
        service.response_at(self.of(&service)?, path)
    }

    fn of<'a>(&self, service: &'a Service) -> Option<&'a aws_api::Operation> {
        service.operations.iter().find(|operation| operation.name.as_str() == self.name)
    }
}

/// A service, by its name: its operations and their parameters.
pub fn service(name: &str) -> Option<Rc<Service>> {
    let name = ::aws::services::find(name).ok()?.name();
    OPERATIONS.with(|operations| operations.of(name))
}

/// The same with all fields of responses, and without parameters.
fn responses(name: &str) -> Option<Rc<Service>> {
    let name = ::aws::services::find(name).ok()?.name();
    let look = || TABLE.with(|table| table.as_ref()?.service(name).map(Rc::new));
    SERVICES.with_borrow_mut(|services| services.entry(name).or_insert_with(look).clone())
}

/// The type of a value that the table describes so.
pub(crate) fn kind(described: &Described) -> Option<Kind> {
    Some(match described.kind.as_str() {
        "string" => Kind::String,
        "integer" => Kind::Int,
        "boolean" => Kind::Bool,
        kind if kind.starts_with("array") => Kind::Array,
        kind if kind.starts_with("map") => Kind::Map,
        _ => return None,
    })
}

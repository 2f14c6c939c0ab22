//! The operations of all services, which are looked up in a compressed table.

use aws_api::Table;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// What `aws_api::Table` reads.
const TABLE: &[u8] = include_bytes!("tables/operations.bin");

/// The services that were looked up. Nothing is read before the first look-up.
#[derive(Default)]
pub struct Operations {
    table: OnceCell<Option<Table>>,
    services: RefCell<HashMap<&'static str, Rc<aws_api::Service>>>,
}

impl Operations {
    /// The operations of a service, by its name in the table of services.
    pub fn of(&self, name: &'static str) -> Option<Rc<aws_api::Service>> {
        if let Some(service) = self.services.borrow().get(name) {
            return Some(Rc::clone(service));
        }
        let table = self.table.get_or_init(|| Table::open(TABLE)).as_ref()?;
        let service = Rc::new(table.service(name)?);
        self.services.borrow_mut().insert(name, Rc::clone(&service));
        Some(service)
    }
}

//! The operations of all services, which are looked up in a compressed table.

use crate::draft;
use crate::error::{codes, Error, Result};
use crate::services::{self, Protocol, Service};
use aws_api::Table;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// What `aws_api::Table` reads.
const TABLE: &[u8] = include_bytes!("tables/operations.bin");
/// So many names are suggested for one that does not exist.
const SUGGESTIONS: usize = 3;

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
        let service = Rc::new(self.read(name)?);
        self.services.borrow_mut().insert(name, Rc::clone(&service));
        Some(service)
    }

    /// The same without remembering it.
    pub fn read(&self, name: &str) -> Option<aws_api::Service> {
        self.table.get_or_init(|| Table::open(TABLE)).as_ref()?.service(name)
    }

    /// The operations of a service, by any of its names.
    ///
    /// # Errors
    /// There is no such service, or none whose operations can be called.
    pub fn service(&self, name: &str) -> Result<(Service, Rc<aws_api::Service>)> {
        let service = services::find(name)?;
        if service.protocol() == Protocol::Unsupported {
            return Err(draft::unsupported(service));
        }
        let api = self.of(service.name());
        let message = || format!("{name} has no operations");
        Ok((service, api.ok_or_else(|| Error::new(codes::UNKNOWN_OPERATION, message()))?))
    }
}

/// The number of an operation of a service.
///
/// # Errors
/// There is no such operation; the error has the most similar names.
pub fn find(service: Service, api: &aws_api::Service, name: &str) -> Result<usize> {
    let number = api.operations.binary_search_by(|it| it.name.as_str().cmp(name));
    number.map_err(|_| {
        let similar = similar(name, api.operations.iter().map(|it| it.name.as_str()));
        let (service, name) = (service.name(), shown(name));
        let message = format!("{service} has no operation \"{name}\"; similar names are {similar}");
        Error::new(codes::UNKNOWN_OPERATION, message)
    })
}

/// A name that somebody has written, for an error.
pub(crate) fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

/// The names that are most like one that does not exist.
pub(crate) fn similar<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut names = likeness::sorted(name, names.collect(), |name| name);
    names.truncate(SUGGESTIONS);
    names.join(", ")
}

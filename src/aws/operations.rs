//! The operations of all services, which are looked up in a compressed table.

use crate::likeness::likeness;
use crate::time::Time;
use aws_api::{Host, Table};
use rhai_vm::Value;
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

/// What parameters and responses need of Rhambda.
#[derive(Clone, Copy, Debug)]
pub struct Values;

impl Host for Values {
    fn microseconds(&self, value: &Value) -> Option<i64> {
        value.as_host::<Time>().map(Time::unix_us)
    }

    fn time(&self, microseconds: i64) -> Option<Value> {
        Time::from_unix_us(microseconds).ok().map(Value::from)
    }

    fn format_time(&self, microseconds: i64, format: &str) -> Option<String> {
        Time::from_unix_us(microseconds).ok()?.format(format).ok()
    }

    fn parse_time(&self, text: &str, format: Option<&str>) -> Option<i64> {
        let time = match format {
            None => Time::parse(text),
            Some(format) => Time::parse_with(text, format, None),
        };
        time.ok().map(|time| time.unix_us())
    }

    fn token(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    fn likeness(&self, a: &str, b: &str) -> f64 {
        likeness(a, b)
    }
}

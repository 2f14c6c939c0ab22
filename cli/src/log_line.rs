//! A record of the log as a line.

use log::kv::{Error, Key, Value, VisitSource};
use log::Record;
use std::fmt::Write as _;

/// The level, the message, and the fields as `name=value`.
pub(crate) fn line(record: &Record<'_>) -> String {
    let mut line = format!("{:5} {}", record.level(), record.args());
    let _ = record.key_values().visit(&mut Fields(&mut line));
    line
}

struct Fields<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let _ = write!(self.0, " {key}={value}");
        Ok(())
    }
}

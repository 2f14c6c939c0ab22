//! The rows of a result as maps.

use super::value;
use ::clients::postgres::{Column, Rows};
use rhai_vm::memory::Meter;
use rhai_vm::{Error, Map, Str, Value};
use std::collections::HashSet;

/// Collects rows.
#[derive(Default)]
pub(super) struct Collected {
    columns: Vec<(Str, u32)>,
    meter: Option<Meter>,
    pub(super) rows: Vec<Value>,
    /// What is wrong with the result, for the script.
    pub(super) problem: Option<Problem>,
}

/// Why a result cannot be used.
pub(super) enum Problem {
    /// There is no memory for it.
    Memory(Error),
    /// A name that occurs twice.
    Name(String),
}

impl Rows for Collected {
    fn columns(&mut self, columns: Vec<Column>) -> ::clients::Result<()> {
        let mut names = HashSet::new();
        let twice = columns.iter().find(|column| !names.insert(&column.name));
        self.problem = twice.map(|column| Problem::Name(column.name.clone()));
        self.columns = columns.iter().map(|column| (column.name.as_str().into(), column.oid)).collect();
        Ok(())
    }

    fn row(&mut self, values: &[Option<&[u8]>]) -> ::clients::Result<()> {
        if self.problem.is_some() {
            return Ok(());
        }
        let text: usize = values.iter().flatten().map(|text| text.len()).sum();
        let bytes = text + values.len() * size_of::<(Str, Value)>() + size_of::<Map>();
        if let Err(error) = self.meter.get_or_insert_with(Meter::new).needs(bytes) {
            self.problem = Some(Problem::Memory(error));
            // Nothing more is read: the script is about to be stopped.
            return Err(::clients::Error::invalid("no memory"));
        }
        let entries = self.columns.iter().zip(values).map(|((name, oid), text)| {
            (name.clone(), text.map_or(Value::Unit, |text| value::decode(text, *oid)))
        });
        self.rows.push(Map::from_entries(entries.collect()).into());
        Ok(())
    }
}

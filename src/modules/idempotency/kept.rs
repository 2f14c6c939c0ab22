//! Completed records that the environment keeps, so that a replay needs no request.

use super::record::Record;
use crate::modules::host::{Host, ModuleState};
use std::cell::RefCell;
use std::collections::VecDeque;

/// So many records are kept.
const MAX_KEPT: usize = 256;
/// Which part of the function's memory they may take.
const PART_OF_MEMORY: usize = 16;

/// The records by their table and key, the last one at the end.
pub(super) struct Kept {
    records: RefCell<VecDeque<(String, Record)>>,
    limit: usize,
}

impl ModuleState for Kept {
    fn new(host: &Host) -> Self {
        Self { records: RefCell::default(), limit: host.memory() / PART_OF_MEMORY }
    }

    fn clear(&self) -> bool {
        !self.records.take().is_empty()
    }
}

impl Kept {
    pub(super) fn get(&self, key: &str, now_ms: i64) -> Option<Record> {
        let records = self.records.borrow();
        let (_, record) = records.iter().find(|(known, _)| known == key)?;
        Some(record.clone()).filter(|record| !record.is_expired(now_ms))
    }

    pub(super) fn set(&self, key: String, record: Record) {
        let mut records = self.records.borrow_mut();
        records.retain(|(known, _)| *known != key);
        records.push_back((key, record));
        let size = |(key, record): &(String, Record)| key.len() + record.size();
        let mut total: usize = records.iter().map(size).sum();
        while total > self.limit || records.len() > MAX_KEPT {
            total -= records.pop_front().as_ref().map_or(total, size);
        }
    }
}

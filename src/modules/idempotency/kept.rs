//! Completed records that the environment keeps, so that a replay needs no request.

use super::record::Record;
use std::cell::RefCell;
use std::collections::VecDeque;

/// So many records are kept.
const MAX_KEPT: usize = 256;
/// Which part of the function's memory they may take.
const PART_OF_MEMORY: usize = 16;

/// The records by their table and key, the last one at the end.
pub(in crate::modules) struct Kept {
    records: RefCell<VecDeque<(String, Record)>>,
    limit: usize,
}

impl Kept {
    /// Keeps records in a function with so many bytes of memory.
    pub(in crate::modules) fn new(memory: usize) -> Self {
        Self { records: RefCell::default(), limit: memory / PART_OF_MEMORY }
    }

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

    /// Forgets all records; whether there were any.
    pub(in crate::modules) fn clear(&self) -> bool {
        !self.records.take().is_empty()
    }
}

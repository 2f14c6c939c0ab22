//! A record in the table, with the attributes of Powertools for AWS Lambda.

use rhai_vm::{Map, Str, Value};

/// The attribute that says when a record expires, in seconds since 1970: the table's time to live.
pub(super) const EXPIRATION: &str = "expiration";
/// Until when the function that is running can run, in milliseconds since 1970.
pub(super) const IN_PROGRESS_EXPIRATION: &str = "in_progress_expiration";
pub(super) const STATUS: &str = "status";
/// What the function has returned, as JSON.
pub(super) const DATA: &str = "data";
/// The hash of the payload.
pub(super) const VALIDATION: &str = "validation";

pub(super) const IN_PROGRESS: &str = "INPROGRESS";
pub(super) const COMPLETED: &str = "COMPLETED";

/// What is known of a run with the same key.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) status: Str,
    pub(super) expiration: i64,
    pub(super) in_progress_expiration: Option<i64>,
    pub(super) data: Option<Str>,
    pub(super) validation: Option<Str>,
}

impl Record {
    /// Reads an item of plain values; `None` if it is no record.
    pub(super) fn read(item: &Map) -> Option<Self> {
        let string = |name: &str| item.get(name).and_then(Value::as_str).cloned();
        let integer = |name: &str| item.get(name).and_then(Value::as_int);
        Some(Self {
            status: string(STATUS)?,
            expiration: integer(EXPIRATION)?,
            in_progress_expiration: integer(IN_PROGRESS_EXPIRATION),
            data: string(DATA),
            validation: string(VALIDATION),
        })
    }

    /// Whether it counts no longer.
    pub(super) fn is_expired(&self, now_ms: i64) -> bool {
        now_ms / 1000 > self.expiration
    }

    /// The bytes that it takes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.data.as_ref().map_or(0, |data| data.len())
    }
}

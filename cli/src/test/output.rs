//! What scripts print and log, kept with the test that did it.

use crate::dap::debuggee;
use crate::log_line;
use crate::visible::tell;
use log::{LevelFilter, Log, Metadata, Record};
use std::cell::RefCell;

/// The target of what scripts log.
const SCRIPT: &str = "script";
/// Longest output that is kept, in bytes.
const MOST: usize = 64 << 10;

thread_local! {
    static LINES: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Keep;

/// From now on what scripts log is kept.
pub(super) fn keep() {
    if log::set_logger(&Keep).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

/// What was logged on this thread since the last call.
pub(super) fn take() -> String {
    LINES.take()
}

impl Log for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == SCRIPT
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = log_line::line(record);
        // Whoever debugs a test waits for it.
        if debuggee::is_attached() {
            return tell(&line);
        }
        LINES.with_borrow_mut(|lines| {
            if lines.len() <= MOST {
                lines.push_str(&line);
                lines.push('\n');
            }
        });
    }

    fn flush(&self) {}
}

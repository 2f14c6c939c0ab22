//! What the lines of an invocation have in common, and which of them are written.

use super::buffer::{Buffer, Buffering};
use super::{entry, LOG, SCRIPT};
use log::Level;
use std::cell::RefCell;

/// Most bytes that the names and the JSON of an invocation's fields have together: they are in every line.
pub(crate) const MAX_FIELDS: usize = 64 << 10;

thread_local! {
    /// The invocation that this thread's lines belong to.
    static INVOCATION: RefCell<Invocation> = RefCell::default();
}

#[derive(Default)]
struct Invocation {
    labels: Labels,
    is_running: bool,
    /// Whether it logs at level DEBUG, whatever the process's level is.
    is_sampled: bool,
    /// What holds for every invocation: the script's top level can change it.
    initial: Common,
    /// What the invocation changed for itself.
    changed: Option<Common>,
    buffer: Buffer,
}

/// What marks a line as one invocation's.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub(super) request_id: String,
    pub(super) tenant_id: Option<String>,
}

/// What a script says of its lines.
#[derive(Clone, Default)]
struct Common {
    /// Names with JSON texts.
    fields: Vec<(String, String)>,
    buffering: Option<Buffering>,
}

/// What becomes of a script's line.
pub(super) enum Way {
    /// It goes to the process's log, which drops it if its level is too low.
    Log,
    /// It is written although the process's log would drop it.
    Write,
    /// It waits for an error.
    Keep(Buffering),
}

impl Invocation {
    fn common(&self) -> &Common {
        self.changed.as_ref().unwrap_or(&self.initial)
    }

    fn common_mut(&mut self) -> &mut Common {
        if self.is_running {
            self.changed.get_or_insert_with(|| self.initial.clone())
        } else {
            &mut self.initial
        }
    }
}

/// From now on this thread's lines are another script's, which has said nothing of them yet.
pub(crate) fn begin_script() {
    INVOCATION.take();
}

/// From now on this thread's lines carry this invocation's ids.
pub(crate) fn begin_invocation(request_id: &str, tenant_id: Option<&str>) {
    let sample_rate = LOG.get().map_or(0.0, |log| log.sample_rate);
    INVOCATION.with_borrow_mut(|invocation| {
        request_id.clone_into(&mut invocation.labels.request_id);
        invocation.labels.tenant_id = tenant_id.map(str::to_owned);
        invocation.is_running = true;
        invocation.is_sampled = sample_rate > 0.0 && random() < sample_rate;
    });
}

/// The invocation is over: what it changed for itself, and the lines that waited for an error, are forgotten.
pub(crate) fn end_invocation() {
    INVOCATION.with_borrow_mut(|invocation| {
        invocation.is_running = false;
        invocation.changed = None;
        invocation.buffer.clear();
    });
}

/// From 0 to less than 1.
fn random() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX)) / (f64::from(u32::MAX) + 1.0)
}

/// Adds fields to every line of the invocation; those without a value are removed.
///
/// # Errors
/// They would take so many bytes, which are too many.
pub(crate) fn set_fields(fields: Vec<(String, Option<String>)>) -> Result<(), usize> {
    INVOCATION.with_borrow_mut(|invocation| {
        let mut all = invocation.common().fields.clone();
        for (name, value) in fields {
            all.retain(|(known, _)| *known != name);
            all.extend(value.map(|value| (name, value)));
        }
        let bytes = all.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_FIELDS {
            return Err(bytes);
        }
        invocation.common_mut().fields = all;
        Ok(())
    })
}

/// Keeps lines for errors from now on.
pub(crate) fn set_buffering(buffering: Buffering) {
    INVOCATION.with_borrow_mut(|invocation| invocation.common_mut().buffering = Some(buffering));
}

pub(super) fn with_labels<T>(work: impl FnOnce(&Labels) -> T) -> T {
    // Memory may run out while a line is kept: the line about that has no labels.
    INVOCATION.with(|invocation| match invocation.try_borrow() {
        Ok(invocation) => work(&invocation.labels),
        Err(_) => work(&Labels::default()),
    })
}

/// The fields of a line with those of its invocation, if that has any. The line's own win.
pub(super) fn with_common_fields(fields: &[(String, String)]) -> Option<Vec<(String, String)>> {
    INVOCATION.with(|invocation| {
        let invocation = invocation.try_borrow().ok()?;
        let common = &invocation.common().fields;
        if common.is_empty() {
            return None;
        }
        let is_new = |name: &String| fields.iter().all(|(own, _)| own != name);
        let common = common.iter().filter(|(name, _)| is_new(name));
        Some(common.chain(fields).cloned().collect())
    })
}

/// What becomes of a script's line of this level.
pub(super) fn way(level: Level) -> Way {
    INVOCATION.with_borrow(|invocation| match &invocation.common().buffering {
        _ if !invocation.is_running => Way::Log,
        _ if invocation.is_sampled && level <= Level::Debug => {
            if log::log_enabled!(target: SCRIPT, level) {
                Way::Log
            } else {
                Way::Write
            }
        }
        Some(buffering) if level >= buffering.at => Way::Keep(buffering.clone()),
        _ => Way::Log,
    })
}

/// Keeps a line for an error.
pub(super) fn keep(buffering: &Buffering, line: Vec<u8>) {
    INVOCATION.with_borrow_mut(|invocation| invocation.buffer.push(line, buffering.max_bytes));
}

/// Writes the lines that wait for an error, if the script wants it when it logs one.
pub(super) fn flush_for_error() {
    let flushes = |buffering: &Buffering| buffering.flush_on_error;
    if INVOCATION.with_borrow(|invocation| invocation.common().buffering.as_ref().is_some_and(flushes)) {
        flush();
    }
}

/// Writes the lines that wait for an error.
pub(crate) fn flush() {
    // Where memory runs out while a line is kept, there is no way to get at the others.
    let dropped = INVOCATION.with(|invocation| {
        let mut invocation = invocation.try_borrow_mut().ok()?;
        let dropped = invocation.buffer.flush();
        let max_bytes = invocation.common().buffering.as_ref().map(|buffering| buffering.max_bytes)?;
        Some((dropped, max_bytes)).filter(|(dropped, _)| *dropped > 0)
    });
    if let Some((dropped, max_bytes)) = dropped {
        let message = format!(
            "{dropped} older lines of the log buffer were dropped, because it holds {max_bytes} bytes; \
             increase `max_bytes` of log::buffer"
        );
        entry(SCRIPT, Level::Warn, &message, &[]);
    }
}

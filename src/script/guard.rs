//! Ends a script at its deadline, and before its calls use the stack up.
//!
//! Rhai can end a script from its progress callback, but such an error loses the place it happened
//! at. So the guard asks for the end first: from then on the next variable that the script reads
//! fails with an ordinary error, which carries position and stack trace. A script that reads no
//! variable, or catches that error, is ended by the progress callback shortly after. So is one that
//! catches the error of a function that waits, such as `sleep`: a stop is final.

use super::leftovers::Leftovers;
use crate::deadline::{Deadline, Stop};
use rhai::{Dynamic, Engine};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Calls may be nested this deep.
pub(super) const MAX_CALL_LEVELS: usize = 1000;

/// The clock is read once in so many operations (reading it costs as much as one of them), …
const BATCH: u32 = 64;
/// … or at each one while a batch takes longer than this: copies of large values do.
const SLOW_BATCH: Duration = Duration::from_millis(1);
/// Operations left to a script after it was asked to end.
const GRACE: u32 = 200;

/// Watches over the calls of one script.
#[derive(Debug)]
pub(super) struct Guard {
    deadline: Deadline,
    leftovers: Leftovers,
    /// Address near the beginning of the thread's stack, and how much of it scripts may use.
    stack_base: usize,
    stack_limit: usize,
    until_check: Cell<u32>,
    last_check: Cell<Option<Instant>>,
}

impl Guard {
    /// A guard of scripts that run on this thread, whose stack has this many bytes. The variables of
    /// one that is stopped become leftovers.
    pub(super) fn new(deadline: Deadline, leftovers: Leftovers, stack_size: usize) -> Rc<Self> {
        Rc::new(Self {
            deadline,
            leftovers,
            stack_base: stack_address(),
            // The rest is for what the interpreter does between two looks at the stack, such as
            // dropping or copying a deeply nested value.
            stack_limit: stack_size / 4 * 3,
            until_check: Cell::new(0),
            last_check: Cell::new(None),
        })
    }

    /// Makes the engine ask this guard.
    pub(super) fn watch(self: &Rc<Self>, engine: &mut Engine) {
        // A little more than the guard itself allows, as it knows the place of the error.
        engine.set_max_call_levels(MAX_CALL_LEVELS + 100);
        let guard = Rc::clone(self);
        engine.on_progress(move |_| guard.progress());
        let guard = Rc::clone(self);
        #[allow(deprecated)] // marked as unstable, not as obsolete
        engine.on_var(move |_, _, mut context| {
            if guard.deadline.stopped().is_none() && context.call_level() < MAX_CALL_LEVELS {
                return Ok(None);
            }
            guard.leftovers.keep_scope(context.scope_mut());
            Err(guard.stopped().into())
        });
    }

    /// A new call begins.
    pub(super) fn begin(&self) {
        self.deadline.begin();
        self.until_check.set(BATCH);
        self.last_check.set(None);
    }

    /// Why the script is being ended; asked when it is.
    fn stopped(&self) -> Stop {
        self.deadline.stopped().unwrap_or_else(|| self.ask(Stop::Stack))
    }

    fn ask(&self, stop: Stop) -> Stop {
        self.until_check.set(GRACE);
        self.deadline.stop(stop)
    }

    fn progress(&self) -> Option<Dynamic> {
        let is_deep = self.stack_base.abs_diff(stack_address()) > self.stack_limit;
        if is_deep && self.deadline.stopped().is_none() {
            self.ask(Stop::Stack);
        }
        let left = self.until_check.get();
        if left > 0 {
            self.until_check.set(left - 1);
            return None;
        }
        if let Some(stop) = self.deadline.stopped() {
            return Some(Dynamic::from(stop));
        }
        self.check_clock();
        None
    }

    fn check_clock(&self) {
        let now = Instant::now();
        let last = self.last_check.replace(Some(now));
        let slow = last.is_some_and(|last| now - last > SLOW_BATCH);
        self.until_check.set(if slow { 0 } else { BATCH });
        if self.deadline.check().is_err() {
            self.until_check.set(GRACE);
        }
    }
}

/// Where the stack is now, roughly.
#[inline(never)]
fn stack_address() -> usize {
    let here = 0_u8;
    std::hint::black_box(&raw const here) as usize
}

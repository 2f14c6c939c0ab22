//! The end of the environment: SIGTERM, which Lambda sends where an extension is registered.
//!
//! Between invocations the process ends at once, with exit code 0. During one the script is stopped,
//! its error is sent, and then the process ends.

use net::Until;
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What SIGTERM does, for the whole process. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Shutdown(&'static State);

/// It lives as long as the process, as the signal's handler does.
struct State {
    requested: &'static AtomicBool,
    /// Whether no invocation runs: then the signal's handler ends the process itself.
    idle: Arc<AtomicBool>,
    /// How many invocations run.
    running: Mutex<usize>,
}

impl Shutdown {
    /// Handles SIGTERM from now on.
    ///
    /// # Errors
    /// When the system refuses the handler.
    pub(crate) fn watch() -> io::Result<Self> {
        let requested: &'static Arc<AtomicBool> = Box::leak(Box::default());
        let idle = Arc::new(AtomicBool::new(true));
        flag::register_conditional_shutdown(SIGTERM, 0, Arc::clone(&idle))?;
        flag::register(SIGTERM, Arc::clone(requested))?;
        Ok(Self(Box::leak(Box::new(State { requested, idle, running: Mutex::default() }))))
    }

    /// Until the environment ends.
    pub(crate) fn until(self) -> Until {
        Until::told(self.0.requested)
    }

    /// Serves an invocation. If the environment is to end meanwhile, this does not return: the last
    /// invocation that runs ends the process.
    pub(crate) fn during<T>(self, invocation: impl FnOnce() -> T) -> T {
        self.0.count(|running| running + 1);
        let result = invocation();
        let running = self.0.count(|running| running - 1);
        while self.until().is_told() {
            if running == 0 {
                std::process::exit(0);
            }
            thread::park();
        }
        result
    }
}

impl State {
    /// Changes the number of running invocations; the new one.
    fn count(&self, change: impl FnOnce(usize) -> usize) -> usize {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = change(*running);
        self.idle.store(*running == 0, Ordering::SeqCst);
        *running
    }
}

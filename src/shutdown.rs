//! The end of the environment: SIGTERM, which Lambda sends where an extension is registered.
//!
//! Between invocations the process ends at once, with exit code 0. During one the script is stopped,
//! its error is sent, and then the process ends.

use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A wait looks this often whether the environment is to end.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

static STATE: LazyLock<State> = LazyLock::new(|| State {
    requested: Arc::default(),
    idle: Arc::new(true.into()),
    running: Mutex::default(),
});

/// A signal is the whole process's, and so is this.
struct State {
    requested: Arc<AtomicBool>,
    /// Whether no invocation runs: then the signal's handler ends the process itself.
    idle: Arc<AtomicBool>,
    /// How many invocations run.
    running: Mutex<usize>,
}

/// Heeds SIGTERM from now on.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn watch() -> io::Result<()> {
    flag::register_conditional_shutdown(SIGTERM, 0, Arc::clone(&STATE.idle))?;
    flag::register(SIGTERM, Arc::clone(&STATE.requested))?;
    Ok(())
}

/// Whether the running invocations are to be brought to their end.
pub(crate) fn requested() -> bool {
    STATE.requested.load(Ordering::Relaxed)
}

/// Waits; whether it came to its end, and the environment did not before.
pub(crate) fn wait(time: Duration) -> bool {
    // An end that the clock cannot express is none.
    let end = Instant::now().checked_add(time);
    while !requested() {
        match end.map_or(SLICE, |end| end.saturating_duration_since(Instant::now())) {
            Duration::ZERO => return true,
            left => thread::sleep(left.min(SLICE)),
        }
    }
    false
}

/// Serves an invocation. If the end was asked for meanwhile, this does not return: the last
/// invocation that runs ends the process.
pub(crate) fn during<T>(invocation: impl FnOnce() -> T) -> T {
    STATE.count(|running| running + 1);
    let result = invocation();
    let running = STATE.count(|running| running - 1);
    while requested() {
        if running == 0 {
            std::process::exit(0);
        }
        thread::park();
    }
    result
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

//! The memory of the function: how much of it a script may use, and the error of one that needs more.
//!
//! Lambda kills a process that outgrows the function's memory: the caller learns `Runtime.ExitError`, the log nothing,
//! and the environment is lost. So a script is stopped before. It is asked now and then, and before it makes something
//! large, whether it [`fits`](rhambda_allocator::fits); what nobody asks for ends in [`crate::restart`].

/// A thread that lives as long as the program keeps the small blocks that it frees.
pub use rhambda_allocator::keep_small_blocks;

use crate::failure::Frame;
use crate::settings::Settings;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::vm::Moment;
use rhai_vm::{memory, Error, ErrorKind, Object, Value};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: rhambda_allocator::Arenas = rhambda_allocator::Arenas;

/// The least memory of a function, in MB: a smaller size is none of Lambda's.
const LEAST_MB: usize = 128;
/// What the environment needs beside this process: extensions aside, what Lambda's own processes and the system take.
const OTHERS: usize = 16 << 20;
/// This part of the memory is left free, too, for what is not known exactly.
const MARGIN: usize = 32;
/// What is left for the error of a script that is stopped, and for what is too small to ask for.
const RESERVE: usize = 4 << 20;
/// The same for each further worker, as several may ask at the same time; at most a quarter of the memory.
const RESERVE_EACH: usize = 2 << 20;
/// Near the limit, the system is asked once in this time how much is in use.
const INTERVAL: Duration = Duration::from_micros(50);
/// An invocation that has used this part of the memory, in percent, is told of in the log.
const NEAR: usize = 85;
/// Most variables that the error names.
const MAX_NAMED: usize = 3;
/// Variables smaller than this are not worth a word.
const LEAST_NAMED: usize = 256 << 10;

static BUDGET: OnceLock<Budget> = OnceLock::new();

/// The type of the error of a script that needs too much.
pub(crate) const ERROR_TYPE: &str = "Runtime.OutOfMemory";

/// What the process may use.
#[derive(Clone, Copy, Debug)]
struct Budget {
    /// The function's memory, in MB.
    size_mb: usize,
    /// Scripts are stopped where the process would need more than so many bytes.
    limit: usize,
    /// So many workers serve events.
    workers: usize,
    /// Each of several workers can count on this much, in bytes: the others leave it free.
    share: usize,
}

impl Budget {
    /// Whether so many bytes more fit beside what other workers can count on.
    fn has(&self, bytes: usize) -> bool {
        let others = rhambda_allocator::unused_by_others(self.workers, self.share);
        rhambda_allocator::fits(bytes.saturating_add(others), self.limit)
    }
}

thread_local! {
    static LAST_LOOK: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// From now on scripts are stopped before they outgrow the memory of this function: the bytes that the process may
/// have in memory at most, where that is known.
pub fn limit(settings: &Settings) -> Option<usize> {
    let size_mb = settings.function.memory_mb.and_then(|mb| usize::try_from(mb).ok());
    let size_mb = size_mb.filter(|mb| *mb >= LEAST_MB)?;
    let size = size_mb << 20;
    let allowed = size - OTHERS - size / MARGIN;
    let workers = settings.concurrency.map_or(1, NonZeroUsize::get);
    let limit = allowed - RESERVE - (RESERVE_EACH * (workers - 1)).min(allowed / 4);
    // Half of the memory is shared out; the other half is for whoever needs it.
    let share = if workers > 1 { limit / 2 / workers } else { 0 };
    let _ = BUDGET.set(Budget { size_mb, limit, workers, share });
    rhambda_allocator::save_above(limit / 4);
    memory::ask_with(|bytes| reserve(bytes).map_err(Error::from));
    Some(allowed)
}

/// That the script may go on with the memory that it has.
///
/// # Errors
/// It must be stopped.
#[inline]
pub(crate) fn check() -> Result<(), Exhausted> {
    match BUDGET.get() {
        Some(budget) if rhambda_allocator::taken() > budget.limit / 2 => check_closely(),
        _ => Ok(()),
    }
}

#[cold]
fn check_closely() -> Result<(), Exhausted> {
    let now = Instant::now();
    if LAST_LOOK.get().is_some_and(|last| now.saturating_duration_since(last) < INTERVAL) {
        return Ok(());
    }
    LAST_LOOK.set(Some(now));
    reserve(0)
}

/// That the script may use so many bytes more.
///
/// # Errors
/// It must be stopped.
pub(crate) fn reserve(bytes: usize) -> Result<(), Exhausted> {
    let Some(budget) = BUDGET.get() else {
        return Ok(());
    };
    if budget.has(bytes) {
        return Ok(());
    }
    rhambda_allocator::give_back();
    let is_within_share = rhambda_allocator::taken_here().saturating_add(bytes) < budget.share;
    if is_within_share || budget.has(bytes) {
        return Ok(());
    }
    Err(Exhausted { asked: bytes, budget: *budget, largest: RefCell::default() })
}

/// Whether so many bytes more fit, for what runs in threads of its own. Where the process can begin again, nobody
/// needs to know.
pub(crate) fn fits(bytes: usize) -> bool {
    BUDGET.get().is_none_or(|budget| budget.share == 0) || reserve(bytes).is_ok()
}

/// Gives memory back after an invocation that has used much, and says so if it came near the limit.
pub(crate) fn end_invocation() {
    let Some(budget) = BUDGET.get() else {
        return;
    };
    let peak = rhambda_allocator::take_peak();
    if peak < budget.limit / 2 {
        return;
    }
    rhambda_allocator::give_back();
    let peak = peak.min(most_ever().unwrap_or(peak));
    if peak / 100 >= budget.limit / 10_000 * NEAR {
        log::warn!(
            "memory: this invocation used up to {} MB, and a script is stopped at {} of the function's {} MB \
             (Runtime.OutOfMemory). Raise the function's memory",
            peak >> 20,
            budget.limit >> 20,
            budget.size_mb
        );
    }
}

/// The most bytes that the process has had in memory so far, as the system counts them.
fn most_ever() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? << 10)
}

/// What the error says where the program could not be stopped in time: so many bytes were asked for.
pub(crate) fn sudden(bytes: usize) -> String {
    let size_mb = BUDGET.get().map_or(0, |budget| budget.size_mb);
    format!(
        "the function's {size_mb} MB of memory are used up; an allocation of {} failed. The runtime restarts, \
         and `cache` is empty. Raise the function's memory, or work on smaller pieces",
        Size(bytes)
    )
}

/// Whether more than half of what scripts may use is in use, when no script runs.
pub(crate) fn is_mostly_used() -> bool {
    BUDGET.get().is_some_and(|budget| !rhambda_allocator::fits(budget.limit / 2, budget.limit))
}

/// The place in a script where memory may have run out.
pub(crate) fn last_call() -> Option<Frame> {
    let (file, position) = memory::last_call()?;
    let (line, column) = (position.line()?, position.position().unwrap_or_default());
    Some(Frame { function: String::new(), file, line, column })
}

/// The value of the error that ends a script which needs more memory than there is.
#[derive(Debug)]
pub(crate) struct Exhausted {
    /// So many bytes were asked for at once; 0 where many small pieces were.
    asked: usize,
    budget: Budget,
    largest: RefCell<Vec<Variable>>,
}

/// A variable that was alive.
#[derive(Debug)]
struct Variable {
    name: String,
    function: String,
    type_name: &'static str,
    bytes: usize,
}

impl Exhausted {
    /// Looks for large variables in a function that is ended.
    pub(crate) fn look_at(&self, at: &Moment<'_>) {
        let mut largest = self.largest.borrow_mut();
        for (name, value) in at.variables() {
            let bytes = memory::size(&value);
            if bytes >= LEAST_NAMED {
                let (name, function) = (name.to_owned(), at.function().to_owned());
                largest.push(Variable { name, function, type_name: value.type_name(), bytes });
            }
        }
        largest.sort_by_key(|variable| std::cmp::Reverse(variable.bytes));
        largest.truncate(MAX_NAMED);
    }
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Budget { size_mb, limit, .. } = self.budget;
        let limit = limit >> 20;
        write!(
            f,
            "the script needs more memory than the function has: of {size_mb} MB it can use {limit} MB"
        )?;
        if self.asked > 0 {
            write!(f, ", and asked for {} more", Size(self.asked))?;
        }
        let largest = self.largest.borrow();
        for (number, Variable { name, function, type_name, bytes }) in largest.iter().enumerate() {
            let before = if number == 0 { ". Largest variables: " } else { ", " };
            write!(f, "{before}`{name}`")?;
            match function.as_str() {
                "" => {}
                closure if closure.starts_with(CLOSURE_PREFIX) => f.write_str(" of a closure")?,
                function => write!(f, " of {function}")?,
            }
            write!(f, " ({type_name}, about {})", Size(*bytes))?;
        }
        f.write_str(". Raise the function's memory, or work on smaller pieces")
    }
}

/// A size, in the unit that suits it.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1 << 20 {
            return write!(f, "{} KB", self.0.div_ceil(1 << 10));
        }
        let tenths = self.0.saturating_mul(10) >> 20;
        write!(f, "{}.{} MB", tenths / 10, tenths % 10)
    }
}

impl Object for Exhausted {
    fn type_name(&self) -> &'static str {
        "Exhausted"
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error that ends a script, which it cannot catch.
impl From<Exhausted> for Error {
    fn from(exhausted: Exhausted) -> Self {
        Self::new(ErrorKind::Terminated(Value::host(exhausted)))
    }
}

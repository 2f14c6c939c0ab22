//! The stack on which scripts run.

use anyhow::{Context as _, Result};
use std::thread;

/// Size in bytes of the stack on which scripts nest calls and values. It is virtual memory, used as far as calls and values are nested: a call of a
/// script function takes up to 16 KB, a level of a value that is copied or dropped about 100 bytes.
pub const SIZE: usize = 64 << 20;

/// Does `work` on a stack of [`SIZE`] bytes.
///
/// On Linux that is the main thread's own, which grows as far as its limit, and the limit can be
/// raised. There is room for it: other mappings begin at least 128 MiB below the stack's top, or
/// where addresses are random at a place that is gigabytes lower but for one start in millions. A
/// thread would cost more at the start, and glibc's allocator is slower in threads than in the main
/// one.
///
/// # Errors
/// When there is neither that nor memory for a thread's stack.
pub fn with_large<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    if raise_limit() {
        return Ok(work());
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(SIZE).spawn_scoped(scope, work);
        let worker = worker.context("not enough memory for a stack of 64 MiB")?;
        Ok(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Whether this thread's stack may grow to [`SIZE`].
#[cfg(target_os = "linux")]
fn raise_limit() -> bool {
    use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Stack);
    // Some room more, for what was on the stack before.
    let needed = (SIZE + (4 << 20)) as u64;
    current.is_none_or(|current| current >= needed)
        || setrlimit(Resource::Stack, Rlimit { current: Some(needed), maximum }).is_ok()
}

/// Whether this thread's stack may grow to [`SIZE`].
#[cfg(not(target_os = "linux"))]
fn raise_limit() -> bool {
    false
}

//! What the runtime arranges with the system about its memory.

use anyhow::{Context as _, Result};
use std::thread;

/// Size in bytes of the stack on which scripts nest calls and values. It is virtual memory, used as far as calls and values are nested: a call of a
/// script function takes up to 16 KB, a level of a value that is copied or dropped about 100 bytes.
pub const STACK_SIZE: usize = 64 << 20;

/// What allocates memory where musl would: half the time for an event of 1 MB, and a third less to start.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: rhambda_allocator::Arenas = rhambda_allocator::Arenas;

/// The part of the heap that a thread allocates from, for threads that it starts and waits for: what they
/// leave is used again, and not lost to the next ones.
#[cfg(target_env = "musl")]
pub(crate) use rhambda_allocator::Arena;

/// The part of the heap that a thread allocates from. Other allocators care for threads that have ended
/// by themselves.
#[cfg(not(target_env = "musl"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arena;

#[cfg(not(target_env = "musl"))]
#[allow(clippy::unused_self)] // as the other
impl Arena {
    pub(crate) fn current() -> Self {
        Self
    }

    pub(crate) fn enter(self) {}
}

/// Makes glibc's allocator keep freed memory for the next invocation.
///
/// Otherwise it gives memory back after each large event and takes it anew for the next, page by
/// page. How much it keeps (twice the size, 32 MiB at most count) it learns from the largest block
/// that was freed: this one, of which no page is ever touched. Others keep it by themselves.
pub fn keep_heap() {
    if cfg!(target_env = "gnu") {
        drop(std::hint::black_box(Vec::<u8>::with_capacity((32 << 20) - (64 << 10))));
    }
}

/// Does `work` on a stack of [`STACK_SIZE`] bytes.
///
/// On Linux that is the main thread's own, which grows as far as its limit, and the limit can be
/// raised. There is room for it: other mappings begin at least 128 MiB below the stack's top, or
/// where addresses are random at a place that is gigabytes lower but for one start in millions. A
/// thread would cost more at the start, and glibc's allocator is slower in threads than in the main
/// one.
///
/// # Errors
/// When there is neither that nor memory for a thread's stack.
pub fn with_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    if raise_limit() {
        return Ok(work());
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, work);
        let worker = worker.context("there is no memory for a stack of 64 MiB")?;
        Ok(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Whether this thread's stack may grow to [`STACK_SIZE`].
#[cfg(target_os = "linux")]
fn raise_limit() -> bool {
    use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Stack);
    // Some room more, for what was on the stack before.
    let needed = (STACK_SIZE + (4 << 20)) as u64;
    current.is_none_or(|current| current >= needed)
        || setrlimit(Resource::Stack, Rlimit { current: Some(needed), maximum }).is_ok()
}

/// Whether this thread's stack may grow to [`STACK_SIZE`].
#[cfg(not(target_os = "linux"))]
fn raise_limit() -> bool {
    false
}

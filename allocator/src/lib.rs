//! The memory allocator of the released program: dlmalloc, in several arenas.
//!
//! musl's own allocator is slow, those that are fast with many threads take a millisecond to start and
//! megabytes, and dlmalloc behind one lock lets workers wait for each other. Here each thread has an
//! arena of its own (after the first 64, one shared with others), as in glibc. What a thread frees
//! goes back to the arena that it came from, whose number stands before it.
//!
//! An arena keeps what was freed in it for its next blocks. Threads that come and go would leave that
//! behind in arena after arena, so they allocate from the arena of the thread that starts them: see
//! [`Arena`].

use dlmalloc::Dlmalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const ARENAS: usize = 64;
/// The room before each block, as large as the alignment that dlmalloc gives to all.
const HEAD: usize = 16;

static POOL: [Mutex<Dlmalloc>; ARENAS] = [const { Mutex::new(Dlmalloc::new()) }; ARENAS];
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The number of this thread's arena, once it has one. It has no destructor, and needs no memory.
    static OWN: Cell<Option<usize>> = const { Cell::new(None) };
}

/// A thread's arena.
#[derive(Clone, Copy, Debug)]
pub struct Arena(usize);

impl Arena {
    /// The calling thread's.
    #[must_use]
    pub fn current() -> Self {
        Self(own())
    }

    /// Makes the calling thread allocate from this arena from now on.
    pub fn enter(self) {
        OWN.set(Some(self.0));
    }
}

/// The allocator, for `#[global_allocator]`.
#[derive(Debug)]
pub struct Arenas;

// SAFETY: a block is a block of dlmalloc without its first `offset` bytes, which keep the block's
// alignment; the same offset follows from the same layout. Nothing here panics or allocates.
unsafe impl GlobalAlloc for Arenas {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocate(layout, |arena, size| {
            // SAFETY: the size is not 0, and the alignment a power of two.
            unsafe { arena.malloc(size, layout.align()) }
        })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocate(layout, |arena, size| {
            // SAFETY: as above.
            unsafe { arena.calloc(size, layout.align()) }
        })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let offset = offset(layout);
        // SAFETY: the caller's block is one of ours with this layout, so it begins `offset` bytes before
        // and was made by that arena.
        unsafe {
            let number = number_before(block).read();
            lock(number).free(block.sub(offset), layout.size() + offset, layout.align());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let offset = offset(layout);
        let Some(whole) = new_size.checked_add(offset) else {
            return ptr::null_mut();
        };
        // SAFETY: as in `dealloc`. The number moves along with the rest.
        unsafe {
            let number = number_before(block).read();
            let size = layout.size() + offset;
            let start = lock(number).realloc(block.sub(offset), size, layout.align(), whole);
            if start.is_null() {
                start
            } else {
                start.add(offset)
            }
        }
    }
}

/// Makes a block in the thread's arena.
fn allocate(layout: Layout, make: impl FnOnce(&mut Dlmalloc, usize) -> *mut u8) -> *mut u8 {
    let offset = offset(layout);
    let Some(size) = layout.size().checked_add(offset) else {
        return ptr::null_mut();
    };
    let number = own();
    let start = make(&mut lock(number), size);
    if start.is_null() {
        return start;
    }
    // SAFETY: there are `offset` bytes before the block, at least HEAD.
    unsafe {
        let block = start.add(offset);
        number_before(block).write(number);
        block
    }
}

/// From the start of what dlmalloc gives to the start of the block.
fn offset(layout: Layout) -> usize {
    layout.align().max(HEAD)
}

/// Where the number of a block's arena is.
///
/// # Safety
/// There must be room for it before the block.
unsafe fn number_before(block: *mut u8) -> *mut usize {
    // SAFETY: the caller's.
    unsafe { block.sub(size_of::<usize>()).cast() }
}

/// The number of this thread's arena.
fn own() -> usize {
    OWN.with(|own| {
        own.get().unwrap_or_else(|| {
            let number = THREADS.fetch_add(1, Ordering::Relaxed) % ARENAS;
            own.set(Some(number));
            number
        })
    })
}

fn lock(number: usize) -> MutexGuard<'static, Dlmalloc> {
    POOL[number % ARENAS].lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{own, Arena, Arenas};
    use std::alloc::{GlobalAlloc as _, Layout};
    use std::sync::mpsc;
    use std::thread;

    #[global_allocator]
    static ALLOCATOR: Arenas = Arenas;

    #[test]
    fn blocks_are_aligned_and_keep_what_is_in_them() {
        for align in [1, 2, 8, 16, 32, 64, 4096, 65536] {
            for size in [1, 15, 16, 17, 100, 5000, 300_000, 5_000_000] {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: the layouts are those that the blocks were made with, no byte is beyond them.
                unsafe {
                    let block = ALLOCATOR.alloc_zeroed(layout);
                    assert!(is_good(block, align) && *block.add(size - 1) == 0);
                    block.write_bytes(7, size);
                    let larger = ALLOCATOR.realloc(block, layout, 3 * size);
                    assert!(is_good(larger, align) && *larger.add(size - 1) == 7);
                    let layout = Layout::from_size_align(3 * size, align).unwrap();
                    let smaller = ALLOCATOR.realloc(larger, layout, size.div_ceil(2));
                    assert!(is_good(smaller, align) && *smaller == 7);
                    ALLOCATOR.dealloc(smaller, Layout::from_size_align(size.div_ceil(2), align).unwrap());
                }
            }
        }
    }

    fn is_good(block: *mut u8, align: usize) -> bool {
        !block.is_null() && block.addr().is_multiple_of(align)
    }

    #[test]
    fn no_size_is_too_large_to_be_refused() {
        let layout = Layout::from_size_align(isize::MAX as usize - 15, 16).unwrap();
        // SAFETY: the size is not 0.
        assert!(unsafe { ALLOCATOR.alloc(layout) }.is_null());
        assert!(Vec::<u8>::new().try_reserve(1 << 60).is_err());
    }

    #[test]
    fn threads_can_share_an_arena() {
        let arena = Arena::current();
        let shared = thread::spawn(move || {
            arena.enter();
            (own(), "made elsewhere".repeat(1000))
        });
        let (number, text) = shared.join().unwrap();
        assert_eq!((number, text.len()), (own(), 14_000));
    }

    #[test]
    fn threads_free_what_others_have_made() {
        let (send, receive) = mpsc::channel::<Vec<String>>();
        let makers: Vec<_> = (0..100)
            .map(|maker| {
                let send = send.clone();
                thread::spawn(move || {
                    for round in 0..50 {
                        let texts = (0..50).map(|n| format!("{maker} {round} {n}").repeat(n)).collect();
                        send.send(texts).unwrap();
                    }
                })
            })
            .collect();
        drop(send);
        let bytes: usize = receive.iter().flatten().map(|text| text.len()).sum();
        for maker in makers {
            maker.join().unwrap();
        }
        let expected: usize = (0..100)
            .flat_map(|maker: usize| (0..50).map(move |round: usize| (maker, round)))
            .flat_map(|(maker, round)| (0..50).map(move |n| format!("{maker} {round} {n}").len() * n))
            .sum();
        assert_eq!(bytes, expected);
    }
}

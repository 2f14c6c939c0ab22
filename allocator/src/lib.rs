//! The memory allocator of `bootstrap`: dlmalloc, in several arenas, which knows how much the process has taken
//! from the system.
//!
//! musl's own allocator is slow, those that are fast with many threads take a millisecond to start and
//! megabytes, and dlmalloc behind one lock lets workers wait for each other. Here each thread has an
//! arena of its own (after the first 64, one shared with others), as in glibc. What a thread frees
//! goes back to the arena that it came from, whose number stands before it.
//!
//! An arena keeps what was freed in it for its next blocks. Threads that come and go would leave that
//! behind in arena after arena, so they allocate from the arena of the thread that starts them: see
//! [`Arena`].
//!
//! Small blocks are kept by their thread where it asks for that. Very large blocks are mapped one by one: they grow without a copy, and go back to the system as soon as they are
//! freed.

mod hollow;
mod pages;
mod small;

pub use pages::{fits, forbid_above, save_above, take_peak, taken, taken_here, unused_by_others};
pub use small::keep_small_blocks;

use dlmalloc::Dlmalloc;
use pages::Pages;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const ARENAS: usize = 64;
/// The room before each block, as large as the alignment that dlmalloc gives to all.
const HEAD: usize = 16;
/// Blocks of this size and more are mapped by themselves. No event and no response is as large.
const LARGE: usize = 8 << 20;
/// Where memory is to be saved, blocks of this size are, too: what is freed in an arena may stay there.
const MEDIUM: usize = 256 << 10;
/// What stands before such a block instead of the number of an arena.
const MAPPED: usize = usize::MAX;

static POOL: [Mutex<Dlmalloc<Pages>>; ARENAS] =
    [const { Mutex::new(Dlmalloc::new_with_allocator(Pages::new())) }; ARENAS];
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

// SAFETY: a block is a block of dlmalloc, or a mapping, without its first `offset` bytes, which keep the block's
// alignment; the same offset follows from the same layout. A small block is as large as its class. Nothing here panics
// or allocates. The functions are called from everywhere: in each place they would make the program larger.
unsafe impl GlobalAlloc for Arenas {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match small::class(layout) {
            Some(class) => small::take(class).unwrap_or_else(|| make(class)),
            None => make(layout),
        }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if small::class(layout).is_some() {
            // SAFETY: the caller's.
            unsafe {
                let block = self.alloc(layout);
                if !block.is_null() {
                    block.write_bytes(0, layout.size());
                }
                return block;
            }
        }
        // SAFETY: the size is not 0, and the alignment a power of two.
        allocate(layout, |arena, size| unsafe { arena.calloc(size, layout.align()) })
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's block is one of ours with this layout, and nobody needs it.
        unsafe {
            match small::class(layout) {
                Some(class) if small::put(block, class) => {}
                Some(class) => free(block, class),
                None => free(block, layout),
            }
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let Ok(new_layout) = Layout::from_size_align(new_size, layout.align()) else {
            return ptr::null_mut();
        };
        let (class, new_class) = (small::class(layout), small::class(new_layout));
        // SAFETY: as in `dealloc`. A block that is small, or becomes so, is copied to one of another class.
        unsafe {
            match (class, new_class) {
                (None, None) => remake(block, layout, new_layout),
                _ if class == new_class => block,
                _ => self.moved(block, layout, new_layout),
            }
        }
    }
}

impl Arenas {
    /// Copies a block to one with another layout.
    ///
    /// # Safety
    /// It must be a block of ours with this layout, and is one no longer.
    unsafe fn moved(&self, block: *mut u8, layout: Layout, new_layout: Layout) -> *mut u8 {
        // SAFETY: the caller's; both blocks have as many bytes as are copied.
        unsafe {
            let new = self.alloc(new_layout);
            if !new.is_null() {
                new.copy_from_nonoverlapping(block, layout.size().min(new_layout.size()));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

/// Makes a block.
fn make(layout: Layout) -> *mut u8 {
    // SAFETY: the size is not 0, and the alignment a power of two.
    allocate(layout, |arena, size| unsafe { arena.malloc(size, layout.align()) })
}

/// Gives a block back to the arena that it came from, or to the system.
///
/// # Safety
/// It must be a block of ours that was made with this layout, and nobody must need it.
unsafe fn free(block: *mut u8, layout: Layout) {
    let offset = offset(layout);
    // SAFETY: it begins `offset` bytes before, and was made by that arena, or mapped.
    unsafe {
        let start = block.sub(offset);
        match number_before(block).read() {
            MAPPED => pages::unmap(start, layout.size() + offset),
            number => lock(number).free(start, layout.size() + offset, layout.align()),
        }
    }
}

/// Makes a block larger or smaller, neither of which is small.
///
/// # Safety
/// It must be a block of ours that was made with this layout.
unsafe fn remake(block: *mut u8, layout: Layout, new_layout: Layout) -> *mut u8 {
    let (offset, new_size) = (offset(layout), new_layout.size());
    let Some(whole) = new_size.checked_add(offset) else {
        return ptr::null_mut();
    };
    let size = layout.size() + offset;
    // SAFETY: as in `free`. The number moves along with the rest. A block becomes a mapping, or is one no longer, by a
    // copy of what is in both.
    unsafe {
        let start = block.sub(offset);
        let number = number_before(block).read();
        let stays = if number == MAPPED { new_size >= MEDIUM } else { !is_mapped(new_layout) };
        if !stays {
            return Arenas.moved(block, layout, new_layout);
        }
        let start = pages::or_after_making_space(new_size, || match number {
            MAPPED => pages::remap(start, size, whole),
            number => lock(number).realloc(start, size, layout.align(), whole),
        });
        if start.is_null() {
            start
        } else {
            start.add(offset)
        }
    }
}

/// Makes a block in the thread's arena, or a mapping for it.
#[inline]
fn allocate(layout: Layout, make: impl Fn(&mut Dlmalloc<Pages>, usize) -> *mut u8) -> *mut u8 {
    let offset = offset(layout);
    let Some(size) = layout.size().checked_add(offset) else {
        return ptr::null_mut();
    };
    let is_mapped = is_mapped(layout);
    let number = if is_mapped { MAPPED } else { own() };
    let start = pages::or_after_making_space(size, || {
        if is_mapped {
            pages::map(size)
        } else {
            make(&mut lock(number), size)
        }
    });
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

/// Whether such a block is mapped by itself.
#[inline]
fn is_mapped(layout: Layout) -> bool {
    let size = layout.size();
    size >= MEDIUM && (size >= LARGE || pages::is_saving()) && layout.align() <= pages::PAGE
}

/// Gives free memory back to the system.
pub fn give_back() {
    // SAFETY: what is in the lists was made with the layout of its class, and nobody needs it.
    small::empty(|block, class| unsafe { free(block, class) });
    let mut emptied = 0;
    for arena in &POOL[..THREADS.load(Ordering::Relaxed).min(ARENAS)] {
        let mut arena = arena.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: it is locked.
        unsafe { arena.trim(0) };
        emptied += hollow::empty(&mut arena);
    }
    pages::set_emptied(emptied);
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

fn lock(number: usize) -> MutexGuard<'static, Dlmalloc<Pages>> {
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
    fn small_blocks_are_used_again_and_nothing_is_lost_in_them() {
        super::keep_small_blocks();
        let layout = Layout::from_size_align(100, 8).unwrap();
        // SAFETY: the layouts are those that the blocks were made with, no byte is beyond them.
        unsafe {
            let first = ALLOCATOR.alloc(layout);
            first.write_bytes(7, 100);
            ALLOCATOR.dealloc(first, layout);
            let again = ALLOCATOR.alloc_zeroed(Layout::from_size_align(104, 16).unwrap());
            assert!(again == first && (0..104).all(|at| *again.add(at) == 0));
            again.write_bytes(9, 104);
            let same = ALLOCATOR.realloc(again, Layout::from_size_align(104, 16).unwrap(), 97);
            assert_eq!(same, again);
            let larger = ALLOCATOR.realloc(same, Layout::from_size_align(97, 16).unwrap(), 10_000);
            assert!((0..97).all(|at| *larger.add(at) == 9));
            let smaller = ALLOCATOR.realloc(larger, Layout::from_size_align(10_000, 16).unwrap(), 17);
            assert!((0..17).all(|at| *smaller.add(at) == 9));
            ALLOCATOR.dealloc(smaller, Layout::from_size_align(17, 16).unwrap());
        }
        // More than are kept, freed in another order than made, and by other threads.
        let texts: Vec<_> = (0..10_000_usize).map(|n| format!("{n:>width$}", width = n % 300)).collect();
        let (even, odd): (Vec<_>, Vec<_>) = texts.into_iter().enumerate().partition(|(n, _)| n % 2 == 0);
        let freed = thread::spawn(move || {
            super::keep_small_blocks();
            drop(even);
            (0..1000_usize).map(|n| n.to_string()).collect::<Vec<_>>()
        });
        assert!(odd.iter().all(|(n, text)| text.trim_start() == n.to_string()));
        assert!(freed.join().unwrap().iter().enumerate().all(|(n, text)| *text == n.to_string()));
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

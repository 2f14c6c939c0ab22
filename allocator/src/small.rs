//! Small blocks that a thread has freed, which it uses again without asking its arena: scripts make and free many.
//!
//! Only threads that ask for it have such lists, as nobody frees what is in them when a thread ends.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr;

/// Blocks are as large as their class, a multiple of this many bytes. All have room for the pointer to the next one.
const STEP: usize = 8;
/// The alignment of all blocks, as dlmalloc has it anyway.
const ALIGNMENT: usize = 16;
/// The largest block that is small.
const LARGEST: usize = 256;
/// So many blocks of a class are kept.
const KEPT: u32 = 128;

struct Lists {
    is_on: Cell<bool>,
    first: [Cell<*mut u8>; LARGEST / STEP],
    count: [Cell<u32>; LARGEST / STEP],
}

thread_local! {
    /// It has no destructor, and needs no memory.
    static LISTS: Lists = const {
        Lists {
            is_on: Cell::new(false),
            first: [const { Cell::new(ptr::null_mut()) }; LARGEST / STEP],
            count: [const { Cell::new(0) }; LARGEST / STEP],
        }
    };
}

/// This thread, which lives as long as the program, keeps small blocks from now on.
pub fn keep_small_blocks() {
    LISTS.with(|lists| lists.is_on.set(true));
}

/// The layout of the class of a small block; `None` of another.
#[inline]
pub(crate) fn class(layout: Layout) -> Option<Layout> {
    if layout.size() > LARGEST || layout.align() > ALIGNMENT {
        return None;
    }
    let size = layout.size().max(1).next_multiple_of(STEP);
    Layout::from_size_align(size, ALIGNMENT).ok()
}

/// Where a block in a list has the pointer to the next one.
#[inline]
#[allow(clippy::cast_ptr_alignment)] // all blocks are aligned to a step
fn next(block: *mut u8) -> *mut *mut u8 {
    block.cast()
}

/// Takes a block of this class from the list.
#[inline]
pub(crate) fn take(class: Layout) -> Option<*mut u8> {
    LISTS.with(|lists| {
        let number = class.size() / STEP - 1;
        let block = lists.first[number].get();
        if block.is_null() {
            return None;
        }
        // SAFETY: a block in the list holds the pointer to the next one, as `put` has written it.
        lists.first[number].set(unsafe { next(block).read() });
        lists.count[number].set(lists.count[number].get() - 1);
        Some(block)
    })
}

/// Puts a block into the list of its class; whether it is kept.
///
/// # Safety
/// Nobody may need the block, and it must be as large as its class.
#[inline]
pub(crate) unsafe fn put(block: *mut u8, class: Layout) -> bool {
    LISTS.with(|lists| {
        let number = class.size() / STEP - 1;
        let count = lists.count[number].get();
        if count >= KEPT || !lists.is_on.get() {
            return false;
        }
        // SAFETY: the block has room for a pointer and its alignment, and is nobody else's.
        unsafe { next(block).write(lists.first[number].get()) };
        lists.first[number].set(block);
        lists.count[number].set(count + 1);
        true
    })
}

/// Frees the blocks in this thread's lists.
pub(crate) fn empty(free: impl Fn(*mut u8, Layout)) {
    for number in 0..LARGEST / STEP {
        let Ok(class) = Layout::from_size_align((number + 1) * STEP, ALIGNMENT) else {
            return;
        };
        while let Some(block) = take(class) {
            free(block, class);
        }
    }
}

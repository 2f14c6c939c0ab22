//! Gives the memory of free chunks back to the system, wherever they lie.
//!
//! dlmalloc gives back only what is free at the end of a segment. A segment grows at both ends, so a few blocks at its
//! end, which live as long as the program, would keep all the memory that one invocation has used.

use crate::pages::{self, Pages, PAGE};
use dlmalloc::Dlmalloc;
use rustix::mm::{madvise, Advice};

/// Smaller chunks stay as they are.
const SMALLEST: usize = 64 << 10;
/// At most so many chunks are emptied at once.
const CHUNKS: usize = 256;
const ALIGN: usize = 16;

/// Empties the large free chunks of an arena: their pages take no memory until they are written to again. Returns their
/// size in bytes.
pub(crate) fn empty(arena: &mut Dlmalloc<Pages>) -> usize {
    // Chunks cannot be listed, but a block that is made without growth is one of them.
    let mut chunks = [(std::ptr::null_mut::<u8>(), 0); CHUNKS];
    let mut count = 0;
    pages::without_growth(|| {
        let mut size = pages::taken().next_power_of_two();
        while size >= SMALLEST && count < CHUNKS {
            // SAFETY: the size is not 0, and the alignment a power of two.
            let start = unsafe { arena.malloc(size, ALIGN) };
            if start.is_null() {
                size /= 2;
            } else {
                chunks[count] = (start, size);
                count += 1;
            }
        }
    });
    let mut emptied = 0;
    for &(start, size) in &chunks[..count] {
        let skipped = start.align_offset(PAGE);
        let pages = size.saturating_sub(skipped) / PAGE * PAGE;
        if pages > 0 {
            // SAFETY: these pages are within the block, which holds nothing. A failure leaves them as they are.
            let _ = unsafe { madvise(start.add(skipped).cast(), pages, Advice::LinuxDontNeed) };
            emptied += pages;
        }
        // SAFETY: the block was made above.
        unsafe { arena.free(start, size, ALIGN) };
    }
    emptied
}

//! The system's memory: how it is taken and given back, how much is taken, and the limit above which a block is
//! refused.

use crate::{own, ARENAS};
use rustix::mm::{mmap_anonymous, mremap, munmap, MapFlags, MremapFlags, ProtFlags};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::OnceLock;

/// The size of a page in bytes, or a multiple of it.
pub(crate) const PAGE: usize = 4096;
/// What dlmalloc asks for when it is out of memory for small blocks. The system puts all of its pages into memory at
/// once, which takes less time than one by one as they are written to.
const SEGMENT: usize = 64 << 10;
/// What a process has in memory beside what is taken here and what is of files, at most: the stack.
const BESIDES: usize = 17 << 20;

/// Blocks are never larger: a function has at most 10,240 MB.
const MAX_BLOCK: usize = 16 << 30;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
/// Above so many bytes memory is saved.
static SAVING: AtomicUsize = AtomicUsize::new(usize::MAX);
/// How much of [`TAKEN`] was empty when memory was last given back.
static EMPTIED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// What was taken by the threads of each arena, less what they gave back.
static TAKEN_BY: [AtomicIsize; ARENAS] = [const { AtomicIsize::new(0) }; ARENAS];
static LIMIT: OnceLock<Limit> = OnceLock::new();

/// The limit, and who is told when it is reached.
struct Limit {
    bytes: usize,
    reached: fn(usize),
}

thread_local! {
    /// Whether the limit has been reached on this thread, and holds no longer.
    static IS_OVER: Cell<bool> = const { Cell::new(false) };
    /// Whether no memory is taken from the system on this thread.
    static IS_CLOSED: Cell<bool> = const { Cell::new(false) };
}

/// The bytes that were taken from the system and not given back. What of them has never been written to takes no
/// memory.
#[must_use]
pub fn taken() -> usize {
    TAKEN.load(Ordering::Relaxed)
}

/// The most that [`taken`] has been since this was called last, without what was empty.
pub fn take_peak() -> usize {
    PEAK.swap(taken(), Ordering::Relaxed).saturating_sub(EMPTIED.load(Ordering::Relaxed))
}

/// So much of what is taken is empty.
pub(crate) fn set_emptied(bytes: usize) {
    EMPTIED.store(bytes, Ordering::Relaxed);
}

/// As [`taken`], by this thread and those that share its arena.
#[must_use]
pub fn taken_here() -> usize {
    TAKEN_BY[own()].load(Ordering::Relaxed).try_into().unwrap_or(0)
}

/// The bytes that so many threads with arenas of their own, without this one, may still take if each may have `share`.
#[must_use]
pub fn unused_by_others(threads: usize, share: usize) -> usize {
    if threads <= 1 || share == 0 {
        return 0;
    }
    let own = own();
    let others = TAKEN_BY.iter().enumerate().filter(|(arena, _)| *arena != own);
    let used = others.map(|(_, taken)| taken.load(Ordering::Relaxed).clamp(0, share.cast_signed()));
    let used: isize = used.sum();
    ((threads - 1) * share).saturating_sub(used.cast_unsigned())
}

/// Counts what was taken, or given back.
fn count(taken: usize, freed: usize) {
    let now = TAKEN.fetch_add(taken, Ordering::Relaxed) + taken;
    PEAK.fetch_max(now, Ordering::Relaxed);
    TAKEN.fetch_sub(freed, Ordering::Relaxed);
    TAKEN_BY[own()].fetch_add(taken.wrapping_sub(freed).cast_signed(), Ordering::Relaxed);
}

/// Whether the process stays within `limit` bytes of memory when it writes to `size` bytes more.
#[must_use]
pub fn fits(size: usize, limit: usize) -> bool {
    taken().saturating_add(size).saturating_add(BESIDES) <= limit
        || resident().is_some_and(|resident| resident.saturating_add(size) <= limit)
}

/// From now on, where a block would not fit into so many bytes of memory, `reached` is told its size; then the block
/// is given nevertheless. It is called in the middle of an allocation, and may allocate itself.
pub fn forbid_above(bytes: usize, reached: fn(usize)) {
    // The first limit stays.
    let _ = LIMIT.set(Limit { bytes, reached });
}

/// When more than so many bytes are taken, freed memory goes back to the system sooner, which takes time.
pub fn save_above(bytes: usize) {
    SAVING.store(bytes, Ordering::Relaxed);
}

/// Whether memory is to be saved.
#[inline]
pub(crate) fn is_saving() -> bool {
    taken() > SAVING.load(Ordering::Relaxed)
}

/// The bytes of the process that are in memory, as the system counts them, without what it can read from files again,
/// such as the program itself.
fn resident() -> Option<usize> {
    use rustix::fs::{Mode, OFlags};
    use std::os::fd::OwnedFd;
    static STATM: OnceLock<Option<OwnedFd>> = OnceLock::new();
    let open = || rustix::fs::open("/proc/self/statm", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok();
    let mut text = [0; 100];
    let length = rustix::io::pread(STATM.get_or_init(open).as_ref()?, &mut text, 0).ok()?;
    let text = std::str::from_utf8(&text[..length]).ok()?;
    // The program's size, what of it is in memory, and what of that is of files.
    let mut pages = text.split(' ').skip(1).map_while(|pages| pages.parse::<usize>().ok());
    let (all, of_files) = (pages.next()?, pages.next()?);
    Some(all.saturating_sub(of_files) * rustix::param::page_size())
}

/// A block, if need be after free memory was given back, or after the limit's owner was told.
#[inline]
pub(crate) fn or_after_making_space(size: usize, make: impl Fn() -> *mut u8) -> *mut u8 {
    let block = make();
    if block.is_null() {
        make_space(size, &make)
    } else {
        block
    }
}

#[cold]
fn make_space(size: usize, make: &dyn Fn() -> *mut u8) -> *mut u8 {
    if size > MAX_BLOCK {
        return ptr::null_mut();
    }
    crate::give_back();
    let block = make();
    match LIMIT.get() {
        Some(limit) if block.is_null() && !IS_OVER.replace(true) => {
            (limit.reached)(size);
            let block = make();
            IS_OVER.set(false);
            block
        }
        _ => block,
    }
}

/// Whether so much more may be taken.
fn is_allowed(size: usize) -> bool {
    LIMIT.get().is_none_or(|limit| IS_OVER.get() || fits(size, limit.bytes))
}

/// Does `work`, during which this thread takes no memory from the system.
pub(crate) fn without_growth(work: impl FnOnce()) {
    IS_CLOSED.set(true);
    work();
    IS_CLOSED.set(false);
}

/// Where dlmalloc's memory comes from.
pub(crate) struct Pages(());

impl Pages {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

// SAFETY: what is mapped is readable, writable, and nobody else's.
unsafe impl dlmalloc::Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        if IS_CLOSED.get() {
            return (ptr::null_mut(), 0, 0);
        }
        // A start needs no more than the first of them.
        let is_soon_full = size == SEGMENT && taken() >= 2 * SEGMENT;
        (map_with(size, if is_soon_full { MapFlags::POPULATE } else { MapFlags::empty() }), size, 0)
    }

    fn remap(&self, start: *mut u8, old_size: usize, size: usize, may_move: bool) -> *mut u8 {
        if !may_move {
            return ptr::null_mut();
        }
        // SAFETY: dlmalloc's own mapping.
        unsafe { remap(start, old_size, size) }
    }

    fn free_part(&self, start: *mut u8, old_size: usize, size: usize) -> bool {
        // SAFETY: dlmalloc's own mapping, whose end it needs no longer.
        unsafe { free(start.add(size), old_size - size) }
    }

    fn free(&self, start: *mut u8, size: usize) -> bool {
        // SAFETY: dlmalloc's own mapping, which it needs no longer.
        unsafe { free(start, size) }
    }

    fn can_release_part(&self, _flags: u32) -> bool {
        true
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

/// Takes so many bytes, which are 0; null where they are refused.
pub(crate) fn map(size: usize) -> *mut u8 {
    map_with(size, MapFlags::empty())
}

fn map_with(size: usize, flags: MapFlags) -> *mut u8 {
    let Some(size) = size.checked_next_multiple_of(PAGE).filter(|size| is_allowed(*size)) else {
        return ptr::null_mut();
    };
    // SAFETY: a new mapping is at nobody's place.
    let mapped = unsafe {
        mmap_anonymous(ptr::null_mut(), size, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | flags)
    };
    mapped.map_or(ptr::null_mut(), |start| {
        count(size, 0);
        start.cast()
    })
}

/// Makes a mapping larger or smaller, elsewhere if need be; null where that is refused.
///
/// # Safety
/// It must be a mapping of ours of the old size.
pub(crate) unsafe fn remap(start: *mut u8, old_size: usize, size: usize) -> *mut u8 {
    let old_size = old_size.next_multiple_of(PAGE);
    let Some(size) = size.checked_next_multiple_of(PAGE) else {
        return ptr::null_mut();
    };
    if size > old_size && !is_allowed(size - old_size) {
        return ptr::null_mut();
    }
    // SAFETY: the caller's.
    let moved = unsafe { mremap(start.cast(), old_size, size, MremapFlags::MAYMOVE) };
    moved.map_or(ptr::null_mut(), |start| {
        count(size, old_size);
        start.cast()
    })
}

/// Gives a mapping back.
///
/// # Safety
/// It must be a mapping of ours of this size, which nobody needs.
pub(crate) unsafe fn unmap(start: *mut u8, size: usize) {
    // SAFETY: the caller's.
    unsafe { free(start, size.next_multiple_of(PAGE)) };
}

/// Gives whole pages back.
///
/// # Safety
/// They must be ours, and nobody must need them.
unsafe fn free(start: *mut u8, size: usize) -> bool {
    // SAFETY: the caller's.
    let freed = unsafe { munmap(start.cast(), size) }.is_ok();
    if freed {
        count(0, size);
    }
    freed
}

//! The limit, in a process of its own: it holds for all threads, and for good.

use rhambda_allocator::{fits, forbid_above, give_back, taken, Arenas};
use std::sync::atomic::{AtomicUsize, Ordering};

#[global_allocator]
static ALLOCATOR: Arenas = Arenas;

const LIMIT: usize = 100 << 20;

static REACHED: AtomicUsize = AtomicUsize::new(0);

fn reached(size: usize) {
    // It may allocate.
    assert!(!format!("{size} bytes").is_empty());
    REACHED.store(size, Ordering::Relaxed);
}

fn filled(size: usize) -> Vec<u8> {
    vec![7; size]
}

#[test]
fn whoever_reaches_the_limit_is_told() {
    forbid_above(LIMIT, reached);
    let before = taken();

    let small: Vec<_> = (0..60).map(|_| filled(1 << 20)).collect();
    assert!(taken() - before >= 60 << 20);
    assert!(fits(10 << 20, LIMIT) && !fits(60 << 20, LIMIT));
    assert_eq!(REACHED.load(Ordering::Relaxed), 0);

    // What would not fit is given in any case: the program may not be able to do without.
    let large = filled(50 << 20);
    assert!(REACHED.swap(0, Ordering::Relaxed) >= 50 << 20);
    drop(large);

    // A block that is freed is the system's again, and what was made of many small ones, too.
    drop(small);
    give_back();
    assert!(taken() - before < 5 << 20, "{} bytes are kept", taken() - before);
    let mut growing = filled(50 << 20);
    assert_eq!(REACHED.load(Ordering::Relaxed), 0);

    // It grows where it is, or moves: both together would not fit.
    growing.reserve_exact(20 << 20);
    assert_eq!(REACHED.load(Ordering::Relaxed), 0);
    assert!(growing.iter().all(|byte| *byte == 7));
    growing.reserve_exact(90 << 20);
    assert!(REACHED.load(Ordering::Relaxed) >= 70 << 20);

    // A size that no machine has is refused, and nobody is told.
    REACHED.store(0, Ordering::Relaxed);
    assert!(Vec::<u8>::new().try_reserve(1 << 60).is_err());
    assert_eq!(REACHED.load(Ordering::Relaxed), 0);
}

//! How long a debugger has held scripts: no limit of time runs meanwhile. Only with the feature `debugger`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static NANOSECONDS: AtomicU64 = AtomicU64::new(0);

/// Says how long scripts were held since this process began.
pub fn set(time: Duration) {
    NANOSECONDS.store(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// How long scripts were held since this process began.
pub fn total() -> Duration {
    Duration::from_nanos(nanoseconds())
}

pub(crate) fn nanoseconds() -> u64 {
    NANOSECONDS.load(Ordering::Relaxed)
}

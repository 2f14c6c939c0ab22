//! When to stop: by an instant, or as soon as somebody says so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A wait looks this often whether it is told to stop.
const SLICE: Duration = Duration::from_millis(50);

/// When work must stop: by an instant, or when it is told to. Copies stop together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Until {
    at: Option<Instant>,
    told: Option<&'static AtomicBool>,
    /// How long scripts had been held when `at` was set, in nanoseconds.
    #[cfg(feature = "debugger")]
    paused: u64,
}

impl Until {
    /// Work that may take forever.
    pub const NEVER: Self = Self {
        at: None,
        told: None,
        #[cfg(feature = "debugger")]
        paused: 0,
    };

    /// Work stops when this flag is set.
    pub const fn told(flag: &'static AtomicBool) -> Self {
        Self { told: Some(flag), ..Self::NEVER }
    }

    /// The same, but by this instant at the latest.
    #[must_use]
    pub fn by(self, at: Option<Instant>) -> Self {
        Self {
            at: [self.at(), at].into_iter().flatten().min(),
            #[cfg(feature = "debugger")]
            paused: crate::pauses::nanoseconds(),
            ..self
        }
    }

    /// The latest instant; `None` without a limit.
    #[cfg(not(feature = "debugger"))]
    pub fn at(&self) -> Option<Instant> {
        self.at
    }

    /// The latest instant, which the time that scripts were held moves; `None` without a limit.
    #[cfg(feature = "debugger")]
    pub fn at(&self) -> Option<Instant> {
        self.at.map(|at| at + self.held())
    }

    /// How long a debugger has held scripts since the limit was set.
    #[cfg(not(feature = "debugger"))]
    #[allow(clippy::unused_self)] // as with a debugger
    pub fn held(&self) -> Duration {
        Duration::ZERO
    }

    /// How long a debugger has held scripts since the limit was set.
    #[cfg(feature = "debugger")]
    pub fn held(&self) -> Duration {
        Duration::from_nanos(crate::pauses::nanoseconds().saturating_sub(self.paused))
    }

    /// The time that is left; `None` without a limit.
    pub fn left(&self) -> Option<Duration> {
        self.at().map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether work was told to stop.
    pub fn is_told(&self) -> bool {
        self.told.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Whether work must stop now.
    pub fn is_over(&self) -> bool {
        self.is_told() || self.at().is_some_and(|at| Instant::now() >= at)
    }

    /// How long to wait before the next look at whether to stop; `None` if it is time to stop.
    pub(crate) fn slice(&self) -> Option<Duration> {
        if self.is_told() {
            return None;
        }
        Some(self.left().map_or(SLICE, |left| left.min(SLICE))).filter(|slice| !slice.is_zero())
    }

    /// Waits. Returns whether all of this time has passed; `false` means that work must stop.
    pub fn wait(&self, time: Duration) -> bool {
        // An instant that the clock cannot express never comes.
        let end = Instant::now().checked_add(time);
        while let Some(slice) = self.slice() {
            match end.map_or(slice, |end| end.saturating_duration_since(Instant::now())) {
                Duration::ZERO => return true,
                left => thread::sleep(left.min(slice)),
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_instant_counts() {
        let now = Instant::now();
        let later = now + Duration::from_mins(1);
        assert_eq!(Until::NEVER.by(None).at(), None);
        assert_eq!(Until::NEVER.by(Some(later)).by(None).at(), Some(later));
        assert_eq!(Until::NEVER.by(Some(later)).by(Some(now)).at(), Some(now));
        assert_eq!(Until::NEVER.by(Some(now)).by(Some(later)).at(), Some(now));
        assert!(Until::NEVER.by(Some(now)).is_over() && !Until::NEVER.by(Some(later)).is_over());
    }

    #[test]
    fn a_wait_ends_at_the_instant() {
        let start = Instant::now();
        let until = Until::NEVER.by(Some(start + Duration::from_millis(20)));
        assert!(until.wait(Duration::from_millis(1)));
        assert!(!until.wait(Duration::MAX));
        assert!(start.elapsed() >= Duration::from_millis(20) && until.is_over() && !until.is_told());
        assert!(!until.wait(Duration::ZERO));
    }

    #[test]
    fn a_wait_ends_when_told() {
        static FLAG: AtomicBool = AtomicBool::new(false);
        let until = Until::told(&FLAG);
        assert!(until.wait(Duration::ZERO) && !until.is_over());
        let other = thread::spawn(move || until.wait(Duration::MAX));
        FLAG.store(true, Ordering::Relaxed);
        assert!(!other.join().unwrap());
        assert!(until.is_told() && until.is_over() && until.by(None).is_over());
        assert_eq!(until.left(), None);
    }
}

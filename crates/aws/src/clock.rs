//! AWS's time: in its form of dates, and corrected by what its services say.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

/// A difference between the clocks that services don't mind.
const TOLERANCE: Duration = Duration::from_mins(4);

/// `20261122T053912Z`
pub(crate) fn amz_date(time: SystemTime) -> String {
    let time = humantime::format_rfc3339_seconds(time).to_string();
    time.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// `20261122`
pub(crate) fn amz_day(time: SystemTime) -> String {
    let mut day = amz_date(time);
    day.truncate(8);
    day
}

/// This machine's clock, put right.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// How far this machine's clock is behind, or else before AWS's.
    offset: Cell<Offset>,
}

#[derive(Clone, Copy, Debug)]
enum Offset {
    Behind(Duration),
    Before(Duration),
}

impl Default for Offset {
    fn default() -> Self {
        Self::Behind(Duration::ZERO)
    }
}

impl Clock {
    /// The time at AWS, as far as it is known.
    pub(crate) fn now(&self, here: SystemTime) -> SystemTime {
        match self.offset.get() {
            Offset::Behind(by) => here + by,
            Offset::Before(by) => here - by,
        }
    }

    /// Takes over the time of a service's header `Date`; whether it is another one.
    pub(crate) fn correct(&self, date: &str, here: SystemTime) -> bool {
        let Ok(there) = httpdate::parse_http_date(date) else {
            return false;
        };
        if difference(there, self.now(here)) < TOLERANCE {
            return false;
        }
        self.offset.set(match there.duration_since(here) {
            Ok(by) => Offset::Behind(by),
            Err(before) => Offset::Before(before.duration()),
        });
        true
    }
}

fn difference(a: SystemTime, b: SystemTime) -> Duration {
    a.duration_since(b).unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn dates() {
        let time = UNIX_EPOCH + Duration::from_secs(1_440_938_161);
        assert_eq!((amz_date(time), amz_day(time)), ("20150830T123601Z".into(), "20150830".into()));
    }

    #[test]
    fn the_clock_is_put_right_when_it_is_minutes_off() {
        let clock = Clock::default();
        for (hours, other) in [(0, false), (5, true), (5, false), (-3, true), (0, true)] {
            let offset = Duration::from_hours(i64::unsigned_abs(hours));
            let there = if hours < 0 { SystemTime::now() - offset } else { SystemTime::now() + offset };
            assert_eq!(clock.correct(&httpdate::fmt_http_date(there), SystemTime::now()), other, "{hours}");
            assert!(difference(clock.now(SystemTime::now()), there) < Duration::from_secs(2), "{hours}");
        }
        assert!(!clock.correct("yesterday", SystemTime::now()));
    }
}

//! How long a request may take: its own timeout, and the caller's deadline.

use crate::{Error, ErrorKind, Until};
use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// When the network operation of this thread has to end.
    static END: Cell<Until> = const { Cell::new(Until::NEVER) };
}

/// When the network operation of this thread has to end.
pub(crate) fn end() -> Until {
    END.get()
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    timeout: Option<Duration>,
    /// What the caller says.
    until: Until,
    end: Until,
}

impl Time {
    pub(crate) fn new(timeout: Option<Duration>, until: Until) -> Self {
        let own_end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { timeout, until, end: until.by(own_end) }
    }

    /// The same timeout, from now on, and the same deadline.
    pub(crate) fn renewed(&self) -> Self {
        Self::new(self.timeout, self.until)
    }

    /// A shorter time from now on, within the same deadline.
    pub(crate) fn shortened(&self, timeout: Duration) -> Self {
        Self::new(Some(timeout), self.until)
    }

    /// Does `work`, which may use the network until the time is over. The connection asks for the [`end`] itself, because
    /// ureq has timeouts for a whole body only, and none for each wait.
    pub(crate) fn limit<T>(&self, work: impl FnOnce() -> T) -> T {
        END.set(self.end);
        work()
    }

    /// Whether nothing is left of it.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_over()
    }

    /// Whether the end is the caller's, and not that of the request's own timeout.
    fn is_callers(&self) -> bool {
        self.until.is_told() || self.end.at() == self.until.at()
    }

    /// The error of something that was not done in time.
    pub(crate) fn late(&self, what: &str) -> Error {
        match self.timeout {
            Some(timeout) if !self.is_callers() => {
                Error::new(ErrorKind::Timeout, format!("{what}; the timeout is {timeout:?}"))
            }
            _ => Error::new(ErrorKind::Deadline, what),
        }
    }
}

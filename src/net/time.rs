//! How long a request may take: its own timeout, and the caller's deadline.

use super::{Error, ErrorKind};
use crate::shutdown;
use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// When the network operation of this thread has to end.
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// When the network operation of this thread has to end; `None` without a limit.
pub(super) fn end() -> Option<Instant> {
    END.get()
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    end: Option<Instant>,
    /// Whether the end is the caller's, and not that of the request's own timeout.
    is_deadline: bool,
}

impl Time {
    pub(super) fn new(timeout: Option<Duration>, deadline: Option<Instant>) -> Self {
        let own_end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let end = [own_end, deadline].into_iter().flatten().min();
        Self { timeout, deadline, end, is_deadline: end.is_some() && end == deadline }
    }

    /// The same timeout, from now on, and the same deadline.
    pub(super) fn renewed(&self) -> Self {
        Self::new(self.timeout, self.deadline)
    }

    /// A shorter time from now on, within the same deadline.
    pub(super) fn shortened(&self, timeout: Duration) -> Self {
        Self::new(Some(timeout), self.deadline)
    }

    /// Does `work`, which may use the network until the time is over. The connection asks for the [`end`] itself, because
    /// ureq has timeouts for a whole body only, and none for each wait.
    pub(super) fn limit<T>(&self, work: impl FnOnce() -> T) -> T {
        END.set(self.end);
        work()
    }

    /// Whether nothing is left of it.
    pub(super) fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// What is left of it; `None` without a limit.
    fn left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// The error of something that was not done in time.
    pub(super) fn late(&self, what: &str) -> Error {
        match self.timeout {
            Some(timeout) if !self.is_deadline && !shutdown::requested() => {
                Error::new(ErrorKind::Timeout, format!("{what}; the timeout is {timeout:?}"))
            }
            _ => Error::new(ErrorKind::Deadline, what),
        }
    }
}

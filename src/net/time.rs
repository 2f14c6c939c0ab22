//! How long a request may take: its own timeout, and the caller's deadline.

use super::{Error, ErrorKind};
use crate::shutdown;
use std::time::{Duration, Instant};

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    timeout: Option<Duration>,
    end: Option<Instant>,
    /// Whether the end is the caller's, and not that of the request's own timeout.
    is_deadline: bool,
}

impl Time {
    pub(super) fn new(timeout: Option<Duration>, until: Option<Instant>) -> Self {
        let own_end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let end = [own_end, until].into_iter().flatten().min();
        Self { timeout, end, is_deadline: end.is_some() && end == until }
    }

    /// What is left of it; `None` without a limit.
    pub(super) fn left(&self) -> Option<Duration> {
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

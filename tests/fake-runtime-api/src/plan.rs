//! The plan of a test: what the server will deliver and answer.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Invocation, Reply};

/// A fake Runtime API that is yet to be started.
#[derive(Debug)]
#[must_use]
pub struct FakeRuntimeApi {
    pub(crate) replies: Replies,
    pub(crate) prefix: String,
    pub(crate) concurrency: usize,
    pub(crate) patience: Duration,
    pub(crate) violations_allowed: bool,
    pub(crate) leftovers_allowed: bool,
}

/// The planned replies of each endpoint, in order.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    pub(crate) next: VecDeque<Reply>,
    pub(crate) response: VecDeque<Reply>,
    pub(crate) error: VecDeque<Reply>,
    pub(crate) init_error: VecDeque<Reply>,
    pub(crate) restore_next: VecDeque<Reply>,
    pub(crate) restore_error: VecDeque<Reply>,
}

impl Default for FakeRuntimeApi {
    fn default() -> Self {
        Self {
            replies: Replies::default(),
            prefix: String::new(),
            concurrency: 1,
            patience: Duration::from_secs(20),
            violations_allowed: false,
            leftovers_allowed: false,
        }
    }
}

impl FakeRuntimeApi {
    /// An empty plan: every `/next` waits, every POST is accepted.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `/next` delivers this event, with the default headers.
    pub fn event(self, body: impl Into<Vec<u8>>) -> Self {
        self.invocation(Invocation::new(body))
    }

    /// The next `/next` delivers this invocation.
    pub fn invocation(self, invocation: Invocation) -> Self {
        self.on_next(Reply::Invocation(invocation))
    }

    /// The next `/next` gets this reply, in one order with the invocations.
    /// When they are used up, a further `/next` waits until the server ends.
    pub fn on_next(mut self, reply: Reply) -> Self {
        self.replies.next.push_back(reply);
        self
    }

    /// The next `/response` gets this reply, not 202.
    pub fn on_response(mut self, reply: Reply) -> Self {
        self.replies.response.push_back(reply);
        self
    }

    /// The next `/error` of an invocation gets this reply, not 202.
    pub fn on_error(mut self, reply: Reply) -> Self {
        self.replies.error.push_back(reply);
        self
    }

    /// The next `/init/error` gets this reply, not 202.
    pub fn on_init_error(mut self, reply: Reply) -> Self {
        self.replies.init_error.push_back(reply);
        self
    }

    /// The next `/restore/next` gets this reply, not 200.
    pub fn on_restore_next(mut self, reply: Reply) -> Self {
        self.replies.restore_next.push_back(reply);
        self
    }

    /// The next `/restore/error` gets this reply, not 202.
    pub fn on_restore_error(mut self, reply: Reply) -> Self {
        self.replies.restore_error.push_back(reply);
        self
    }

    /// Serves under this path (`/.rt`), as cargo-lambda's emulator does.
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// How many invocations may be unanswered at once (default 1), as
    /// `AWS_LAMBDA_MAX_CONCURRENCY` says on Managed Instances.
    pub fn concurrency(mut self, workers: usize) -> Self {
        self.concurrency = workers;
        self
    }

    /// How long the `wait_for` calls wait before they panic (default 20 s).
    pub fn patience(mut self, time: Duration) -> Self {
        self.patience = time;
        self
    }

    /// Lets the server end although not all that was planned was asked for.
    pub fn allow_leftovers(mut self) -> Self {
        self.leftovers_allowed = true;
        self
    }

    /// Lets the server end although the runtime violated the protocol.
    pub fn allow_violations(mut self) -> Self {
        self.violations_allowed = true;
        self
    }
}

impl Replies {
    /// How many replies are left at each endpoint, where there are any.
    pub(crate) fn left(&self) -> Vec<String> {
        let queues = [
            ("/next", &self.next),
            ("/response", &self.response),
            ("/error", &self.error),
            ("/init/error", &self.init_error),
            ("/restore/next", &self.restore_next),
            ("/restore/error", &self.restore_error),
        ];
        queues
            .iter()
            .filter(|(_, queue)| !queue.is_empty())
            .map(|(name, queue)| format!("{} for {name}", queue.len()))
            .collect()
    }
}

//! The running server, as the test sees it.

use std::ops::Deref;
use std::sync::MutexGuard;
use std::thread;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::state::State;
use crate::{FakeRuntimeApi, Request, Running};

/// A running fake Runtime API. It ends when it is dropped, which asserts that
/// the plan was used up and (unless they are allowed) that there were no
/// violations of the protocol.
pub struct Server {
    running: Running<State>,
    patience: Duration,
    violations_allowed: bool,
    leftovers_allowed: bool,
}

/// A POST to `/response` or `/error`, with the request it came as.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The id in its path, percent-decoded.
    pub request_id: String,
    /// Whether the function succeeded, as the runtime sees it.
    pub kind: AnswerKind,
    /// The whole request, to which an answer dereferences.
    pub request: Request,
}

/// Which of the two an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// A POST to `/response`.
    Response,
    /// A POST to `/error`.
    Error,
}

impl Deref for Answer {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

impl FakeRuntimeApi {
    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no port or no thread to be had.
    #[must_use = "the server ends when it is dropped"]
    pub fn start(self) -> Server {
        Server {
            patience: self.patience,
            violations_allowed: self.violations_allowed,
            leftovers_allowed: self.leftovers_allowed,
            running: Running::start(State::new(self.replies, self.prefix, self.concurrency)),
        }
    }
}

impl Server {
    /// `127.0.0.1:port`, without the prefix.
    pub fn address(&self) -> String {
        self.running.address().to_string()
    }

    /// Waits until that many invocations were answered; all answers so far.
    ///
    /// # Panics
    /// When the server's patience ends first; the message says what came.
    pub fn wait_for_answers(&self, count: usize) -> Vec<Answer> {
        let what = format!("{count} answers");
        let state = self.wait(&what, |state| answers(state).count() >= count);
        answers(&state).collect()
    }

    /// Waits until the record of all requests satisfies the condition.
    ///
    /// # Panics
    /// When the server's patience ends first; the message says what came.
    pub fn wait_for(&self, condition: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let state = self.wait("the condition", |state| condition(&state.requests));
        state.requests.clone()
    }

    /// Every request so far, in the order they came.
    pub fn requests(&self) -> Vec<Request> {
        self.running.director().requests.clone()
    }

    /// Every POST to `/init/error` so far.
    pub fn init_errors(&self) -> Vec<Request> {
        let state = self.running.director();
        let init_errors =
            state.requests.iter().filter(|request| state.endpoint(request) == Endpoint::InitError);
        init_errors.cloned().collect()
    }

    /// What the client did against the protocol so far.
    pub fn violations(&self) -> Vec<String> {
        self.running.director().violations.clone()
    }

    fn wait(&self, what: &str, ready: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let (state, is_ready) = self.running.wait(self.patience, ready);
        assert!(is_ready, "waited {:?} for {what}; {}", self.patience, state.summary());
        state
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.end();
        if thread::panicking() {
            return;
        }
        let state = self.running.director();
        let left = state.replies.left();
        assert!(
            left.is_empty() || self.leftovers_allowed,
            "replies left over: {}; {}",
            left.join(", "),
            state.summary()
        );
        assert!(
            state.violations.is_empty() || self.violations_allowed,
            "the protocol was violated; {}",
            state.summary()
        );
    }
}

fn answers(state: &State) -> impl Iterator<Item = Answer> + '_ {
    state.requests.iter().filter_map(|request| {
        let (request_id, kind) = match state.endpoint(request) {
            Endpoint::Response(id) => (id, AnswerKind::Response),
            Endpoint::Error(id) => (id, AnswerKind::Error),
            _ => return None,
        };
        Some(Answer { request_id, kind, request: request.clone() })
    })
}

//! What has happened so far, and what is to be replied next.

use std::collections::HashSet;
use std::io;

use crate::endpoint::Endpoint;
use crate::plan::Replies;
use crate::{protocol, Director, Reply, Request};

/// The server's memory; every request passes through it.
pub(crate) struct State {
    pub(crate) replies: Replies,
    pub(crate) requests: Vec<Request>,
    pub(crate) violations: Vec<String>,
    prefix: String,
    concurrency: usize,
    delivered: usize,
    unanswered: Vec<Delivered>,
    answered: HashSet<String>,
    init_failed: bool,
}

/// What an invocation's answer is checked against.
struct Delivered {
    request_id: String,
    invocation_id: Option<String>,
}

impl State {
    pub(crate) fn new(replies: Replies, prefix: String, concurrency: usize) -> Self {
        Self {
            replies,
            requests: Vec::new(),
            violations: Vec::new(),
            prefix,
            concurrency,
            delivered: 0,
            unanswered: Vec::new(),
            answered: HashSet::new(),
            init_failed: false,
        }
    }

    /// Which call of the API a request is.
    pub(crate) fn endpoint(&self, request: &Request) -> Endpoint {
        Endpoint::of(request, &self.prefix)
    }

    /// How many answers of invocations have come.
    fn answers(&self) -> usize {
        let answers = self.requests.iter().map(|request| self.endpoint(request));
        answers.filter(|endpoint| matches!(endpoint, Endpoint::Response(_) | Endpoint::Error(_))).count()
    }

    /// The record so far, one request a line.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("seen so far:");
        for request in &self.requests {
            text.push_str("\n  ");
            text.push_str(&describe(request));
        }
        for violation in &self.violations {
            text.push_str("\n  violation: ");
            text.push_str(violation);
        }
        text
    }

    fn check_next(&mut self, request: &Request) {
        if self.unanswered.len() >= self.concurrency {
            self.violate(request, "asked for while an invocation is unanswered");
        }
        if self.init_failed {
            self.violate(request, "asked for after an init error");
        }
    }

    fn check_init_error(&mut self, request: &Request) {
        if self.init_failed {
            self.violate(request, "a second init error");
        }
        if self.delivered > 0 {
            self.violate(request, "an init error after an invocation");
        }
        self.init_failed = true;
    }

    fn answer(&mut self, id: &str, request: &Request, reply: Option<Reply>) -> Reply {
        let reply = reply.unwrap_or_else(Reply::accepted);
        let place = self.unanswered.iter().position(|one| one.request_id == id);
        if let Some(place) = place {
            let delivered = self.unanswered.remove(place);
            let echoed = request.header("lambda-runtime-invocation-id");
            if delivered.invocation_id.as_deref() != echoed {
                self.violate(request, "the invocation id is not the one that came");
            }
        } else if self.answered.contains(id) {
            self.violate(request, "a second answer");
        }
        // Where the client could not know that its answer arrived, it may
        // send it again.
        if reply.is_answer() {
            self.answered.insert(id.to_owned());
        }
        reply
    }

    fn violate(&mut self, request: &Request, phrase: &str) {
        let request = describe(request);
        self.violations.push(format!("{request}: {phrase}"));
    }
}

impl Director for State {
    fn receive(&mut self, request: Request) -> Option<Reply> {
        let endpoint = self.endpoint(&request);
        for violation in protocol::violations(&request, &endpoint) {
            self.violate(&request, &violation);
        }
        let reply = match &endpoint {
            Endpoint::Next => {
                self.check_next(&request);
                None
            }
            Endpoint::Response(id) => {
                let reply = self.replies.response.pop_front();
                Some(self.answer(id, &request, reply))
            }
            Endpoint::Error(id) => {
                let reply = self.replies.error.pop_front();
                Some(self.answer(id, &request, reply))
            }
            Endpoint::InitError => {
                self.check_init_error(&request);
                let reply = self.replies.init_error.pop_front();
                Some(reply.unwrap_or_else(Reply::accepted))
            }
            Endpoint::RestoreNext => {
                let reply = self.replies.restore_next.pop_front();
                Some(reply.unwrap_or_else(|| Reply::status(200, "")))
            }
            Endpoint::RestoreError => {
                let reply = self.replies.restore_error.pop_front();
                Some(reply.unwrap_or_else(Reply::accepted))
            }
            Endpoint::Unknown => Some(Reply::error(404, "NotFound")),
        };
        self.requests.push(request);
        reply
    }

    /// What is planned for `/next`, the one call that waits, if there is something left.
    fn waiting_reply(&mut self) -> Option<Reply> {
        if let Some(Reply::WhenAnswered(count, _)) = self.replies.next.front() {
            if self.answers() < *count {
                return None;
            }
        }
        let mut reply = self.replies.next.pop_front()?;
        if let Some(invocation) = reply.invocation() {
            self.delivered += 1;
            let request_id = invocation.identify(self.delivered).to_owned();
            let invocation_id = invocation.invocation_id().map(str::to_owned);
            // An id that is delivered again may be answered again.
            self.answered.remove(&request_id);
            self.unanswered.push(Delivered { request_id, invocation_id });
        }
        Some(reply)
    }

    fn receive_broken(&mut self, problem: &io::Error) {
        self.violations.push(format!("a request that could not be read: {problem}"));
    }
}

fn describe(request: &Request) -> String {
    format!(
        "{} {} ({} bytes, connection {})",
        request.method,
        request.path,
        request.body.len(),
        request.connection
    )
}

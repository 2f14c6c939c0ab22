//! The Runtime API of a soak: delivers what is planned, and keeps the books on what comes back.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::time::Duration;

use fake_runtime_api::{protocol, Director, Endpoint, Reply, Request};

use super::kind::Kind;
use super::plan::{Planned, SLOW_READER};

/// Of the problems of one sort, so many are kept.
const KEPT: usize = 5;

/// What was delivered and what came of it.
pub(super) struct Ledger {
    workers: usize,
    /// So many of the first events have the largest size.
    largest: usize,
    /// Whether some handlers need more memory than there is.
    has_bombs: bool,
    /// The invocations up to this number are delivered, and no more for now.
    until: usize,
    /// How many were delivered: the number of the next one.
    delivered: usize,
    /// Whether the fault before the next one has happened.
    fault_done: bool,
    /// How many `/next` wait.
    waiting: usize,
    running: HashMap<usize, Running>,
    pub(super) counts: BTreeMap<Kind, usize>,
    pub(super) answered: usize,
    pub(super) bytes: usize,
    pub(super) problems: Problems,
}

/// An invocation that is not answered yet.
struct Running {
    planned: Planned,
    /// Whether the fault at its answer has happened.
    fault_done: bool,
}

/// What went wrong.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) twice: usize,
    pub(super) others: usize,
    /// Some of them, for people.
    pub(super) texts: Vec<String>,
}

impl Ledger {
    pub(super) fn new(workers: usize, largest: usize, has_bombs: bool) -> Self {
        Self {
            workers,
            largest,
            has_bombs,
            until: 0,
            delivered: 0,
            fault_done: false,
            waiting: 0,
            running: HashMap::new(),
            counts: BTreeMap::new(),
            answered: 0,
            bytes: 0,
            problems: Problems::default(),
        }
    }

    /// Delivers the invocations up to this number.
    pub(super) fn deliver(&mut self, until: usize) {
        self.until = until;
    }

    /// Whether all that was to be delivered is answered, and every worker asks for more.
    pub(super) fn is_idle(&self) -> bool {
        self.delivered == self.until && self.running.is_empty() && self.waiting == self.workers
    }

    /// The numbers of those that are delivered and not answered.
    pub(super) fn unanswered(&self) -> Vec<usize> {
        let mut numbers: Vec<_> = self.running.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    fn answer(&mut self, id: &str, request: &Request) -> Reply {
        self.bytes += request.body.len();
        let number = id.parse().unwrap_or(usize::MAX);
        let Some(running) = self.running.get_mut(&number) else {
            self.unexpected(id);
            return Reply::error(400, "InvalidRequestID");
        };
        let problem = check(&running.planned, request).err();
        let again = std::mem::replace(&mut running.fault_done, true);
        let reply = if again { Reply::accepted() } else { running.planned.reply() };
        if let Some(problem) = problem {
            self.problems.others += 1;
            self.problems.note(format!("invocation {number}: {problem}"));
        }
        // Where not a byte of an answer came, the client sends it again.
        if !matches!(reply, Reply::Close | Reply::Reset) {
            self.settle(number);
        }
        reply
    }

    fn unexpected(&mut self, id: &str) {
        if id.parse().is_ok_and(|number: usize| number < self.delivered) {
            self.problems.twice += 1;
            self.problems.note(format!("invocation {id} was answered twice"));
        } else {
            self.problems.others += 1;
            self.problems.note(format!("invocation {id} was answered, and there is none such"));
        }
    }

    fn settle(&mut self, number: usize) {
        self.running.remove(&number);
        self.answered += 1;
    }

    fn violation(&mut self, request: &Request, phrase: &str) {
        self.problems.others += 1;
        self.problems.note(format!("{} {}: {phrase}", request.method, request.path));
    }
}

impl Problems {
    fn note(&mut self, text: String) {
        if self.texts.len() < KEPT {
            self.texts.push(text);
        }
    }
}

impl Director for Ledger {
    fn breaks_off(&mut self, head: &Request) -> bool {
        let Endpoint::Response(id) = Endpoint::of(head, "") else {
            return false;
        };
        let Some(number) = id.parse().ok() else {
            return false;
        };
        let breaks_off =
            self.running.get(&number).is_some_and(|running| running.planned.kind == Kind::StreamsBrokenOff);
        if breaks_off {
            if !head.is_chunked() {
                self.violation(head, "it should be streamed");
            }
            self.settle(number);
        }
        breaks_off
    }

    fn reading_delay(&mut self, head: &Request) -> Duration {
        let Endpoint::Response(id) = Endpoint::of(head, "") else {
            return Duration::ZERO;
        };
        let running = id.parse().ok().and_then(|number: usize| self.running.get(&number));
        match running {
            Some(Running { planned, .. }) if planned.kind == Kind::StreamsSlowly => SLOW_READER,
            _ => Duration::ZERO,
        }
    }

    fn receive(&mut self, request: Request) -> Option<Reply> {
        let endpoint = Endpoint::of(&request, "");
        for phrase in protocol::violations(&request, &endpoint) {
            self.violation(&request, &phrase);
        }
        match endpoint {
            Endpoint::Next => {
                if self.running.len() >= self.workers {
                    self.violation(&request, "asked for while an invocation is unanswered");
                }
                self.waiting += 1;
                None
            }
            Endpoint::Response(id) | Endpoint::Error(id) => Some(self.answer(&id, &request)),
            _ => {
                self.violation(&request, "not expected here");
                Some(Reply::error(404, "NotFound"))
            }
        }
    }

    fn waiting_reply(&mut self) -> Option<Reply> {
        if self.delivered == self.until {
            return None;
        }
        let planned = Planned::new(self.delivered, self.largest, self.has_bombs);
        self.waiting -= 1;
        let fault = planned.before().filter(|_| !self.fault_done);
        self.fault_done = fault.is_some();
        if fault.is_some() {
            return fault;
        }
        self.delivered += 1;
        *self.counts.entry(planned.kind).or_default() += 1;
        let delivery = planned.delivery();
        self.running.insert(planned.number, Running { planned, fault_done: false });
        Some(delivery)
    }

    fn receive_broken(&mut self, problem: &io::Error) {
        self.problems.others += 1;
        self.problems.note(format!("a request that could not be read: {problem}"));
    }
}

/// Whether an answer is what the invocation's handler makes of its event.
fn check(planned: &Planned, request: &Request) -> Result<(), String> {
    // On a busy machine its deadline may have passed when it arrives, and counts as none.
    if planned.kind == Kind::Overruns && request.body == b"\"too late\"" {
        return Ok(());
    }
    let failed = request.path.ends_with("/error");
    let error_type = request.error_type_header().or(request.trailer("lambda-runtime-function-error-type"));
    let expected_type = match planned.kind {
        Kind::Garbage => Some("Runtime.UnmarshalError"),
        Kind::Throws | Kind::ThrowsClosed | Kind::ThrowsLong | Kind::StreamsThrows => {
            Some("Function.Planned")
        }
        Kind::Bomb => Some("Runtime.OutOfMemory"),
        Kind::Overruns => Some("Runtime.Timeout"),
        _ => None,
    };
    if error_type != expected_type {
        return Err(format!("its error is {error_type:?}, not {expected_type:?}"));
    }
    if failed != (expected_type.is_some() && planned.kind != Kind::StreamsThrows) {
        return Err(format!("it was answered at {}", request.path));
    }
    let response = planned.response();
    if !failed && request.body != response {
        let (came, right) = (request.body.len(), response.len());
        return Err(format!("its answer ({came} bytes) is not the right one ({right} bytes)"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn request(method: &str, path: &str, body: Vec<u8>) -> Request {
        let headers = [("host", "x"), ("user-agent", "x"), ("content-length", "5")];
        Request {
            method: method.to_owned(),
            path: format!("/2018-06-01/runtime/{path}"),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body,
            chunks: Vec::new(),
            trailers: Vec::new(),
            connection: 1,
            received: Instant::now(),
            completed: Instant::now(),
        }
    }

    /// A ledger that has delivered its first invocation, which is a plain one.
    fn delivered() -> Ledger {
        let mut ledger = Ledger::new(1, 1, false);
        ledger.deliver(1);
        next(&mut ledger);
        assert!(!ledger.is_idle());
        assert_eq!(ledger.unanswered(), [0]);
        ledger
    }

    fn next(ledger: &mut Ledger) {
        assert!(ledger.receive(request("GET", "invocation/next", Vec::new())).is_none());
        ledger.waiting_reply();
    }

    fn answer(ledger: &mut Ledger, id: &str, body: Vec<u8>) {
        ledger.receive(request("POST", &format!("invocation/{id}/response"), body));
    }

    #[test]
    fn the_right_answer_settles_an_invocation() {
        let mut ledger = delivered();
        answer(&mut ledger, "0", Planned::new(0, 1, false).event());
        next(&mut ledger);
        assert!(ledger.is_idle());
        assert_eq!((ledger.answered, ledger.problems.texts.len()), (1, 0), "{:?}", ledger.problems);
    }

    #[test]
    fn a_second_answer_is_noticed() {
        let mut ledger = delivered();
        answer(&mut ledger, "0", Planned::new(0, 1, false).event());
        answer(&mut ledger, "0", Planned::new(0, 1, false).event());
        assert_eq!(ledger.problems.twice, 1);
    }

    #[test]
    fn a_wrong_answer_is_noticed() {
        let mut ledger = delivered();
        answer(&mut ledger, "0", b"{}".to_vec());
        answer(&mut ledger, "7", b"{}".to_vec());
        assert_eq!(ledger.problems.others, 2);
        assert!(ledger.problems.texts[0].contains("not the right one"), "{:?}", ledger.problems);
        assert!(ledger.problems.texts[1].contains("none such"), "{:?}", ledger.problems);
    }

    #[test]
    fn an_invocation_asked_for_too_early_is_noticed() {
        let mut ledger = delivered();
        next(&mut ledger);
        assert!(ledger.problems.texts[0].contains("while an invocation is unanswered"));
        assert!(!ledger.is_idle());
    }
}

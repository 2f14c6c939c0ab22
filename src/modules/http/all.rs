//! Several requests at once.

use super::request::Request;
use super::retry;
use net::{Client, Error, Response, Until};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

/// So many requests are under way at once.
const AT_ONCE: usize = 16;
/// TLS and DNS need less than half of it.
const STACK_SIZE: usize = 512 << 10;

/// What came of a request, and when.
pub(super) struct Received {
    pub(super) began: SystemTime,
    pub(super) ended: SystemTime,
    pub(super) result: Result<Response, Error>,
}

impl Received {
    /// What is there without a wait.
    pub(super) fn now(result: Result<Response, Error>) -> Self {
        let now = SystemTime::now();
        Self { began: now, ended: now, result }
    }
}

/// Sends all requests; their responses in the same order. Those that have not begun at the end of `until`
/// have none.
pub(super) fn send(client: &Client, requests: &[&Request], until: Until) -> Vec<Received> {
    // All responses are there at once, in the end.
    let client = client.for_many();
    at_once(requests.len(), until, |number| {
        let began = SystemTime::now();
        let wait = |time| until.wait(time);
        let result = retry::send(requests[number], until, wait, |request| client.send(request, until));
        Received { began, ended: SystemTime::now(), result }
    })
}

/// Does work on several threads; what comes of it, by its number. What has not begun at the end of `until` is left out.
pub(in crate::modules) fn at_once<T: Send>(
    count: usize,
    until: Until,
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::new(None)).collect();
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(outcome) = outcomes.get(number).filter(|_| !until.is_over()) else {
            break;
        };
        let done = work(number);
        *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    };
    let arena = rhambda_allocator::Arena::current();
    let helper = || {
        arena.enter();
        work();
    };
    thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(count) {
            // Without memory for another thread, those that there are do its work.
            if thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, helper).is_err() {
                break;
            }
        }
        work();
    });
    outcomes
        .into_iter()
        .filter_map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

//! Every fault of the Runtime API at every endpoint, with one worker and with eight: what must become
//! of it, as a table.

use crate::function::Function;
use crate::raw::{invocation, ACCEPTED};
use fake_runtime_api::{FakeRuntimeApi, Invocation, Reply, Request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

/// Where the fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Next,
    Response,
    /// At the end of a streamed response.
    Stream,
    Error,
    InitError,
    RestoreNext,
    RestoreError,
}

/// What must become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The next event is answered.
    GoOn,
    /// The process exits with this code.
    Exit(i32),
}

/// How a fault looks to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An answer whose status says what is wrong.
    Refusal,
    /// An answer that means the environment is broken.
    Broken,
    /// The beginning of something that is not an answer.
    Garbled,
    /// Not one byte.
    Silent,
    /// An answer as it should be, but slow.
    Slow,
}

/// What must become of a fault, for every cell.
fn expected(kind: Kind, at: At, workers: usize) -> Then {
    use Then::{Exit, GoOn};
    match (at, kind) {
        // The error is reported once, whatever is said to it, and then there is nothing to go on with.
        (At::InitError, _) => Exit(1),
        (At::RestoreError, _) => Exit(65),
        // A connection that stays silent may have died since its last use: it is opened again, once.
        (_, Kind::Slow | Kind::Silent) => GoOn,
        // Several workers share the load: one pauses and asks again, or leaves the work to the others.
        (At::Next | At::Response | At::Stream | At::Error, _) if workers > 1 => GoOn,
        // An event whose delivery went wrong must not be asked for again: Lambda would send it twice.
        // And in a broken environment there is nothing more to be done.
        (At::Next | At::RestoreNext, _) | (_, Kind::Broken) => Exit(1),
        // The answer was not wanted any more, or whether it was taken is not known: the next, please.
        (At::Response | At::Stream | At::Error, Kind::Refusal | Kind::Garbled) => GoOn,
    }
}

/// The faults; `answer` is what would be no fault.
fn faults(answer: &[u8]) -> Vec<(String, Kind, Reply)> {
    let raw = |text: &str| Reply::Raw(text.as_bytes().to_vec());
    let broken = |text: &str| Reply::RawThenClose(text.as_bytes().to_vec());
    let a_while = Duration::from_millis(100);
    let mut faults: Vec<_> =
        [300, 302, 400, 401, 403, 404, 408, 409, 410, 413, 418, 429, 499, 500, 501, 502, 503, 504, 599]
            .into_iter()
            .map(|status| {
                let kind = if status < 500 { Kind::Refusal } else { Kind::Broken };
                (format!("status {status}"), kind, Reply::error(status, "Planned"))
            })
            .collect();
    for (name, text) in [
        ("garbage", "SSH-2.0-x\r\n\r\n"),
        ("half a head", "HTTP/1.1 20"),
        ("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        ("half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"),
        ("a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        ("a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx"),
        ("a coding that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"),
    ] {
        faults.push((name.into(), Kind::Garbled, broken(text)));
    }
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(300_000));
    faults.push(("an endless head".into(), Kind::Garbled, broken(&endless)));
    let stalled = raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").then(Reply::Close.after(a_while));
    faults.push(("stalled in the body, then closed".into(), Kind::Garbled, stalled));
    faults.push(("closed".into(), Kind::Silent, Reply::Close));
    faults.push(("reset".into(), Kind::Silent, Reply::Reset));
    faults.push(("stalled, then closed".into(), Kind::Silent, Reply::Close.after(a_while)));
    faults.push(("stalled, then reset".into(), Kind::Silent, Reply::Reset.after(a_while)));
    let answer = |range: std::ops::RangeFrom<usize>| Reply::Raw(answer[range].to_vec());
    faults.push(("slow".into(), Kind::Slow, answer(0..).after(a_while)));
    let slow = raw("HTTP/1.1 ").then(answer(9..).after(a_while));
    faults.push(("slow in the middle".into(), Kind::Slow, slow));
    let interim = raw("HTTP/1.1 100 Continue\r\n\r\n").then(answer(0..));
    faults.push(("an interim answer before".into(), Kind::Slow, interim));
    faults.push(("no body at all".into(), Kind::Slow, raw("HTTP/1.1 204 No Content\r\n\r\n")));
    faults
}

/// Serves an event that meets the fault, then one that shows whether it goes on.
fn check(name: &str, kind: Kind, fault: &Reply, at: At, workers: usize) {
    let then = expected(kind, at, workers);
    let cell = format!("{name} at {at:?} with {workers} workers");
    let event = |event: &str, id: &str| Reply::Invocation(Invocation::new(event).request_id(id));
    let mut plan = FakeRuntimeApi::new().concurrency(workers);
    plan = match at {
        At::Next => plan.event("1").on_next(fault.clone()),
        At::Response => plan.on_next(event("2", "faulty")).on_response(fault.clone()),
        At::Stream => plan.on_next(event("\"stream\"", "faulty")).on_response(fault.clone()),
        At::Error => plan.on_next(event("0", "faulty")).on_error(fault.clone()),
        At::InitError => plan.on_init_error(fault.clone()),
        At::RestoreNext => plan.on_restore_next(fault.clone()),
        At::RestoreError => plan.on_restore_error(fault.clone()),
    };
    if then == Then::GoOn {
        // Not before, so that it is not another worker's answer that meets the fault.
        let met = usize::from(matches!(at, At::Response | At::Stream | At::Error));
        plan = plan.on_next(event("3", "after").when_answered(met));
    }
    let api = plan.start();
    let mut function = Function::main(match at {
        At::InitError => "throw \"no\"; fn handler(e) { e }",
        At::RestoreError => "fn after_restore() { throw \"no\" } fn handler(e) { e }",
        At::Stream => "fn handler(e, c, stream) { if e == \"stream\" { stream.write(e) } e }",
        _ => "fn handler(e) { if e == 0 { throw \"zero\" } e }",
    });
    if workers > 1 {
        function = function.env("AWS_LAMBDA_MAX_CONCURRENCY", &workers.to_string());
    }
    if matches!(at, At::RestoreNext | At::RestoreError) {
        function = function.env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    }
    let process = function.start(&api);
    match then {
        Then::GoOn => {
            let (path, times) = at_fault(kind, at);
            api.wait_for(|requests| {
                count(requests, "/after/response") == 1 && count(requests, path) >= times
            });
            process.stop();
        }
        Then::Exit(expected) => {
            let (code, log) = process.wait();
            assert_eq!(code, Some(expected), "{cell}: {log}");
        }
    }
    check_requests(&cell, &api.requests(), kind, at, workers);
    // The server checks for itself that no event is asked for, and none answered, twice.
}

/// Which call meets the fault, and how often it is made.
fn at_fault(kind: Kind, at: At) -> (&'static str, usize) {
    // Over a new connection nothing is sent again, and a stream cannot be sent twice.
    let again = usize::from(kind == Kind::Silent);
    match at {
        At::Next => ("/invocation/next", 2 + again),
        At::Response => ("/faulty/response", 1 + again),
        At::Stream => ("/faulty/response", 1),
        At::Error => ("/faulty/error", 1 + again),
        At::InitError => ("/init/error", 1),
        At::RestoreNext => ("/restore/next", 1 + again),
        At::RestoreError => ("/restore/error", 1),
    }
}

fn count(requests: &[Request], end: &str) -> usize {
    requests.iter().filter(|request| request.path.ends_with(end)).count()
}

/// How often each call was made.
fn check_requests(cell: &str, requests: &[Request], kind: Kind, at: At, workers: usize) {
    if at != At::Next {
        let (path, times) = at_fault(kind, at);
        assert_eq!(count(requests, path), times, "{cell}: {path}");
    }
    // A worker asks again when it has answered, and once more for a fault.
    let answered = count(requests, "/response") + count(requests, "/error");
    let asked = count(requests, "/invocation/next");
    assert!(asked <= answered + workers + 1, "{cell}: asked {asked} times, for {answered} answers");
}

fn check_all(at: At, workers: usize) {
    // Each cell is a process that mostly waits.
    let answer = if at == At::Next { invocation("slow", "4") } else { ACCEPTED.to_vec() };
    let cells = faults(&answer);
    std::thread::scope(|scope| {
        for part in cells.chunks(cells.len().div_ceil(4)) {
            scope.spawn(move || {
                for (name, kind, fault) in part {
                    check(name, *kind, fault, at, workers);
                }
            });
        }
    });
}

#[test]
fn at_next() {
    check_all(At::Next, 1);
    check_all(At::Next, 8);
}

#[test]
fn at_response() {
    check_all(At::Response, 1);
    check_all(At::Response, 8);
}

#[test]
fn at_the_end_of_a_stream() {
    check_all(At::Stream, 1);
    check_all(At::Stream, 8);
}

#[test]
fn at_error() {
    check_all(At::Error, 1);
    check_all(At::Error, 8);
}

#[test]
fn at_init_error() {
    check_all(At::InitError, 1);
    check_all(At::InitError, 8);
}

#[test]
fn around_the_snapshot() {
    check_all(At::RestoreNext, 1);
    check_all(At::RestoreError, 1);
}

/// A Runtime API that says the same to every request, for ever: how many requests it gets until the
/// process ends, and the exit code; or within two seconds, if it does not end.
fn flood(reply: Option<&'static str>, workers: usize) -> (usize, Option<i32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), counter) = (stream, Arc::clone(&counter)) else {
                return;
            };
            std::thread::spawn(move || {
                // Each request without a body comes with one `write`.
                while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
                    counter.fetch_add(1, Ordering::SeqCst);
                    let Some(reply) = reply else { break };
                    if stream.write_all(reply.as_bytes()).is_err() {
                        break;
                    }
                }
                let _ = stream.shutdown(Shutdown::Both);
            });
        }
    });
    let mut function = Function::main("fn handler(e) { e }");
    if workers > 1 {
        function = function.env("AWS_LAMBDA_MAX_CONCURRENCY", &workers.to_string());
    }
    let process = function.start_at(&address.to_string());
    let code = process.wait_for(Duration::from_secs(if reply == Some(NO_CONTENT) { 2 } else { 20 }));
    (requests.load(Ordering::SeqCst), code)
}

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const SERVER_ERROR: &str = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_fault_that_lasts_is_no_busy_loop() {
    let cells = [
        (Some(NO_CONTENT), 1, 8, None),
        (Some(NO_CONTENT), 8, 64, None),
        (Some(SERVER_ERROR), 1, 1, Some(1)),
        (Some(SERVER_ERROR), 8, 48, Some(1)),
        (Some("garbage\r\n\r\n"), 1, 1, Some(1)),
        (Some("garbage\r\n\r\n"), 8, 48, Some(1)),
        (None, 1, 2, Some(1)),
        (None, 8, 56, Some(1)),
    ];
    let check = |(reply, workers, most, expected)| {
        let (requests, code) = flood(reply, workers);
        assert_eq!(code, expected, "{reply:?} with {workers} workers");
        assert!((1..=most).contains(&requests), "{reply:?} with {workers} workers: {requests} requests");
    };
    std::thread::scope(|scope| {
        for cell in cells {
            scope.spawn(move || check(cell));
        }
    });
}

//! Every fault of the Runtime API at every endpoint: what must become of it, as a table.

use crate::support::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation, Reply};

/// Where the fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Next,
    Response,
    Error,
}

/// What must become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The next event is answered.
    GoOn,
    /// The process exits with 1.
    Exit,
}

const EMPTY: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

fn faults() -> Vec<(&'static str, Reply, [Then; 3])> {
    use Then::{Exit, GoOn};
    let status = |status| Reply::error(status, "Planned");
    let broken = |text: &str| Reply::RawThenClose(text.as_bytes().to_vec());
    vec![
        // the fault, and what becomes of it at /next, /response and /error
        ("status 400", status(400), [Exit, GoOn, GoOn]),
        ("status 403", status(403), [Exit, GoOn, GoOn]),
        ("status 404", status(404), [Exit, GoOn, GoOn]),
        ("status 410", status(410), [Exit, GoOn, GoOn]),
        ("status 413", status(413), [Exit, GoOn, GoOn]),
        ("status 429", status(429), [Exit, GoOn, GoOn]),
        ("status 500", status(500), [Exit, Exit, Exit]),
        ("status 503", status(503), [Exit, Exit, Exit]),
        ("garbage", broken("SSH-2.0-x\r\n\r\n"), [Exit, GoOn, GoOn]),
        ("half a head", broken("HTTP/1.1 20"), [Exit, GoOn, GoOn]),
        ("half a body", broken("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), [Exit, GoOn, GoOn]),
        ("a length that is none", broken("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), [Exit, GoOn, GoOn]),
        (
            "a chunk that is none",
            broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx"),
            [Exit, GoOn, GoOn],
        ),
        ("closed", Reply::Close, [GoOn, GoOn, GoOn]),
        ("reset", Reply::Reset, [GoOn, GoOn, GoOn]),
    ]
}

/// Runs an event without trouble, then the fault, then an event that shows whether it goes on.
fn check(name: &str, fault: &Reply, at: At, then: Then) {
    let event = |event: &str, id: &str| Reply::Invocation(Invocation::new(event).request_id(id));
    let mut plan = FakeRuntimeApi::new().allow_violations().event("1");
    plan = match at {
        At::Next => plan.on_next(fault.clone()),
        At::Response => plan
            .on_next(event("2", "faulty"))
            .on_response(Reply::Raw(EMPTY.to_vec()))
            .on_response(fault.clone()),
        At::Error => plan.on_next(event("0", "faulty")).on_error(fault.clone()),
    };
    if then == Then::GoOn {
        plan = plan.on_next(event("3", "after"));
    }
    let api = plan.start();
    let process = Function::main("fn handler(e) { if e == 0 { throw \"zero\" } e }").start(&api);
    match then {
        Then::GoOn => {
            api.wait_for(|requests| requests.iter().any(|request| request.path.ends_with("/after/response")));
            process.stop();
        }
        Then::Exit => {
            let (code, log) = process.wait();
            assert_eq!(code, Some(1), "{name} at {at:?}: {log}");
        }
    }
    let requests = api.requests();
    let count = |end: &str| requests.iter().filter(|request| request.path.ends_with(end)).count();
    // A connection that dies without a byte of an answer is opened again, once.
    let silent = matches!(fault, Reply::Close | Reply::Reset);
    let again = usize::from(silent);
    match at {
        At::Next => assert!(count("/next") <= 3 + again, "{name}: {} asked", count("/next")),
        At::Response => assert_eq!(count("/faulty/response"), 1 + again, "{name}"),
        At::Error => assert_eq!(count("/faulty/error"), 1 + again, "{name}"),
    }
}

#[test]
fn at_next() {
    for (name, fault, then) in faults() {
        check(name, &fault, At::Next, then[0]);
    }
}

#[test]
fn at_response() {
    for (name, fault, then) in faults() {
        check(name, &fault, At::Response, then[1]);
    }
}

#[test]
fn at_error() {
    for (name, fault, then) in faults() {
        check(name, &fault, At::Error, then[2]);
    }
}

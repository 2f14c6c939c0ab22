//! Timeouts, retries and the invocation's deadline.

use super::{error_of, event, function, value};
use crate::function::{error_parts, Function};
use crate::process::signal;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use web_server::{Reply, Silent, WebServer};

/// Each place where a server can stop answering, with a URL.
struct Stalls {
    server: WebServer,
    connected: Silent,
    full: Silent,
}

impl Stalls {
    fn new() -> Self {
        let server = WebServer::start(|request| match &*request.path {
            "/body" => Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhel").stall(),
            "/chunk" => {
                Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n").stall()
            }
            "/head" => Reply::raw("HTTP/1.1 200 OK\r\ncontent-").stall(),
            _ => Reply::raw("").stall(),
        });
        Self { server, connected: Silent::after_connecting(), full: Silent::to_connections() }
    }

    fn each(&self) -> [(String, &str); 7] {
        let url = self.server.url();
        let (connected, full) = (self.connected.address(), self.full.address());
        [
            (format!("http://{full}"), "no connection to 127.0.0.1: "),
            (format!("https://{connected}"), "127.0.0.1 did not complete the TLS handshake in time"),
            (format!("http://{connected}"), "127.0.0.1 did not send its response in time"),
            (format!("{url}/"), "127.0.0.1 did not send its response in time"),
            (format!("{url}/head"), "127.0.0.1 did not send its response in time"),
            (format!("{url}/body"), "127.0.0.1 did not send its whole response in time"),
            (format!("{url}/chunk"), "127.0.0.1 did not send its whole response in time"),
        ]
    }
}

#[test]
fn the_timeout_of_a_request() {
    let stalls = Stalls::new();
    for ((url, message), timeout) in
        stalls.each().into_iter().zip(["0.15", "time::milliseconds(150)"].into_iter().cycle())
    {
        let started = Instant::now();
        let outcome = function(&format!("http::get(\"{url}\", #{{ timeout: {timeout} }})")).invoke("{}");
        let error = error_of(&outcome);
        assert!(error.starts_with(&format!("HttpError: {message}")), "{url}: {error}");
        assert!(error.ends_with("; the timeout is 150ms"), "{url}: {error}");
        assert!(started.elapsed() < Duration::from_secs(10), "{url}");
    }
}

#[test]
fn the_timeout_is_for_all_of_it() {
    // Each step is fast enough, but together they are not.
    let server = WebServer::start(|request| {
        let next: u32 = request.path[1..].parse().unwrap();
        Reply::redirect(302, &format!("/{}", next + 1)).after(Duration::from_millis(60))
    });
    let error = super::error(&server, "http::get(url + \"/0\", #{ timeout: 0.2, redirects: 50 })");
    assert!(error.contains("did not send its response in time; the timeout is 200ms"), "{error}");
    assert!(server.requests().len() < 6);
}

#[test]
fn the_deadline_cuts_every_call() {
    let stalls = Stalls::new();
    let urls = stalls.each().map(|(url, _)| url);
    let calls =
        urls.iter().flat_map(|url| [format!("get(\"{url}\")"), format!("all([\"{url}\", \"{url}\"])")]);
    std::thread::scope(|scope| {
        calls.for_each(|call| {
            scope.spawn(move || is_cut(&call));
        });
    });
}

/// Checks that a call is cut by the deadline, although its errors are caught, and that the next event
/// is served.
fn is_cut(call: &str) {
    let short = Invocation::new("\"slow\"").deadline_in(Duration::from_millis(400));
    let api = FakeRuntimeApi::new().invocation(short).event("\"fast\"").start();
    let function = Function::main(&format!(
        "fn handler(event) {{
            if event == \"fast\" {{ return \"fine\" }}
            loop {{ try {{ http::{call} }} catch {{ }} }}
        }}"
    ));
    let started = Instant::now();
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    let (kind, _, stack) = error_parts(&answers[0].json());
    assert_eq!(kind, "Runtime.Timeout", "{call}: {}", answers[0].text());
    assert!(stack[0].starts_with("at handler (main.rhai:3:"), "{stack:?}");
    assert_eq!(answers[1].text(), "\"fine\"");
    assert!(started.elapsed() < Duration::from_secs(10), "{call}");
    process.stop();
}

#[test]
fn the_nearer_of_timeout_and_deadline_counts() {
    let silent = Silent::after_connecting();
    let short = Invocation::new("{}").deadline_in(Duration::from_millis(600));
    let api = FakeRuntimeApi::new().invocation(short).start();
    let url = silent.address();
    let function = Function::main(&format!(
        "fn handler(event) {{ try {{ http::get(\"http://{url}\", #{{ timeout: 0.1 }}) }} catch (e) {{ return e.message }} }}"
    ));
    let _process = function.start(&api);
    let answer = api.wait_for_answers(1).remove(0).json();
    assert_eq!(answer, "127.0.0.1 did not send its response in time; the timeout is 100ms");
}

/// Answers with these in turn, and then with "done".
fn in_turn(replies: Vec<Reply>) -> WebServer {
    let next = AtomicUsize::new(0);
    WebServer::start(move |_| {
        let next = next.fetch_add(1, Ordering::SeqCst);
        replies.get(next).cloned().unwrap_or_else(|| Reply::text("done"))
    })
}

#[test]
fn retries() {
    let failing =
        // On a new connection: one that was kept would be replaced without a word.
        || vec![Reply::status(503).close(), Reply::hang_up(), Reply::status(429).header("retry-after", "0")];
    for call in ["get(url, #{ retries: 3 })", "put(url, \"x\", #{ retries: 5 })"] {
        let server = in_turn(failing());
        let text = value(&server, &format!("http::{call}.text()"));
        assert_eq!(text, "done", "{call}");
        assert_eq!(server.requests().len(), 4, "{call}");
    }
    let server = in_turn(failing());
    assert_eq!(value(&server, "http::get(url, #{ retries: 0 }).status"), 503);
    assert_eq!(server.requests().len(), 1, "without retries");
    let server = in_turn(failing());
    assert_eq!(value(&server, "http::get(url, #{ retries: 2 }).status"), 429);
    assert_eq!(server.requests().len(), 3, "the last answer counts");
    let server = in_turn(vec![Reply::hang_up(); 5]);
    let error = super::error(&server, "http::get(url, #{ retries: 1 })");
    assert!(error.contains("closed the connection"), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn what_is_not_tried_again() {
    for status in [200, 301, 400, 404, 500, 501] {
        let server = in_turn(vec![Reply::status(status)]);
        assert_eq!(value(&server, "http::get(url, #{ retries: 3 }).status"), status);
        assert_eq!(server.requests().len(), 1);
    }
    for method in ["POST", "PATCH"] {
        let server = in_turn(vec![Reply::status(503)]);
        let call = format!("http::request(#{{ url: url, method: \"{method}\", retries: 3 }}).status");
        assert_eq!(value(&server, &call), 503);
        assert_eq!(server.requests().len(), 1);
    }
    let server = in_turn(vec![Reply::status(503)]);
    let call = "http::post(url, \"x\", #{ retries: 3, headers: #{ \"idempotency-key\": \"1\" } }).text()";
    assert_eq!(value(&server, call), "done");
    let server = in_turn(vec![Reply::raw("nonsense\r\n\r\n")]);
    assert!(super::error(&server, "http::get(url, #{ retries: 3 })").contains("is not valid HTTP"));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn retries_within_http_all() {
    let server = in_turn(vec![Reply::status(503), Reply::status(503)]);
    let body = "http::all([#{ url: url, retries: 3 }, #{ url: url, retries: 3 }]).map(|r| r.text())";
    assert_eq!(value(&server, body), json!(["done", "done"]));
}

#[test]
fn a_pause_beyond_the_deadline_is_not_begun() {
    let server = WebServer::start(|_| Reply::status(503).header("retry-after", "5"));
    let short = Invocation::new(super::event(&server)).deadline_in(Duration::from_millis(1500));
    let api = FakeRuntimeApi::new().invocation(short).start();
    let started = Instant::now();
    let _process = function("http::get(url, #{ retries: 3 }).status").start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), "503");
    assert!(started.elapsed() < Duration::from_millis(1400));
}

#[test]
fn the_end_of_the_environment_cuts_every_call() {
    let server = WebServer::start(|_| Reply::raw("").stall());
    for call in ["get(url)", "all([url, url])"] {
        let before = server.requests().len();
        let api = FakeRuntimeApi::new().event(super::event(&server)).start();
        let process = function(&format!("http::{call}")).start(&api);
        while server.requests().len() == before {
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(signal(process.id(), "-TERM"));
        let (kind, _, _) = error_parts(&api.wait_for_answers(1)[0].json());
        assert_eq!(kind, "Runtime.Shutdown", "{call}");
        assert_eq!(process.wait().0, Some(0), "{call}");
    }
}

#[test]
fn hundreds_of_thousands_of_requests_end_at_the_deadline() {
    let server = WebServer::start(|_| Reply::text("x"));
    let function = function("let all = []; all.pad(300000, url); http::all(all).len");
    let invocation = Invocation::new(event(&server)).deadline_in(Duration::from_millis(700));
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let _process = function.start(&api);
    let start = Instant::now();
    let answer = api.wait_for_answers(1).remove(0);
    assert_eq!(answer.json()["errorType"], "Runtime.Timeout");
    assert!(start.elapsed() < Duration::from_millis(1200), "{:?}", start.elapsed());
}

//! Responses that break, stall or never end while they are read.

use super::{error, error_of, event, function, value};
use crate::function::{error_parts, Function};
use crate::process::signal;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use flate2::write::GzEncoder;
use flate2::Compression;
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};
use web_server::{Reply, WebServer};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const ITEMS: [&str; 3] = ["lines()", "chunks()", "events()"];

#[test]
fn bodies_that_break_off_are_errors_of_the_loop() {
    for (rest, what) in [
        ("5\r\nhel", "closed the connection before its whole response was complete (Peer disconnected)"),
        ("3\r\nhel\r\n", "closed the connection before its whole response was complete (Peer disconnected)"),
        ("3\r\nhel\r\nxyz\r\n", "is not valid HTTP ("),
        ("3\r\nhel\r\n-1\r\n", "is not valid HTTP ("),
        ("3\r\nhello\r\n", "is not valid HTTP ("),
        ("3\r\nhel\r\nffffffffffffffffff\r\n", "is not valid HTTP ("),
    ] {
        let server = WebServer::start(move |_| Reply::raw([CHUNKED, rest].concat()));
        for items in ITEMS {
            let body = format!("let r = http::get(url, #{{ stream: true }});\n  for item in r.{items} {{ }}");
            let outcome = super::ask(&server, &body);
            assert!(error_of(&outcome).contains(what), "{rest:?}: {}", error_of(&outcome));
            let (_, _, stack) = outcome.error();
            assert!(stack[0].starts_with("at handler (main.rhai:2:"), "{stack:?}");
        }
    }
}

#[test]
fn a_caught_error_is_thrown_again() {
    let server = WebServer::start(|_| Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na\nbc"));
    let script = "let r = http::get(url, #{ stream: true }); let all = [];
        try { for line in r.lines() { all.push(line); } } catch (e) { all.push(e.type); }
        try { all.push(r.text()); } catch (e) { all.push(e.message); }
        all";
    let message =
        "127.0.0.1 closed the connection before its whole response was complete (Peer disconnected)";
    assert_eq!(value(&server, script), json!(["a", "HttpError", message]));
}

#[test]
fn the_timeout_is_for_each_wait() {
    // Together they take longer than the timeout.
    let pieces = (0..8).map(|_| (Duration::from_millis(100), "1\r\nx\r\n"));
    let reply = Reply::pieces([(Duration::ZERO, CHUNKED)].into_iter().chain(pieces)).stall();
    let server = WebServer::start(move |_| reply.clone());
    let script = "let n = 0;
        try { for chunk in http::get(url, #{ stream: true, timeout: 0.5 }).chunks() { n += chunk.len(); } } catch (e) { return [n, e.type, e.message]; }";
    let start = Instant::now();
    let message = "127.0.0.1 did not send its whole response in time; the timeout is 500ms";
    assert_eq!(value(&server, script), json!([8, "HttpError", message]));
    assert!(start.elapsed() < Duration::from_secs(5));
    let silent = WebServer::start(|_| Reply::raw("").stall());
    let error = error(&silent, "http::get(url, #{ stream: true, timeout: 0.1 })");
    assert_eq!(error, "HttpError: 127.0.0.1 did not send its response in time; the timeout is 100ms");
}

#[test]
fn the_deadline_ends_a_wait_and_has_its_place() {
    let stalled = WebServer::start(|_| Reply::raw([CHUNKED, "2\r\na\n\r\n"].concat()).stall());
    let endless = WebServer::start(|_| Reply::endless(CHUNKED, "2\r\na\n\r\n"));
    let slow = WebServer::start(|_| {
        Reply::pieces(
            std::iter::repeat_n((Duration::from_millis(20), "x"), 200)
                .map(|(delay, byte)| (delay, byte.to_owned())),
        )
    });
    for server in [&stalled, &endless, &slow] {
        for items in ITEMS {
            let script = format!(
                "fn handler(event) {{
                    if event == 1 {{ return \"fine\" }}
                    loop {{ try {{
                        for item in http::get(event.url, #{{ stream: true }}).{items} {{ }}
                    }} catch {{ }} }}
                }}"
            );
            let short = Invocation::new(event(server)).deadline_in(Duration::from_millis(400));
            let api = FakeRuntimeApi::new().invocation(short).event("1").start();
            let start = Instant::now();
            let process = Function::main(&script).start(&api);
            let answers = api.wait_for_answers(2);
            let (kind, _, stack) = error_parts(&answers[0].json());
            assert_eq!(kind, "Runtime.Timeout", "{items}");
            assert!(stack[0].starts_with("at handler (main.rhai:4:"), "{stack:?}");
            assert_eq!(answers[1].text(), "\"fine\"");
            assert!(start.elapsed() < Duration::from_secs(5));
            process.stop();
        }
    }
}

#[test]
fn the_end_of_the_environment_ends_a_wait() {
    let server = WebServer::start(|_| Reply::raw([CHUNKED, "2\r\na\n\r\n"].concat()).stall());
    let api = FakeRuntimeApi::new().event(event(&server)).start();
    let process = function("for line in http::get(url, #{ stream: true }).lines() { }").start(&api);
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(50));
    assert!(signal(process.id(), "-TERM"));
    let (kind, _, stack) = error_parts(&api.wait_for_answers(1)[0].json());
    assert_eq!(kind, "Runtime.Shutdown");
    assert!(stack[0].starts_with("at handler (main.rhai:1:"), "{stack:?}");
    assert_eq!(process.wait().0, Some(0));
}

#[test]
fn lines_and_events_without_an_end_run_out_of_memory() {
    let piece = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
    let line = WebServer::start(move |_| Reply::endless(CHUNKED, piece.clone()));
    let fields = format!("10000\r\n{}\r\n", format!("data:{}\n", "x".repeat(58)).repeat(1 << 10));
    let event_ = WebServer::start(move |_| Reply::endless(CHUNKED, fields.clone()));
    for (server, items) in [(&line, "lines()"), (&line, "events()"), (&event_, "events()")] {
        let script = format!("if event.len() == 0 {{ return \"fine\"; }}\n for item in http::get(url, #{{ stream: true }}).{items} {{ }}");
        let function = function(&script).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
        let long = Invocation::new(event(server)).deadline_in(Duration::from_mins(1));
        let api = FakeRuntimeApi::new().patience(Duration::from_mins(1)).invocation(long).event("{}").start();
        let process = function.start(&api);
        let answers = api.wait_for_answers(2);
        process.stop();
        let (kind, message, stack) = error_parts(&answers[0].json());
        assert_eq!(kind, "Runtime.OutOfMemory", "{message}");
        assert!(stack[0].starts_with("at handler (main.rhai:2:"), "{stack:?}");
        assert_eq!(answers[1].text(), "\"fine\"");
    }
}

#[test]
fn large_bodies_need_little_memory() {
    let line = format!("{}\n", "x".repeat(1023));
    let body = line.repeat(200 << 10);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let gzipped = encoder.finish().unwrap();
    let server = WebServer::start(move |request| match &*request.path {
        "/gzip" => Reply::text("").header("content-encoding", "gzip").body(gzipped.clone()),
        _ => Reply::text("").body(body.clone()),
    });
    for path in ["", "/gzip"] {
        let script = format!("let n = 0; for line in http::get(url + \"{path}\", #{{ stream: true }}).lines() {{ n += line.len(); }} n");
        let long = Invocation::new(event(&server)).deadline_in(Duration::from_mins(2));
        let api = FakeRuntimeApi::new().patience(Duration::from_mins(2)).invocation(long).start();
        let process = function(&script).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128").start(&api);
        assert_eq!(api.wait_for_answers(1)[0].text(), (1023 * (200 << 10)).to_string(), "{path}");
        process.stop();
    }
}

#[test]
fn gzip_that_is_invalid_or_cut_short_is_an_error_of_the_loop() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"hello\n").unwrap();
    let whole = encoder.finish().unwrap();
    let server = WebServer::start(move |request| {
        let body = if request.path == "/cut" { whole[..14].to_vec() } else { b"plain".to_vec() };
        Reply::text("").header("content-encoding", "gzip").body(body)
    });
    for path in ["/cut", "/plain"] {
        let error = error(
            &server,
            &format!("for line in http::get(url + \"{path}\", #{{ stream: true }}).lines() {{ }}"),
        );
        assert!(error.starts_with("HttpError: the body that 127.0.0.1 sent is not valid gzip ("), "{error}");
    }
}

#[test]
fn a_connection_whose_body_broke_off_is_not_reused() {
    let server = WebServer::start(|request| match &*request.path {
        "/slow" => Reply::raw([CHUNKED, "2\r\na\n\r\n"].concat()).stall(),
        _ => Reply::text("hello"),
    });
    let script = "try { for l in http::get(url + \"/slow\", #{ stream: true, timeout: 0.1 }).lines() { } } catch { } http::get(url).text()";
    assert_eq!(value(&server, script), "hello");
    assert_eq!(server.connections(), 2);
}

//! Connections are kept, also from one invocation to the next, and a kept one may be closed.

use super::{error_of, event, function, value};
use crate::function::Function;
use crate::process::signal;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use std::time::Duration;
use web_server::{Reply, WebServer};

#[test]
fn one_connection_serves_requests_of_every_method() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let body = "for i in 0..3 { http::get(url).text(); http::post(url, \"x\"); http::head(url); http::delete(url); }";
    value(&server, &format!("{body} 1"));
    assert_eq!((server.connections(), server.requests().len()), (1, 12));
}

#[test]
fn connections_outlive_invocations() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let answers =
        function("http::get(url).text()").invoke_all([event(&server), event(&server), event(&server)]);
    assert!(answers.iter().all(|answer| answer.text() == "\"hello\""));
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
}

#[test]
fn a_connection_that_was_closed_is_not_used() {
    // The server says nothing of it, but the client can see it.
    let server = WebServer::start(|_| Reply::text("hello").close());
    let body = "http::get(url); sleep(0.05); http::post(url, \"x\"); sleep(0.05); http::get(url).text()";
    assert_eq!(value(&server, body), "hello");
    assert_eq!((server.connections(), server.requests().len()), (3, 3));
    let server = WebServer::start(|_| Reply::text("hello").header("connection", "close"));
    assert_eq!(value(&server, "http::get(url); http::get(url).text()"), "hello");
    assert_eq!(server.connections(), 2);
}

/// Answers the first request of each connection, and hangs up at the second.
fn forgetful() -> WebServer {
    use std::collections::HashSet;
    use std::sync::Mutex;
    let seen = Mutex::new(HashSet::new());
    WebServer::start(move |request| {
        if seen.lock().unwrap().insert(request.connection) {
            Reply::text("hello")
        } else {
            Reply::hang_up()
        }
    })
}

#[test]
fn a_kept_connection_that_turns_out_to_be_closed_is_replaced() {
    for call in ["get(url)", "put(url, \"x\")", "delete(url)"] {
        let server = forgetful();
        assert_eq!(value(&server, &format!("http::get(url); http::{call}.text()")), "hello", "{call}");
        assert_eq!((server.connections(), server.requests().len()), (2, 3), "{call}");
    }
    // Several of them at once, too.
    let server = forgetful();
    let body = "http::all([url, url, url, url]); http::all([url, url, url, url]).map(|r| r.text())";
    assert_eq!(value(&server, body), serde_json::json!(["hello", "hello", "hello", "hello"]));
}

#[test]
fn what_may_have_been_served_is_not_sent_again() {
    let server = forgetful();
    assert_eq!(
        error_of(&super::ask(&server, "http::get(url); http::post(url, \"pay\")")),
        "HttpError: the pooled connection was closed before the response. The server may have processed the request, so Rhambda does not send it again"
    );
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
    // Unless the server is told how to recognise it.
    let server = forgetful();
    let body =
        "http::get(url); http::post(url, \"pay\", #{ headers: #{ \"Idempotency-Key\": \"1\" } }).text()";
    assert_eq!(value(&server, body), "hello");
    assert_eq!((server.connections(), server.requests().len()), (2, 3));
}

#[test]
fn a_connection_whose_answer_was_not_read_to_its_end_is_not_used() {
    let server = WebServer::start(|request| match &*request.path {
        "/slow" => Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhel").stall(),
        "/more" => Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhello").stall(),
        _ => Reply::text("hello"),
    });
    let body = "try { http::get(url + \"/slow\", #{ timeout: 0.1 }) } catch { } http::get(url).text()";
    assert_eq!(value(&server, body), "hello");
    assert_eq!(server.connections(), 2);
    assert_eq!(value(&server, "http::get(url + \"/more\").text() + http::get(url).text()"), "hehello");
    assert_eq!(server.connections(), 4);
}

#[test]
fn a_frozen_environment_finds_its_connections_closed() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let later = fake_runtime_api::Reply::Invocation(Invocation::new(event(&server)));
    let later = later.after(Duration::from_millis(400));
    let api = FakeRuntimeApi::new().event(event(&server)).on_next(later).start();
    let process = function("http::get(url).text()").start(&api);
    api.wait_for_answers(1);
    signal(process.id(), "-STOP");
    server.close_connections();
    signal(process.id(), "-CONT");
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[1].text(), "\"hello\"");
    assert_eq!((server.connections(), server.requests().len()), (2, 2));
    process.stop();
}

/// Asks at its start, and for each event.
fn at_the_start(server: &WebServer) -> Function {
    let script = "const FIRST = http::get(env::get(\"URL\")).text();
        fn handler(event) { global::FIRST + http::get(env::get(\"URL\")).text() }";
    Function::main(script).env("URL", &server.url())
}

#[test]
fn the_top_level_of_a_script_can_ask_too() {
    let server = WebServer::start(|_| Reply::text("hello"));
    assert_eq!(at_the_start(&server).invoke("{}").answer.text(), "\"hellohello\"");
    assert_eq!(server.connections(), 1);
}

#[test]
fn no_connection_survives_a_snapshot() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let function = at_the_start(&server).env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    assert_eq!(function.invoke("{}").answer.text(), "\"hellohello\"");
    assert_eq!((server.connections(), server.requests().len()), (2, 2));
}

#[test]
fn every_worker_has_connections_of_its_own() {
    let server = WebServer::start(|_| Reply::text("hello").after(Duration::from_millis(50)));
    let plan = (0..4).fold(FakeRuntimeApi::new().concurrency(4), |plan, _| plan.event(event(&server)));
    let api = plan.start();
    let process = function("http::get(url).text()").env("AWS_LAMBDA_MAX_CONCURRENCY", "4").start(&api);
    assert!(api.wait_for_answers(4).iter().all(|answer| answer.text() == "\"hello\""));
    assert_eq!(server.requests().len(), 4);
    process.stop();
}

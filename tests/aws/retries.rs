//! A service that fails at first, against a local one of the tests' own.

use crate::function::Function;
use crate::process::signal;
use crate::script::{error, function_at_url, value};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use web_server::{Reply, WebServer};

const LIST: &str = r#"aws::call("dynamodb", "ListTables", #{})"#;

/// Answers with these, one after the other, then with the last one for ever.
fn service(replies: Vec<Reply>) -> WebServer {
    let next = AtomicUsize::new(0);
    WebServer::start(move |_| replies[next.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1)].clone())
}

fn tables() -> Reply {
    Reply::json(r#"{"TableNames":["a"]}"#)
}

fn failure(status: u16, code: &str) -> Reply {
    Reply::status(status).body(json!({ "__type": code, "message": "not now" }).to_string())
}

#[test]
fn what_passes_is_tried_again() {
    for (first, second) in [
        (failure(500, "InternalServerError"), failure(503, "ServiceUnavailable")),
        (Reply::status(502), Reply::status(504)),
        (failure(400, "RequestTimeout"), Reply::hang_up()),
    ] {
        let server = service(vec![first, second, tables()]);
        let answer = value(&function_at_url(&server.url(), LIST));
        assert_eq!(answer, json!({ "TableNames": ["a"] }));
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        assert!(requests
            .iter()
            .all(|request| request.header("x-amz-target") == Some("DynamoDB_20120810.ListTables")));
    }
}

#[test]
fn throttling_is_too() {
    for reply in [
        Reply::status(429),
        failure(400, "ThrottlingException"),
        failure(400, "ProvisionedThroughputExceededException"),
    ] {
        let server = service(vec![reply, tables()]);
        assert_eq!(value(&function_at_url(&server.url(), LIST)), json!({ "TableNames": ["a"] }));
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn the_third_failure_is_the_error() {
    let server =
        service(vec![failure(500, "com.amazonaws#InternalServerError").header("x-amzn-requestid", "r-7")]);
    let (error, _) = error(&function_at_url(&server.url(), LIST));
    let expected = json!({
        "service": "dynamodb", "action": "ListTables", "code": "InternalServerError", "status": 500, "request_id": "r-7"
    });
    assert_eq!((&error["errorMessage"], &error["data"]), (&json!("not now"), &expected));
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn what_stays_is_not_tried_again() {
    for status in [400, 403, 404, 501] {
        let server = service(vec![failure(status, "No")]);
        let (error, _) = error(&function_at_url(&server.url(), LIST));
        assert_eq!(error["data"]["code"], "No");
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

/// The time of `20261122T053912Z`.
fn amz_time(text: &str) -> SystemTime {
    let (day, time) = text.split_once('T').unwrap();
    let (year, month) = (&day[..4], &day[4..6]);
    let text = format!("{year}-{month}-{}T{}:{}:{}Z", &day[6..], &time[..2], &time[2..4], &time[4..6]);
    humantime::parse_rfc3339(&text).unwrap()
}

#[test]
fn a_wrong_clock_is_put_right_once() {
    for hours in [-5, 5] {
        let offset = Duration::from_hours(5);
        let there = if hours < 0 { SystemTime::now() - offset } else { SystemTime::now() + offset };
        let date = httpdate::fmt_http_date(there);
        let server = WebServer::start(move |request| {
            let signed = amz_time(request.header("x-amz-date").unwrap());
            let difference = signed.duration_since(there).unwrap_or_else(|error| error.duration());
            let reply = if difference < Duration::from_mins(4) {
                tables()
            } else {
                failure(400, "InvalidSignatureException")
            };
            reply.header("date", &date)
        });
        let body = format!("{LIST}; {LIST}");
        assert_eq!(value(&function_at_url(&server.url(), &body)), json!({ "TableNames": ["a"] }), "{hours}");
        // The second call begins with the right time.
        assert_eq!(server.requests().len(), 3);
    }
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(5));
    let server = service(vec![failure(403, "RequestTimeTooSkewed").header("date", &date)]);
    let (error, _) = error(&function_at_url(&server.url(), LIST));
    assert_eq!(error["data"]["code"], "RequestTimeTooSkewed");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_wrong_secret_is_no_wrong_clock() {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let server = service(vec![failure(403, "SignatureDoesNotMatch").header("date", &date)]);
    error(&function_at_url(&server.url(), LIST));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_service_may_ask_for_a_pause() {
    let server = service(vec![Reply::status(503).header("x-amz-retry-after", "400"), tables()]);
    let start = Instant::now();
    value(&function_at_url(&server.url(), LIST));
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[test]
fn the_end_of_the_environment_ends_a_pause() {
    let server = service(vec![Reply::status(503).header("x-amz-retry-after", "1500"), tables()]);
    let api = FakeRuntimeApi::new().event("{}").start();
    let process = function_at_url(&server.url(), LIST).start(&api);
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(signal(process.id(), "-TERM"));
    assert_eq!(api.wait_for_answers(1)[0].json()["errorType"], "Runtime.Shutdown");
    assert_eq!(process.wait().0, Some(0));
    assert_eq!(server.requests().len(), 1, "nothing is sent after it");
}

/// The answers to an event with 600 ms and to one without a deadline, and how long both took.
fn with_little_time(function: &Function) -> (serde_json::Value, serde_json::Value) {
    let short = Invocation::new("\"slow\"").deadline_in(Duration::from_millis(600));
    let api = FakeRuntimeApi::new().invocation(short).event("\"fast\"").start();
    let start = Instant::now();
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert!(start.elapsed() < Duration::from_secs(10));
    process.stop();
    (answers[0].json(), answers[1].json())
}

#[test]
fn the_deadline_ends_a_call() {
    let server = WebServer::start(|_| tables().stall().after(Duration::from_secs(30)));
    let body = format!("if event == \"fast\" {{ return 1; }} {LIST}");
    let (slow, fast) = with_little_time(&function_at_url(&server.url(), &body));
    assert_eq!((&slow["errorType"], fast), (&json!("Runtime.Timeout"), json!(1)));
}

#[test]
fn there_is_no_pause_beyond_the_deadline() {
    // The service asks for more time than there is: its error is worth more than a timeout.
    let server = service(vec![failure(503, "Busy").header("x-amz-retry-after", "3000")]);
    let body = format!("if event == \"fast\" {{ return 1; }} {LIST}");
    let (slow, fast) = with_little_time(&function_at_url(&server.url(), &body));
    assert_eq!((&slow["data"]["code"], fast), (&json!("Busy"), json!(1)));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn an_attempt_may_have_a_timeout() {
    let next = AtomicUsize::new(0);
    let server = WebServer::start(move |_| match next.fetch_add(1, Ordering::SeqCst) {
        0 => tables().after(Duration::from_secs(20)),
        _ => tables(),
    });
    let body = r#"aws::call("dynamodb", "ListTables", #{}, #{ timeout: time::milliseconds(300) })"#;
    assert_eq!(value(&function_at_url(&server.url(), body)), json!({ "TableNames": ["a"] }));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn what_is_not_there_is_said() {
    // A port at which nobody listens.
    let url = WebServer::start(|_| tables()).url();
    let (error, _) = error(&function_at_url(&url, LIST));
    assert_eq!(error["data"]["code"], "NoAnswer", "{error}");
    assert!(error["errorMessage"].as_str().unwrap().contains("127.0.0.1"), "{error}");
}

#[test]
fn connections_are_kept() {
    let server = service(vec![tables()]);
    value(&function_at_url(&server.url(), &format!("{LIST}; {LIST}; {LIST}")));
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
}

//! `aws::all`: calls at the same time.

use crate::script::{error, function_at_url, value};
use serde_json::{json, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use web_server::{Reply, WebServer};

/// The name that a request asks for.
fn name(request: &web_server::Request) -> String {
    request.json()["Name"].as_str().unwrap().to_owned()
}

#[test]
fn outcomes_are_in_order() {
    let server = WebServer::start(|request| match &*name(request) {
        "none" => Reply::status(400).body(r#"{"__type":"ParameterNotFound","message":"m"}"#),
        name => {
            let delay = Duration::from_millis(if name == "0" { 200 } else { 0 });
            Reply::json(&json!({ "Parameter": { "Name": name } }).to_string()).after(delay)
        }
    });
    let body = r#"
        let get = |name| ["ssm", "GetParameter", #{ Name: name }];
        let found = aws::all([get.call("0"), get.call("none"), get.call("2"), ["ssm", "GetParameter", #{ Name: "3" }, #{ timeout: 9 }]]);
        found.map(|outcome| [outcome.result?.Parameter?.Name, outcome.error?.code, outcome.error?.action])
    "#;
    let expected = json!([
        ["0", null, null],
        [null, "ParameterNotFound", "GetParameter"],
        ["2", null, null],
        ["3", null, null]
    ]);
    assert_eq!(value(&function_at_url(&server.url(), body)), expected);
    assert_eq!(value(&function_at_url(&server.url(), "aws::all([])")), json!([]));
}

/// Each request waits until there are 16.
#[test]
fn sixteen_calls_are_sent_at_the_same_time() {
    let waiting = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&waiting);
    let server = WebServer::start(move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
        let begin = Instant::now();
        while seen.load(Ordering::SeqCst) < 16 && begin.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(1));
        }
        let count = seen.load(Ordering::SeqCst);
        Reply::json(&json!({ "Parameter": { "Version": count.min(16) } }).to_string())
    });
    let body = r#"
        let calls = [];
        for number in 0..40 { calls.push(["ssm", "GetParameter", #{ Name: `${number}` }]); }
        aws::all(calls).filter(|outcome| outcome.result.Parameter.Version == 16).len()
    "#;
    assert_eq!(value(&function_at_url(&server.url(), body)), 40);
}

#[test]
fn throttled_calls_are_retried() {
    let attempts = AtomicUsize::new(0);
    let server = WebServer::start(move |request| match &*name(request) {
        "busy" if attempts.fetch_add(1, Ordering::SeqCst) < 2 => Reply::status(503),
        "broken" => Reply::status(500),
        name => Reply::json(&json!({ "Parameter": { "Name": name } }).to_string()),
    });
    let body = r#"
        let get = |name| ["ssm", "GetParameter", #{ Name: name }];
        let outcomes = aws::all([get.call("a"), get.call("busy"), get.call("broken")]);
        outcomes.map(|outcome| outcome.error?.status ?? outcome.result.Parameter.Name)
    "#;
    assert_eq!(value(&function_at_url(&server.url(), body)), json!(["a", "busy", 500]));
    let count = |wanted: &str| server.requests().iter().filter(|request| name(request) == wanted).count();
    assert_eq!((count("a"), count("busy"), count("broken")), (1, 3, 3));
}

#[test]
fn wrong_calls_are_errors_before_anything_is_sent() {
    let server = WebServer::start(|_| Reply::json("{}"));
    for (calls, message) in [
        (r#"[["sts", "GetCallerIdentity", #{}], 7]"#, "call 1: expected an array of a service, an operation, a map of parameters, and maybe a map of options, not i64"),
        (r#"[["sts", #{}]]"#, "call 0: expected an array of a service, an operation, a map of parameters, and maybe a map of options, not an array of string, map"),
        (r#"[["sts", "GetCallerIdentity", #{}, #{ x: 1 }]]"#, "call 0: unknown option `x`; the options are plain, region, endpoint, timeout, credentials"),
        (r#"[["dynamodb", "GetItem", #{ TableName: "t", Key: #{ id: #{ S: 1 } } }]]"#, "call 0: Key.id.S must be a string, not an int"),
    ] {
        let (error, _) = error(&function_at_url(&server.url(), &format!("aws::all({calls})")));
        let found: &Value = &error["errorMessage"];
        assert!(found.as_str().unwrap().starts_with(message), "{found}");
        assert_eq!(error["data"]["code"], "InvalidArgument");
    }
    assert!(server.requests().is_empty());
}

//! AWS's Runtime Interface Emulator as it usually is: it serves one invocation after the other, and starts
//! `bootstrap` at the first.

use crate::emulator::{installed, Emulator};
use crate::process::{bootstrap, signal};
use serde_json::{json, Value};
use std::process::Command;
use std::thread;

/// The largest response that Lambda takes, in bytes.
const MAX_RESPONSE: usize = 6_291_556;

/// Answers how many invocations its environment has served.
const COUNTER: &str = "fn handler(event) { let n = (cache::get(\"n\") ?? 0) + 1; cache::set(\"n\", n); n }";

/// A function with this handler setting and script.
fn start(handler: &str, script: &str) -> Emulator {
    start_with_timeout(handler, script, 60)
}

/// The same, with the function's timeout in seconds.
fn start_with_timeout(handler: &str, script: &str, timeout: u64) -> Emulator {
    Emulator::start("function", script, |folder, [port, api_port]| {
        let task_root = folder.join("task");
        let mut command = Command::new(installed("aws-lambda-rie"));
        command
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}")])
            .arg(bootstrap())
            .arg(handler)
            .env_clear()
            // The emulator hands its environment on, but lacks this variable of Lambda's.
            .env("LAMBDA_TASK_ROOT", &task_root)
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", timeout.to_string())
            // On a busy machine 20 ms may be too few to answer before the emulator's own timeout.
            .env("RHAMBDA_DEADLINE_MARGIN_MS", "1000")
            .current_dir(task_root);
        command
    })
}

#[test]
fn function_answers() {
    let emulator = start("main.handler", "fn handler(event) { #{ hello: event.name } }");
    assert_eq!(emulator.answer(r#"{"name":"Ångström"}"#), json!({ "hello": "Ångström" }));
}

#[test]
fn script_form_answers_with_its_text() {
    let emulator = start("main", r#"print(`got ${payload}`); print("done");"#);
    let reply = emulator.invoke(r#"{ "a":  1 }"#);
    assert_eq!((reply.status, reply.text()), (200, "got { \"a\":  1 }\ndone"));
}

#[test]
fn inline_handler_answers() {
    let emulator = start("|event,context|event.a+1", "");
    assert_eq!(emulator.answer(r#"{"a":41}"#), json!(42));
}

#[test]
fn context_is_that_of_the_invocation() {
    let script = "fn handler(event, context) { #{ id: context.aws_request_id, tenant: context.tenant_id, \
                  client: context.client_context, left: context.get_remaining_time_in_millis() } }";
    let emulator = start_with_timeout("main.handler", script, 20);
    let first = emulator.answer("{}");
    assert_eq!((&first["client"], &first["tenant"]), (&Value::Null, &Value::Null));
    let left = first["left"].as_i64().expect("milliseconds");
    assert!((1..=20_000).contains(&left), "{left} ms left");

    let client = r#"{"client":{"app_title":"Notes"},"custom":{"theme":"dark"}}"#;
    let encoded = "eyJjbGllbnQiOnsiYXBwX3RpdGxlIjoiTm90ZXMifSwiY3VzdG9tIjp7InRoZW1lIjoiZGFyayJ9fQ==";
    let headers = [("X-Amz-Client-Context", encoded), ("X-Amz-Tenant-Id", "blue")];
    let second = emulator.invoke_with_headers("{}", &headers).json();
    let client: Value = serde_json::from_str(client).expect("JSON");
    assert_eq!((&second["client"], &second["tenant"]), (&client, &json!("blue")));
    assert_ne!(first["id"], second["id"]);
}

#[test]
fn one_environment_serves_many_invocations() {
    let emulator = start("main.handler", COUNTER);
    for count in 1..=200 {
        assert_eq!(emulator.answer("{}"), json!(count));
    }
}

#[test]
fn function_error_is_the_answer() {
    let script = "fn handler(event) {\n    throw #{ type: \"Unpaid\", message: \"no\", order: 7 };\n}";
    let emulator = start("main.handler", script);
    let expected = json!({
        "errorType": "Unpaid",
        "errorMessage": "no",
        "stackTrace": ["at handler (main.rhai:2:5)"],
        "data": { "order": 7 },
    });
    assert_eq!(emulator.answer("{}"), expected);
    assert_eq!(emulator.answer("{}"), expected);
}

#[test]
fn init_error_is_the_answer_and_the_next_invocation_starts_anew() {
    let emulator = start("main.handler", "fn handler(event) { 1 +  }");
    let reply = emulator.invoke("{}");
    assert_eq!(reply.status, 502, "{}", reply.text());
    let error = reply.json();
    assert_eq!(error["errorType"], "Runtime.UserCodeSyntaxError", "{error}");
    let message = error["errorMessage"].as_str().unwrap_or_default();
    assert!(message.contains("main.rhai:1:26"), "{error}");

    emulator.write_script("main.rhai", "fn handler(event) { 1 + 1 }");
    assert_eq!(emulator.answer("{}"), json!(2));
}

#[test]
fn killed_process_is_an_exit_error_and_the_next_invocation_starts_anew() {
    let script = "fn handler(event) { if event.sleep { print(\"sleeping now\"); sleep(60); } \
                  cache::set(\"n\", (cache::get(\"n\") ?? 0) + 1); cache::get(\"n\") }";
    let emulator = start("main.handler", script);
    assert_eq!(emulator.answer(r#"{"sleep":false}"#), json!(1));
    let reply = thread::scope(|scope| {
        let invocation = scope.spawn(|| emulator.invoke(r#"{"sleep":true}"#));
        emulator.program.wait_for_log("sleeping now");
        // As a crash would, or Lambda's memory limit.
        assert!(signal(emulator.program.child().expect("a running bootstrap"), "-KILL"));
        invocation.join().expect("an answer")
    });
    assert_eq!(reply.status, 502, "{}", reply.text());
    assert_eq!(reply.json()["errorType"], "Runtime.ExitError", "{}", reply.text());
    // A new environment begins to count anew.
    assert_eq!(emulator.answer(r#"{"sleep":false}"#), json!(1));
}

#[test]
fn timeout_is_an_error_and_the_environment_survives() {
    let script = "fn handler(event) {\n    \
                  cache::set(\"n\", (cache::get(\"n\") ?? 0) + 1);\n    \
                  if event.what == \"sleep\" { sleep(60); }\n    \
                  while event.what == \"loop\" {}\n    \
                  cache::get(\"n\")\n}";
    let emulator = start_with_timeout("main.handler", script, 2);
    assert_eq!(emulator.answer(r#"{"what":"count"}"#), json!(1));
    for (what, place) in [("sleep", "main.rhai:3:"), ("loop", "main.rhai:4:")] {
        let error = emulator.answer(&json!({ "what": what }).to_string());
        assert_eq!(error["errorType"], "Runtime.Timeout", "{error}");
        assert!(error["stackTrace"][0].as_str().is_some_and(|frame| frame.contains(place)), "{error}");
    }
    assert_eq!(emulator.answer(r#"{"what":"count"}"#), json!(4));
}

#[test]
fn event_of_six_megabytes_arrives() {
    let emulator = start("main.handler", "fn handler(event) { event.len() }");
    let length = 6 * 1024 * 1024 - 2;
    let event = format!("\"{}\"", "x".repeat(length));
    assert_eq!(emulator.answer(&event), json!(length));
}

#[test]
fn largest_response_arrives_and_a_larger_one_is_refused() {
    let script = "fn handler(event) { let text = \"\"; text.pad(event, \"x\"); text }";
    let emulator = start("main.handler", script);
    // The quotes count, too.
    let largest = MAX_RESPONSE - 2;
    let reply = emulator.invoke(&largest.to_string());
    assert_eq!((reply.status, reply.body.len()), (200, MAX_RESPONSE));

    let refused = emulator.answer(&(largest + 1).to_string());
    assert_eq!(refused["errorType"], "Function.ResponseSizeTooLarge", "{refused}");
    let pid = emulator.program.child().expect("a running bootstrap");
    assert_eq!(emulator.answer("3"), json!("xxx"));
    assert_eq!(emulator.program.child(), Some(pid), "it should serve on");
}

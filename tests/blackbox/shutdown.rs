//! SIGTERM: a clean end, at once between invocations, and with an answer during one.

use crate::function::{error_parts, Function, Process};
use crate::process::signal;
use fake_runtime_api::{FakeRuntimeApi, Invocation, Server};

fn count(api: &Server, end: &str) -> usize {
    api.requests().iter().filter(|request| request.path.ends_with(end)).count()
}

/// Sends SIGTERM; the log of the process, which must end with 0.
fn terminate(process: Process) -> String {
    assert!(signal(process.id(), "-TERM"));
    let (code, log) = process.wait();
    assert_eq!(code, Some(0), "{log}");
    log
}

#[test]
fn in_the_middle_of_next() {
    let api = FakeRuntimeApi::new().event("1").start();
    let process = Function::main("fn handler(e) { e }").start(&api);
    api.wait_for(|requests| requests.iter().filter(|request| request.path.ends_with("/next")).count() == 2);
    assert_eq!(terminate(process), "");
    assert_eq!(count(&api, "/response"), 1);
}

#[test]
fn in_the_init_phase() {
    let api = FakeRuntimeApi::new().start();
    let process = Function::main("print(\"here\"); sleep(3600); fn handler(e) { e }").start(&api);
    process.wait_for_log("here");
    terminate(process);
    assert_eq!(api.requests().len(), 0);
}

/// The error of the invocation that is in flight when the signal comes.
fn in_flight(work: &str) -> Vec<String> {
    let api = FakeRuntimeApi::new().event("1").start();
    let process = Function::main(&format!("fn handler(e) {{\n  print(\"here\");\n  {work}\n}}")).start(&api);
    process.wait_for_log("here");
    let log = terminate(process);
    let answers = api.wait_for_answers(1);
    let (kind, message, stack) = error_parts(&answers[0].json());
    assert_eq!(kind, "Runtime.Shutdown", "{message}");
    assert_eq!(answers[0].error_type_header(), Some("Runtime.Shutdown"));
    assert!(message.contains("SIGTERM"), "{message}");
    assert!(log.contains("Runtime.Shutdown"), "{log}");
    assert_eq!(count(&api, "/next"), 1, "no event is asked for after the signal");
    stack
}

#[test]
fn the_invocation_in_flight_gets_its_error() {
    assert_eq!(in_flight("sleep(3600);"), ["at handler (main.rhai:3:3)"]);
    assert_eq!(in_flight("loop {}"), ["at handler (main.rhai:3:3)"]);
    in_flight("let n = 0; loop { try { n += 1; } catch {} }");
}

#[test]
fn a_stream_in_flight_gets_its_error_too() {
    let script = "fn handler(e, c, stream) { stream.write(\"a\"); print(\"here\"); sleep(3600); }";
    let api = FakeRuntimeApi::new().event("1").start();
    let process = Function::main(script).start(&api);
    process.wait_for_log("here");
    terminate(process);
    let answer = api.wait_for_answers(1).remove(0);
    assert_eq!(answer.text(), "a");
    assert_eq!(answer.trailer("lambda-runtime-function-error-type"), Some("Runtime.Shutdown"));
}

#[test]
fn every_invocation_in_flight_gets_its_error() {
    let mut plan = FakeRuntimeApi::new().concurrency(8);
    for id in ["a", "b", "c"] {
        plan = plan.invocation(Invocation::new("1").request_id(id));
    }
    let api = plan.start();
    let process = Function::main("fn handler(e, c) { print(`here ${c.aws_request_id}`); sleep(3600); }")
        .env("AWS_LAMBDA_MAX_CONCURRENCY", "8")
        .start(&api);
    for id in ["a", "b", "c"] {
        process.wait_for_log(&format!("here {id}"));
    }
    terminate(process);
    let mut answered: Vec<_> = api.wait_for_answers(3).into_iter().map(|answer| answer.request_id).collect();
    answered.sort();
    assert_eq!(answered, ["a", "b", "c"]);
}

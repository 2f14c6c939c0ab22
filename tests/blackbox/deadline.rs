//! The deadline: a clean error shortly before it, and the environment goes on.

use crate::function::{error_parts, Function};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use std::time::{Duration, Instant};

/// Runs the handler with a deadline in 300 ms, then once more without trouble. The trace of the
/// timeout.
fn timeout(script: &str) -> Vec<String> {
    let short = Invocation::new("\"slow\"").deadline_in(Duration::from_millis(150));
    let api = FakeRuntimeApi::new().invocation(short).event("\"fast\"").start();
    let function = Function::main(&format!(
        "fn handler(event) {{ if event == \"slow\" {{ slow() }} else {{ \"fine\" }} }}\n{script}"
    ));
    let started = Instant::now();
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert!(started.elapsed() < Duration::from_secs(10));
    let (kind, _, stack) = error_parts(&answers[0].json());
    assert_eq!(kind, "Runtime.Timeout", "{}", answers[0].text());
    assert_eq!(answers[0].error_type_header(), Some("Runtime.Timeout"));
    assert_eq!(answers[1].text(), "\"fine\"");
    let log = process.stop();
    assert!(log.contains("Runtime.Timeout"), "{log}");
    stack
}

#[test]
fn endless_loops_are_stopped_where_they_are() {
    let stack = timeout("fn slow() { let n = 0;\n  loop { n += 1; }\n}");
    assert!(stack[0].starts_with("at slow (main.rhai:3:"), "{stack:?}");
    assert_eq!(stack.len(), 2);
}

#[test]
fn also_when_they_read_no_variable() {
    let places = ["at slow (main.rhai:3:3)", "at handler (main.rhai:1:42)"];
    assert_eq!(timeout("fn slow() {\n  loop {}\n}"), places);
    assert_eq!(timeout("fn slow() {\n  while 1 + 1 == 2 { 5; }\n}"), places);
}

#[test]
fn also_when_they_catch_every_error() {
    timeout("fn slow() { let n = 0; loop { try { n += 1; } catch { } } }");
    timeout("fn slow() { loop { try { sleep(3600); } catch { } } }");
}

#[test]
fn a_stop_that_is_caught_is_final() {
    timeout("fn slow() { try { sleep(3600); } catch { } 7 }");
    timeout("fn slow() { try { sleep(3600); } catch (e) { throw `no: ${e.message}`; } }");
    timeout("fn slow() { for i in 0..3 { try { sleep(3600); } catch { continue; } } }");
    timeout("fn slow() { try { loop { } } catch { } 7 }");
}

#[test]
fn also_when_their_steps_are_slow() {
    let stack = timeout("fn slow() { let a = []; a.pad(300000, 1); let b = 0;\n  loop { b = a; }\n}");
    assert!(stack[0].starts_with("at slow (main.rhai:3:"), "{stack:?}");
}

#[test]
fn sleep_is_cut() {
    assert_eq!(timeout("fn slow() {\n  sleep(3600);\n}")[0], "at slow (main.rhai:3:3)");
    assert_eq!(timeout("fn slow() {\n  sleep(0.9);\n}")[0], "at slow (main.rhai:3:3)");
}

#[test]
fn the_margin_can_be_set() {
    let invocation = Invocation::new("1").deadline_in(Duration::from_mins(1));
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let function = Function::main("fn handler() { loop {} }").env("RHAMBDA_DEADLINE_MARGIN_MS", "59900");
    let _process = function.start(&api);
    assert_eq!(error_parts(&api.wait_for_answers(1)[0].json()).0, "Runtime.Timeout");
}

#[test]
fn a_margin_that_is_no_number_is_warned_of() {
    let invocation = Invocation::new("1").deadline_in(Duration::from_millis(300));
    let api = FakeRuntimeApi::new().invocation(invocation).event("2").start();
    let function =
        Function::main("fn handler(e) { if e == 1 { sleep(60); } e }").env("RHAMBDA_DEADLINE_MARGIN_MS", "x");
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!(error_parts(&answers[0].json()).0, "Runtime.Timeout");
    assert_eq!(answers[1].text(), "2");
    let log = process.stop();
    assert!(log.contains("WARN\tRHAMBDA_DEADLINE_MARGIN_MS is \"x\""), "{log}");
}

#[test]
fn deadlines_that_are_none_stop_nothing() {
    let script = "fn handler(e, c) { sleep(0.05); [c.deadline_ms, c.get_remaining_time_in_millis()] }";
    for deadline in ["600000", "", "soon", "-1", "99999999999999999"] {
        let invocation = Invocation::new("1").header("Lambda-Runtime-Deadline-Ms", deadline);
        let api = FakeRuntimeApi::new().invocation(invocation).start();
        let _process = Function::main(script).start(&api);
        assert_eq!(api.wait_for_answers(1)[0].text(), "[null,null]", "{deadline}");
    }
}

#[test]
fn callbacks_end_at_the_deadline() {
    let script = "fn handler(event) { let all = []; all.pad(5000000, 1); all.map(|x| x.to_string().to_upper().len).len }";
    let function = Function::main(script);
    let event = Invocation::new("1").deadline_in(Duration::from_millis(300));
    let api = FakeRuntimeApi::new().invocation(event).start();
    let _process = function.start(&api);
    let answers = api.wait_for_answers(1);
    assert_eq!(error_parts(&answers[0].json()).0, "Runtime.Timeout");
}

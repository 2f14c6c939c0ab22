//! Managed Instances: several invocations at once.

use crate::function::{error_parts, Function};
use fake_runtime_api::{FakeRuntimeApi, Invocation, Reply, Server};
use std::collections::BTreeSet;

fn concurrent(script: &str, workers: &str) -> Function {
    Function::main(script).env("AWS_LAMBDA_MAX_CONCURRENCY", workers)
}

/// Waits until so many workers ask for an event.
fn wait_for_workers(api: &Server, count: usize) {
    api.wait_for(|requests| {
        requests.iter().filter(|request| request.path.ends_with("/next")).count() == count
    });
}

#[test]
fn every_worker_has_its_own_connection() {
    let api = FakeRuntimeApi::new().concurrency(4).start();
    let process = concurrent("fn handler(e) { e }", "4").start(&api);
    wait_for_workers(&api, 4);
    let connections: BTreeSet<_> = api.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections.len(), 4);
    process.stop();
}

#[test]
fn invocations_run_at_once_and_their_log_lines_are_told_apart() {
    let script = "fn handler(e, c) { sleep(0.3); log_info(`event ${e}`); c.aws_request_id }";
    let mut plan = FakeRuntimeApi::new().concurrency(8);
    for event in 1..=8 {
        plan = plan.invocation(Invocation::new(event.to_string()).request_id(format!("id-{event}")));
    }
    let api = plan.start();
    let process = concurrent(script, "8").env("AWS_LAMBDA_LOG_FORMAT", "Text").start(&api);
    let answers = api.wait_for_answers(8);
    for answer in &answers {
        assert_eq!(answer.text(), format!("\"{}\"", answer.request_id));
    }
    // All had begun before the first was answered.
    let requests = api.requests();
    let asked = requests.iter().take_while(|request| request.path.ends_with("/next")).count();
    assert!(asked >= 8, "{asked}");
    let log = process.stop();
    assert_eq!(log.lines().count(), 8);
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let event = line["message"].as_str().unwrap().replace("event ", "id-");
        assert_eq!(line["requestId"], event.as_str());
    }
}

#[test]
fn an_init_error_is_posted_once() {
    let (body, log) = concurrent("throw \"no\"; fn handler(e) { e }", "8").init_error();
    assert_eq!(error_parts(&body).1, "no");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

#[test]
fn a_failure_to_get_an_event_is_tried_again() {
    let api = FakeRuntimeApi::new()
        .concurrency(2)
        .on_next(Reply::error(500, "InternalServerError"))
        .on_next(Reply::RawThenClose(b"garbage\r\n\r\n".to_vec()))
        .event("1")
        .event("2")
        .allow_violations()
        .start();
    let process = concurrent("fn handler(e) { e }", "2").start(&api);
    api.wait_for_answers(2);
    let log = process.stop();
    assert_eq!(log.matches("retrying in").count(), 2, "{log}");
}

#[test]
fn the_end_of_one_worker_does_not_end_the_others() {
    let api = FakeRuntimeApi::new()
        .concurrency(2)
        .event("1")
        .on_response(Reply::error(500, "InternalServerError"))
        .event("2")
        .event("3")
        .start();
    let process = concurrent("fn handler(e) { if e == 3 { sleep(0.3); } e }", "2").start(&api);
    api.wait_for_answers(3);
    let log = process.stop();
    assert!(log.contains("ended, 1 continue"), "{log}");
}

#[test]
fn the_process_ends_with_the_last_worker() {
    let broken = || Reply::error(500, "InternalServerError");
    let api = FakeRuntimeApi::new()
        .concurrency(2)
        .event("1")
        .event("2")
        .on_response(broken())
        .on_response(broken())
        .start();
    let (code, log) = concurrent("fn handler(e) { sleep(0.1); e }", "2").start(&api).wait();
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(log.matches("failed at POST").count(), 2, "{log}");
}

#[test]
fn the_trace_id_is_in_the_context_only() {
    let script = "fn handler(e, c) { [c.trace_id, env::has(\"_X_AMZN_TRACE_ID\")] }";
    let invocation = Invocation::new("1").header("Lambda-Runtime-Trace-Id", "Root=1");
    let api = FakeRuntimeApi::new().concurrency(2).invocation(invocation).start();
    let _process = concurrent(script, "2").start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), r#"["Root=1",false]"#);
}

#[test]
fn eight_sleeping_workers_do_the_work_of_eight() {
    let count = 80;
    let mut plan = FakeRuntimeApi::new().concurrency(8);
    for _ in 0..count {
        plan = plan.event("1");
    }
    let api = plan.start();
    let _process = concurrent("fn handler(e) { sleep(0.05); e }", "8").start(&api);
    let answers = api.wait_for_answers(count);
    let answering: BTreeSet<_> = answers.iter().map(|answer| answer.connection).collect();
    assert_eq!(answering.len(), 8, "every worker takes part");
}

#[test]
fn a_wrong_number_means_one_worker() {
    let api = FakeRuntimeApi::new().event("1").start();
    let process = concurrent("fn handler(e) { e }", "0").start(&api);
    api.wait_for_answers(1);
    let log = process.stop();
    assert!(log.contains("AWS_LAMBDA_MAX_CONCURRENCY is \"0\", not a number from 1 to 1600"), "{log}");
}

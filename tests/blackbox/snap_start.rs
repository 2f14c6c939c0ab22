//! `SnapStart`: hooks around the snapshot.

use crate::function::{error_parts, Function};
use fake_runtime_api::{FakeRuntimeApi, Request};

fn function(script: &str) -> Function {
    Function::main(script).env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
}

fn last_part(request: &Request) -> &str {
    request.path.trim_start_matches("/2018-06-01/runtime/")
}

#[test]
fn the_hooks_are_called_around_the_snapshot() {
    let function = function(
        "fn before_snapshot() { cache::set(\"steps\", [\"before\"]) }
         fn after_restore() { let steps = cache::get(\"steps\"); steps.push(\"after\"); cache::set(\"steps\", steps) }
         fn handler(e) { cache::get(\"steps\") }",
    );
    let api = FakeRuntimeApi::new().event("1").start();
    let _process = function.start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), r#"["before","after"]"#);
    let requests = api.requests();
    let calls: Vec<_> = requests.iter().take(2).map(last_part).collect();
    assert_eq!(calls, ["restore/next", "invocation/next"]);
    assert_ne!(requests[0].connection, requests[1].connection, "no connection survives the snapshot");
}

#[test]
fn without_hooks_it_works_too() {
    for function in [
        function("fn handler(e) { e }"),
        Function::new("|e|e").env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"),
    ] {
        let api = FakeRuntimeApi::new().event("1").start();
        let _process = function.start(&api);
        assert_eq!(api.wait_for_answers(1)[0].text(), "1");
    }
}

#[test]
fn a_hook_that_fails_before_the_snapshot() {
    let api = FakeRuntimeApi::new().start();
    let (code, log) =
        function("fn before_snapshot() {\n  throw \"no\" }\nfn handler(e) { e }").start(&api).wait();
    assert_eq!(code, Some(64));
    let errors = api.init_errors();
    assert_eq!((errors.len(), api.requests().len()), (1, 1));
    assert_eq!(errors[0].error_type_header(), Some("Runtime.BeforeSnapshotError"));
    let (kind, message, stack) = error_parts(&errors[0].json());
    assert_eq!(kind, "Runtime.BeforeSnapshotError");
    assert_eq!(message, "before_snapshot() failed with Error: no");
    assert_eq!(stack, ["at before_snapshot (main.rhai:2:3)"]);
    assert!(log.contains("error[Error]: no"), "{log}");
}

#[test]
fn a_hook_that_fails_after_the_snapshot() {
    let api = FakeRuntimeApi::new().start();
    let (code, _) = function("fn after_restore() { 1 / 0 }\nfn handler(e) { e }").start(&api).wait();
    assert_eq!(code, Some(65));
    let requests = api.requests();
    let calls: Vec<_> = requests.iter().map(last_part).collect();
    assert_eq!(calls, ["restore/next", "restore/error"]);
    assert_eq!(requests[1].error_type_header(), Some("Runtime.AfterRestoreError"));
    assert_eq!(
        error_parts(&requests[1].json()).1,
        "after_restore() failed with Arithmetic: Division by zero: 1 / 0"
    );
}

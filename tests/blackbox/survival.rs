//! Nothing that a script does ends the process.

use crate::function::{error_parts, Function};
use fake_runtime_api::{FakeRuntimeApi, Reply};

/// The error that the handler body ends with for the event 1; checks that the same environment
/// answers the next event.
fn survives(script: &str) -> (String, String) {
    let function =
        Function::main(&format!("fn handler(e) {{ if e == 1 {{ bad() }} else {{ e }} }}\n{script}"));
    let api = FakeRuntimeApi::new().event("1").event("2").start();
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[1].text(), "2");
    process.stop();
    let (kind, message, _) = error_parts(&answers[0].json());
    (kind, message)
}

#[test]
fn changing_a_constant() {
    assert_eq!(survives("fn bad() { const M = #{ a: 1 }; M.a = 5; }").0, "AssignmentToConstant");
}

#[test]
fn deep_recursion() {
    assert_eq!(survives("fn bad() { f(0) } fn f(n) { f(n + 1) }").0, "StackOverflow");
    assert_eq!(survives("fn bad() { f() } fn f() { f() }").0, "StackOverflow");
    assert_eq!(
        survives("fn bad() { a(1) } fn a(n) { b(n) } fn b(n) { [n].map(|x| a(x)) }").0,
        "StackOverflow"
    );
    // Each level of calls nests expressions deeply too.
    let nested = format!("{}f(n){}", "1 + (".repeat(100), ")".repeat(100));
    assert_eq!(survives(&format!("fn bad() {{ f(0) }} fn f(n) {{ {nested} }}")).0, "StackOverflow");
}

#[test]
fn deeply_nested_values() {
    let script = "fn bad() { let a = []; for i in 0..1000 { a = [a]; } a }";
    let (kind, message) = survives(script);
    assert_eq!(kind, "Runtime.MarshalError");
    assert!(message.contains("nested deeper than 1000 levels"), "{message}");
    let script =
        "fn bad() { let a = []; for i in 0..3000 { let b = []; b.push(a.take()); a = b.take(); } a }";
    assert_eq!(survives(script).0, "Runtime.MarshalError");
    let script =
        "fn bad() { let a = []; for i in 0..3000 { let b = []; b.push(a.take()); a = b.take(); } throw a }";
    assert_eq!(survives(script).0, "Error");
}

#[test]
fn deeply_nested_source() {
    let nested = |levels: usize| format!("fn handler() {{ {}1{} }}", "(".repeat(levels), ")".repeat(levels));
    let (kind, _, _) = error_parts(&Function::main(&nested(50_000)).init_error().0);
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    let sum = format!("fn handler() {{ {}1 }}", "1 + ".repeat(200));
    assert_eq!(Function::main(&sum).invoke("{}").answer.text(), "201");
}

#[test]
fn events_that_are_not_json() {
    let function = Function::main("fn handler(e) { e }");
    for (event, why) in [
        (&b"{\"a\": tru}"[..], "the event is not JSON: expected ident at line 1 column 10"),
        (b"{", "the event is not JSON: it ends within an object"),
        (b"\"\xff\"", "the event is not JSON: not UTF-8 at byte 2"),
        ("[".repeat(100_000).as_bytes(), "nested deeper than 1000 levels at line 1 column 1"),
    ] {
        let outcome = function.invoke(event);
        let (kind, message, _) = outcome.error();
        assert_eq!(kind, "Runtime.UnmarshalError");
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn six_megabytes() {
    let event = format!("\"{}\"", "x".repeat(6_291_554));
    let answers = Function::main("fn handler(e) { e }").invoke_all([event.as_str(), "1"]);
    assert_eq!(answers[0].text(), event);
    assert_eq!(answers[1].text(), "1");
}

#[test]
fn a_result_over_the_limit() {
    let refused = Reply::error(413, "RequestEntityTooLarge");
    let api = FakeRuntimeApi::new().event("7000000").event("1").on_response(refused).start();
    let function = Function::main("fn handler(n) { let s = \"\"; s.pad(n, 'x'); s }");
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[1].text(), "\"x\"");
    assert_eq!(answers.len(), 2, "a refused answer is not followed by an error");
    let log = process.stop();
    assert!(log.contains("Lambda did not accept the response: status 413"), "{log}");
}

#[test]
fn values_that_have_no_json_form() {
    let message = |value: &str| survives(&format!("fn bad() {{ {value} }}")).1;
    assert!(message("#{ items: [1, #{ done: |x| x }] }").contains("$.items[1].done is a function ("));
    assert!(message("timestamp()").contains("the value is of type timestamp"));
    assert!(message("[0..5]").contains("$[0] is of type"));
}

#[test]
fn logging_something_odd() {
    let script = "fn handler(e) { log_info(|x| x, #{ f: |x| x, t: timestamp() }); print(()); debug(#{}); 5 }";
    for format in ["Text", "JSON"] {
        let outcome = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", format).invoke("{}");
        assert_eq!(outcome.answer.text(), "5");
    }
}

#[test]
fn a_log_that_nobody_reads() {
    let function = Function::main("fn handler(e) { print(\"x\"); e }");
    let api = FakeRuntimeApi::new().event("1").event("2").start();
    let mut command = std::process::Command::new(crate::process::bootstrap());
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("_HANDLER", "main.handler")
        .env("LAMBDA_TASK_ROOT", function.task_root())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[1].text(), "2");
    child.kill().unwrap();
    child.wait().unwrap();
}

//! The log in its two forms.

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::Value;

const SCRIPT: &str = r#"
fn handler(e) {
    log_trace("t"); log_debug("d"); debug("dd"); print("p"); log_info("i", #{ order: 7, who: "x y" });
    log_warn(#{ a: 1 }); log_error("two\nlines");
    1
}"#;

/// Level and message of each line in text form.
fn text(function: &Function) -> Vec<(String, String)> {
    let log = function.invoke("{}").log;
    log.lines()
        .map(|line| {
            let parts: Vec<_> = line.splitn(4, '\t').collect();
            assert_eq!(parts[0].len(), "2026-11-22T00:39:27.924Z".len(), "{line}");
            assert_eq!(parts[1], "req-1", "{line}");
            (parts[2].to_owned(), parts[3].to_owned())
        })
        .collect()
}

fn pairs(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(level, message)| ((*level).to_owned(), (*message).to_owned())).collect()
}

#[test]
fn text_lines() {
    let info =
        [("INFO", "p"), ("INFO", "i order=7 who=\"x y\""), ("WARN", "{\"a\":1}"), ("ERROR", "two\rlines")];
    assert_eq!(text(&Function::main(SCRIPT)), pairs(&info));
}

#[test]
fn levels() {
    let count = |variables: &[(&str, &str)]| {
        let mut function = Function::main(SCRIPT);
        for (name, value) in variables {
            function = function.env(name, value);
        }
        text(&function).len()
    };
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "TRACE")]), 7);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "debug")]), 6);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "WARN")]), 2);
    assert_eq!(count(&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")]), 0);
    assert_eq!(count(&[("RUST_LOG", "script=error")]), 1);
    assert_eq!(count(&[("RUST_LOG", "error"), ("AWS_LAMBDA_LOG_LEVEL", "INFO")]), 4);
}

/// The lines of the log as JSON.
fn json(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

#[test]
fn json_lines() {
    let function = Function::main(SCRIPT).env("AWS_LAMBDA_LOG_FORMAT", "JSON");
    let invocation = Invocation::new("{}").header("Lambda-Runtime-Aws-Tenant-Id", "blue");
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = function.start(&api);
    api.wait_for_answers(1);
    let lines = json(&process.stop());
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["message"], "i");
    assert_eq!(lines[1]["order"], 7);
    assert_eq!(lines[1]["who"], "x y");
    assert_eq!(lines[1]["level"], "INFO");
    assert_eq!(lines[1]["requestId"], "req-1");
    assert_eq!(lines[1]["tenantId"], "blue");
    assert_eq!(lines[3]["message"], "two\nlines");
}

#[test]
fn errors_in_json() {
    let function = Function::main("fn handler(e) {\n  throw #{ type: \"A\", message: \"b\", c: 1 }\n}")
        .env("AWS_LAMBDA_LOG_FORMAT", "json");
    let lines = json(&function.invoke("{}").log);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["message"], "A: b");
    assert_eq!(line["errorType"], "A");
    assert_eq!(line["errorMessage"], "b");
    assert_eq!(line["stackTrace"][0], "at handler (main.rhai:2:3)");
    assert_eq!(line["data"]["c"], 1);
    assert_eq!(line["requestId"], "req-1");
}

#[test]
fn lines_of_the_init_phase_belong_to_no_request() {
    let script = "print(\"init\"); fn handler(e) { 1 }";
    let log = Function::main(script).invoke("{}").log;
    assert!(log.contains("\t-\tINFO\tinit\n"), "{log}");
    let log = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", "JSON").invoke("{}").log;
    assert!(json(&log)[0].get("requestId").is_none(), "{log}");
}

#[test]
fn each_line_is_one_write() {
    // A pipe keeps writes of up to 4096 bytes whole: many lines from a script stay lines.
    let script = "fn handler(e) { for i in 0..500 { log_info(`line ${i}`, #{ n: i }); } 1 }";
    let log = Function::main(script).env("AWS_LAMBDA_LOG_FORMAT", "JSON").invoke("{}").log;
    assert_eq!(json(&log).len(), 500);
}

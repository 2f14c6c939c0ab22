//! Lines and metrics of scripts beside those of Powertools.

use crate::run;
use fake_runtime_api::FakeRuntimeApi;
use serde_json::{json, Value};
use test_support::function::Function;

/// Does what the handler in `logs.py` does.
const SCRIPT: &str = r#"
log::fields(#{ service: "shop" });
log::buffer(#{ max_bytes: 20480 });
metrics::capture_cold_start();

fn handler(event) {
    log::fields(#{ order: 7, tenant: "blue" });
    log::correlate(#{ requestContext: #{ requestId: "id-1" } });
    log::fields(#{ tenant: () });
    log_debug("kept");
    log_info("paid", #{ amount: 12 });
    if event.fails { log_error("failed"); }
    log_debug("after");
}"#;

/// The lines of two invocations, and their metrics.
fn of_script(event: &Value) -> (Vec<Value>, Vec<Value>) {
    let function = Function::main(SCRIPT)
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .env("AWS_LAMBDA_FUNCTION_NAME", "shop")
        .env("POWERTOOLS_SERVICE_NAME", "orders");
    let api = FakeRuntimeApi::new().event(event.to_string()).event(event.to_string()).start();
    let process = function.start(&api);
    api.wait_for_answers(2);
    let log = process.stop();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.into_iter().partition(|line| line.get("_aws").is_none())
}

/// What a line says, with what both have.
fn said(line: &Value) -> Value {
    let mut said = json!({ "level": line["level"], "message": line["message"] });
    for name in ["service", "order", "tenant", "correlation_id", "amount"] {
        if let Some(value) = line.get(name) {
            said[name] = value.clone();
        }
    }
    said
}

#[test]
fn lines_are_those_of_powertools() {
    for fails in [false, true] {
        let event = json!({ "fails": fails });
        let (script, _) = of_script(&event);
        let python = run("logs.py", &[], &event);
        let script: Vec<_> = script.iter().map(said).collect();
        let python: Vec<_> = python["lines"].as_array().unwrap().iter().map(said).collect();
        assert_eq!(script, python);
        assert_eq!(script.len(), if fails { 6 } else { 2 });
    }
}

#[test]
fn the_metric_of_a_cold_start_is_that_of_powertools() {
    let event = json!({ "fails": false });
    let (_, script) = of_script(&event);
    let python = run("logs.py", &[], &event);
    let described = |line: &Value| {
        let mut directive = line["_aws"]["CloudWatchMetrics"][0].clone();
        directive["Dimensions"][0].as_array_mut().unwrap().sort_by_key(ToString::to_string);
        let value = match &line["ColdStart"] {
            Value::Array(values) => values[0].as_f64(),
            value => value.as_f64(),
        };
        json!([directive, line["function_name"], line["service"], value])
    };
    assert_eq!(script.len(), 1);
    assert_eq!(python["metrics"].as_array().unwrap().len(), 1);
    assert_eq!(described(&script[0]), described(&python["metrics"][0]));
}

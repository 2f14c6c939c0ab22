//! `metrics::…`.

mod schema;

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn function(script: &str) -> Function {
    Function::main(script).env("AWS_LAMBDA_FUNCTION_NAME", "shop")
}

/// The metrics in a log, each line checked against the format.
#[track_caller]
fn metrics(log: &str) -> Vec<Value> {
    let lines = log.lines().filter(|line| line.contains("\"_aws\""));
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|problem| panic!("{problem}: {line}")))
        .collect();
    lines.iter().for_each(schema::check);
    lines
}

/// The metrics that a handler's body puts.
#[track_caller]
fn put(body: &str) -> Vec<Value> {
    let outcome = function(&format!("fn handler(event) {{ {body} }}")).invoke("{}");
    assert!(!outcome.answer.text().contains("errorType"), "{}", outcome.answer.text());
    metrics(&outcome.log)
}

/// Whether a handler's body ends with an error of this type, whose message has this in it.
#[track_caller]
fn fails(body: &str, kind: &str, part: &str) {
    let (found, message, stack) = function(&format!("fn handler() {{ {body} }}")).invoke("{}").error();
    assert!(stack[0].starts_with("at handler (main.rhai:1:"), "{stack:?}");
    assert!(found == kind && message.contains(part), "{body}: {found}: {message}");
}

/// The one directive of a line.
fn directive(line: &Value) -> &Value {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    assert_eq!(directives.len(), 1);
    &directives[0]
}

#[test]
fn a_number_and_its_unit() {
    let lines = put("metrics::put(\"Orders\", 3); metrics::put(\"Latency\", 12.5, \"Milliseconds\");");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let timestamp = line["_aws"]["Timestamp"].as_u64().unwrap();
    let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_millis(timestamp)).unwrap();
    assert!(age < Duration::from_mins(1), "{age:?}");
    assert_eq!(
        *line,
        json!({
            "_aws": {
                "Timestamp": timestamp,
                "CloudWatchMetrics": [{
                    "Namespace": "shop",
                    "Dimensions": [["FunctionName"]],
                    "Metrics": [
                        { "Name": "Latency", "Unit": "Milliseconds" },
                        { "Name": "Orders", "Unit": "None" },
                    ],
                }],
            },
            "FunctionName": "shop",
            "requestId": "req-1",
            "Orders": 3,
            "Latency": 12.5,
        })
    );
}

#[test]
fn values_of_one_name_are_collected() {
    let lines = put("for n in 1..=3 { metrics::put(\"n\", n, \"count\"); }");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["n"], json!([1, 2, 3]));
    assert_eq!(directive(&lines[0])["Metrics"], json!([{ "Name": "n", "Unit": "Count" }]));
}

#[test]
fn nothing_is_written_where_nothing_was_put() {
    assert_eq!(put("metrics::namespace(\"x\"); metrics::dimensions(#{ a: 1 });"), [Value::Null; 0]);
}

#[test]
fn limits_of_a_line_make_further_lines() {
    let lines = put("for n in 0..250 { metrics::put(\"n\", n); }");
    let counts: Vec<_> = lines.iter().map(|line| line["n"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [100, 100, 50]);

    let lines = put("for n in 0..250 { metrics::put(`n${n}`, n); }");
    let counts: Vec<_> =
        lines.iter().map(|line| directive(line)["Metrics"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [100, 100, 50]);
    let names: BTreeSet<_> = lines.iter().flat_map(|line| line.as_object().unwrap().keys()).collect();
    assert!((0..250).all(|n| names.contains(&format!("n{n}"))));

    // A line of 100 metrics with 100 values each would be too long for some readers of the log.
    let log = function(
        "fn handler() { for n in 0..100 { for m in 0..100 { metrics::put(`a metric with a name ${n}`, 1.0 / 3.0); } } }",
    );
    let log = log.invoke("{}").log;
    assert!(metrics(&log).len() > 1);
    assert!(log.lines().all(|line| line.len() < 200_000));
}

#[test]
fn dimensions() {
    let lines = put("metrics::put(\"Orders\", 1, \"Count\", #{ Country: \"CH\", Paid: true }); \
         metrics::put(\"Orders\", 2, \"Count\", #{ Country: \"DE\", Paid: 7 }); \
         metrics::put(\"Orders\", 3, \"Count\", #{ Paid: true, Country: \"CH\" }); \
         metrics::put(\"Orders\", 4, \"Count\");");
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["Orders"], directive(&lines[0])["Dimensions"].clone()),
        (&json!(4), json!([["FunctionName"]]))
    );
    assert_eq!(directive(&lines[1])["Dimensions"], json!([["Country", "FunctionName", "Paid"]]));
    assert_eq!(
        (&lines[1]["Orders"], &lines[1]["Country"], &lines[1]["Paid"]),
        (&json!([1, 3]), &json!("CH"), &json!("true"))
    );
    assert_eq!(
        (&lines[2]["Orders"], &lines[2]["Country"], &lines[2]["Paid"]),
        (&json!(2), &json!("DE"), &json!("7"))
    );

    let lines =
        put("metrics::put(\"n\", 1); metrics::dimensions(#{ Service: \"shop\" }); metrics::put(\"n\", 2);");
    assert_eq!(directive(&lines[0])["Dimensions"], json!([["Service"]]));
    let lines = put("metrics::dimensions(#{}); metrics::put(\"n\", 1);");
    assert_eq!(directive(&lines[0])["Dimensions"], json!([[]]));
    let lines = put("metrics::put(\"n\", 1, \"Count\", #{ FunctionName: \"all\" });");
    assert_eq!(lines[0]["FunctionName"], "all");
}

#[test]
fn one_name_with_several_units_and_resolutions() {
    let lines = put(
        "metrics::put(\"n\", 1, \"Count\"); metrics::put(\"n\", 2, \"Bytes\"); metrics::put(\"n\", 3, \"Count\"); \
         metrics::put(\"n\", 4, \"Count\", #{}, 1); metrics::put(\"n\", 5, \"Count\", #{}, 60);",
    );
    let found: Vec<_> =
        lines.iter().map(|line| (line["n"].clone(), directive(line)["Metrics"][0].clone())).collect();
    assert_eq!(
        found,
        [
            (json!([1, 3, 5]), json!({ "Name": "n", "Unit": "Count" })),
            (json!(2), json!({ "Name": "n", "Unit": "Bytes" })),
            (json!(4), json!({ "Name": "n", "Unit": "Count", "StorageResolution": 1 })),
        ]
    );
}

#[test]
fn namespaces() {
    let namespace = |function: Function| {
        let lines = metrics(&function.invoke("{}").log);
        directive(&lines[0])["Namespace"].as_str().unwrap().to_owned()
    };
    let put = "fn handler() { metrics::put(\"n\", 1); }";
    assert_eq!(namespace(Function::main(put)), "rhambda");
    assert_eq!(namespace(function(put)), "shop");
    assert_eq!(namespace(function(put).env("AWS_EMF_NAMESPACE", "My shop/v2")), "My shop/v2");
    let powertools = function(put).env("POWERTOOLS_METRICS_NAMESPACE", "Shop");
    assert_eq!(namespace(powertools.env("AWS_EMF_NAMESPACE", "AWS/Lambda")), "Shop");
    assert_eq!(
        namespace(function("fn handler() { metrics::put(\"n\", 1); metrics::namespace(\"late\"); }")),
        "late"
    );
    let wrong = function(put).env("AWS_EMF_NAMESPACE", "AWS/Lambda");
    assert!(wrong.invoke("{}").log.contains("AWS_EMF_NAMESPACE is ignored"), "{}", wrong.invoke("{}").log);
    assert_eq!(namespace(wrong), "shop");
}

#[test]
fn what_the_top_level_chooses_holds_and_what_an_invocation_chooses_ends_with_it() {
    let script = "metrics::namespace(\"top\"); metrics::put(\"Starts\", 1);
        fn handler(event) {
            if event == 1 { metrics::namespace(\"one\"); metrics::dimensions(#{ One: 1 }); }
            if event != 2 { metrics::put(\"n\", event); }
        }";
    let api = FakeRuntimeApi::new().event("1").event("2").event("3").start();
    let process = function(script).start(&api);
    api.wait_for_answers(3);
    let lines = metrics(&process.stop());
    let found: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["requestId"].as_str().unwrap(),
                directive(line)["Namespace"].as_str().unwrap(),
                line["n"].clone(),
            )
        })
        .collect();
    assert_eq!(found, [("req-1", "one", json!(1)), ("req-3", "top", json!(3))]);
    assert_eq!((&lines[0]["Starts"], &lines[1]["Starts"]), (&json!(1), &Value::Null));
    assert_eq!(directive(&lines[1])["Dimensions"], json!([["FunctionName"]]));
}

#[test]
fn failures_are_measured_too() {
    let log = function("fn handler() { metrics::put(\"n\", 1); throw \"no\"; }").invoke("{}").log;
    assert_eq!(metrics(&log).len(), 1);

    let short = Invocation::new("1").deadline_in(Duration::from_millis(300));
    let api = FakeRuntimeApi::new().invocation(short).start();
    let process = function("fn handler() { metrics::put(\"n\", 1); loop {} }").start(&api);
    assert!(api.wait_for_answers(1)[0].text().contains("Runtime.Timeout"));
    assert_eq!(metrics(&process.stop()).len(), 1);
}

#[test]
fn metrics_of_streams_and_whole_files() {
    let log = function("fn handler(e, c, stream) { stream.write(\"x\"); metrics::put(\"n\", 1); }")
        .invoke("{}")
        .log;
    assert_eq!(metrics(&log).len(), 1);
    let log =
        Function::new("main.rhai").file("main.rhai", "metrics::put(\"n\", 1); print(\"x\")").invoke("{}").log;
    assert_eq!(metrics(&log).len(), 1);
}

#[test]
fn whatever_the_log_shows() {
    for (format, level, said) in [
        ("Text", "ERROR", None),
        ("JSON", "DEBUG", Some("INFO")),
        ("JSON", "INFO", Some("INFO")),
        ("JSON", "WARN", Some("WARN")),
        ("JSON", "ERROR", Some("FATAL")),
        ("JSON", "FATAL", Some("FATAL")),
    ] {
        let function = function("fn handler() { metrics::put(\"n\", 1); print(\"x\"); }");
        let function = function.env("AWS_LAMBDA_LOG_FORMAT", format).env("AWS_LAMBDA_LOG_LEVEL", level);
        let lines = metrics(&function.invoke("{}").log);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].get("level").and_then(Value::as_str), said, "{format} {level}");
        assert_eq!(lines[0].get("timestamp").is_some(), said.is_some());
    }
}

#[test]
fn lines_of_workers_do_not_mix() {
    let script = "fn handler(event) {
        for n in 0..100 { metrics::put(`a metric with the number ${n}`, event, \"Count\", #{ Event: event }); }
        sleep(0.01);
        log_info(\"done\");
    }";
    let mut plan = FakeRuntimeApi::new().concurrency(4);
    for event in 0..40 {
        plan = plan.event(event.to_string());
    }
    let api = plan.start();
    let process = function(script).env("AWS_LAMBDA_MAX_CONCURRENCY", "4").start(&api);
    api.wait_for_answers(40);
    let log = process.stop();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    let lines = metrics(&log);
    let requests: BTreeSet<_> = lines.iter().map(|line| line["requestId"].as_str().unwrap()).collect();
    assert_eq!((lines.len(), requests.len()), (40, 40));
}

#[test]
fn wrong_input() {
    fails(
        "metrics::put(\"n\", \"1\")",
        "MismatchedTypes",
        "the value of the metric n must be a number, not string",
    );
    fails("metrics::put(\"n\", ())", "MismatchedTypes", "must be a number, not ()");
    for number in ["0.0 / 0.0", "1.0 / 0.0", "-1e300"] {
        fails(&format!("metrics::put(\"n\", {number})"), "MetricsError", "a finite number");
    }
    fails("metrics::put(\"\", 1)", "MetricsError", "the name of a metric has 0 characters: use 1 to 255");
    fails("metrics::put(\"  \", 1)", "MetricsError", "not only spaces");
    fails("let n = \"\"; n.pad(256, 'x'); metrics::put(n, 1)", "MetricsError", "has 256 characters");
    fails("metrics::put(\"a\\nb\", 1)", "MetricsError", "control character");
    fails("metrics::put(\"_aws\", 1)", "MetricsError", "the metric name _aws is reserved");
    fails(
        "metrics::put(\"n\", 1, \"Meters\")",
        "MetricsError",
        "unknown unit \"Meters\"; the units are Seconds, ",
    );
    fails("metrics::put(\"n\", 1, 5)", "FunctionNotFound", "metrics::put (string, i64, i64)");
    fails(
        "metrics::put(\"n\", 1, \"Count\", #{}, 5)",
        "MetricsError",
        "the resolution 5 is invalid: use 1 or 60 seconds",
    );
    fails(
        "metrics::put(\"n\", 1, \"Count\", #{ a: () })",
        "MismatchedTypes",
        "the dimension a must be a string or a number, not ()",
    );
    fails(
        "metrics::put(\"n\", 1, \"Count\", #{ a: \"\" })",
        "MetricsError",
        "the dimension a has 0 characters: use 1 to 1024",
    );
    fails("metrics::put(\"n\", 1, \"Count\", #{ a: \"Zürich\" })", "MetricsError", "ASCII characters");
    fails(
        "metrics::put(\"n\", 1, \"Count\", #{ \":a\": 1 })",
        "MetricsError",
        "is not a valid dimension name",
    );
    fails(
        "metrics::put(\"n\", 1, \"Count\", #{ n: 1 })",
        "MetricsError",
        "the name of both a metric and one of its dimensions",
    );
    fails(
        "metrics::put(\"FunctionName\", 1)",
        "MetricsError",
        "the name of both a metric and one of its dimensions",
    );
    fails("metrics::put(\"n\", 1); metrics::dimensions(#{ n: 1 })", "MetricsError", "both a metric and");
    let many = "let d = #{}; for n in 0..30 { d[`d${n}`] = n; }";
    fails(
        &format!("{many} metrics::put(\"n\", 1, \"Count\", d)"),
        "MetricsError",
        "31 dimensions are too many: a metric has at most 30",
    );
    fails(
        &format!("{many} d.more = 1; metrics::dimensions(d)"),
        "MetricsError",
        "31 dimensions are too many: a metric has at most 30",
    );
    assert_eq!(put(&format!("{many} metrics::dimensions(d); metrics::put(\"n\", 1)")).len(), 1);
    for name in ["", " x", ":x", "AWS/Lambda", "a\\nb", "größe"] {
        fails(&format!("metrics::namespace(\"{name}\")"), "MetricsError", "namespace");
    }
}

const COLD_START: &str = "metrics::capture_cold_start(); fn handler() { metrics::put(\"n\", 1); }";

/// The metrics of an environment that serves two events.
fn of_two_events(function: &Function) -> Vec<Value> {
    let api = FakeRuntimeApi::new().event("1").event("2").start();
    let process = function.start(&api);
    api.wait_for_answers(2);
    metrics(&process.stop())
}

#[test]
fn the_first_invocation_of_an_environment_is_a_cold_start() {
    let lines = of_two_events(&function(COLD_START).env("POWERTOOLS_SERVICE_NAME", "orders"));
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["ColdStart"], 1);
    assert_eq!((&lines[0]["function_name"], &lines[0]["service"]), (&json!("shop"), &json!("orders")));
    assert_eq!(lines[0]["requestId"], "req-1");
    assert_eq!(
        *directive(&lines[0]),
        json!({
            "Namespace": "shop",
            "Dimensions": [["function_name", "service"]],
            "Metrics": [{ "Name": "ColdStart", "Unit": "Count" }],
        })
    );
    assert_eq!((&lines[1]["n"], &lines[2]["n"]), (&json!(1), &json!(1)));
}

#[test]
fn environments_that_were_initialized_before_have_no_cold_start() {
    let provisioned = function(COLD_START).env("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency");
    assert!(of_two_events(&provisioned).iter().all(|line| line["n"] == 1));
}

#[test]
fn one_worker_of_several_has_the_cold_start() {
    let script = "metrics::capture_cold_start(); fn handler() { sleep(0.2); }";
    let api = FakeRuntimeApi::new().concurrency(4).event("1").event("2").event("3").event("4").start();
    let process = function(script).env("AWS_LAMBDA_MAX_CONCURRENCY", "4").start(&api);
    api.wait_for_answers(4);
    assert_eq!(metrics(&process.stop()).len(), 1);
}

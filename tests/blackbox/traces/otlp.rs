//! Traces for a collector of OpenTelemetry.

use super::{invoke, NOT_SAMPLED, SAMPLED};
use crate::function::Function;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::time::Duration;
use web_server::{Reply, Silent, WebServer};

fn collector() -> WebServer {
    WebServer::start(|_| Reply::json("{}"))
}

fn function(body: &str, collector: &WebServer) -> Function {
    Function::main(&format!("fn handler(event) {{ {body} }}"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .env("AWS_LAMBDA_FUNCTION_NAME", "shop")
}

/// The spans of the one request that the collector got.
fn spans(collector: &WebServer) -> Vec<Value> {
    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    let resources = requests[0].json()["resourceSpans"].take();
    assert_eq!(resources.as_array().unwrap().len(), 1);
    assert_eq!(resources[0]["scopeSpans"][0]["scope"]["name"], "rhambda");
    resources[0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
}

fn attributes(value: &Value) -> BTreeMap<String, Value> {
    let list = value["attributes"].as_array().unwrap();
    list.iter().map(|it| (it["key"].as_str().unwrap().to_owned(), it["value"].clone())).collect()
}

fn string(text: &str) -> Value {
    json!({ "stringValue": text })
}

#[test]
fn spans_are_posted_together_after_the_invocation() {
    let collector = collector();
    let server = WebServer::start(|_| Reply::status(500));
    let body = format!(
        "trace::annotate(\"order\", 7); trace::metadata(\"items\", [1, #{{ a: () }}]);
        trace::span(\"s\", || http::get(\"{}/a?secret=1\"));
        try {{ trace::span(\"bad\", || throw \"broken\"); }} catch (e) {{ }}",
        server.url()
    );
    let function = function(&body, &collector)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x=1")
        .env("OTEL_RESOURCE_ATTRIBUTES", "stage=dev,service.name=other")
        .env("OTEL_SERVICE_NAME", "orders");
    invoke(&function, NOT_SAMPLED, "{}");
    let request = &collector.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/traces"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!((request.header("api-key"), request.header("x")), (Some("a b"), Some("1")));
    assert!(!request.text().contains("secret"));
    let resource = attributes(&request.json()["resourceSpans"][0]["resource"]);
    assert_eq!(resource["service.name"], string("orders"));
    assert_eq!(resource["stage"], string("dev"));
    assert_eq!(resource["faas.name"], string("shop"));
    let spans = spans(&collector);
    let [request, span, bad, root] = &spans[..] else { panic!("{spans:#?}") };
    assert_eq!((&root["name"], &root["kind"]), (&json!("shop"), &json!(2)));
    assert_eq!((&span["name"], &span["kind"]), (&json!("s"), &json!(1)));
    assert_eq!((&request["name"], &request["kind"]), (&json!("GET"), &json!(3)));
    assert_eq!(root.get("parentSpanId"), None);
    assert_eq!((&span["parentSpanId"], &request["parentSpanId"]), (&root["spanId"], &span["spanId"]));
    assert!(spans.iter().all(|span| span["traceId"] == root["traceId"]));
    let of_root = attributes(root);
    assert_eq!(of_root["faas.coldstart"], json!({ "boolValue": true }));
    assert_eq!(of_root["order"], json!({ "intValue": "7" }));
    let map = json!({ "kvlistValue": { "values": [{ "key": "a", "value": {} }] } });
    assert_eq!(of_root["items"], json!({ "arrayValue": { "values": [{ "intValue": "1" }, map] } }));
    let of_request = attributes(request);
    assert_eq!(of_request["url.full"], string(&format!("{}/a", server.url())));
    assert_eq!(of_request["http.response.status_code"], json!({ "intValue": "500" }));
    assert_eq!(request["status"], json!({ "code": 2 }));
    assert_eq!(bad["status"], json!({ "code": 2, "message": "broken" }));
    assert_eq!(bad["events"][0]["name"], "exception");
    let traceparent =
        format!("00-{}-{}-01", request["traceId"].as_str().unwrap(), request["spanId"].as_str().unwrap());
    assert_eq!(server.requests()[0].header("traceparent"), Some(&*traceparent));
    assert_eq!(server.requests()[0].header("x-amzn-trace-id"), None);
}

#[test]
fn a_trace_continues_that_of_the_event_or_of_xray() {
    let continued = |trace: &str, event: &str| {
        let collector = collector();
        invoke(&function("1", &collector), trace, event);
        let root = spans(&collector).remove(0);
        (root["traceId"].as_str().unwrap().to_owned(), root.get("parentSpanId").cloned())
    };
    let event = r#"{"headers":{"TraceParent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#;
    for trace in [SAMPLED, NOT_SAMPLED, ""] {
        let (trace_id, parent) = continued(trace, event);
        assert_eq!(
            (&*trace_id, parent),
            ("0af7651916cd43dd8448eb211c80319c", Some(json!("b7ad6b7169203331")))
        );
    }
    let xray = ("5759e988bd862e3fe1be46a994272793".to_owned(), Some(json!("53995c3f42cd8ad8")));
    assert_eq!(continued(SAMPLED, "{}"), xray);
    assert_eq!(continued(SAMPLED, r#"{"headers":{"traceparent":"nonsense"}}"#), xray);
    let (trace_id, parent) = continued(NOT_SAMPLED, "{}");
    assert!(trace_id.len() == 32 && trace_id != xray.0 && parent.is_none());
}

#[test]
fn callers_that_do_not_sample_are_respected() {
    let collector = collector();
    let event = r#"{"headers":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}}"#;
    invoke(&function("trace::span(\"s\", || 1)", &collector), SAMPLED, event);
    assert_eq!(collector.requests().len(), 0);
}

#[test]
fn the_caller_does_not_wait_for_the_collector() {
    let collector = WebServer::start(|_| Reply::json("{}").after(Duration::from_secs(1)));
    let api = fake_runtime_api::FakeRuntimeApi::new().event("{}").start();
    let start = std::time::Instant::now();
    let process = function("1", &collector).start(&api);
    api.wait_for_answers(1);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let count = |requests: &[fake_runtime_api::Request]| {
        requests.iter().filter(|it| it.path.ends_with("/next")).count()
    };
    assert_eq!(count(&api.requests()), 1);
    api.wait_for(|requests| count(requests) == 2);
    assert!(start.elapsed() >= Duration::from_secs(1));
    process.stop();
}

#[test]
fn a_collector_that_fails_is_a_warning_without_secrets() {
    let failing = WebServer::start(|_| Reply::status(400));
    let named = |url: &str| function("1", &failing).env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url);
    let (answer, log) = invoke(&named(&format!("{}/traces?key=secret", failing.url())), "", "{}");
    assert_eq!(answer, "1");
    assert!(
        log.contains("could not be exported to http://127.0.0.1") && log.contains("the status is 400"),
        "{log}"
    );
    assert!(!log.contains("secret"), "{log}");
    assert_eq!(failing.requests()[0].path, "/traces");
    let (answer, log) = invoke(&named("http://127.0.0.1:1"), "", "{}");
    assert!(answer == "1" && log.contains("could not be exported"), "{log}");
}

#[test]
fn an_export_takes_no_longer_than_its_timeout() {
    let silent = Silent::after_connecting();
    let start = std::time::Instant::now();
    let function = Function::main("fn handler() { 1 }")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{}", silent.address()))
        .env("OTEL_EXPORTER_OTLP_TIMEOUT", "200");
    let (_, log) = invoke(&function, "", "{}");
    assert!(start.elapsed() < Duration::from_secs(20) && log.contains("could not be exported"), "{log}");
}

#[test]
fn spans_of_an_invocation_that_timed_out_are_sent_with_the_next() {
    use fake_runtime_api::{FakeRuntimeApi, Invocation};
    let collector = collector();
    let body = "if event == 1 { trace::span(\"endless\", || { loop {} }) }";
    let late = Invocation::new("1").deadline_in(Duration::from_millis(300));
    let api = FakeRuntimeApi::new().invocation(late).event("2").start();
    let process = function(body, &collector).start(&api);
    api.wait_for(|requests| requests.iter().filter(|it| it.path.ends_with("/next")).count() == 3);
    process.stop();
    let names: Vec<_> =
        spans(&collector).iter().map(|span| span["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["endless", "shop", "shop"]);
}

#[test]
fn samplers_decide_which_invocations_are_traced() {
    let parent = |flags: &str| {
        let id = "0af7651916cd43dd4448eb211c80319c";
        json!({ "headers": { "traceparent": format!("00-{id}-b7ad6b7169203331-{flags}") } }).to_string()
    };
    // Half of the traces are those whose last 8 bytes are below 0x8000….
    for (sampler, argument, event, expected) in [
        ("parentbased_always_on", "", parent("01"), true),
        ("parentbased_always_on", "", parent("00"), false),
        ("always_on", "", parent("00"), true),
        ("always_off", "", parent("01"), false),
        ("parentbased_always_off", "", "{}".to_owned(), false),
        ("traceidratio", "0.5", parent("00"), true),
        ("traceidratio", "0.25", parent("01"), false),
        ("parentbased_traceidratio", "0.25", parent("01"), true),
        ("parentbased_traceidratio", "0", "{}".to_owned(), false),
    ] {
        let collector = collector();
        let function =
            function("trace::span(\"work\", || 1)", &collector).env("OTEL_TRACES_SAMPLER", sampler);
        let function =
            if argument.is_empty() { function } else { function.env("OTEL_TRACES_SAMPLER_ARG", argument) };
        let (answer, log) = invoke(&function, "", &event);
        assert_eq!(answer, "1", "{log}");
        let got = if collector.requests().is_empty() { 0 } else { spans(&collector).len() };
        assert_eq!(got, if expected { 2 } else { 0 }, "{sampler} {argument} {event}");
    }
}

#[test]
fn invocations_that_are_not_sampled_say_so_to_the_next_server() {
    const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";
    let event = json!({ "headers": { "traceparent": format!("00-{TRACE_ID}-{PARENT}-00") } }).to_string();
    for (sampler, event, trace_id) in [
        ("parentbased_always_on", &*event, Some(TRACE_ID)),
        ("always_off", &*event, Some(TRACE_ID)),
        ("always_off", "{}", None),
    ] {
        let (collector, server) = (collector(), WebServer::start(|_| Reply::json("{}")));
        let get = format!("http::get(\"{}\")", server.url());
        let body = format!("{get}; trace::span(\"work\", || {get}); trace::annotate(\"a\", 1);");
        let function = function(&body, &collector).env("OTEL_TRACES_SAMPLER", sampler);
        invoke(&function, "", event);
        assert_eq!(collector.requests().len(), 0);
        let requests = server.requests();
        let sent: Vec<Vec<_>> = requests
            .iter()
            .map(|request| {
                request.header("traceparent").expect("the trace is passed on").split('-').collect()
            })
            .collect();
        let [first, second] = &sent[..] else { panic!("{sent:?}") };
        for parts in [first, second] {
            assert_eq!((parts.len(), parts[0], parts[3]), (4, "00", "00"), "{parts:?}");
            assert_eq!((parts[1].len(), parts[2].len()), (32, 16), "{parts:?}");
            assert!(trace_id.is_none_or(|id| id == parts[1]) && parts[2] != PARENT, "{parts:?}");
        }
        assert!(first[1] == second[1] && first[2] != second[2], "{sent:?}");
    }
}

#[test]
fn invalid_samplers_are_ignored_with_a_warning() {
    for (name, value) in [("OTEL_TRACES_SAMPLER", "jaeger_remote"), ("OTEL_TRACES_SAMPLER_ARG", "2")] {
        let collector = collector();
        let function = function("1", &collector).env("OTEL_TRACES_SAMPLER", "traceidratio").env(name, value);
        let (_, log) = invoke(&function, "", "{}");
        assert_eq!(spans(&collector).len(), 1);
        assert!(log.contains(name) && log.contains(value), "{log}");
    }
}

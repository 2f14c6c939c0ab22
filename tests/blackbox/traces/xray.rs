//! Traces for AWS X-Ray.

use super::{invoke, NOT_SAMPLED, SAMPLED, TRACE_ID};
use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::time::Duration;
use test_support::xray::XRayDaemon;
use web_server::{Reply, Silent, WebServer};

const AWS: [(&str, &str); 3] =
    [("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];

/// A handler with this body.
fn function(body: &str, daemon: &XRayDaemon) -> Function {
    let script = format!("fn handler(event) {{ {body} }}");
    Function::main(&script).env("AWS_XRAY_DAEMON_ADDRESS", &daemon.address())
}

/// The subsegments of a sampled invocation, in the order in which they ended.
fn trace(body: &str, event: &str) -> Vec<Value> {
    let daemon = XRayDaemon::start();
    invoke(&function(body, &daemon), SAMPLED, event);
    daemon.received()
}

/// The one subsegment of this name.
#[track_caller]
fn named<'a>(documents: &'a [Value], name: &str) -> &'a Value {
    let found: Vec<_> = documents.iter().filter(|document| document["name"] == name).collect();
    assert_eq!(found.len(), 1, "{name}: {documents:#?}");
    found[0]
}

#[test]
fn an_invocation_is_a_subsegment_of_the_function() {
    let documents = trace("7", "{}");
    let [document] = &documents[..] else { panic!("{documents:#?}") };
    let (start, end) = (document["start_time"].as_f64().unwrap(), document["end_time"].as_f64().unwrap());
    assert!(start > 1_600_000_000.0 && end >= start && end < start + 60.0);
    assert_eq!(
        *document,
        json!({
            "name": "## handler",
            "id": document["id"],
            "trace_id": TRACE_ID,
            "parent_id": "53995c3f42cd8ad8",
            "type": "subsegment",
            "start_time": start,
            "end_time": end,
            "in_progress": false,
            "annotations": { "ColdStart": true },
        })
    );
    assert!(document["id"].as_str().unwrap().len() == 16);
}

#[test]
fn nothing_is_sent_unless_the_invocation_is_sampled_and_tracing_is_on() {
    let daemon = XRayDaemon::start();
    let body = "trace::annotate(\"a\", 1); trace::span(\"s\", || 42)";
    let on = function(body, &daemon);
    for header in [NOT_SAMPLED, "", "nonsense", &SAMPLED[..SAMPLED.len() - 10]] {
        assert_eq!(invoke(&on, header, "{}").0, "42");
    }
    let disabled = function(body, &daemon).env("POWERTOOLS_TRACE_DISABLED", "true");
    assert_eq!(invoke(&disabled, SAMPLED, "{}").0, "42");
    let none = Function::main(&format!("fn handler() {{ {body} }}"));
    assert_eq!(invoke(&none, SAMPLED, "{}").0, "42");
    assert_eq!(daemon.received(), [] as [Value; 0]);
    assert_eq!(invoke(&on, SAMPLED, "{}").0, "42");
    assert_eq!(daemon.received().len(), 2);
}

#[test]
fn a_daemon_without_a_usable_address_is_a_warning() {
    let function = Function::main("fn handler() { 1 }").env("AWS_XRAY_DAEMON_ADDRESS", "daemon");
    let (answer, log) = invoke(&function, SAMPLED, "{}");
    assert_eq!(answer, "1");
    assert!(
        log.contains("AWS_XRAY_DAEMON_ADDRESS is \"daemon\": expected an IP address and a port"),
        "{log}"
    );
}

#[test]
fn spans_are_nested_and_return_values() {
    let daemon = XRayDaemon::start();
    let body = "trace::span(\"outer\", || { let n = trace::span(\"inner\", || 20); trace::span(\"next\", || n + 1) }) * 2";
    let (answer, _) = invoke(&function(body, &daemon), SAMPLED, "{}");
    assert_eq!(answer, "42");
    let documents = daemon.received();
    let names: Vec<_> = documents.iter().map(|document| document["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["inner", "next", "outer", "## handler"]);
    assert_eq!(named(&documents, "inner")["parent_id"], named(&documents, "outer")["id"]);
    assert_eq!(named(&documents, "next")["parent_id"], named(&documents, "outer")["id"]);
    assert_eq!(named(&documents, "outer")["parent_id"], named(&documents, "## handler")["id"]);
    let ids: std::collections::BTreeSet<_> =
        documents.iter().map(|document| document["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn errors_are_recorded_and_thrown_again() {
    let documents = trace(
        "try { trace::span(\"caught\", || throw #{ type: \"NoTea\", message: \"none left\" }); } catch (e) { }
        trace::span(\"division\", || 1 / 0)",
        "{}",
    );
    for (name, kind, message) in [
        ("caught", "NoTea", "none left"),
        ("division", "Arithmetic", "Division by zero: 1 / 0"),
        ("## handler", "Arithmetic", "Division by zero: 1 / 0"),
    ] {
        let document = named(&documents, name);
        assert_eq!(document["fault"], true, "{document:#}");
        let exception = &document["cause"]["exceptions"][0];
        assert_eq!((&exception["type"], &exception["message"]), (&json!(kind), &json!(message)));
        assert_eq!(exception["id"].as_str().unwrap().len(), 16);
    }
}

#[test]
fn exit_in_a_span_is_no_error() {
    let daemon = XRayDaemon::start();
    let (answer, _) = invoke(&function("trace::span(\"s\", || exit(7))", &daemon), SAMPLED, "{}");
    assert_eq!(answer, "7");
    let documents = daemon.received();
    assert!(documents.len() == 2 && documents.iter().all(|document| document.get("fault").is_none()));
}

#[test]
fn annotations_and_metadata_belong_to_the_innermost_span() {
    let daemon = XRayDaemon::start();
    let body = "trace::annotate(\"order\", 7); trace::annotate(\"order\", 8);
        trace::metadata(\"event\", #{ a: [1, ()] });
        trace::span(\"s\", || { trace::annotate(\"who\", \"Ada\"); trace::annotate(\"paid\", true); trace::annotate(\"price\", 1.5); });";
    invoke(&function(body, &daemon).env("POWERTOOLS_SERVICE_NAME", "shop"), SAMPLED, "{}");
    let documents = daemon.received();
    let handler = named(&documents, "## handler");
    assert_eq!(handler["annotations"], json!({ "ColdStart": true, "Service": "shop", "order": 8 }));
    assert_eq!(handler["metadata"], json!({ "shop": { "event": { "a": [1, null] } } }));
    let span = named(&documents, "s");
    assert_eq!(span["annotations"], json!({ "who": "Ada", "paid": true, "price": 1.5 }));
    assert!(span.get("metadata").is_none());
}

#[test]
fn metadata_that_is_too_large_is_replaced_by_a_note() {
    let documents = trace("trace::metadata(\"m\", \"x\".repeat(40_000)); trace::metadata(\"n\", 1)", "{}");
    let note = "omitted: 40002 bytes of JSON; a span has at most 32768";
    assert_eq!(documents[0]["metadata"], json!({ "default": { "m": note, "n": 1 } }));
}

#[test]
fn invalid_arguments_are_errors_whether_or_not_there_is_a_trace() {
    for (body, kind, part) in [
        (
            "trace::annotate(\"a-b\", 1)",
            "TraceError",
            "may have letters, digits and `_`, which \"a-b\" does not",
        ),
        (
            "trace::annotate(\"a\", [1])",
            "TraceError",
            "must be a string, a finite number or a boolean, not array",
        ),
        ("trace::annotate(\"a\", 0.0 / 0.0)", "TraceError", "must be a string, a finite number or a boolean"),
        ("trace::span(\"\", || 1)", "TraceError", "the name of a span must not be empty"),
        ("trace::span(\"s\", |x| 1)", "TraceError", "must have no parameters"),
    ] {
        let (found, message, _) = Function::main(&format!("fn handler() {{ {body} }}")).invoke("{}").error();
        assert!(found == kind && message.contains(part), "{found}: {message}");
        let documents = trace(body, "{}");
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0]["fault"], true);
    }
}

#[test]
fn requests_are_subsegments_without_their_secrets() {
    let server = WebServer::start(|request| match request.path.as_str() {
        "/missing" => Reply::status(404),
        "/busy" => Reply::status(429),
        "/broken" => Reply::status(503),
        _ => Reply::text("hello"),
    });
    let url = server.url();
    let with_password = url.replace("http://", "http://ada:pass@");
    let documents = trace(
        &format!(
            "http::get(\"{with_password}/ok?token=secret\", #{{ headers: #{{ authorization: \"secret\" }} }});
            http::post(\"{url}/missing\", \"secret\"); http::get(\"{url}/busy\"); http::get(\"{url}/broken\");
            try {{ http::get(\"http://127.0.0.1:1/none\"); }} catch (e) {{ }}
            http::get(\"{url}/streamed\", #{{ stream: true }}).text()"
        ),
        "{}",
    );
    assert!(!format!("{documents:?}").contains("secret") && !format!("{documents:?}").contains("pass"));
    let handler = named(&documents, "## handler");
    assert!(handler.get("fault").is_none(), "{handler:#}");
    let found: Vec<_> = documents.iter().filter(|document| document["name"] == "127.0.0.1").collect();
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|it| it["namespace"] == "remote" && it["parent_id"] == handler["id"]));
    assert_eq!(
        found[0]["http"],
        json!({
            "request": { "method": "GET", "url": format!("{url}/ok") },
            "response": { "status": 200, "content_length": 5 },
        })
    );
    let flags = |number: usize| ["error", "throttle", "fault"].map(|name| found[number][name] == true);
    assert_eq!(found[1]["http"]["request"]["method"], "POST");
    assert_eq!(flags(0), [false, false, false]);
    assert_eq!(flags(1), [true, false, false]);
    assert_eq!(flags(2), [true, true, false]);
    assert_eq!(flags(3), [false, false, true]);
    assert_eq!(flags(4), [false, false, true]);
    assert_eq!(found[4]["cause"]["exceptions"][0]["type"], "HttpError");
    assert_eq!(found[5]["http"]["response"]["status"], 200);
}

#[test]
fn servers_are_told_of_the_trace() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let url = server.url();
    let body = format!(
        "http::get(\"{url}/\"); http::get(\"{url}/\", #{{ headers: #{{ \"X-Amzn-Trace-Id\": \"mine\" }} }});
        http::all([\"{url}/\"]);"
    );
    let documents = trace(&body, "{}");
    let requests = server.requests();
    let header = |number: usize| requests[number].header("x-amzn-trace-id").unwrap();
    let of = |number: usize| {
        format!("Root={TRACE_ID};Parent={};Sampled=1", documents[number]["id"].as_str().unwrap())
    };
    assert_eq!((header(0), header(1), header(2)), (&*of(0), "mine", &*of(2)));
    // Only a traced invocation has something to tell.
    let daemon = XRayDaemon::start();
    invoke(&function(&body, &daemon), NOT_SAMPLED, "{}");
    assert_eq!(server.requests()[3].header("x-amzn-trace-id"), None);
}

#[test]
fn the_lineage_by_which_lambda_finds_circles_is_kept() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let daemon = XRayDaemon::start();
    let mut function = function("aws::call(\"dynamodb\", \"ListTables\", #{});", &daemon);
    for (name, value) in AWS {
        function = function.env(name, value);
    }
    invoke(
        &function.env("AWS_ENDPOINT_URL", &server.url()),
        &format!("{SAMPLED};Lineage=1:a87bd80c:0"),
        "{}",
    );
    let id = daemon.received()[0]["id"].as_str().unwrap().to_owned();
    let header = format!("Root={TRACE_ID};Parent={id};Sampled=1;Lineage=1:a87bd80c:0");
    assert_eq!(server.requests()[0].header("x-amzn-trace-id"), Some(&*header));
}

#[test]
fn requests_at_the_same_time_are_parallel() {
    let server = WebServer::start(|request| {
        let delay = if request.path == "/slow" { 400 } else { 0 };
        Reply::text("hello").after(Duration::from_millis(delay))
    });
    let url = server.url();
    let documents =
        trace(&format!("http::all([\"{url}/slow\", \"{url}/fast\", \"http://127.0.0.1:1/\"])"), "{}");
    let of = |path: &str| {
        let is_it = |document: &&Value| {
            document["http"]["request"]["url"].as_str().is_some_and(|url| url.ends_with(path))
        };
        let document = documents.iter().find(is_it).unwrap();
        (document["start_time"].as_f64().unwrap(), document["end_time"].as_f64().unwrap())
    };
    let (slow, fast) = (of("/slow"), of("/fast"));
    assert!(fast.0 < slow.1 && fast.1 < slow.1 && slow.1 - slow.0 > 0.35, "{slow:?} {fast:?}");
    assert_eq!(documents.len(), 4);
}

#[test]
fn operations_of_aws_are_subsegments() {
    let server = WebServer::start(|request| {
        let reply = match request.header("x-amz-target") {
            Some(target) if target.ends_with("PutItem") => Reply::json(
                r#"{"__type":"com.amazonaws.dynamodb#ConditionalCheckFailedException","message":"no"}"#,
            )
            .with_status(400),
            Some(_) => Reply::json(r#"{"Item":{"id":{"S":"1"}}}"#),
            None => Reply::text("content"),
        };
        reply.header("x-amzn-requestid", "request-1")
    });
    let daemon = XRayDaemon::start();
    let mut function = function(
        "let key = #{ id: #{ S: \"1\" } };
        aws::call(\"dynamodb\", \"GetItem\", #{ TableName: \"orders\", Key: key });
        try { aws::call(\"dynamodb\", \"PutItem\", #{ TableName: \"orders\", Item: key }); } catch (e) { }
        aws::s3_get(\"photos\", \"a.txt\");
        aws::all([[\"dynamodb\", \"GetItem\", #{ TableName: \"a\", Key: key }], [\"dynamodb\", \"GetItem\", #{ TableName: \"b\", Key: key }]]);",
        &daemon,
    );
    for (name, value) in AWS {
        function = function.env(name, value);
    }
    invoke(&function.env("AWS_ENDPOINT_URL", &server.url()), SAMPLED, "{}");
    let documents = daemon.received();
    assert!(!format!("{documents:?}").contains("secret"));
    assert_eq!(documents.len(), 6, "{documents:#?}");
    let common = json!({ "operation": "GetItem", "region": "eu-central-1", "retries": 0, "request_id": "request-1", "table_name": "orders" });
    assert_eq!(documents[0]["aws"], common);
    assert_eq!(documents[0]["namespace"], "aws");
    assert_eq!(documents[0]["name"], "dynamodb");
    assert_eq!(documents[0]["http"], json!({ "response": { "status": 200 } }));
    assert_eq!(documents[1]["error"], true);
    let exception = &documents[1]["cause"]["exceptions"][0];
    assert_eq!(exception["type"], "ConditionalCheckFailedException");
    assert_eq!(exception["remote"], true);
    assert_eq!((&documents[2]["name"], &documents[2]["aws"]["operation"]), (&json!("s3"), &json!("GET")));
    assert_eq!(
        (&documents[3]["aws"]["table_name"], &documents[4]["aws"]["table_name"]),
        (&json!("a"), &json!("b"))
    );
    let parent = &named(&documents, "## handler")["id"];
    assert!(documents[..5].iter().all(|document| document["parent_id"] == *parent));
    // Each request says which subsegment it is.
    for (request, document) in server.requests().iter().zip(&documents[..3]) {
        let header = format!("Root={TRACE_ID};Parent={};Sampled=1", document["id"].as_str().unwrap());
        assert_eq!(request.header("x-amzn-trace-id"), Some(&*header));
    }
}

#[test]
fn retries_are_counted() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = WebServer::start(move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply::status(500),
        _ => Reply::json("{}"),
    });
    let daemon = XRayDaemon::start();
    let mut function = function("aws::call(\"dynamodb\", \"ListTables\", #{});", &daemon);
    for (name, value) in AWS {
        function = function.env(name, value);
    }
    invoke(&function.env("AWS_ENDPOINT_URL", &server.url()), SAMPLED, "{}");
    let documents = daemon.received();
    assert_eq!(documents[0]["aws"]["retries"], 1);
    assert!(documents[0].get("fault").is_none());
}

#[test]
fn what_a_timeout_interrupts_is_a_fault() {
    let server = Silent::after_connecting();
    let daemon = XRayDaemon::start();
    let body = format!("trace::span(\"s\", || http::get(\"http://{}\"))", server.address());
    let invocation = Invocation::new("{}").header("Lambda-Runtime-Trace-Id", SAMPLED);
    let api = FakeRuntimeApi::new().invocation(invocation.deadline_in(Duration::from_millis(500))).start();
    let process = function(&body, &daemon).start(&api);
    api.wait_for_answers(1);
    process.stop();
    let documents = daemon.received();
    assert_eq!(documents.len(), 3, "{documents:#?}");
    assert!(documents.iter().all(|document| document["fault"] == true), "{documents:#?}");
    assert_eq!(documents[2]["cause"]["exceptions"][0]["type"], "Runtime.Timeout");
}

#[test]
fn a_trace_ends_with_its_invocation() {
    let daemon = XRayDaemon::start();
    let plan = [SAMPLED, NOT_SAMPLED, SAMPLED].iter().fold(FakeRuntimeApi::new(), |plan, trace| {
        plan.invocation(Invocation::new("{}").header("Lambda-Runtime-Trace-Id", trace))
    });
    let api = plan.start();
    let process = function("1", &daemon).start(&api);
    api.wait_for_answers(3);
    process.stop();
    let documents = daemon.received();
    let cold: Vec<_> = documents.iter().map(|document| &document["annotations"]["ColdStart"]).collect();
    assert_eq!(cold, [true, false]);
}

#[test]
fn workers_have_traces_of_their_own() {
    let daemon = XRayDaemon::start();
    let plan = (1..=4).fold(FakeRuntimeApi::new().concurrency(4), |plan, number: u32| {
        let trace = SAMPLED.replace("53995c3f42cd8ad8", &format!("{number:016}"));
        plan.invocation(Invocation::new(number.to_string()).header("Lambda-Runtime-Trace-Id", &trace))
    });
    let api = plan.start();
    let body = "trace::span(`s${event}`, || sleep(0.2));";
    let process = function(body, &daemon).env("AWS_LAMBDA_MAX_CONCURRENCY", "4").start(&api);
    api.wait_for_answers(4);
    process.stop();
    let documents = daemon.received();
    assert_eq!(documents.len(), 8);
    for number in 1..=4 {
        let span = named(&documents, &format!("s{number}"));
        let parent = documents.iter().find(|document| document["id"] == span["parent_id"]).unwrap();
        assert_eq!(parent["parent_id"], format!("{number:016}"));
    }
}

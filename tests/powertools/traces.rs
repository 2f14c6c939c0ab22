//! Traces of scripts beside those of Powertools with the AWS X-Ray SDK for Python, and as OpenTelemetry reads them.

use crate::run;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Map, Value};
use test_support::function::Function;
use test_support::xray::XRayDaemon;
use web_server::{Reply, WebServer};

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
/// Does what the handler in `traces.py` does.
const SCRIPT: &str = r#"
fn handler(event) {
    let url = event.url;
    trace::annotate("order", 7);
    trace::metadata("items", ["tea", 2]);
    trace::span("price", || {
        trace::annotate("paid", true);
        http::get(`${url}/ok?token=secret`);
    });
    http::get(`${url}/missing`);
    let key = #{ id: #{ S: "1" } };
    aws::call("dynamodb", "GetItem", #{ TableName: "orders", Key: key });
    try { aws::call("dynamodb", "PutItem", #{ TableName: "orders", Item: key }); } catch (e) { }
    try { trace::span("broken", || throw #{ type: "ValueError", message: "no tea" }); } catch (e) { }
}"#;
const ENVIRONMENT: [(&str, &str); 7] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("POWERTOOLS_SERVICE_NAME", "shop"),
    ("_X_AMZN_TRACE_ID", TRACE),
];

fn server() -> WebServer {
    WebServer::start(|request| {
        let reply = match (request.header("x-amz-target"), request.path.as_str()) {
            (Some("DynamoDB_20120810.PutItem"), _) => {
                let error = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}"#;
                Reply::json(error).with_status(400)
            }
            (Some(_), _) => Reply::json("{}"),
            (None, "/ok") => Reply::text("hello"),
            (None, _) => Reply::status(404),
        };
        reply.header("x-amzn-requestid", "request-1")
    })
}

/// An invocation of the script.
fn invoke(function: Function, server: &WebServer) {
    let function = ENVIRONMENT.iter().fold(function, |function, (name, value)| function.env(name, value));
    let function = function.env("AWS_ENDPOINT_URL", &server.url());
    let event = json!({ "url": server.url() }).to_string();
    let invocation = Invocation::new(event).header("Lambda-Runtime-Trace-Id", TRACE);
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = function.start(&api);
    let answer = api.wait_for_answers(1).remove(0).text().to_owned();
    api.wait_for(|requests| requests.iter().filter(|request| request.path.ends_with("/next")).count() == 2);
    assert_eq!((answer.as_str(), process.stop().as_str()), ("null", ""));
}

/// The subsegments of the script.
fn of_script() -> Vec<Value> {
    let daemon = XRayDaemon::start();
    invoke(Function::main(SCRIPT).env("AWS_XRAY_DAEMON_ADDRESS", &daemon.address()), &server());
    daemon.received()
}

/// The subsegments of the handler in Python, each by itself.
fn of_python() -> Vec<Value> {
    let (daemon, server) = (XRayDaemon::start(), server());
    let address = daemon.address();
    let mut environment = ENVIRONMENT.to_vec();
    environment.extend([("LAMBDA_TASK_ROOT", "/var/task"), ("AWS_XRAY_DAEMON_ADDRESS", &address)]);
    run("traces.py", &environment, &json!({ "trace": { "url": server.url() } }));
    let mut documents = Vec::new();
    for document in daemon.received() {
        flatten(document, &mut documents);
    }
    documents
}

/// The SDK sends subsegments within that of the invocation.
fn flatten(mut document: Value, documents: &mut Vec<Value>) {
    let within = document.as_object_mut().unwrap().remove("subsegments");
    for mut child in within.into_iter().flat_map(|within| within.as_array().unwrap().clone()) {
        for name in ["trace_id", "type"] {
            child[name] = document[name].clone();
        }
        child["parent_id"] = document["id"].clone();
        flatten(child, documents);
    }
    // The developer guide has no such namespace.
    if document["namespace"] == "local" {
        document.as_object_mut().unwrap().remove("namespace");
    }
    documents.push(document);
}

/// What must be the same in both: all but IDs, times, and what only one of them has.
fn shape(documents: &[Value]) -> Vec<Value> {
    let name = |id: &Value| {
        documents.iter().find(|document| document["id"] == *id).map(|document| &document["name"])
    };
    let mut shapes: Vec<_> = documents
        .iter()
        .map(|document| {
            let mut shape: Map<_, _> = document.as_object().unwrap().clone();
            let parent = name(&document["parent_id"]).cloned();
            // The function's own segment has no document here.
            shape.insert("parent_id".into(), parent.unwrap_or_else(|| document["parent_id"].clone()));
            for unique in ["id", "start_time", "end_time", "in_progress"] {
                shape.remove(unique);
            }
            if let Some(http) = shape.get_mut("http") {
                if let Some(url) = http.pointer_mut("/request/url") {
                    *url = url.as_str().unwrap().rsplit('/').next().into();
                }
                // The SDK has the method as it was called, and does not say how long the body is.
                if let Some(method) = http.pointer_mut("/request/method") {
                    *method = method.as_str().unwrap().to_ascii_uppercase().into();
                }
                if let Some(response) = http.get_mut("response").and_then(Value::as_object_mut) {
                    response.remove("content_length");
                }
            }
            if let Some(aws) = shape.get_mut("aws").and_then(Value::as_object_mut) {
                // The SDK says nothing of retries, and more of what a response contains.
                aws.retain(|name, _| ["operation", "region", "request_id", "table_name"].contains(&&**name));
            }
            if shape.get("error") == Some(&true.into()) {
                // To the SDK every exception is also a fault, which the guide has for the status 5xx.
                shape.remove("fault");
            }
            if let Some(cause) = shape.get_mut("cause") {
                let exceptions = cause["exceptions"].as_array().unwrap().iter();
                *cause =
                    exceptions.map(|exception| json!([exception["type"], exception["remote"]])).collect();
            }
            Value::Object(shape)
        })
        .collect();
    shapes.sort_by_key(ToString::to_string);
    shapes
}

#[test]
fn subsegments_have_the_shape_of_those_of_the_sdk() {
    let (script, python) = (shape(&of_script()), shape(&of_python()));
    assert_eq!(script.len(), 7);
    for (script, python) in script.iter().zip(&python) {
        assert_eq!(script, python);
    }
    assert_eq!(script.len(), python.len());
}

#[test]
fn subsegments_are_valid() {
    let schema: Value = serde_json::from_str(include_str!("subsegment.json")).unwrap();
    let check =
        |documents: &[Value]| run("traces.py", &[], &json!({ "subsegments": documents, "schema": schema }));
    let mut documents = of_script();
    assert_eq!(check(&documents), json!([]));
    // The schema holds for the SDK's, and not for everything.
    assert_eq!(check(&of_python()), json!([]));
    documents[0]["id"] = json!("x");
    assert_eq!(check(&documents).as_array().unwrap().len(), 1);
}

#[test]
fn opentelemetry_reads_the_spans() {
    let (collector, server) = (WebServer::start(|_| Reply::json("{}")), server());
    invoke(Function::main(SCRIPT).env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()), &server);
    let read = run("traces.py", &[], &json!({ "otlp": collector.requests()[0].text() }));
    assert_eq!(read["resource"]["service.name"], "shop");
    assert_eq!(read["resource"]["cloud.region"], "eu-central-1");
    let spans = read["spans"].as_array().unwrap();
    let names: Vec<_> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET", "price", "GET", "dynamodb/GetItem", "dynamodb/PutItem", "broken", "shop"]);
    let kinds: Vec<_> = spans.iter().map(|span| span["kind"].as_i64().unwrap()).collect();
    assert_eq!(kinds, [3, 1, 3, 3, 3, 1, 2]);
    let statuses: Vec<_> = spans.iter().map(|span| span["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [0, 0, 2, 0, 2, 2, 0]);
    assert!(spans.iter().all(|span| span["trace"] == "5759e988bd862e3fe1be46a994272793"));
    assert_eq!((&spans[0]["parent"], &spans[1]["parent"]), (&spans[1]["id"], &spans[6]["id"]));
    assert_eq!(spans[6]["parent"], "53995c3f42cd8ad8");
    assert_eq!(spans[6]["attributes"]["items"], json!(["tea", 2]));
    assert_eq!(spans[3]["attributes"]["aws.dynamodb.table_names"], json!(["orders"]));
    assert_eq!(spans[5]["events"], json!(["exception"]));
    assert!(spans.iter().all(|span| (0.0..60.0).contains(&span["seconds"].as_f64().unwrap())));
}

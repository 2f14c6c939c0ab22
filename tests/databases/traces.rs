//! Statements and commands in the trace of an invocation.

use crate::function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use test_support::databases::{Postgres, Redis};
use test_support::xray::XRayDaemon;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// The subsegments of an invocation, but for its own.
fn trace(url: &str, body: &str) -> Vec<Value> {
    let daemon = XRayDaemon::start();
    let function = function(url, body).env("AWS_XRAY_DAEMON_ADDRESS", &daemon.address());
    let invocation = Invocation::new("{}").header("Lambda-Runtime-Trace-Id", TRACE);
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = function.start(&api);
    api.wait_for_answers(1);
    process.stop();
    let mut documents = daemon.received();
    let root = documents.pop().unwrap();
    assert_eq!(root["name"], "## handler");
    assert!(documents.iter().all(|document| document["parent_id"] == root["id"]), "{documents:#?}");
    documents
}

#[test]
fn commands_of_redis_are_subsegments() {
    let Some(server) = Redis::start(&[]) else { return };
    let body = "let db = redis::connect(env::get(`DB`)); db.set(`secret`, `hush`);
        try { db.lpush(`secret`, 1); } catch (e) { }
        try { redis::connect(`redis://u:hush@127.0.0.1:1`).get(`a`); } catch (e) { }";
    let documents = trace(&server.url(), body);
    assert!(!format!("{documents:?}").contains("hush"), "{documents:#?}");
    assert!(documents.iter().all(|it| it["name"] == "127.0.0.1" && it["namespace"] == "remote"));
    let types: Vec<_> =
        documents.iter().map(|document| &document["cause"]["exceptions"][0]["type"]).collect();
    assert_eq!(types, [&json!(null), &json!("WRONGTYPE"), &json!("ConnectionFailed")]);
    let faults: Vec<_> = documents.iter().map(|document| document["fault"] == true).collect();
    assert_eq!(faults, [false, true, true]);
}

#[test]
fn statements_of_postgres_are_subsegments() {
    let Some(server) = Postgres::start(&[]) else { return };
    let body = "let db = postgres::connect(env::get(`DB`)); db.query(`SELECT $1::text AS a`, [`hush`]);
        try { db.query_one(`SELECT generate_series(1, 2) AS n`); } catch (e) { }
        try { db.query(`SELECT nmae`); } catch (e) { }";
    let documents = trace(&server.url("postgres"), body);
    assert!(!format!("{documents:?}").contains("hush"), "{documents:#?}");
    assert_eq!(documents.len(), 3);
    assert_eq!(documents[0]["sql"]["database_type"], "PostgreSQL");
    let url = documents[0]["sql"]["url"].as_str().unwrap();
    assert!(url.starts_with("postgres://") && !url.contains('@'), "{url}");
    // That there are too many rows is the script's error, and not the server's.
    assert!(documents[1].get("fault").is_none(), "{:#}", documents[1]);
    assert_eq!(documents[2]["cause"]["exceptions"][0]["type"], "42703");
}

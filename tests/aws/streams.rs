//! Responses that scripts read while they arrive: streams of events, and bodies.

use crate::script::{error, function_at_url, value};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use web_server::events::{event, exception};
use web_server::{Reply, WebServer};

/// Goes through the events of a response.
const EVENTS: &str = r#"
    let found = [];
    for event in aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }).stream { found.push(event); }
    found
"#;

fn start() -> Vec<u8> {
    event("messageStart", r#"{"role":"assistant"}"#)
}

fn text(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &json!({ "delta": { "text": text } }).to_string())
}

fn chunk(to: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    write!(to, "{:x}\r\n", bytes.len())?;
    to.write_all(bytes)?;
    to.write_all(b"\r\n")?;
    to.flush()
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\
    x-amzn-requestid: 7\r\ntransfer-encoding: chunked\r\n\r\n";

/// A response whose body is these pieces.
fn pieces(pieces: &[Vec<u8>]) -> Reply {
    Reply::status(200).header("x-amzn-requestid", "7").body(pieces.concat())
}

fn value_at(reply: Reply, body: &str) -> Value {
    let server = WebServer::start(move |_| reply.clone());
    value(&function_at_url(&server.url(), body))
}

fn error_at(reply: Reply, body: &str) -> Value {
    let server = WebServer::start(move |_| reply.clone());
    error(&function_at_url(&server.url(), body)).0
}

#[test]
fn events_are_maps_with_one_key() {
    let stop = event("messageStop", r#"{"stopReason":"end_turn"}"#);
    let found = value_at(pieces(&[start(), text("Hi"), stop]), EVENTS);
    let expected = json!([
        { "messageStart": { "role": "assistant" } },
        { "contentBlockDelta": { "delta": { "text": "Hi" } } },
        { "messageStop": { "stopReason": "end_turn" } },
    ]);
    assert_eq!(found, expected);
}

/// The server sends the second event when the script has asked for it, after the first.
#[test]
fn events_are_returned_as_soon_as_they_arrive() {
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    let server = WebServer::start(move |request| {
        if request.path == "/seen" {
            seen.fetch_add(1, Ordering::SeqCst);
            return Reply::status(200);
        }
        let seen = Arc::clone(&seen);
        Reply::written(move |to| {
            to.write_all(HEAD)?;
            for number in 0..3 {
                let begin = Instant::now();
                while seen.load(Ordering::SeqCst) < number {
                    assert!(begin.elapsed() < Duration::from_secs(20), "event {number} was not asked for");
                    std::thread::sleep(Duration::from_millis(1));
                }
                chunk(to, &text(&number.to_string()))?;
            }
            to.write_all(b"0\r\n\r\n")
        })
    });
    let body = format!(
        r#"
        let found = "";
        for event in aws::call("bedrock-runtime", "ConverseStream", #{{ modelId: "m" }}).stream {{
            found += event.contentBlockDelta.delta.text;
            http::get("{}/seen");
        }}
        found"#,
        server.url()
    );
    assert_eq!(value(&function_at_url(&server.url(), &body)), "012");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn a_function_can_be_called_for_each_event() {
    let body = r#"
        let found = [];
        let add = |event| found.push(event.contentBlockDelta.delta.text);
        let response = aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }, #{ each: add });
        [found, response]
    "#;
    assert_eq!(value_at(pieces(&[text("a"), text("b")]), body), json!([["a", "b"], {}]));
    let body = r#"aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }, #{ each: |event| throw "enough" })"#;
    assert_eq!(error_at(pieces(&[text("a")]), body)["errorMessage"], "enough");
    let body = r#"aws::call("sts", "GetCallerIdentity", #{}, #{ each: |event| () })"#;
    let message = "the response of GetCallerIdentity has no stream of events: remove the option `each`";
    assert_eq!(error_at(pieces(&[]), body)["errorMessage"], message);
}

#[test]
fn initial_responses_are_members_of_the_response() {
    let initial = || event("initial-response", r#"{"Marker":"m"}"#);
    let records = event("SubscribeToShardEvent", r#"{"Records":[],"MillisBehindLatest":3}"#);
    let parameters = r#"#{ ConsumerARN: "c", ShardId: "s", StartingPosition: #{ Type: "LATEST" } }"#;
    let call = format!(r#"aws::call("kinesis", "SubscribeToShard", {parameters})"#);
    let body = format!(
        r"let response = {call}; let events = [];
        for event in response.EventStream {{ events.push(event.SubscribeToShardEvent.MillisBehindLatest); }}
        [response.Marker, events]"
    );
    assert_eq!(value_at(pieces(&[initial(), records.clone()]), &body), json!(["m", [3]]));
    let error = error_at(pieces(&[records]), &body);
    assert_eq!(error["errorMessage"], "the stream of events does not begin with an initial response");
    let refused = exception("ResourceNotFoundException", r#"{"message":"no consumer"}"#);
    assert_eq!(error_at(pieces(&[refused]), &body)["data"]["code"], "ResourceNotFoundException");
    // Services that respond with paths and methods may send one, too, which says nothing.
    assert_eq!(value_at(pieces(&[initial(), start()]), EVENTS).as_array().unwrap().len(), 1);
}

#[test]
fn exceptions_are_thrown_by_the_loop() {
    let slowly = exception("throttlingException", r#"{"message":"slowly"}"#);
    let error = error_at(pieces(&[start(), slowly]), EVENTS);
    let data = &error["data"];
    assert_eq!((&error["errorType"], &data["code"]), (&json!("AwsError"), &json!("throttlingException")));
    assert_eq!((&data["status"], &data["request_id"]), (&json!(400), &json!("7")));
    assert_eq!((&data["service"], &data["action"]), (&json!("bedrock-runtime"), &json!("ConverseStream")));
    assert_eq!(error["errorMessage"], "slowly");
    assert!(error["stackTrace"].to_string().contains("main.rhai:3"), "{error}");
}

#[test]
fn damaged_streams_are_errors() {
    let damaged = |at: usize| {
        let mut message = text("Hi");
        message[at] ^= 1;
        message
    };
    let huge = {
        let mut message = vec![0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        message.extend(crc32fast::hash(&message).to_be_bytes());
        message
    };
    for (stream, problem) in [
        (damaged(1), "the checksum of a message's length is wrong"),
        (damaged(40), "the checksum of a message is wrong"),
        (text("Hi")[..50].to_vec(), "it ends within a message"),
        (huge, "a message is larger than 24 MB"),
    ] {
        let error = error_at(pieces(&[start(), stream]), EVENTS);
        assert_eq!(error["data"]["code"], "InvalidAnswer", "{error}");
        assert_eq!(error["errorMessage"], format!("the stream of events is invalid: {problem}"));
    }
}

#[test]
fn broken_and_stalled_streams_are_errors() {
    let cut = Reply::written(|to| {
        to.write_all(HEAD)?;
        chunk(to, &start())
    });
    assert_eq!(error_at(cut, EVENTS)["data"]["code"], "NoAnswer");
    let stalled = Reply::written(|to| {
        to.write_all(HEAD)?;
        chunk(to, &start())?;
        std::thread::sleep(Duration::from_secs(5));
        Ok(())
    });
    let body = EVENTS.replace("})", "}, #{ timeout: 0.2 })");
    let error = error_at(stalled.clone(), &body);
    assert_eq!(error["data"]["code"], "Timeout", "{error}");

    let server = WebServer::start(move |_| stalled.clone());
    let invocation = Invocation::new("{}").deadline_in(Duration::from_millis(700));
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let begin = Instant::now();
    let process = function_at_url(&server.url(), EVENTS).start(&api);
    let error = api.wait_for_answers(1).remove(0).json();
    assert_eq!(error["errorType"], "Runtime.Timeout", "{error}");
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    process.stop();
}

#[test]
fn errors_before_the_stream_are_those_of_other_calls() {
    let refused =
        Reply::status(403).header("x-amzn-errortype", "AccessDeniedException").body(r#"{"message":"no"}"#);
    let error = error_at(refused, EVENTS);
    assert_eq!(
        (&error["data"]["code"], &error["data"]["status"]),
        (&json!("AccessDeniedException"), &json!(403))
    );
}

/// An endless stream ends when the script has seen enough.
#[test]
fn streams_are_closed() {
    let closed = |body: &str| {
        let count = Arc::new(AtomicUsize::new(0));
        let ended = Arc::clone(&count);
        let server = WebServer::start(move |_| {
            let ended = Arc::clone(&ended);
            Reply::written(move |to| {
                to.write_all(HEAD)?;
                while chunk(to, &text("more")).is_ok() {}
                ended.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        });
        let found = value(&function_at_url(&server.url(), body));
        let begin = Instant::now();
        while count.load(Ordering::SeqCst) == 0 {
            assert!(begin.elapsed() < Duration::from_secs(10), "the connection stays open after {body}");
            std::thread::sleep(Duration::from_millis(2));
        }
        found
    };
    let body = r#"for event in aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }).stream { break; } 1"#;
    assert_eq!(closed(body), 1);
    let body = r#"
        let stream = aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }).stream;
        stream.close();
        try { for event in stream {} } catch (error) { return error.code; }
    "#;
    assert_eq!(closed(body), "Closed");
}

#[test]
fn a_stream_in_a_response_has_no_json_form() {
    let body = r#"aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" })"#;
    let error = error_at(pieces(&[start()]), body);
    assert!(error["errorMessage"].as_str().unwrap().contains("EventStream"), "{error}");
}

#[test]
fn bodies_are_read_while_they_arrive() {
    let object = || Reply::text("a\nb\nc").header("etag", "\"e\"");
    let body = r#"
        let object = aws::call("s3", "GetObject", #{ Bucket: "b", Key: "k" }, #{ stream: true });
        let lines = [];
        for line in object.Body.lines() { lines.push(line); }
        [object.ETag, lines, object.Body.headers["content-type"]]
    "#;
    let expected = json!(["\"e\"", ["a", "b", "c"], "text/plain; charset=utf-8"]);
    assert_eq!(value_at(object(), body), expected);
    let body = r#"
        let size = 0;
        for chunk in aws::s3_get("b", "k", #{ stream: true }).chunks() { size += chunk.len(); }
        let lines = [];
        for line in aws::s3_lines("b", "k") { lines.push(line); }
        [size, lines]
    "#;
    assert_eq!(value_at(object(), body), json!([5, ["a", "b", "c"]]));
    let body = r#"aws::s3_lines("b", "k")"#;
    let missing = Reply::status(404).body("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>");
    assert_eq!(error_at(missing, body)["data"]["code"], "NoSuchKey");
    let body = r#"aws::call("sts", "GetCallerIdentity", #{}, #{ stream: true })"#;
    let message =
        "the response of GetCallerIdentity has no body that can be streamed: remove the option `stream` or `to`";
    assert_eq!(error_at(object(), body)["errorMessage"], message);
}

/// 1 GB goes through a function with 128 MB.
#[test]
fn large_objects_need_little_memory() {
    let line = [vec![b'x'; 1023], vec![b'\n']].concat();
    let lines = line.repeat(1024);
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n";
    let reply = Reply::written(move |to| {
        to.write_all(head)?;
        (0..1024).try_for_each(|_| to.write_all(&lines))
    });
    let server = WebServer::start(move |_| reply.clone());
    let body = r#"
        let count = 0;
        for line in aws::s3_lines("b", "k") { count += 1; }
        let status = fs::read("/proc/self/status").split("\n").filter(|line| line.starts_with("VmHWM"));
        [count, parse_int(status[0].split(" ").filter(|part| part != "")[-2])]
    "#;
    let function = function_at_url(&server.url(), body).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    let found = value(&function);
    assert_eq!(found[0], 1 << 20);
    assert!(found[1].as_u64().unwrap() < 64 << 10, "{} KB", found[1]);
}

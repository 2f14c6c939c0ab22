//! The fake server against a client that is nothing but a socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use fake_runtime_api::{AnswerKind, FakeRuntimeApi, Invocation, Reply, Server};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\
    Host: x\r\nUser-Agent: test\r\n\r\n";

fn connect(api: &Server) -> TcpStream {
    let stream = TcpStream::connect(api.address()).unwrap();
    let limit = Some(Duration::from_secs(5));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// Sends a request and reads once: what the server writes in one go.
fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

fn post(call: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /2018-06-01/runtime/{call} HTTP/1.1\r\nHost: x\r\nUser-Agent: test\r\n\
         Lambda-Runtime-Function-Error-Type: Function.Test\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn invocations_are_delivered_and_answers_recorded_on_one_connection() {
    let api = FakeRuntimeApi::new().event("1").event("2").start();
    let mut client = connect(&api);

    let first = exchange(&mut client, NEXT);
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    assert!(first.contains("Lambda-Runtime-Aws-Request-Id: req-1\r\n"));
    assert!(first.ends_with("Content-Length: 1\r\n\r\n1"));
    let accepted = exchange(&mut client, &post("invocation/req-1/response", "[1]"));
    assert!(accepted.starts_with("HTTP/1.1 202"), "{accepted}");
    exchange(&mut client, NEXT);
    exchange(&mut client, &post("invocation/req-2/error", "{}"));

    let answers = api.wait_for_answers(2);
    assert_eq!(answers[0].kind, AnswerKind::Response);
    assert_eq!(answers[0].json()[0], 1);
    assert_eq!(answers[1].request_id, "req-2");
    assert_eq!(answers[1].kind, AnswerKind::Error);
    assert_eq!(answers[1].error_type_header(), Some("Function.Test"));
    assert!(api.requests().iter().all(|request| request.connection == 1));
}

#[test]
fn headers_are_added_replaced_repeated_and_left_out() {
    let invocation = Invocation::new("{}")
        .request_id("ä/1")
        .header("X", "1")
        .header("x", "2")
        .header("lambda-runtime-deadline-ms", "600000")
        .without("Lambda-Runtime-Trace-Id");
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let answer = exchange(&mut connect(&api), NEXT);
    assert!(answer.contains("Aws-Request-Id: ä/1\r\n"), "{answer}");
    assert!(answer.contains("X: 1\r\nx: 2\r\nlambda-runtime-deadline-ms: 600000\r\n"));
    assert!(!answer.contains("Deadline-Ms") && !answer.contains("Trace-Id"));
}

#[test]
fn chunked_invocations_carry_trailers_and_may_end_the_connection() {
    let invocation = Invocation::new("[1,2]").chunked(3).trailer("T", "v");
    let api = FakeRuntimeApi::new().invocation(invocation.connection_close()).start();
    let mut client = connect(&api);
    let answer = exchange(&mut client, NEXT);
    assert!(answer.contains("Connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\nT: v\r\n\r\n"));
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn streamed_answers_are_recorded_with_chunks_and_trailers() {
    let api = FakeRuntimeApi::new().event("{}").start();
    let mut client = connect(&api);
    exchange(&mut client, NEXT);
    exchange(
        &mut client,
        "POST /2018-06-01/runtime/invocation/req-1/response HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\n\
         Transfer-Encoding: chunked\r\nTrailer: A, B\r\n\r\n\
         2\r\n{}\r\na\r\n0123456789\r\n0\r\nA: 1\r\nb: 2\r\n\r\n",
    );
    let answer = api.wait_for_answers(1).remove(0);
    assert_eq!(answer.text(), "{}0123456789");
    assert_eq!(answer.chunks.len(), 2);
    assert_eq!(answer.trailer("b"), Some("2"));
}

#[test]
fn replies_misbehave_in_the_planned_order() {
    let api = FakeRuntimeApi::new()
        .event("1")
        .on_next(Reply::Close)
        .on_next(Reply::Reset)
        .on_next(Reply::Raw(b"odd".to_vec()).after(Duration::from_millis(50)))
        .on_response(Reply::error(413, "RequestEntityTooLarge"))
        .start();
    let mut client = connect(&api);
    exchange(&mut client, NEXT);
    let refused = exchange(&mut client, &post("invocation/req-1/response", "1"));
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    assert_eq!(exchange(&mut client, NEXT), "");
    client = connect(&api);
    client.write_all(NEXT.as_bytes()).unwrap();
    let error = client.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let start = Instant::now();
    assert_eq!(exchange(&mut connect(&api), NEXT), "odd");
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn a_prefix_and_an_encoded_request_id_are_understood() {
    let api = FakeRuntimeApi::new().prefix("/.rt").invocation(Invocation::new("1").request_id("a/b")).start();
    let mut client = connect(&api);
    exchange(&mut client, &NEXT.replace("/2018", "/.rt/2018"));
    let answer = post("invocation/a%2Fb/response", "1").replace("/2018", "/.rt/2018");
    exchange(&mut client, &answer);
    assert_eq!(api.wait_for_answers(1)[0].request_id, "a/b");
}

#[test]
fn violations_are_recorded() {
    let api = FakeRuntimeApi::new().event("1").event("2").allow_violations().start();
    let mut client = connect(&api);
    exchange(&mut client, &NEXT.replace("User-Agent", "Expect"));
    exchange(&mut client, NEXT);
    let unframed = post("init/error", "").replace("Content-Length: 0\r\n", "");
    exchange(&mut client, &unframed.replace("Function.Test", "Mine"));
    assert_eq!(api.init_errors().len(), 1);
    let phrases: Vec<_> =
        api.violations().iter().map(|text| text.rsplit(": ").next().unwrap().to_owned()).collect();
    assert_eq!(
        phrases,
        [
            "no User-Agent",
            "an Expect header",
            "asked for while an invocation is unanswered",
            "neither Content-Length nor chunked",
            "an error type that Lambda makes Unknown",
            "an init error after an invocation",
        ]
    );
}

#[test]
fn a_waiting_next_does_not_hold_up_the_end() {
    let start = Instant::now();
    let api = FakeRuntimeApi::new().start();
    let mut client = connect(&api);
    client.write_all(NEXT.as_bytes()).unwrap();
    api.wait_for(|requests| requests.len() == 1);
    drop(api);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
#[should_panic(expected = "replies left over: 1 for /next, 1 for /error")]
fn an_unused_plan_fails_the_test() {
    drop(FakeRuntimeApi::new().event("1").on_error(Reply::Close).start());
}

#[test]
#[should_panic(expected = "no User-Agent")]
fn a_violation_fails_the_test() {
    let api = FakeRuntimeApi::new().event("1").start();
    let request = NEXT.replace("User-Agent", "Other");
    exchange(&mut connect(&api), &request);
}

#[test]
#[should_panic(expected = "waited 50ms for 1 answers; seen so far:\n  GET /2018-06-01")]
fn waiting_in_vain_tells_what_came() {
    let patience = Duration::from_millis(50);
    let api = FakeRuntimeApi::new().event("1").patience(patience).start();
    exchange(&mut connect(&api), NEXT);
    api.wait_for_answers(1);
}

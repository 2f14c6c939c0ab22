//! Response streaming from handlers with three parameters.

use crate::function::{error_parts, Function};
use crate::raw::{invocation, read_until};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use fake_runtime_api::{Answer, AnswerKind, FakeRuntimeApi, Invocation};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a streaming handler with this body answers; checks that the environment serves on.
fn answer(body: &str) -> Answer {
    let function = Function::main(&format!(
        "fn handler(event, context, stream) {{ if event == 2 {{ return 2 }}\n{body} }}"
    ));
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!(answers[1].text(), "2");
    assert_eq!(answers[0].connection, answers[1].connection);
    answers[0].clone()
}

fn chunks(answer: &Answer) -> Vec<&[u8]> {
    answer.chunks.iter().map(|chunk| &chunk.data[..]).collect()
}

/// The error in the trailers.
fn trailer_error(answer: &Answer) -> (String, String, Vec<String>) {
    let body = answer.trailer("lambda-runtime-function-error-body").unwrap();
    error_parts(&serde_json::from_slice(&BASE64_STANDARD.decode(body).unwrap()).unwrap())
}

#[test]
fn an_http_response() {
    let answer = answer(
        r#"stream.start(#{ statusCode: 201, headers: #{ "content-type": "text/plain", "x-n": 5 }, cookies: ["a=b"] });
           stream.write("one ");
           stream.write("two".to_blob());
           "ignored""#,
    );
    assert_eq!(answer.kind, AnswerKind::Response);
    assert_eq!(answer.header("content-type"), Some("application/vnd.awslambda.http-integration-response"));
    assert_eq!(answer.header("lambda-runtime-function-response-mode"), Some("streaming"));
    assert_eq!(
        answer.header("trailer"),
        Some("Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
    );
    let prelude = r#"{"cookies":["a=b"],"headers":{"content-type":"text/plain","x-n":"5"},"statusCode":201}"#;
    assert_eq!(chunks(&answer), [prelude.as_bytes(), &[0; 8], b"one ", b"two"]);
    assert!(answer.trailers.is_empty());
}

#[test]
fn other_responses() {
    let plain = answer(r#"stream.write("a"); stream.write(""); stream.write("b");"#);
    assert_eq!(plain.header("content-type"), Some("application/octet-stream"));
    assert_eq!(chunks(&plain), [b"a", b"b"]);
    let events = answer(r#"stream.content_type("text/event-stream"); stream.write("data: 1\n\n");"#);
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    let empty = answer("stream.start(#{ statusCode: 204 });");
    assert_eq!(chunks(&empty), [&br#"{"cookies":[],"headers":{},"statusCode":204}"#[..], &[0; 8]]);
}

#[test]
fn a_value_is_the_body_of_what_was_started_and_not_written() {
    let started = answer("stream.start(#{ statusCode: 201 }); #{ a: 1 }");
    let prelude = br#"{"cookies":[],"headers":{},"statusCode":201}"#;
    assert_eq!(chunks(&started), [&prelude[..], &[0; 8], br#"{"a":1}"#]);
    let typed = answer(r#"stream.content_type("text/plain"); "abc""#);
    assert_eq!(typed.header("content-type"), Some("text/plain"));
    assert_eq!(chunks(&typed), [b"abc"]);
}

#[test]
fn headers_are_those_of_http_response() {
    let started = answer(
        r#"stream.start(#{
               headers: #{ vary: ["a", "b"], etag: (), "Set-Cookie": ["c=1", "d=2"] },
               cookies: ["e=3"],
           });
           stream.write("x");"#,
    );
    let prelude = br#"{"cookies":["c=1","d=2","e=3"],"headers":{"vary":"a, b"},"statusCode":200}"#;
    assert_eq!(chunks(&started)[0], prelude);
    for (start, message) in [
        (r#"#{ headers: #{ "bad name": "x" } }"#, r#""bad name" is not a valid header name"#),
        (r#"#{ headers: #{ x: "ü" } }"#, r#"the header x is "ü": headers may contain only"#),
        (r#"#{ headers: #{ a: "b\r\nc: d" } }"#, "the header a is"),
        (r#"#{ headers: #{ "a\nb": "c" } }"#, "is not a valid header name"),
        (r#"#{ cookies: ["a\n"] }"#, "the header set-cookie is"),
        (r#"#{ statusCode: "200" }"#, "statusCode must be a number from 100 to 599, not string"),
    ] {
        let refused = answer(&format!("stream.start({start});"));
        assert!(error_parts(&refused.json()).1.contains(message), "{}", refused.text());
    }
}

#[test]
fn without_a_write_the_value_is_the_response() {
    let whole = answer("#{ a: 1 }");
    assert!(!whole.is_chunked());
    assert_eq!(whole.text(), r#"{"a":1}"#);
    let api = FakeRuntimeApi::new().event("1").start();
    let _process = Function::new("|e,c,s|s.write(`${e}`)").start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), "1");
}

#[test]
fn every_write_is_sent_at_once() {
    let answer = answer(r#"stream.write("a"); sleep(0.2); stream.write("b");"#);
    let apart = answer.chunks[1].received - answer.chunks[0].received;
    assert!(apart >= Duration::from_millis(190), "{apart:?}");
}

#[test]
fn an_error_in_the_middle_is_in_the_trailers() {
    let failed = answer("stream.write(\"part\");\nthrow #{ type: \"Broken\", message: \"half way\" };");
    assert_eq!(failed.kind, AnswerKind::Response);
    assert_eq!(chunks(&failed), [b"part"]);
    assert_eq!(failed.trailer("lambda-runtime-function-error-type"), Some("Function.Broken"));
    assert_eq!(
        trailer_error(&failed),
        ("Broken".into(), "half way".into(), vec!["at handler (main.rhai:3:1)".into()])
    );
}

#[test]
fn an_error_before_the_first_byte_is_an_error() {
    for body in ["throw \"early\";", "stream.start(#{ statusCode: 200 }); throw \"early\";"] {
        let failed = answer(body);
        assert_eq!(failed.kind, AnswerKind::Error);
        assert_eq!(failed.json()["errorMessage"], "early");
    }
}

#[test]
fn a_stream_that_is_kept_cannot_be_used_later() {
    let function = Function::main(
        "fn handler(e, c, stream) {
             if e == 1 { cache::set(\"kept\", stream); return 1 }
             let kept = cache::get(\"kept\");
             kept.write(\"late\");
         }",
    );
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!(answers[0].text(), "1");
    let (kind, message, _) = error_parts(&answers[1].json());
    assert_eq!(kind, "StreamError");
    assert_eq!(message, "the invocation of this stream is over");
}

#[test]
fn the_deadline_holds() {
    let short = Invocation::new("1").deadline_in(Duration::from_millis(400));
    let api = FakeRuntimeApi::new().invocation(short).event("2").start();
    let function = Function::main(
        "fn handler(e, c, s) { if e == 2 { return 2 }\nloop { s.write(\"tick\"); sleep(0.01); } }",
    );
    let _process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert!(answers[0].chunks.len() > 3);
    let (kind, _, stack) = trailer_error(&answers[0]);
    assert_eq!(kind, "Runtime.Timeout");
    assert!(stack[0].starts_with("at handler (main.rhai:2:"), "{stack:?}");
    assert_eq!(answers[1].text(), "2");
}

/// Reads a streamed response at this pace, in bytes a second, until the function gives it up; how long that
/// took. Checks that the next event is answered.
fn time_of_a_slow_reader(body: &str, pace: usize) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let function = Function::main(&format!("fn handler(e, c, s) {{ if e == 2 {{ return 2 }} {body} }}"));
    let process = function.start_at(&listener.local_addr().unwrap().to_string());
    let mut first = listener.accept().unwrap().0;
    read_until(&mut first, "/next");
    let deadline = SystemTime::now() + Duration::from_millis(500);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let invocation_1 = String::from_utf8(invocation("a", "1")).unwrap();
    let invocation_1 =
        invocation_1.replace("\r\n\r\n", &format!("\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n\r\n"));
    first.write_all(invocation_1.as_bytes()).unwrap();
    let start = Instant::now();
    // The last request comes over a new connection.
    listener.set_nonblocking(true).unwrap();
    let mut buffer = vec![0; pace / 20];
    let mut second = loop {
        assert!(start.elapsed() < Duration::from_secs(5), "the function still writes");
        thread::sleep(Duration::from_millis(50));
        let _ = first.read(&mut buffer);
        if let Ok((second, _)) = listener.accept() {
            break second;
        }
    };
    let time = start.elapsed();
    second.set_nonblocking(false).unwrap();
    read_until(&mut second, "/next");
    second.write_all(&invocation("b", "2")).unwrap();
    let answer = read_until(&mut second, "\r\n\r\n2");
    assert!(answer.contains("/invocation/b/response"), "{answer}");
    process.stop();
    time
}

#[test]
fn the_deadline_holds_for_slow_readers() {
    for body in ["s.write(blob(40000000));", "loop { s.write(blob(100000)); }"] {
        for pace in [2_000_000, 20] {
            let time = time_of_a_slow_reader(body, pace);
            assert!(time < Duration::from_millis(1500), "{body} {pace}: {time:?}");
        }
    }
}

#[test]
fn a_stream_that_nobody_ends_is_given_up() {
    // All of the response is on its way, and no receipt comes.
    assert!(time_of_a_slow_reader("s.write(`data`);", 20_000) < Duration::from_secs(3));
}

#[test]
fn bad_calls() {
    let message = |body: &str| {
        let failed = answer(body);
        let (kind, message, stack) = match failed.kind {
            AnswerKind::Error => error_parts(&failed.json()),
            AnswerKind::Response => trailer_error(&failed),
        };
        assert_eq!((kind.as_str(), stack.len()), ("StreamError", 1), "{body}");
        message
    };
    assert!(message("stream.write(\"x\"); stream.start(#{});").contains("data was already written"));
    assert!(message("stream.start(#{}); stream.start(#{});").contains("it was called before"));
    assert!(message("stream.start(#{ statusCode: 42 });").contains("not an HTTP status"));
    assert!(message("stream.start(#{ status: 200 });").contains("unknown key `status`"));
    assert!(message("stream.start(#{ headers: 5 });").contains("headers must be"));
    assert!(message("stream.content_type(\"a\\nb\");").contains("is not a content type"));
    assert!(message("stream.write(\"x\"); stream.content_type(\"a/b\");").contains("before the first write"));
    assert!(message("stream.write(#{});").contains("expects a string or a blob, not map"));
}

#[test]
fn much_data_takes_little_memory() {
    let function = Function::main(
        "fn handler(n, c, stream) { let data = blob(65536, 7); for i in 0..n { stream.write(data); } }",
    );
    // However busy the machine is: it is about the memory.
    let much = Invocation::new("1600").deadline_in(Duration::from_mins(1));
    let api = FakeRuntimeApi::new().event("1").invocation(much).start();
    let process = function.start(&api);
    api.wait_for_answers(1);
    let before = process.peak_memory();
    let answers = api.wait_for_answers(2);
    let grown = process.peak_memory() - before;
    assert_eq!(answers[1].body.len(), 1600 * 65536);
    assert!(grown < 2048, "{grown} KiB more than before");
}

#[test]
fn a_reader_that_goes_away_ends_the_invocation_only() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let function = Function::main(
        "fn handler(e, c, s) { if e == 2 { return 2 } loop { s.write(\"data\"); sleep(0.001); } }",
    );
    let process = function.start_at(&listener.local_addr().unwrap().to_string());
    let mut first = listener.accept().unwrap().0;
    read_until(&mut first, "/next");
    first.write_all(&invocation("a", "1")).unwrap();
    read_until(&mut first, "data");
    drop(first);
    let mut second = listener.accept().unwrap().0;
    read_until(&mut second, "/next");
    second.write_all(&invocation("b", "2")).unwrap();
    let answer = read_until(&mut second, "\r\n\r\n2");
    assert!(answer.contains("/invocation/b/response"), "{answer}");
    let log = process.stop();
    assert!(log.contains("StreamError"), "{log}");
    assert!(log.contains("Lambda did not accept the response: the stream was cut off"), "{log}");
}

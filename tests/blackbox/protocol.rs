//! The Runtime API: what is asked and answered, and what becomes of its faults.

use crate::function::Function;
use crate::raw::{invocation, read_until, ACCEPTED};
use fake_runtime_api::{AnswerKind, FakeRuntimeApi, Invocation, Reply};
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

fn echo() -> Function {
    Function::main("fn handler(e) { if e == 0 { throw \"zero\" } e }")
}

#[test]
fn more_than_one_answer_to_a_request_is_dropped() {
    let twice = |bytes: &[u8]| [bytes, bytes].concat();
    for large in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let process =
            Function::main("fn handler(e) { e.len }").start_at(&listener.local_addr().unwrap().to_string());
        let mut first = listener.accept().unwrap().0;
        read_until(&mut first, "/next");
        let event = format!("\"{}\"", "x".repeat(if large { 20_000 } else { 5 }));
        first.write_all(&twice(&invocation("a", &event))).unwrap();
        let mut second = listener.accept().unwrap().0;
        read_until(&mut second, "/invocation/a/response");
        second.write_all(&twice(ACCEPTED)).unwrap();
        let mut third = listener.accept().unwrap().0;
        read_until(&mut third, "/next");
        third.write_all(&invocation("b", "[1, 2]")).unwrap();
        read_until(&mut third, "\r\n\r\n2");
        let log = process.stop();
        assert!(log.contains("sent more than one response to a request"), "{log}");
    }
}

#[test]
fn one_connection_for_everything() {
    let api = FakeRuntimeApi::new().event("1").event("0").event("2").start();
    let _process = echo().start(&api);
    let answers = api.wait_for_answers(3);
    let kinds: Vec<_> = answers.iter().map(|answer| answer.kind).collect();
    assert_eq!(kinds, [AnswerKind::Response, AnswerKind::Error, AnswerKind::Response]);
    assert!(api.requests().iter().all(|request| request.connection == 1));
    let agent = api.requests()[0].header("user-agent").unwrap().to_owned();
    assert_eq!(agent, format!("rhambda/{}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn addresses_with_scheme_and_path() {
    for address in ["http://{}/.rt", "{}/.rt/", "http://{}/.rt/"] {
        let api = FakeRuntimeApi::new().event("1").prefix("/.rt").start();
        let _process = echo().start_at(&address.replace("{}", &api.address()));
        assert_eq!(api.wait_for_answers(1)[0].text(), "1");
    }
}

#[test]
fn request_ids_are_encoded_and_invocation_ids_sent_back() {
    let odd = Invocation::new("1").request_id("a/b c?d").header("Lambda-Runtime-Invocation-Id", "nonce-1");
    let error = Invocation::new("0").header("Lambda-Runtime-Invocation-Id", "nonce-2");
    let api = FakeRuntimeApi::new().invocation(odd).invocation(error).event("1").start();
    let _process = echo().start(&api);
    let answers = api.wait_for_answers(3);
    assert_eq!(answers[0].request_id, "a/b c?d");
    assert!(answers[0].path.ends_with("/a%2Fb%20c%3Fd/response"), "{}", answers[0].path);
    let nonces: Vec<_> = answers.iter().map(|answer| answer.header("lambda-runtime-invocation-id")).collect();
    assert_eq!(nonces, [Some("nonce-1"), Some("nonce-2"), None]);
}

#[test]
fn headers_missing_empty_and_twice() {
    let function = Function::main("fn handler(e, c) { [c.aws_request_id, c.trace_id, c.tenant_id] }");
    let bare = Invocation::new("1")
        .request_id("first")
        .without("Lambda-Runtime-Deadline-Ms")
        .without("Lambda-Runtime-Trace-Id")
        .without("Content-Type")
        .header("Lambda-Runtime-Aws-Tenant-Id", "a")
        .header("Lambda-Runtime-Aws-Tenant-Id", "b");
    let api = FakeRuntimeApi::new().invocation(bare).start();
    let _process = function.start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), r#"["first",null,"a"]"#);
}

#[test]
fn an_invocation_without_an_id_cannot_be_answered() {
    let plan =
        FakeRuntimeApi::new().on_next(Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1".to_vec()));
    let api = plan.start();
    let (code, log) = echo().start(&api).wait();
    assert_eq!(code, Some(1));
    assert!(log.contains("without Lambda-Runtime-Aws-Request-Id"), "{log}");
}

#[test]
fn invocations_in_every_framing() {
    let big = format!("\"{}\"", "x".repeat(300_000));
    let api = FakeRuntimeApi::new()
        .invocation(Invocation::new(big.as_str()).chunked(1000))
        .invocation(Invocation::new("2").chunked(1).trailer("X-Sum", "1"))
        .invocation(Invocation::new("3").in_pieces(7))
        .invocation(Invocation::new("4").connection_close())
        .invocation(Invocation::new("5").then_close())
        .event("6")
        .start();
    let _process = echo().start(&api);
    let answers = api.wait_for_answers(6);
    let texts: Vec<_> = answers.iter().skip(1).map(|answer| answer.text()).collect();
    assert_eq!(answers[0].text(), big);
    assert_eq!(texts, ["2", "3", "4", "5", "6"]);
}

#[test]
fn answers_that_lambda_does_not_want_change_nothing() {
    for (status, kind) in [
        (400, "InvalidRequestID"),
        (403, "InvalidStateTransition"),
        (410, "InvokeTimeout"),
        (413, "RequestEntityTooLarge"),
    ] {
        let refused = Reply::error(status, kind);
        let plan = FakeRuntimeApi::new().event("1").event("0").event("2");
        let api = plan.on_response(refused.clone()).on_error(refused).start();
        let process = echo().start(&api);
        assert_eq!(api.wait_for_answers(3)[2].text(), "2");
        let log = process.stop();
        let line = format!("Lambda did not accept the response: status {status} ");
        assert_eq!(log.matches(&line).count(), 2, "{log}");
        assert!(log.contains(kind), "{log}");
    }
}

#[test]
fn a_200_is_as_good_as_a_202() {
    let api = FakeRuntimeApi::new().event("1").event("2").on_response(Reply::status(200, "")).start();
    let process = echo().start(&api);
    api.wait_for_answers(2);
    assert_eq!(process.stop(), "");
}

#[test]
fn a_broken_environment_ends_the_process() {
    let broken = || Reply::error(500, "InternalServerError");
    for plan in [
        FakeRuntimeApi::new().on_next(broken()),
        FakeRuntimeApi::new().on_next(Reply::error(403, "InvalidStateTransition")),
        FakeRuntimeApi::new().event("1").on_response(broken()),
        FakeRuntimeApi::new().event("0").on_error(broken()),
    ] {
        let api = plan.start();
        let (code, log) = echo().start(&api).wait();
        assert_eq!(code, Some(1));
        assert!(log.contains("status 500") || log.contains("status 403"), "{log}");
    }
}

#[test]
fn no_content_means_ask_again() {
    let api = FakeRuntimeApi::new()
        .on_next(Reply::Raw(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()))
        .on_next(Reply::status(204, ""))
        .event("1")
        .start();
    let _process = echo().start(&api);
    assert_eq!(api.wait_for_answers(1)[0].text(), "1");
}

#[test]
fn a_connection_that_died_unnoticed_is_opened_again_once() {
    // After an answer: the next request finds the connection closed.
    for fault in [Reply::Close, Reply::Reset] {
        let api = FakeRuntimeApi::new().event("1").on_next(fault.clone()).event("2").start();
        let _process = echo().start(&api);
        let answers = api.wait_for_answers(2);
        assert_eq!((answers[0].text(), answers[1].text()), ("1", "2"));

        let api = FakeRuntimeApi::new().event("1").on_response(fault).event("2").allow_violations().start();
        let process = echo().start(&api);
        api.wait_for(|requests| {
            requests.iter().filter(|request| request.path.ends_with("/req-2/response")).count() == 1
        });
        process.stop();
    }
}

#[test]
fn an_event_is_not_asked_for_twice() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nLambda-Runtime-Aws-Request-Id: x\r\n\r\n{";
    for reply in [
        Reply::RawThenClose(half.to_vec()),
        Reply::RawThenClose(b"HTTP/1.1 20".to_vec()),
        Reply::RawThenClose(b"garbage\r\n\r\n".to_vec()),
    ] {
        let api = FakeRuntimeApi::new().event("1").on_next(reply).start();
        let (code, log) = echo().start(&api).wait();
        assert_eq!(code, Some(1));
        assert!(log.contains("cut off its response to /runtime/invocation/next"), "{log}");
        let asked = api.requests().iter().filter(|request| request.path.ends_with("/next")).count();
        assert_eq!(asked, 2);
    }
}

#[test]
fn a_slow_api_is_waited_for() {
    let api = FakeRuntimeApi::new()
        .on_next(Reply::Invocation(Invocation::new("1")).after(Duration::from_millis(300)))
        .on_response(Reply::status(202, "").after(Duration::from_millis(300)))
        .event("2")
        .start();
    let _process = echo().start(&api);
    assert_eq!(api.wait_for_answers(2)[1].text(), "2");
}

#[test]
fn an_api_that_is_gone_ends_the_process() {
    // A port that nobody listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let (code, log) = echo().start_at(&address).wait();
    assert_eq!(code, Some(1));
    assert!(log.contains(&format!("the Runtime API at {address} did not respond")), "{log}");
}

#[test]
fn an_init_error_that_is_refused_ends_the_process_too() {
    for reply in [Reply::error(403, "InvalidStateTransition"), Reply::error(500, "x"), Reply::Close] {
        let api = FakeRuntimeApi::new().on_init_error(reply).start();
        let (code, _) = Function::new("nope.handler").start(&api).wait();
        assert_eq!(code, Some(1));
    }
}

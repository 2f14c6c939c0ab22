//! Requests without a response.

use super::{ask, error, error_of, event, function, value};
use serde_json::json;
use std::net::TcpListener;
use web_server::{Reply, WebServer};

/// A port of 127.0.0.1 where nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn refused() {
    let port = closed_port();
    let outcome =
        function(&format!("\nlet x = 1;\n  http::get(\"http://user:secret@127.0.0.1:{port}/x?secret\")"))
            .invoke("{}");
    assert_eq!(
        error_of(&outcome),
        format!("HttpError: no connection to 127.0.0.1: 127.0.0.1:{port} refused the connection")
    );
    let (_, _, stack) = outcome.error();
    assert_eq!(stack[0], "at handler (main.rhai:3:9)");
    assert_eq!(outcome.answer.json()["data"]["url"], format!("http://127.0.0.1:{port}/x?…"));
    assert!(
        !outcome.log.contains("secret") || outcome.log.contains("http::get(\"http://user:secret"),
        "{}",
        outcome.log
    );
    // Both addresses of localhost.
    let message = error_of(&function(&format!("http::get(\"http://localhost:{port}\")")).invoke("{}"));
    assert!(message.starts_with("HttpError: no connection to localhost: 127.0.0.1:"), "{message}");
    assert!(message.contains(", [::1]:"), "{message}");
}

#[test]
fn a_failure_can_be_caught() {
    let port = closed_port();
    let body = format!(
        "try {{ http::get(\"http://127.0.0.1:{port}/x\") }} catch (e) {{ return #{{ type: e.type, url: e.url, has: e.message.len() > 10 }} }}"
    );
    let answer = function(&body).invoke("{}").answer.json();
    assert_eq!(
        answer,
        json!({ "type": "HttpError", "url": format!("http://127.0.0.1:{port}/x"), "has": true })
    );
}

#[test]
fn the_environment_goes_on() {
    let server = WebServer::start(|request| match &*request.path {
        "/bad" => Reply::raw("nonsense\r\n\r\n"),
        _ => Reply::text("hello"),
    });
    let event = |path: &str| format!(r#"{{"url":"{}{path}"}}"#, server.url());
    let answers = function("http::get(url).text()").invoke_all([event("/bad"), event("/good")]);
    assert_eq!(answers[1].text(), "\"hello\"");
}

#[test]
fn no_answer_at_all() {
    let server = WebServer::start(|_| Reply::hang_up());
    assert_eq!(
        error(&server, "http::get(url)"),
        "HttpError: 127.0.0.1 closed the connection before its response was complete (Peer disconnected)"
    );
}

#[test]
fn answers_that_are_cut_short() {
    for (reply, what) in [
        ("HTTP/1.1 200 O", "response"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n", "response"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", "whole response"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "whole response"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", "whole response"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "whole response"),
    ] {
        let server = WebServer::start(move |_| Reply::raw(reply));
        assert_eq!(
            error(&server, "http::get(url)"),
            format!(
                "HttpError: 127.0.0.1 closed the connection before its {what} was complete (Peer disconnected)"
            ),
            "{reply:?}"
        );
    }
}

#[test]
fn answers_that_are_not_http() {
    for reply in [
        "SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
        "\0\0\0\0\0\0\0\0",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nxyz\r\n",
    ] {
        let server = WebServer::start(move |_| Reply::raw(reply));
        let error = error(&server, "http::get(url)");
        assert!(
            error.starts_with("HttpError: the response of 127.0.0.1 is not valid HTTP ("),
            "{reply:?}: {error}"
        );
    }
}

#[test]
fn headers_without_an_end() {
    let server = WebServer::start(|request| match &*request.path {
        "/large" => Reply::raw(format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(70_000))),
        "/many" => Reply::raw(format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(2000))),
        _ => Reply::text("hello").header("x", &"x".repeat(60_000)),
    });
    assert_eq!(
        error(&server, "http::get(url + \"/large\")"),
        "HttpError: the headers that 127.0.0.1 sent are larger than 64 KB"
    );
    assert!(error(&server, "http::get(url + \"/many\")").contains("too many headers"));
    assert_eq!(value(&server, "http::get(url).headers.x.len()"), 60_000);
}

#[test]
fn secrets_are_not_logged_at_any_level() {
    let server = WebServer::start(|_| Reply::text("hello").header("set-cookie", "secret"));
    for level in ["TRACE", "DEBUG"] {
        let outcome = function("http::get(url, #{ headers: #{ Authorization: \"secret\" } }).text()")
            .env("AWS_LAMBDA_LOG_LEVEL", level)
            .invoke(super::event(&server));
        assert_eq!(outcome.answer.text(), "\"hello\"");
        assert_eq!(outcome.log, "", "{level}");
    }
}

#[test]
fn wrong_arguments() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let (kind, message, _) = ask(&server, "http::get(5)").error();
    assert_eq!(kind, "FunctionNotFound");
    assert!(message.contains("http::get"), "{message}");
}

#[test]
fn no_secrets_in_errors_and_logs() {
    let server = WebServer::start(|_| Reply::status(401));
    for body in [
        "http::get(`http://user:SECRET/x@host/`)",
        "http::get(`http://user:SECRET?x@host/`)",
        "http::get(`http://user:SECRET@127.0.0.1:1/`)",
        "http::get(`http://user:SECRET@127.0.0.1:port/`)",
        "http::get(`http://user:SECRET@/`)",
        "http::get(`ftp://user:SECRET@host/`)",
        "http::all([`http://user:SECRET/x@host/`])[0].json()",
        "aws::call(`dynamodb`, `ListTables`, #{}, #{ endpoint: `http://user:SECRET@host/`, region: `eu-central-1` })",
        "aws::call(`dynamodb`, `ListTables`, #{}, #{ endpoint: `http://user:SECRET/x@host/`, region: `eu-central-1` })",
        "http::get(url + `?token=SECRET`, #{ headers: #{ authorization: `Bearer SECRET` } }); throw 1",
        "http::post(url, `x`, #{ headers: #{ `x-key`: `SECRET\n` } })",
    ] {
        // Errors show the line of the script.
        let script = body.replace("SECRET", "${secret}");
        let script = format!("let secret = `SEC` + `RET`; {script}");
        let outcome = function(&script).env("RUST_LOG", "trace").invoke(event(&server));
        let answer = outcome.answer.json();
        assert!(answer["errorType"].is_string(), "{body}: {answer}");
        assert!(!answer.to_string().contains("SECRET"), "{body}: {answer}");
        assert!(!outcome.log.contains("SECRET"), "{body}: {}", outcome.log);
    }
}

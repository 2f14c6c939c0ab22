//! `websocket` against the server of Python's library `websockets`, and against servers that misbehave.

use crate::hostile::{receive, server};
use crate::smtp::Program;
use crate::{error, error_of, function, invoke, TlsFiles};
use serde_json::json;
use std::io::Write as _;
use web_server::Silent;

const CONNECT: &str = "let socket = websocket::connect(env::get(`DB`), #{ timeout: 1 });";

fn value(url: &str, body: &str) -> serde_json::Value {
    invoke(&function(url, &format!("{CONNECT} {body}"))).answer.json()
}

#[test]
fn messages_come_back() {
    let server = Program::start("websocket.py", &[]);
    let url = format!("ws://127.0.0.1:{}/", server.port);
    let body = "let seen = [type_of(socket)];
        for message in [`grüß`, ``, blob(2, 255), `ping`] { socket.send(message); seen.push(socket.receive()); }
        seen[3] = seen[3].to_array();
        socket.send(`large`); seen.push(socket.receive().len());
        socket.send(`silence`);
        try { socket.receive(0.1); } catch (e) { seen.push(e.code); }
        socket.send(`again`); seen.push(socket.receive());
        socket.send(`close`); seen.push(socket.receive()); seen.push(socket.receive());
        try { socket.send(`x`); } catch (e) { seen.push(e.code); }
        seen";
    let expected = json!([
        "WebSocket",
        "grüß",
        "",
        [255, 255],
        "after the ping",
        3_000_000,
        "Timeout",
        "again",
        null,
        null,
        "ConnectionClosed"
    ]);
    assert_eq!(value(&url, body), expected);
}

#[test]
fn tls_and_headers_are_as_for_http() {
    let tls = TlsFiles::new("localhost");
    let server = Program::start("websocket.py", &[&tls.certificate, &tls.key]);
    let url = format!("wss://localhost:{}/private", server.port);
    let body = "let socket = websocket::connect(env::get(`DB`), #{ headers: #{ authorization: `let me in` } }); socket.send(`a`); [socket.receive(), socket.close()]";
    let trusted = |body: &str| function(&url, body).env("RHAMBDA_EXTRA_CA_CERTS", &tls.authority);
    assert_eq!(invoke(&trusted(body)).answer.json(), json!(["a", null]));
    let refused = error_of(&trusted("websocket::connect(env::get(`DB`))"));
    assert!(
        refused.starts_with("WebSocketError 403: localhost:") && refused.ends_with("with the status 403"),
        "{refused}"
    );
    let untrusted = error(&url, "websocket::connect(env::get(`DB`))");
    assert!(
        untrusted.contains("WebSocketError ConnectionFailed: the certificate of localhost is not trusted"),
        "{untrusted}"
    );
}

#[test]
fn connections_end_with_the_invocation() {
    let server = Program::start("websocket.py", &[]);
    let body = "if event.first { cache::set(`s`, websocket::connect(env::get(`DB`))); cache::get(`s`).send(`a`); return cache::get(`s`).receive(); }
        try { cache::get(`s`).send(`b`); } catch (e) { e.message }";
    let body = body.replace("{ e.message }", "{ return e.message; }");
    let function = function(&format!("ws://127.0.0.1:{}", server.port), &body);
    let answers = function.invoke_all([r#"{"first":true}"#, r#"{"first":false}"#]);
    let ended = json!("a WebSocket ends with the invocation, or the initialization, that opened it");
    assert_eq!([answers[0].json(), answers[1].json()], [json!("a"), ended]);
}

#[test]
fn what_goes_wrong_is_an_error() {
    let silent = Silent::after_connecting();
    let stalled = error(&format!("ws://{}/?token=hush", silent.address()), &format!("{CONNECT} 1"));
    assert!(stalled.starts_with("WebSocketError Timeout: "), "{stalled}");
    for (reply, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "WebSocketError 200: "),
        ("HTTP/1.1 302 Found\r\nlocation: /x\r\n\r\n", "WebSocketError 302: "),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "ProtocolError: "),
        ("SSH-2.0-x\r\n", "ProtocolError: "),
        ("HTTP/1.1 101 Sw", "WebSocketError "),
    ] {
        let address = server(move |mut stream| {
            receive(&mut stream);
            let _ = stream.write_all(reply.as_bytes());
        });
        let error = error(&format!("ws://{address}/?token=hush"), &format!("{CONNECT} 1"));
        assert!(error.contains(expected), "{reply:?}: {error}");
    }
    for (url, body, expected) in [
        (
            "http://h",
            "websocket::connect(env::get(`DB`))",
            "InvalidArgument: the URL must begin with ws:// or wss://",
        ),
        ("ws://a b", "websocket::connect(env::get(`DB`))", "InvalidArgument: the URL is invalid"),
        (
            "ws://127.0.0.1:1",
            "websocket::connect(env::get(`DB`))",
            "ConnectionFailed: no connection to 127.0.0.1",
        ),
        (
            "ws://h",
            "websocket::connect(env::get(`DB`), #{ header: #{} })",
            "InvalidArgument: unknown option `header`",
        ),
        (
            "ws://h",
            "websocket::connect(env::get(`DB`), #{ headers: #{ `a b`: `x` } })",
            "InvalidArgument: the header \"a b\" is invalid",
        ),
    ] {
        let error = error(url, body);
        assert!(error.contains(expected), "{error}");
    }
}

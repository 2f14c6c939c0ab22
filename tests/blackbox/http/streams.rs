//! Responses that scripts read while they arrive.

use super::{ask, error, event, value};
use crate::function::Function;
use fake_runtime_api::FakeRuntimeApi;
use flate2::write::GzEncoder;
use flate2::Compression;
use serde_json::json;
use std::io::{self, Write};
use std::sync::{mpsc, Arc, Mutex};
use std::time::{Duration, Instant};
use web_server::{Reply, WebServer};

/// Between two pieces of a response: longer than the client needs for one.
const PAUSE: Duration = Duration::from_millis(60);

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

fn chunk(data: &str) -> String {
    format!("{:x}\r\n{data}\r\n", data.len())
}

/// A response that comes in these chunks, and leaves the connection open.
fn chunked(chunks: &[&str]) -> Reply {
    let chunks = chunks.iter().map(|data| (PAUSE, chunk(data)));
    let head = [(Duration::ZERO, CHUNKED.to_owned())];
    Reply::pieces(head.into_iter().chain(chunks).chain([(PAUSE, "0\r\n\r\n".to_owned())])).keep_alive()
}

/// A server that sends each of these pieces but the first one after a request for `/next`.
fn gated<B: Into<Vec<u8>>>(pieces: impl IntoIterator<Item = B>) -> WebServer {
    let pieces: Vec<Vec<u8>> = pieces.into_iter().map(Into::into).collect();
    let (open, gate) = mpsc::channel();
    let (open, gate) = (Mutex::new(open), Arc::new(Mutex::new(gate)));
    WebServer::start(move |request| {
        if request.path == "/next" {
            let _ = open.lock().unwrap().send(());
            return Reply::status(204);
        }
        let (pieces, gate) = (pieces.clone(), Arc::clone(&gate));
        Reply::written(move |to| {
            pieces.iter().enumerate().try_for_each(|(number, piece)| {
                if number > 0 {
                    let opened = gate.lock().unwrap().recv_timeout(Duration::from_secs(10));
                    opened.map_err(io::Error::other)?;
                }
                to.write_all(piece).and_then(|()| to.flush())
            })
        })
    })
}

/// What a body returns that collects what it goes through with `items`, and asks for the next piece after each.
fn collected_one_by_one(server: &WebServer, items: &str) -> serde_json::Value {
    let script = format!(
        "let all = [];
         for item in http::get(url, #{{ stream: true }}).{items} {{ all.push(item); http::get(url + \"/next\"); }}
         all"
    );
    value(server, &script)
}

/// What a body returns that collects what it goes through with `items`.
fn collected(server: &WebServer, items: &str) -> serde_json::Value {
    let script = format!(
        "let all = []; for item in http::get(url, #{{ stream: true }}).{items} {{ all.push(item); }} all"
    );
    value(server, &script)
}

#[test]
fn bodies_of_every_kind_arrive_in_chunks() {
    for pieces in [
        [format!("{CHUNKED}{}", chunk("hel")), chunk("lo") + "0\r\n\r\n"],
        ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel".to_owned(), "lo".to_owned()],
        ["HTTP/1.1 200 OK\r\n\r\nhel".to_owned(), "lo".to_owned()],
    ] {
        assert_eq!(collected_one_by_one(&gated(pieces), "chunks()"), json!(["aGVs", "bG8="]));
    }
}

#[test]
fn lines_and_events_are_there_before_the_next_ones() {
    let pieces = ["data: a\n", "\ndata: b\n\n"].map(chunk);
    let lines = gated([&[CHUNKED, &pieces[0]].concat()[..], &pieces[1], "", "", "0\r\n\r\n"]);
    assert_eq!(collected_one_by_one(&lines, "lines()"), json!(["data: a", "", "data: b", ""]));
    let pieces = ["data: a\n\nda", "ta: b\n\n"].map(chunk);
    let events = gated([&[CHUNKED, &pieces[0]].concat()[..], &pieces[1], "0\r\n\r\n"]);
    let event = |data: &str| json!({ "event": "message", "data": data, "id": "", "retry": null });
    assert_eq!(collected_one_by_one(&events, "events()"), json!([event("a"), event("b")]));
}

#[test]
fn bodies_without_content_have_no_chunks() {
    let server = WebServer::start(|request| match &*request.path {
        "/204" => Reply::status(204),
        _ => Reply::status(200),
    });
    for path in ["/204", "/200"] {
        let script = format!(
            "let n = 0; for c in http::get(url + \"{path}\", #{{ stream: true }}).chunks() {{ n += 1; }} n"
        );
        assert_eq!(value(&server, &script), 0);
    }
    assert_eq!(value(&server, "http::head(url, #{ stream: true }).text()"), "");
}

#[test]
fn the_call_returns_before_the_body_arrives() {
    let server = gated(["HTTP/1.1 201 Created\r\nx-a: b\r\ncontent-length: 5\r\n\r\n", "hello"]);
    let parts = value(
        &server,
        "let r = http::post(url, \"x\", #{ stream: true });
         let head = [r.status, r.ok, r.headers[\"x-a\"]];
         http::get(url + \"/next\");
         head + [r.text(), r.text(), r.blob().len()]",
    );
    assert_eq!(parts, json!([201, true, "b", "hello", "hello", 5]));
}

#[test]
fn lines_have_no_ends() {
    let server = WebServer::start(|_| chunked(&["one\ntw", "o\r", "\n\nth\u{fc}", "ree\r\nlast"]));
    assert_eq!(collected(&server, "lines()"), json!(["one", "two", "", "th\u{fc}ree", "last"]));
}

#[test]
fn lines_are_counted() {
    let server = WebServer::start(|_| chunked(&["a\nb\n", "c\n"]));
    let script = "let all = []; for (line, i) in http::get(url, #{ stream: true }).lines() { all.push(`${i}${line}`); } all";
    assert_eq!(value(&server, script), json!(["0a", "1b", "2c"]));
}

#[test]
fn events_are_parsed() {
    let server = WebServer::start(|_| {
        chunked(&[
            "\u{feff}: hi\ndata: a\nda",
            "ta: b\n\nevent: x\r\nid: 7\r\nretry: 100\r\ndata: {}\r",
            "\n\r\n",
            "data: cut",
        ])
    });
    let first = json!({ "event": "message", "data": "a\nb", "id": "", "retry": null });
    let second = json!({ "event": "x", "data": "{}", "id": "7", "retry": 100 });
    assert_eq!(collected(&server, "events()"), json!([first, second]));
}

#[test]
fn responses_that_were_read_as_a_whole_have_the_same_items() {
    let server = WebServer::start(|_| Reply::text("data: a\n\ndata: b\n\n"));
    let script = "let r = http::get(url); let all = [];
        for round in 0..2 { for l in r.lines() { all.push(l); } for e in r.events() { all.push(e.data); } for c in r.chunks() { all.push(c.len()); } }
        all.push(r.text().len()); all";
    let once = [json!("data: a"), json!(""), json!("data: b"), json!(""), json!("a"), json!("b"), json!(18)];
    let expected: Vec<_> = once.iter().chain(&once).cloned().chain([json!(18)]).collect();
    assert_eq!(value(&server, script), json!(expected));
}

#[test]
fn every_byte_of_a_streamed_body_is_read_once() {
    let server = WebServer::start(|_| chunked(&["a\nb\nc", "\nd\n"]));
    let script = "let r = http::get(url, #{ stream: true }); let all = [];
        for line in r.lines() { all.push(line); if line == \"b\" { break; } }
        for line in r.lines() { all.push(line); break; }
        all.push(r.text()); all.push(r.text()); for line in r.lines() { all.push(line); } all";
    assert_eq!(value(&server, script), json!(["a", "b", "c", "d\n", "d\n", "d"]));
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_line() {
    let server = WebServer::start(|request| match &*request.path {
        "/latin" => {
            Reply::status(200).header("content-type", "text/plain; charset=iso-8859-1").body(*b"m\xfc\n")
        }
        _ => Reply::text("").body(*b"a\nb\xff\n"),
    });
    assert_eq!(
        error(&server, "for line in http::get(url, #{ stream: true }).lines() { }"),
        "HttpError: the body of the response (status 200, text/plain; charset=utf-8) is not valid UTF-8 \
         (at byte 2 of line 2); use .chunks() for the bytes"
    );
    let script =
        "let all = []; for l in http::get(url + \"/latin\", #{ stream: true }).lines() { all.push(l); } all";
    assert_eq!(value(&server, script), json!(["m\u{fc}"]));
}

#[test]
fn gzip_is_decoded_while_it_arrives() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"one\n").unwrap();
    encoder.flush().unwrap();
    let first = std::mem::take(encoder.get_mut());
    encoder.write_all(b"two\n").unwrap();
    let second = encoder.finish().unwrap();
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".to_vec();
    let server = gated([[head, first].concat(), second]);
    assert_eq!(collected_one_by_one(&server, "lines()"), json!(["one", "two"]));
}

#[test]
fn the_connection_is_reused_after_the_whole_body() {
    let server = WebServer::start(|_| chunked(&["a\n", "b\n"]));
    for read in ["for l in r.lines() { }", "for c in r.chunks() { }", "for e in r.events() { }", "r.text();"]
    {
        let before = server.connections();
        let script = format!("for i in 0..3 {{ let r = http::get(url, #{{ stream: true }}); {read} }} 1");
        value(&server, &script);
        assert_eq!(server.connections() - before, 1, "{read}");
    }
}

#[test]
fn the_connection_is_reused_after_a_break_if_the_rest_has_arrived() {
    let server = WebServer::start(|_| Reply::text("a\nb\nc\n"));
    let script = "for i in 0..3 { for line in http::get(url, #{ stream: true }).lines() { break; } } 1";
    value(&server, script);
    assert_eq!(server.connections(), 1);
}

/// Waits for something that happens on another thread.
fn eventually(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(5), "it did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lines without an end.
fn endless() -> WebServer {
    WebServer::start(|_| Reply::endless(CHUNKED, chunk("line\n")))
}

#[test]
fn a_break_closes_the_connection() {
    let server = Arc::new(endless());
    let same = Arc::clone(&server);
    let watcher = WebServer::start(move |_| Reply::text(&same.ended_connections().to_string()));
    // Without the end of the connection, this ends at the deadline.
    let script = format!(
        "for line in http::get(url, #{{ stream: true }}).lines() {{ break; }}
         while http::get(\"{}\").text() != \"1\" {{ sleep(0.01); }}
         \"closed\"",
        watcher.url()
    );
    assert_eq!(value(&server, &script), "closed");
}

#[test]
fn a_closed_response_cannot_be_read_on() {
    let server = endless();
    let script = "let r = http::get(url, #{ stream: true }); for l in r.lines() { break; } r.close(); r.close(); r.text()";
    assert_eq!(
        error(&server, script),
        "HttpError: the response was closed: its body cannot be read any more"
    );
    assert_eq!(
        value(&server, "let r = http::get(url, #{ stream: true }); r.close(); [r.status, r.ok]"),
        json!([200, true])
    );
    eventually(|| server.ended_connections() == 2);
}

#[test]
fn a_response_ends_with_its_invocation() {
    let server = endless();
    for keep in ["cache::get_or(\"r\", || http::get(url, #{ stream: true }))", "global::R"] {
        let script = format!(
            "const R = if env::has(\"URL\") {{ http::get(env::get(\"URL\"), #{{ stream: true }}) }};
             fn handler(event) {{ let url = event.url; let r = {keep}; for line in r.lines() {{ return line; }} }}"
        );
        let mut function = Function::main(&script);
        if keep.starts_with("global") {
            function = function.env("URL", &server.url());
        }
        let answers = function.invoke_all([event(&server), event(&server)]);
        let (kind, message, _) = crate::function::error_parts(&answers[1].json());
        assert_eq!(
            format!("{kind}: {message}"),
            "HttpError: a streamed response ends with the invocation, or the initialization, that requested it. \
             Read its body there, or send the request again"
        );
    }
    eventually(|| server.ended_connections() == 2);
}

#[test]
fn a_response_that_is_still_to_be_read_has_no_body_in_json() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let script = "let r = http::get(url, #{ stream: true }); let before = \"body\" in json::decode(json::encode(r)); r.text(); [before, json::decode(json::encode(r)).body]";
    assert_eq!(value(&server, script), json!([false, "hello"]));
    let outcome = ask(
        &server,
        "let r = http::get(url, #{ stream: true }); [`${r}`, `${r.lines()}`, type_of(r.lines())]",
    );
    let shown = format!("HTTP 200 from {}, streamed", server.url());
    assert_eq!(outcome.answer.json(), json!([shown, "iterator", "iterator"]));
}

#[test]
fn redirects_and_retries_work_before_the_body() {
    let server = WebServer::start(|request| match (&*request.path, request.connection) {
        ("/from", _) => Reply::redirect(302, "/to").body("elsewhere"),
        ("/to", 1) => Reply::status(503).close(),
        _ => Reply::text("a\nb\n"),
    });
    let script = "let all = []; for l in http::get(url + \"/from\", #{ stream: true, retries: 2 }).lines() { all.push(l); } all";
    assert_eq!(value(&server, script), json!(["a", "b"]));
}

#[test]
fn a_relay_passes_chunks_on_as_they_arrive() {
    let server =
        gated([[CHUNKED, &chunk("one ")].concat(), chunk("two "), chunk("three"), "0\r\n\r\n".to_owned()]);
    let script = "fn handler(event, context, stream) {
        for chunk in http::get(event.url, #{ stream: true }).chunks() { stream.write(chunk); http::get(event.url + \"/next\"); }
    }";
    let api = FakeRuntimeApi::new().event(event(&server)).start();
    let process = Function::main(script).start(&api);
    let answer = api.wait_for_answers(1).remove(0);
    let chunks: Vec<_> = answer.chunks.iter().map(|chunk| String::from_utf8_lossy(&chunk.data)).collect();
    assert_eq!(chunks, ["one ", "two ", "three"]);
    process.stop();
}

#[test]
fn http_all_refuses_to_stream() {
    let server = WebServer::start(|_| Reply::text("hello"));
    assert_eq!(
        error(&server, "http::all([url, #{ url: url, stream: true }])"),
        "HttpError: request 1 of http::all: `stream` is not supported here, because all responses are read completely. \
         Use http::request to stream one"
    );
    assert_eq!(value(&server, "http::all([#{ url: url, stream: false }])[0].text()"), "hello");
    assert_eq!(
        error(&server, "http::get(url, #{ stream: \"yes\" })"),
        "HttpError: `stream` must be a boolean, not string"
    );
    assert_eq!(server.requests().len(), 1);
}

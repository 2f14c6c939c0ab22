//! What comes back.

use super::{ask, error, function, value};
use flate2::write::GzEncoder;
use flate2::Compression;
use serde_json::json;
use std::io::Write;
use web_server::{Reply, WebServer};

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_parts_of_a_response() {
    let server = WebServer::start(|_| {
        Reply::status(404)
            .header("X-Twice", "a")
            .header("x-twice", "b")
            .header("Set-Cookie", "a=1, 2")
            .header("Set-Cookie", "b=2")
            .header("Content-Type", "application/json")
            .body(r#"{"error":"no"}"#)
    });
    let parts = value(
        &server,
        "let r = http::get(url + \"/x\");
         [r.status, r.ok, r.headers[\"x-twice\"], r.cookies, r.url == url + \"/x\", r.error, r.text(), r.json(), r.blob().len()]",
    );
    let body = r#"{"error":"no"}"#;
    assert_eq!(
        parts,
        json!([404, false, "a, b", ["a=1, 2", "b=2"], true, null, body, { "error": "no" }, body.len()])
    );
}

#[test]
fn a_status_is_never_an_error() {
    let server = WebServer::start(|request| Reply::status(request.path[1..].parse().unwrap()));
    for status in [200, 201, 204, 299, 300, 304, 400, 418, 500, 503, 599, 999] {
        let parts = value(&server, &format!("let r = http::get(url + \"/{status}\"); [r.status, r.ok]"));
        assert_eq!(parts, json!([status, (200..300).contains(&status)]));
    }
}

#[test]
fn a_response_can_be_returned_printed_and_encoded() {
    let server = WebServer::start(|request| match &*request.path {
        "/text" => Reply::text("hello"),
        _ => Reply::status(200).body([1, 255]),
    });
    let mut returned = value(&server, "http::get(url + \"/text\")");
    assert_eq!(returned["headers"]["content-length"], "5");
    returned["headers"] = json!({});
    let url = server.url();
    assert_eq!(
        returned,
        json!({ "status": 200, "ok": true, "headers": {}, "cookies": [], "url": format!("{url}/text"), "body": "hello" })
    );
    assert_eq!(value(&server, "http::get(url)")["body"], json!("Af8="));
    assert_eq!(value(&server, "json::decode(json::encode(http::get(url + \"/text\"))).body"), "hello");
    assert_eq!(value(&server, "json::decode(http::get(url + \"/text\").to_json()).body"), "hello");
    let outcome = ask(&server, "print(http::get(url + \"/text?secret\")); `${http::get(url)}`");
    assert_eq!(outcome.answer.text(), format!("\"HTTP 200 from {url}, 2 bytes\""));
    assert!(outcome.log.contains(&format!("HTTP 200 from {url}/text?…, 5 bytes")), "{}", outcome.log);
}

#[test]
fn a_response_can_be_kept() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let function = function("cache::get_or(\"r\", || http::get(url)).text()");
    for answer in function.invoke_all([super::event(&server), super::event(&server)]) {
        assert_eq!(answer.text(), "\"hello\"");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn misspelt_properties() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let error = |body: &str| {
        let (kind, message, _) = ask(&server, body).error();
        format!("{kind}: {message}")
    };
    assert_eq!(
        error("http::get(url).statusCode"),
        "PropertyNotFound: Property not found: a response has no property `statusCode`; its properties are status, ok, \
         headers, cookies, url, error, and its methods text(), json(), blob(), chunks(), lines(), events(), close()"
    );
    assert_eq!(
        error("http::get(url).json.a"),
        "PropertyNotFound: `json` of a response is a method: write `.json()`"
    );
}

#[test]
fn text_that_is_none() {
    let server = WebServer::start(|request| match &*request.path {
        "/latin" => {
            Reply::status(200).header("content-type", "text/plain; Charset=ISO-8859-1").body([b'm', 0xfc])
        }
        "/bom" => Reply::text("\u{feff}{\"a\":1}"),
        _ => Reply::text("").body([b'a', b'b', 0xff]),
    });
    assert_eq!(
        error(&server, "http::get(url).text()"),
        "HttpError: the body of the response (status 200, text/plain; charset=utf-8) is not valid UTF-8 (at byte 3); use .blob() for the bytes"
    );
    assert_eq!(value(&server, "[http::get(url).blob()]"), json!(["YWL/"]));
    assert_eq!(value(&server, "http::get(url + \"/latin\").text()"), "mü");
    assert_eq!(value(&server, "http::get(url + \"/bom\").json().a"), 1);
    assert_eq!(value(&server, "http::get(url + \"/bom\").text()"), "{\"a\":1}");
}

#[test]
fn json_that_is_none() {
    let server = WebServer::start(|request| match &*request.path {
        "/empty" => Reply::status(204),
        "/html" => Reply::status(502).header("content-type", "text/html").body("<html>"),
        _ => Reply::json("{\"a\":\n tru}"),
    });
    assert_eq!(
        error(&server, "http::get(url).json()"),
        "HttpError: the body of the response (status 200, application/json) is not JSON: expected ident at line 2 column 5"
    );
    assert_eq!(
        error(&server, "http::get(url + \"/html\").json()"),
        "HttpError: the body of the response (status 502, text/html) is not JSON: expected value at line 1 column 1"
    );
    assert_eq!(
        error(&server, "http::get(url + \"/empty\").json()"),
        "HttpError: the body of the response (status 204, without a content-type) is empty, where JSON was expected"
    );
}

#[test]
fn head_has_no_body() {
    let server = WebServer::start(|_| Reply::text("hello").header("content-encoding", "gzip"));
    let parts = value(&server, "let r = http::head(url); [r.text(), r.headers[\"content-length\"]]");
    assert_eq!(parts, json!(["", "5"]));
}

#[test]
fn gzip_is_decoded() {
    let server = WebServer::start(|request| match &*request.path {
        "/x" => Reply::text("").header("content-encoding", "X-GZIP").body(gzip(b"hello")),
        "/two" => {
            Reply::text("").header("content-encoding", "gzip").body([gzip(b"hel"), gzip(b"lo")].concat())
        }
        "/other" => Reply::text("").header("content-encoding", "br").body("compressed"),
        _ => Reply::text("").header("content-encoding", "gzip").body(gzip(b"hello")),
    });
    let decoded = value(
        &server,
        "let r = http::get(url); [r.text(), \"content-encoding\" in r.headers, \"content-length\" in r.headers]",
    );
    assert_eq!(decoded, json!(["hello", false, false]));
    assert_eq!(value(&server, "http::get(url + \"/x\").text()"), "hello");
    assert_eq!(value(&server, "http::get(url + \"/two\").text()"), "hello");
    assert_eq!(value(&server, "http::get(url + \"/other\").headers[\"content-encoding\"]"), "br");
    // Whoever asks for an encoding gets it as it is.
    let plain = value(
        &server,
        "let r = http::get(url, #{ headers: #{ \"Accept-Encoding\": \"gzip\" } }); [r.blob()[0], r.headers[\"content-encoding\"]]",
    );
    assert_eq!(plain, json!([0x1f, "gzip"]));
}

#[test]
fn gzip_that_is_none_or_cut_short() {
    let server = WebServer::start(|request| {
        let body = if request.path == "/cut" { gzip(b"hello")[..12].to_vec() } else { b"plain".to_vec() };
        Reply::text("").header("content-encoding", "gzip").body(body)
    });
    for path in ["/cut", "/plain"] {
        let error = error(&server, &format!("http::get(url + \"{path}\")"));
        assert!(error.starts_with("HttpError: the body that 127.0.0.1 sent is not valid gzip ("), "{error}");
    }
}

#[test]
fn bodies_are_bounded_by_the_functions_memory() {
    let bomb = gzip(&vec![0; 80 << 20]);
    assert!(bomb.len() < 1 << 20);
    let server = WebServer::start(move |request| match &*request.path {
        "/bomb" => Reply::text("").header("content-encoding", "gzip").body(bomb.clone()),
        "/claim" => Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx"),
        "/large" => Reply::status(200).body(vec![0; 70 << 20]),
        _ => Reply::text("fine"),
    });
    let too_large =
        "HttpError: the response exceeds 64 MB, half of the function's memory: raise the function's memory";
    for path in ["/bomb", "/claim", "/large"] {
        let outcome = function(&format!(
            "try {{ http::get(url + \"{path}\"); }} catch (e) {{ return `${{e.type}}: ${{e.message}}`; }}"
        ))
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .invoke(super::event(&server));
        assert_eq!(outcome.answer.json(), too_large, "{path}");
    }
}

#[test]
fn chunks_and_bodies_without_an_end() {
    let server = WebServer::start(|request| {
        Reply::raw(match &*request.path {
            "/chunked" => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nx: y\r\n\r\n",
            "/until-close" => "HTTP/1.1 200 OK\r\n\r\nhello",
            "/old" => "HTTP/1.0 200 OK\r\n\r\nhello",
            "/continued" => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
            _ => "",
        })
    });
    for path in ["/chunked", "/until-close", "/old", "/continued"] {
        assert_eq!(value(&server, &format!("http::get(url + \"{path}\").text()")), "hello", "{path}");
    }
}

#[test]
fn redirects() {
    let server = WebServer::start(|request| match &*request.path {
        "/end" => Reply::text(&format!("{} {}", request.method, request.text())),
        "/loop" => Reply::redirect(302, "loop"),
        path => {
            let (status, rest) = path[1..].split_once('/').unwrap();
            Reply::redirect(status.parse().unwrap(), &format!("/{rest}")).body("moved")
        }
    });
    assert_eq!(
        value(
            &server,
            "let r = http::get(url + \"/301/302/303/307/308/end\"); [r.text(), r.url == url + \"/end\"]"
        ),
        json!(["GET ", true])
    );
    for (status, expected) in [(301, "GET "), (302, "GET "), (303, "GET "), (307, "POST x"), (308, "POST x")]
    {
        let text = value(&server, &format!("http::post(url + \"/{status}/end\", \"x\").text()"));
        assert_eq!(text, expected, "{status}");
    }
    assert_eq!(value(&server, "http::get(url + \"/302/end\", #{ redirects: 0 }).status"), 302);
    assert_eq!(value(&server, "http::get(url + \"/302/302/end\", #{ redirects: 2 }).status"), 200);
    let url = server.url();
    assert_eq!(
        error(&server, "http::get(url + \"/loop?secret\")"),
        format!("HttpError: redirected more than 10 times, the last time from {url}/loop to {url}/loop")
    );
    assert_eq!(
        error(&server, "http::get(url + \"/302/302/end\", #{ redirects: 1 })"),
        format!("HttpError: redirected more than 1 times, the last time from {url}/302/end to {url}/end")
    );
}

#[test]
fn redirects_to_another_host_take_no_secrets_along() {
    let other = WebServer::start(|_| Reply::text("other"));
    let target = other.url().replace("127.0.0.1", "localhost");
    let server = WebServer::start(move |_| Reply::redirect(307, &target));
    let text = value(
        &server,
        "http::post(url, \"body\", #{ headers: #{ Authorization: \"secret\", Cookie: \"secret\", \"X-Api-Key\": \"secret\", \"X-Other\": \"kept\" } }).text()",
    );
    assert_eq!(text, "other");
    let request = other.requests().pop().unwrap();
    assert!(!request.headers.iter().any(|(_, value)| value == "secret"), "{:?}", request.headers);
    assert_eq!((request.header("x-other"), &*request.text()), (Some("kept"), "body"));
    assert_eq!(request.header("host"), Some(&*format!("localhost:{}", other.address().port())));
}

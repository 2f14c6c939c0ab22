//! What is sent.

use super::{ask, error, value};
use serde_json::json;
use web_server::{Reply, Request, WebServer};

/// Answers with the request itself, as JSON.
fn mirror() -> WebServer {
    WebServer::start(|request: &Request| {
        let headers = request.headers.iter().fold(json!({}), |mut map, (name, value)| {
            map[name] = value.as_str().into();
            map
        });
        let mirrored = json!({
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": headers,
            "body": request.text(),
        });
        Reply::json(&mirrored.to_string())
    })
}

#[test]
fn every_method() {
    let server = mirror();
    for (call, method, body) in [
        ("http::get(url + \"/a?b=c\")", "GET", ""),
        ("http::delete(url + \"/a?b=c\")", "DELETE", ""),
        ("http::post(url + \"/a?b=c\", \"text\")", "POST", "text"),
        ("http::put(url + \"/a?b=c\", \"text\")", "PUT", "text"),
        ("http::patch(url + \"/a?b=c\", \"text\")", "PATCH", "text"),
        ("http::request(#{ url: url + \"/a?b=c\" })", "GET", ""),
        ("http::request(#{ url: url + \"/a?b=c\", method: \"options\" })", "OPTIONS", ""),
        (
            "http::request(#{ url: url + \"/a?b=c\", method: \"PROPFIND\", body: \"text\" })",
            "PROPFIND",
            "text",
        ),
        ("http::request(#{ url: url + \"/a?b=c\", method: \"GET\", body: \"text\" })", "GET", "text"),
        ("http::all([url + \"/a?b=c\"])[0]", "GET", ""),
    ] {
        let sent = value(&server, &format!("{call}.json()"));
        let parts = [&sent["method"], &sent["path"], &sent["query"], &sent["body"]];
        assert_eq!(parts, [method, "/a", "b=c", body], "{call}");
        let length = &sent["headers"]["content-length"];
        if body.is_empty() {
            assert!(length.is_null(), "{call}: {sent:#}");
        } else {
            assert_eq!(*length, body.len().to_string(), "{call}");
        }
    }
    value(&server, "http::head(url + \"/head\").status");
    assert_eq!(server.requests().last().unwrap().method, "HEAD");
}

#[test]
fn headers() {
    let server = mirror();
    let sent = value(&server, "http::get(url).json()");
    let agent = concat!("rhambda/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        sent["headers"],
        json!({
            "accept": "*/*",
            "accept-encoding": "gzip",
            "host": server.address().to_string(),
            "user-agent": agent
        })
    );
    let sent = value(
        &server,
        "http::get(url, #{ headers: #{ \"X-Text\": \"ü\", number: 5, truth: true, half: 0.5, none: (),
                                        Accept: \"text/plain\", \"user-agent\": \"mine\" } }).json()",
    );
    let headers = &sent["headers"];
    let sent = ["x-text", "number", "truth", "half", "accept", "user-agent"].map(|name| &headers[name]);
    assert_eq!(sent, ["ü", "5", "true", "0.5", "text/plain", "mine"]);
    assert!(headers["none"].is_null());
    value(&server, "http::get(url, #{ headers: #{ twice: [\"a\", \"b\"] } }).status");
    let request = server.requests().pop().unwrap();
    let twice: Vec<_> = request.headers.iter().filter(|(name, _)| name == "twice").collect();
    assert_eq!(twice.len(), 2, "{:?}", request.headers);
}

#[test]
fn a_header_that_cannot_be_sent() {
    let server = mirror();
    let with = |headers: &str| error(&server, &format!("http::get(url, #{{ headers: #{{ {headers} }} }})"));
    // What a caller put into a value must not become another header, and may be a secret.
    assert_eq!(
        with("\"x-key\": \"secret\\r\\nx-other: 1\""),
        "HttpError: the value of the header x-key contains a line break or another control character"
    );
    assert_eq!(with("\"a b\": 1"), "HttpError: the header name \"a b\" is invalid");
    assert_eq!(with("\"\": 1"), "HttpError: the header name \"\" is invalid");
    assert!(with("a: #{}").contains("`headers.a` must be a string, a number or an array"));
    assert_eq!(
        with("date: time::from_unix(0)"),
        "HttpError: `headers.date` must be a string made by time::format, not 1970-01-01T00:00:00Z"
    );
    let error = error(&server, "let v = \"x\"; v.pad(70000, 'x'); http::get(url, #{ headers: #{ a: v } })");
    assert_eq!(error, "HttpError: the header a is larger than 64 KB");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn large_headers_and_urls_are_sent() {
    let server = mirror();
    let sent = value(
        &server,
        "let v = \"x\"; v.pad(20000, 'x');
         http::get(url + \"/\" + v, #{ headers: #{ a: v, b: v, c: v, d: v, e: v } }).json()",
    );
    assert_eq!(sent["path"].as_str().unwrap().len(), 20_001);
    assert_eq!(sent["headers"]["e"].as_str().unwrap().len(), 20_000);
}

#[test]
fn queries() {
    let server = mirror();
    let query = |url: &str, query: &str| {
        let sent = value(&server, &format!("http::get({url}, #{{ query: #{{ {query} }} }}).json()"));
        sent["query"].as_str().unwrap().to_owned()
    };
    assert_eq!(query("url", "a: 1, b: \"x y&z=ü/+\""), "a=1&b=x%20y%26z%3D%C3%BC%2F%2B");
    assert_eq!(query("url", "tag: [\"a\", \"b\", ()], none: ()"), "tag=a&tag=b");
    assert_eq!(query("url + \"?q=1\"", "a: true"), "q=1&a=true");
    assert_eq!(query("url + \"?q=1&\"", "a: 0.5"), "q=1&a=0.5");
    assert_eq!(query("url + \"/x?#fragment\"", "a: 1"), "a=1");
    assert_eq!(query("url + \"?q=1\"", ""), "q=1");
    assert_eq!(query("url", "\"a b\": 1"), "a%20b=1");
    assert_eq!(
        query("url", "at: time::parse(\"2026-11-22\"), took: [time::hours(2)]"),
        "at=2026-11-22T00%3A00%3A00Z&took=PT2H"
    );
}

#[test]
fn urls_as_people_write_them() {
    let server = mirror();
    let sent = |url: &str| {
        let sent = value(&server, &format!("http::get(`${{url}}{url}`).json()"));
        format!("{}?{}", sent["path"].as_str().unwrap(), sent["query"].as_str().unwrap())
    };
    assert_eq!(sent("/a b/ü?q={1}"), "/a%20b/%C3%BC?q=%7B1%7D");
    // What is encoded already stays so, and dots and slashes are left alone.
    assert_eq!(sent("/a%20b%2Fc/../d//e?x=%C3%BC&y=[1]"), "/a%20b%2Fc/../d//e?x=%C3%BC&y=[1]");
    assert_eq!(sent("?q=1"), "/?q=1");
    assert_eq!(sent("#fragment"), "/?");
}

#[test]
fn user_and_password_in_a_url() {
    let server = mirror();
    let sent = value(&server, "url.replace(\"//\", \"//us%40er:se%3Acret@\"); http::get(url).json()");
    // base64 of us@er:se:cret
    assert_eq!(sent["headers"]["authorization"], "Basic dXNAZXI6c2U6Y3JldA==");
    assert_eq!(sent["headers"]["host"], server.address().to_string());
    let sent = value(
        &server,
        "url.replace(\"//\", \"//user@\"); http::get(url, #{ headers: #{ Authorization: \"Bearer x\" } }).json()",
    );
    assert_eq!(sent["headers"]["authorization"], "Bearer x");
}

#[test]
fn bodies() {
    let server = mirror();
    let sent = |call: &str| {
        let sent = value(&server, &format!("http::{call}.json()"));
        let kind = sent["headers"]["content-type"].as_str().unwrap_or("-").to_owned();
        format!("{kind} | {}", sent["body"].as_str().unwrap())
    };
    assert_eq!(sent("post(url, \"ü\")"), "text/plain; charset=utf-8 | ü");
    assert_eq!(sent("post(url, #{ a: [1, ()] })"), "application/json | {\"a\":[1,null]}");
    assert_eq!(sent("post(url, [1, 2])"), "application/json | [1,2]");
    assert_eq!(sent("post(url, \"abc\".to_blob())"), "application/octet-stream | abc");
    assert_eq!(sent("post(url, ())"), "- | ");
    assert_eq!(sent("post(url, \"\")"), "text/plain; charset=utf-8 | ");
    assert_eq!(sent("post(url, (), #{ json: 5 })"), "application/json | 5");
    assert_eq!(sent("post(url, (), #{ json: \"x\" })"), "application/json | \"x\"");
    assert_eq!(
        sent("post(url, (), #{ form: #{ a: \"x y\", b: [1, 2], c: \"ü&=+*\" } })"),
        "application/x-www-form-urlencoded | a=x+y&b=1&b=2&c=%C3%BC%26%3D%2B%2A"
    );
    assert_eq!(
        sent("post(url, \"<a/>\", #{ headers: #{ \"Content-Type\": \"text/xml\" } })"),
        "text/xml | <a/>"
    );
    assert_eq!(
        sent("request(#{ url: url, method: \"PUT\", body: #{ a: 1 } })"),
        "application/json | {\"a\":1}"
    );
    assert_eq!(sent("delete(url, #{ json: #{ a: 1 } })"), "application/json | {\"a\":1}");
    // A POST says that it has no body.
    ask(&server, "http::post(url, ()).status");
    assert_eq!(server.requests().last().unwrap().header("content-length"), Some("0"));
    // A blob that is not text arrives as it is.
    ask(&server, "http::post(url, blob(3, 0xff)).status");
    assert_eq!(server.requests().last().unwrap().body, [0xff; 3]);
}

#[test]
fn a_body_of_ten_megabytes() {
    let server = WebServer::start(|request| Reply::status(200).body(request.body.clone()));
    let outcome = super::function("let b = blob(10_000_000, 7); http::post(url, b).blob().len()")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .invoke(super::event(&server));
    assert_eq!(outcome.answer.text(), "10000000");
}

#[test]
fn misspelt_and_wrong_options() {
    let server = mirror();
    let list = "method, url, headers, query, body, json, form, timeout, retries, redirects, stream";
    for (call, message) in [
        (
            "get(url, #{ timeout: \"5\" })",
            "`timeout` must be a number of seconds, or a duration, above 0, not string",
        ),
        ("get(url, #{ timeout: 0 })", "`timeout` must be a number of seconds, or a duration, above 0, not 0"),
        (
            "get(url, #{ timeout: -1.5 })",
            "`timeout` must be a number of seconds, or a duration, above 0, not -1.5",
        ),
        (
            "get(url, #{ timeout: 0.0/0.0 })",
            "`timeout` must be a number of seconds, or a duration, above 0, not NaN",
        ),
        (
            "get(url, #{ timeout: time::seconds(0) })",
            "`timeout` must be a number of seconds, or a duration, above 0, not PT0S",
        ),
        (
            "get(url, #{ timeout: -time::hours(1) })",
            "`timeout` must be a number of seconds, or a duration, above 0, not -PT1H",
        ),
        ("get(url, #{ retries: 11 })", "`retries` must be an integer from 0 to 10, not 11"),
        ("get(url, #{ retries: true })", "`retries` must be an integer from 0 to 10, not bool"),
        ("get(url, #{ redirects: -1 })", "`redirects` must be an integer from 0 to 50, not -1"),
        ("get(url, #{ headers: \"a: b\" })", "`headers` must be a map, not string"),
        ("get(url, #{ query: [1] })", "`query` must be a map, not array"),
        (
            "get(url, #{ query: #{ a: |x| x } })",
            "`query.a` must be a string, a number, a time or an array of these, not Fn",
        ),
        ("get(url, #{ method: \"POST\" })", "the options contain `method`, which http::get sets itself"),
        ("get(url, #{ url: \"x\" })", "the options contain `url`, which http::get sets itself"),
        ("post(url, 1, #{ body: 2 })", "the options contain `body`, which http::post sets itself"),
        (
            "post(url, 5)",
            "`body` must be a string, a blob, a map or an array (`json` accepts any value), not 5",
        ),
        ("post(url, \"a\", #{ json: 1 })", "a request has one body, but both `body` and `json` are given"),
        (
            "post(url, (), #{ json: 1, form: #{} })",
            "a request has one body, but both `json` and `form` are given",
        ),
        (
            "post(url, #{ f: |x| x })",
            "`body` cannot be sent: $.f is a function (main.rhai:1:68), which has no JSON form",
        ),
        ("post(url, (), #{ form: \"a=b\" })", "`form` must be a map, not string"),
        ("request(#{ url: url, method: 5 })", "`method` must be a string, not 5"),
        ("request(#{ url: url, method: \"A B\" })", "the method \"A B\" is invalid"),
        ("request(#{ url: url, method: \"CONNECT\" })", "the method \"CONNECT\" is invalid"),
        ("request(#{ method: \"GET\" })", "a request requires `url`"),
        ("request(#{ url: 5 })", "`url` must be a string, not 5"),
        ("all([url, 5])", "request 1 of http::all: a request must be a URL or a map of options, not i64"),
        (
            "all([url, #{ url: url, timeoit: 5 }])",
            &format!("request 1 of http::all: unknown option `timeoit`; the options are {list}"),
        ),
    ] {
        assert_eq!(error(&server, &format!("http::{call}")), format!("HttpError: {message}"));
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn urls_that_are_none() {
    let server = mirror();
    let of = |url: &str| error(&server, &format!("http::get(\"{url}\")"));
    let none = |shown: &str, problem: &str| {
        format!(
            "HttpError: the URL {shown:?} is invalid: {problem}. Use one such as https://example.com/path"
        )
    };
    let scheme = "it does not begin with http:// or https://";
    let host = "its host is invalid; write letters beyond a to z in Punycode (xn--…)";
    assert_eq!(of("example.com"), none("example.com", scheme));
    assert_eq!(of("/x"), none("/x", scheme));
    assert_eq!(of("example.com/x"), none("example.com/x", "invalid format"));
    assert_eq!(of("ftp://user:secret@x/y?secret"), none("ftp://x/y?…", "ftp is neither http nor https"));
    assert_eq!(of("file:///etc/passwd"), none("file:///etc/passwd", "invalid format"));
    assert_eq!(of(""), none("", "empty string"));
    assert_eq!(of("http://"), none("http://", "empty string"));
    assert_eq!(of("http://:80/"), none("http://:80/", host));
    assert_eq!(of("http://a b/"), none("http://a%20b/", host));
    assert_eq!(of("http://ü.example/"), none("http://%C3%BC.example/", host));
    assert_eq!(of("http://user:secret@ü/?secret"), none("http://%C3%BC/?…", host));
    for port in ["99999", "x", "-1"] {
        let url = format!("http://127.0.0.1:{port}/");
        assert!(of(&url).contains("its port is invalid"), "{}", of(&url));
    }
}

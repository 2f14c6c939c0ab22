//! Requests by way of a proxy.

use super::{error_of, function, result};
use crate::function::Function;
use serde_json::json;
use web_server::{Authority, Reply, WebServer};

/// A proxy that answers itself for hosts that nobody else knows.
fn proxy() -> WebServer {
    WebServer::start(|request| match &*request.method {
        "CONNECT" => Reply::status(403),
        _ => Reply::text(&format!("{} {}?{}", request.method, request.path, request.query)),
    })
}

/// A function with this variable, in which `%` stands for the proxy's address.
fn with(proxy: &WebServer, variable: &str, value: &str, body: &str) -> Function {
    function(body).env(variable, &value.replace('%', &proxy.address().to_string()))
}

#[test]
fn http_requests_name_the_whole_url() {
    let proxy = proxy();
    let body = "let r = http::get(\"http://user:pass@api.example.test:8080/a?b=c\"); http::post(\"http://other.example.test\", \"x\"); http::get(\"http://api.example.test:8080/d\").text()";
    let outcome = with(&proxy, "HTTP_PROXY", "http://%", body).invoke("{}");
    assert_eq!(result(&outcome), "GET http://api.example.test:8080/d?");
    let requests = proxy.requests();
    assert_eq!(requests[0].path, "http://api.example.test:8080/a");
    assert_eq!(requests[0].query, "b=c");
    assert_eq!(requests[0].header("host"), Some("api.example.test:8080"));
    assert_eq!(requests[0].header("authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(requests[0].header("proxy-authorization"), None);
    assert_eq!((&*requests[1].path, &*requests[1].text()), ("http://other.example.test/", "x"));
    assert_eq!((requests[2].connection, proxy.connections()), (1, 2));
}

#[test]
fn the_usual_variables() {
    let proxy = proxy();
    let get = "http::get(\"http://api.example.test/\").text()";
    for (variable, value) in [
        ("HTTP_PROXY", "http://%"),
        ("http_proxy", "http://%/"),
        ("ALL_PROXY", "%"),
        ("all_proxy", "HTTP://%"),
    ] {
        let outcome = with(&proxy, variable, value, get).invoke("{}");
        assert_eq!(result(&outcome), "GET http://api.example.test/?", "{variable}={value}");
    }
    // The one for https is not for http, and the nearer one counts.
    let outcome = with(&proxy, "HTTPS_PROXY", "http://127.0.0.1:1", get)
        .env("HTTP_PROXY", &proxy.url())
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .invoke("{}");
    assert_eq!(result(&outcome), "GET http://api.example.test/?");
}

#[test]
fn the_proxys_password() {
    let proxy = proxy();
    let body = "http::get(\"http://api.example.test/\"); http::get(\"http://api.example.test/\", #{ headers: #{ a: 1 } }).text()";
    result(
        &with(&proxy, "HTTP_PROXY", "http://us%40er:pa%3Ass@", body)
            .env("http_proxy", &format!("http://us%40er:se%3Acret@{}", proxy.address()))
            .invoke("{}"),
    );
    for request in proxy.requests() {
        // base64 of us@er:se:cret
        assert_eq!(request.header("proxy-authorization"), Some("Basic dXNAZXI6c2U6Y3JldA=="));
    }
    assert_eq!(proxy.requests().len(), 2);
}

#[test]
fn hosts_that_need_no_proxy() {
    let proxy = proxy();
    let server = WebServer::start(|_| Reply::text("direct"));
    // This machine, always, …
    let outcome =
        with(&proxy, "HTTP_PROXY", "http://%", "http::get(url).text()").invoke(super::event(&server));
    assert_eq!(result(&outcome), "direct");
    let localhost = server.url().replace("127.0.0.1", "localhost");
    let body = format!("http::get(\"{localhost}\").text()");
    assert_eq!(result(&with(&proxy, "HTTP_PROXY", "http://%", &body).invoke("{}")), "direct");
    assert_eq!(proxy.requests().len(), 0);
    // … and those of NO_PROXY: there is no such host, so this must fail.
    for no_proxy in
        ["*", "example.invalid", ".example.invalid", "x,API.example.invalid:80 y", "*.example.invalid"]
    {
        let outcome = with(
            &proxy,
            "HTTP_PROXY",
            "http://%",
            "http::get(\"http://api.example.invalid/\", #{ timeout: 1 })",
        )
        .env("no_proxy", no_proxy)
        .invoke("{}");
        let error = error_of(&outcome);
        assert!(error.contains("api.example.invalid"), "{no_proxy}: {error}");
    }
    assert_eq!(proxy.requests().len(), 0);
    for no_proxy in ["", "ample.invalid", "api.example.invalid:81", "10.0.0.0/8"] {
        let outcome =
            with(&proxy, "HTTP_PROXY", "http://%", "http::get(\"http://api.example.invalid/\").text()")
                .env("NO_PROXY", no_proxy)
                .invoke("{}");
        assert_eq!(result(&outcome), "GET http://api.example.invalid/?", "{no_proxy}");
    }
}

#[test]
fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let target = WebServer::start_secured(&authority.certificate(&["api.example.test"]), |request| {
        Reply::text(&format!("{} {}", request.method, request.path))
    });
    let address = target.address();
    let proxy = WebServer::start(move |request| match &*request.method {
        "CONNECT" => Reply::tunnel(address),
        _ => Reply::status(400),
    });
    let body = "let r = http::get(\"https://api.example.test/a\").text(); [r, http::post(\"https://api.example.test/b\", \"x\").text()]";
    let outcome = with(&proxy, "HTTPS_PROXY", "http://user:secret@%", body)
        .file("ca.pem", authority.pem())
        .env("RHAMBDA_EXTRA_CA_CERTS", "task/ca.pem")
        .invoke("{}");
    assert_eq!(result(&outcome), json!(["GET /a", "POST /b"]));
    let connects = proxy.requests();
    assert_eq!(connects.len(), 1, "one tunnel for both");
    assert_eq!((&*connects[0].method, &*connects[0].path), ("CONNECT", "api.example.test:443"));
    assert_eq!(connects[0].header("host"), Some("api.example.test:443"));
    assert_eq!(connects[0].header("proxy-authorization"), Some("Basic dXNlcjpzZWNyZXQ="));
    assert!(target.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
}

#[test]
fn a_proxy_that_refuses() {
    let proxy = proxy();
    let outcome =
        with(&proxy, "HTTPS_PROXY", "http://user:secret@%", "http::get(\"https://api.example.test/\")")
            .invoke("{}");
    let address = proxy.address();
    assert_eq!(
        error_of(&outcome),
        format!("HttpError: the proxy {address} refuses a connection to api.example.test:443: 403 Status")
    );
    assert!(!outcome.log.contains("secret"));
    let odd = WebServer::start(|_| Reply::raw("SSH-2.0\r\n\r\n"));
    let error = error_of(
        &with(&odd, "HTTPS_PROXY", "http://%", "http::get(\"https://api.example.test/\")").invoke("{}"),
    );
    assert_eq!(error, format!("HttpError: the response of the proxy {} is not HTTP", odd.address()));
    let gone = WebServer::start(|_| Reply::hang_up());
    let error = error_of(
        &with(&gone, "HTTPS_PROXY", "http://%", "http::get(\"https://api.example.test/\")").invoke("{}"),
    );
    assert!(
        error.starts_with(&format!("HttpError: the proxy {} closed the connection (", gone.address())),
        "{error}"
    );
    let silent = web_server::Silent::after_connecting();
    let error = error_of(
        &function("http::get(\"https://api.example.test/\", #{ timeout: 0.1 })")
            .env("HTTPS_PROXY", &silent.address().to_string())
            .invoke("{}"),
    );
    assert_eq!(
        error,
        format!(
            "HttpError: the proxy {} did not connect to api.example.test in time; the timeout is 100ms",
            silent.address()
        )
    );
}

#[test]
fn a_proxy_that_is_none() {
    let get = "http::get(\"http://api.example.test/\")";
    let error = |value: &str| error_of(&function(get).env("HTTP_PROXY", value).invoke("{}"));
    assert_eq!(
        error("socks5://user:secret@127.0.0.1:1080"),
        "HttpError: HTTP_PROXY names a proxy with the scheme socks5; only http:// is supported"
    );
    for wrong in ["http://", "http://:80", "127.0.0.1:x", "a b"] {
        assert_eq!(
            error(wrong),
            "HttpError: HTTP_PROXY is not a proxy URL such as http://host:port",
            "{wrong}"
        );
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(
        error(&format!("user:secret@127.0.0.1:{port}")),
        format!("HttpError: the proxy 127.0.0.1:{port} is unusable: no connection to 127.0.0.1: 127.0.0.1:{port} refused the connection")
    );
}

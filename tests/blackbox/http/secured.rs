//! HTTPS: whom a function trusts, and what is said when it does not.

use super::{error_of, event, function, result};
use crate::function::Function;
use serde_json::json;
use std::time::Duration;
use web_server::{Authority, Certificate, Reply, WebServer};

fn server(certificate: &Certificate) -> WebServer {
    WebServer::start_secured(certificate, |request| Reply::text(&format!("secured {}", request.text())))
}

/// A function that trusts this authority.
fn trusting(authority: &Authority, body: &str) -> Function {
    function(body).file("ca.pem", authority.pem()).env("RHAMBDA_EXTRA_CA_CERTS", "task/ca.pem")
}

#[test]
fn requests_and_responses() {
    let authority = Authority::new();
    let server = server(&authority.certificate(&["localhost", "127.0.0.1"]));
    let body = "[http::get(url).text(), http::post(url, \"x\").text(), http::get(url.replaced()).text()]"
        .replace("url.replaced()", "\"https://127.0.0.1:\" + url.split(\":\")[2]");
    let function = trusting(&authority, &body);
    let answers = function.invoke_all([event(&server), event(&server)]);
    for answer in answers {
        assert_eq!(answer.json(), json!(["secured ", "secured x", "secured "]));
    }
    assert_eq!((server.connections(), server.requests().len()), (2, 6), "kept, one for each name");
}

#[test]
fn large_bodies_and_many_at_once() {
    let authority = Authority::new();
    let server = WebServer::start_secured(&authority.certificate(&["localhost"]), |request| {
        Reply::status(200).body(request.body.clone())
    });
    let body = "let r = #{ url: url, method: \"POST\", body: blob(3_000_000, 7) };
                http::all([r, r, r, r]).map(|r| r.blob().len())";
    let outcome = trusting(&authority, body).invoke(event(&server));
    assert_eq!(result(&outcome), json!([3_000_000, 3_000_000, 3_000_000, 3_000_000]));
}

#[test]
fn streamed_responses() {
    let authority = Authority::new();
    let server = WebServer::start_secured(&authority.certificate(&["localhost"]), |request| {
        let pause = Duration::from_millis(60);
        let head = (Duration::ZERO, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        match &*request.path {
            "/endless" => Reply::endless(head.1, "2\r\na\n\r\n"),
            "/cut" => Reply::pieces([head, (pause, "2\r\na\n\r\n")]),
            _ => {
                Reply::pieces([head, (pause, "2\r\na\n\r\n"), (pause, "2\r\nb\n\r\n0\r\n\r\n")]).keep_alive()
            }
        }
    });
    let body = "let all = [];
        for i in 0..2 { for line in http::get(url, #{ stream: true }).lines() { all.push(line); } }
        for line in http::get(url + \"/endless\", #{ stream: true }).lines() { all.push(line); break; }
        try { for chunk in http::get(url + \"/cut\", #{ stream: true }).chunks() { all.push(chunk.len()); } } catch (e) { all.push(e.type); }
        all";
    let outcome = trusting(&authority, body).invoke(event(&server));
    assert_eq!(result(&outcome), json!(["a", "b", "a", "b", "a", 2, "HttpError"]));
    assert_eq!((server.connections(), server.requests().len()), (2, 4), "one is closed by the break");
}

#[test]
fn variables_of_trust() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = server(&authority.certificate(&["localhost"]));
    let get = || {
        let bundle = format!("{}\n# a comment\n{}", other.pem(), authority.pem());
        function("http::get(url).text()")
            .file("both.pem", bundle)
            .file("other.pem", other.pem())
            .file("certs/a.pem", other.pem())
            .file("certs/b.pem", authority.pem())
            .file("certs/README", "not a certificate")
            .file("empty/README", "not a certificate")
    };
    for (variable, value) in [
        ("SSL_CERT_FILE", "task/both.pem"),
        ("SSL_CERT_DIR", "task/certs"),
        ("SSL_CERT_DIR", "task/empty:task/certs"),
        ("RHAMBDA_EXTRA_CA_CERTS", "task/both.pem"),
    ] {
        let outcome = get().env(variable, value).invoke(event(&server));
        assert_eq!(result(&outcome), "secured ", "{variable}={value}");
    }
    for (variable, value) in [
        ("SSL_CERT_FILE", "task/other.pem"),
        ("RHAMBDA_EXTRA_CA_CERTS", "task/other.pem"),
        ("SSL_CERT_FILE", ""),
    ] {
        let error = error_of(&get().env(variable, value).invoke(event(&server)));
        assert!(error.contains("is not trusted"), "{variable}={value}: {error}");
    }
    for (variable, value, what) in [
        ("SSL_CERT_FILE", "task/nope.pem", "cannot be read (No such file or directory (os error 2))"),
        ("SSL_CERT_DIR", "task/nope", "cannot be read (No such file or directory (os error 2))"),
        (
            "RHAMBDA_EXTRA_CA_CERTS",
            "task/main.rhai",
            "cannot be used: the file contains no PEM certificate (BEGIN CERTIFICATE)",
        ),
        (
            "SSL_CERT_DIR",
            "task/empty",
            "cannot be used: the file contains no PEM certificate (BEGIN CERTIFICATE)",
        ),
    ] {
        let error = error_of(&get().env(variable, value).invoke(event(&server)));
        assert_eq!(error, format!("HttpError: the certificates in {value} {what}; {variable} names it"));
    }
}

#[test]
fn certificates_that_are_not_trusted() {
    let authority = Authority::new();
    let error = |certificate: &Certificate| {
        let server = server(certificate);
        error_of(&trusting(&authority, "http::get(url)").invoke(event(&server)))
    };
    assert_eq!(
        error(&Authority::new().certificate(&["localhost"])),
        "HttpError: the certificate of localhost is not trusted: it is self-signed or issued by a private \
         authority. To trust it, put its certificate into a PEM file of the function, and set the variable \
         RHAMBDA_EXTRA_CA_CERTS to the file's path"
    );
    assert!(error(&Certificate::self_signed(&["localhost"]).0).contains("is not trusted"));
    assert_eq!(
        error(&authority.certificate(&["a.example", "*.b.example", "10.0.0.1"])),
        "HttpError: the certificate of localhost is not for localhost but for a.example, *.b.example, 10.0.0.1"
    );
    assert_eq!(
        error(&authority.certificate_from_to(&["localhost"], 2020, 2021)),
        "HttpError: the certificate of localhost expired on 2021-01-01T00:00:00Z"
    );
    assert_eq!(
        error(&authority.certificate_from_to(&["localhost"], 2080, 2090)),
        "HttpError: the certificate of localhost is not valid before 2080-01-01T00:00:00Z"
    );
}

#[test]
fn a_certificate_that_is_signed_by_itself_can_be_trusted() {
    let (certificate, pem) = Certificate::self_signed(&["localhost"]);
    let server = server(&certificate);
    let outcome = function("http::get(url).text()")
        .file("own.pem", pem)
        .env("RHAMBDA_EXTRA_CA_CERTS", "task/own.pem")
        .invoke(event(&server));
    assert_eq!(result(&outcome), "secured ");
}

#[test]
fn the_wrong_scheme() {
    let plain = WebServer::start(|_| Reply::text("hello"));
    let url = plain.url().replace("http:", "https:");
    let error = error_of(&function(&format!("http::get(\"{url}\")")).invoke("{}"));
    assert!(
        error.starts_with("HttpError: 127.0.0.1 closed the connection during the TLS handshake"),
        "{error}"
    );
    let authority = Authority::new();
    let secured = server(&authority.certificate(&["localhost"]));
    let url = secured.url().replace("https:", "http:");
    let error = error_of(&function(&format!("http::get(\"{url}\")")).invoke("{}"));
    assert!(error.starts_with("HttpError: "), "{error}");
}

#[test]
fn a_redirect_does_not_lead_from_https_to_http() {
    let plain = WebServer::start(|_| Reply::text("plain"));
    let target = plain.url();
    let authority = Authority::new();
    let secured = WebServer::start_secured(&authority.certificate(&["localhost"]), move |_| {
        Reply::redirect(302, &target)
    });
    let error = error_of(&trusting(&authority, "http::get(url)").invoke(event(&secured)));
    assert_eq!(
        error,
        format!(
            "HttpError: {}/ redirects to {}, which is not HTTPS. Request that URL directly if this is intended",
            secured.url(), plain.url()
        ).replace("/ redirects", " redirects")
    );
    assert_eq!(plain.requests().len(), 0);
}

#[test]
fn connections_are_secured_in_every_thread_and_kept() {
    let authority = Authority::new();
    let server = server(&authority.certificate(&["localhost"]));
    let body = "http::all([url, url, url]); sleep(0.05); http::all([url, url, url]).map(|r| r.status)";
    let outcome = trusting(&authority, body).invoke(event(&server));
    assert_eq!(result(&outcome), json!([200, 200, 200]));
    assert!(server.connections() <= 3, "tickets that came late are no reason to give a connection up");
}

//! `http::all`.

use super::{error, function, value};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use web_server::{Reply, WebServer};

/// A place where so many must come before anyone goes on.
struct Meeting {
    missing: Mutex<usize>,
    complete: Condvar,
}

impl Meeting {
    fn of(count: usize) -> Self {
        Self { missing: Mutex::new(count), complete: Condvar::new() }
    }

    /// Whether all came.
    fn attend(&self) -> bool {
        let mut missing = self.missing.lock().unwrap();
        *missing -= 1;
        self.complete.notify_all();
        let patience = Duration::from_secs(10);
        let (missing, _) =
            self.complete.wait_timeout_while(missing, patience, |missing| *missing > 0).unwrap();
        *missing == 0
    }
}

#[test]
fn requests_are_under_way_at_once_and_answered_in_order() {
    let meeting = Meeting::of(10);
    let server =
        WebServer::start(
            move |request| {
                if meeting.attend() {
                    Reply::text(&request.path)
                } else {
                    Reply::status(500)
                }
            },
        );
    let texts = value(
        &server,
        "let urls = []; for n in 0..10 { urls.push(`${url}/${n}`); } http::all(urls).map(|r| r.text())",
    );
    assert_eq!(texts, json!(["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"]));
}

#[test]
fn not_too_many_at_once() {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let peak = Arc::clone(&most);
    let server = WebServer::start(move |request| {
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        now.fetch_sub(1, Ordering::SeqCst);
        Reply::text(&request.path)
    });
    let body = "let urls = []; for n in 0..100 { urls.push(`${url}/${n}`); }
         let r = http::all(urls); [r.len(), r[99].text(), r.all(|r| r.ok)]";
    assert_eq!(value(&server, body), json!([100, "/99", true]));
    assert!((2..=16).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    assert!(server.connections() <= 16);
}

#[test]
fn every_kind_of_request() {
    let server = WebServer::start(|request| {
        Reply::text(&format!("{} {} {} {}", request.method, request.path, request.query, request.text()))
    });
    let texts = value(
        &server,
        "http::all([
            url + \"/a\",
            #{ url: url + \"/b\", method: \"POST\", json: #{ n: 1 } },
            #{ url: url + \"/c\", query: #{ q: 2 } },
        ]).map(|r| r.text())",
    );
    assert_eq!(texts, json!(["GET /a  ", "POST /b  {\"n\":1}", "GET /c q=2 "]));
    assert_eq!(value(&server, "http::all([])"), json!([]));
}

#[test]
fn one_that_fails_leaves_the_others_alone() {
    let server = WebServer::start(|request| match &*request.path {
        "/bad" => Reply::hang_up(),
        "/503" => Reply::status(503),
        _ => Reply::text("fine"),
    });
    let parts = value(
        &server,
        "let r = http::all([url, url + \"/bad?secret\", url + \"/503\"]);
         [r.map(|r| r.ok), r.map(|r| r.status), r.map(|r| r.error?.type), r[0].text(), r[1].headers, r[1].url == url + \"/bad?secret\"]",
    );
    assert_eq!(
        parts,
        json!([[true, false, false], [200, 0, 503], [null, "HttpError", null], "fine", {}, true])
    );
    // Whoever takes it for a response gets the error.
    let message =
        "HttpError: 127.0.0.1 closed the connection before its response was complete (Peer disconnected)";
    for method in ["text", "json", "blob"] {
        assert_eq!(error(&server, &format!("http::all([url, url + \"/bad\"])[1].{method}()")), message);
    }
    let returned = value(&server, "http::all([url + \"/bad?secret\"])[0]");
    let url = server.url();
    assert_eq!(
        returned,
        json!({
            "status": 0, "ok": false, "headers": {}, "cookies": [], "url": format!("{url}/bad?secret"),
            "error": { "type": "HttpError", "message": &message[11..], "url": format!("{url}/bad?…") },
        })
    );
}

#[test]
fn connections_are_kept() {
    let server = WebServer::start(|_| Reply::text("hello"));
    let body = "http::all([url, url, url]); http::all([url, url, url]); http::get(url).text()";
    let answers = function(body).invoke_all([super::event(&server), super::event(&server)]);
    assert_eq!(answers[1].text(), "\"hello\"");
    assert!(server.connections() <= 3, "{}", server.connections());
}

#[test]
fn the_bodies_of_all_responses_fit_into_the_functions_memory() {
    let server = WebServer::start(|_| Reply::status(200).body(vec![0; 30 << 20]));
    let body = "let r = http::all([url, url, url, url]);
        let failed = r.filter(|r| r.status == 0);
        [r.filter(|r| r.ok).len() <= 2, failed.len() >= 2, failed[0].error.message, http::get(url).status]";
    let outcome = function(body).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128").invoke(super::event(&server));
    let message = "the response exceeds 64 MB, half of the function's memory: raise the function's memory";
    assert_eq!(super::result(&outcome), json!([true, true, message, 200]));
}

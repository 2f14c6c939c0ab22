//! The module `http`, against web servers of the tests' own.

mod all;
mod connections;
mod failures;
mod names;
mod proxies;
mod requests;
mod responses;
mod secured;
mod stream_failures;
mod streams;
mod time;

use crate::function::{Function, Outcome};
use serde_json::Value;
use web_server::WebServer;

/// A function with this body, in which `url` is the server's.
fn function(body: &str) -> Function {
    Function::main(&format!("fn handler(event) {{ let url = event.url; {body} }}"))
}

/// The event that names the server.
fn event(server: &WebServer) -> String {
    format!(r#"{{"url":"{}"}}"#, server.url())
}

/// What a function with this body answers.
fn ask(server: &WebServer, body: &str) -> Outcome {
    function(body).invoke(event(server))
}

/// The value that a body returns.
fn value(server: &WebServer, body: &str) -> Value {
    result(&ask(server, body))
}

/// The value of an answer that is no error.
fn result(outcome: &Outcome) -> Value {
    let value = outcome.answer.json();
    assert!(value.get("errorType").is_none(), "{value:#}\n{}", outcome.log);
    value
}

/// Type and message of the error that a body ends with. Checks that it has the URL too.
fn error(server: &WebServer, body: &str) -> String {
    error_of(&ask(server, body))
}

fn error_of(outcome: &Outcome) -> String {
    let body = outcome.answer.json();
    assert!(body["data"]["url"].is_string(), "{body:#}");
    let (kind, message, _) = outcome.error();
    format!("{kind}: {message}")
}

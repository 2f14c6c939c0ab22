//! The modules for databases and mail servers against real servers, and against servers that misbehave.

mod hostile;
mod postgres;
mod postgres_tls;
mod postgres_types;
mod redis;
mod redis_cluster;
mod smtp;
mod sql;
mod traces;
mod websocket;

use fake_runtime_api::FakeRuntimeApi;
use serde_json::Value;
use tempfile::TempDir;
use test_support::function::{Function, Outcome};
use web_server::Authority;

/// The files of a server for TLS: its certificate for a host, the key, and the authority that issued it.
struct TlsFiles {
    _folder: TempDir,
    certificate: String,
    key: String,
    authority: String,
}

impl TlsFiles {
    fn new(host: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let (certificate, key) = authority.certificate_pem(&[host]);
        let file = |name: &str, content: &str| {
            std::fs::write(folder.path().join(name), content).unwrap();
            folder.path().join(name).to_string_lossy().into_owned()
        };
        let (certificate, key) = (file("cert.pem", &certificate), file("key.pem", &key));
        let authority = file("ca.pem", authority.pem());
        Self { _folder: folder, certificate, key, authority }
    }
}

/// What a handler's body returns, with this URL in `DB`.
fn value(url: &str, body: &str) -> Value {
    invoke(&function(url, body)).answer.json()
}

/// Type, code and message of the error that a handler's body ends with.
fn error(url: &str, body: &str) -> String {
    error_of(&function(url, body))
}

fn error_of(function: &Function) -> String {
    let outcome = invoke(function);
    let error = outcome.answer.json();
    assert!(!outcome.log.contains("hush") && !error.to_string().contains("hush"), "{error}{}", outcome.log);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "{} {}: {}",
        text(&error["errorType"]),
        text(&error["data"]["code"]),
        text(&error["errorMessage"])
    )
}

fn function(url: &str, body: &str) -> Function {
    Function::main(&format!("fn handler(event) {{ {body} }}")).env("DB", url)
}

/// One event. A script that is wrong fails at once.
fn invoke(function: &Function) -> Outcome {
    let api = FakeRuntimeApi::new().event("{}").allow_leftovers().start();
    let process = function.start(&api);
    api.wait_for(|requests| {
        let ended = |path: &str| path.ends_with("/response") || path.ends_with("/error");
        requests.iter().any(|request| ended(&request.path))
    });
    assert!(api.init_errors().is_empty(), "{}", api.init_errors()[0].text());
    let answer = api.wait_for_answers(1).remove(0);
    Outcome { answer, log: process.stop() }
}

//! The emulator of `cargo lambda watch`, with its front for function URLs.
//!
//! It hands out an address with scheme and path and a deadline that is none, and answers errors with 500.
//! The error of a stream that has begun gets lost in it.

use crate::emulator::{installed, Emulator};
use crate::exchange::Exchange;
use crate::process::bootstrap;
use crate::program::Program;
use serde_json::json;
use std::fs;
use std::process::Command;

/// Waits for `gate.rhai`, which the test writes.
const WAIT: &str =
    "let open = false; while !open { try { import \"gate\"; open = true; } catch { sleep(0.01); } }";

#[test]
fn function_answers() {
    let function = start("fn handler(event) { #{ hello: event.name } }");
    for name in ["Ångström", "Ada"] {
        let event = json!({ "name": name }).to_string();
        assert_eq!(function.emulator.answer(&event), json!({ "hello": name }));
    }
}

#[test]
fn its_deadline_is_unknown() {
    let function = start(
        "fn handler(event, context) { [
            context.headers[\"lambda-runtime-deadline-ms\"],
            context.deadline_ms,
            context.get_remaining_time_in_millis()
        ] }",
    );
    assert_eq!(function.emulator.answer("{}"), json!(["600000", null, null]));
}

#[test]
fn function_error_is_the_answer() {
    let function = start("fn handler(event) {\n    throw #{ type: \"Unpaid\", message: \"no\" };\n}");
    for _ in 0..2 {
        let reply = function.emulator.invoke("{}");
        assert_eq!(reply.status, 500);
        let expected = json!({
            "errorType": "Unpaid",
            "errorMessage": "no",
            "stackTrace": ["at handler (main.rhai:2:5)"],
        });
        assert_eq!(reply.json(), expected);
    }
}

#[test]
fn whole_http_response() {
    let function = start(
        "fn handler(event) {
            let http = event.requestContext.http;
            let response = http_response(201, #{
                method: http.method, path: event.rawPath, query: event.queryStringParameters, body: event.body
            });
            response.headers[\"x-kind\"] = \"tea\";
            response.cookies = [\"a=b\", \"c=d\"];
            response
        }",
    );
    let reply = function.request("PUT", "/orders/7?full=yes", "text").reply();
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("x-kind"), ["tea"]);
    assert_eq!(reply.header("set-cookie"), ["a=b", "c=d"]);
    assert_eq!(
        reply.json(),
        json!({ "method": "PUT", "path": "/orders/7", "query": { "full": "yes" }, "body": "text" })
    );
}

#[test]
fn streamed_http_response_arrives_bit_by_bit() {
    let function = start(&format!(
        "fn handler(event, context, stream) {{
            stream.start(#{{ statusCode: 203, headers: #{{ \"x-kind\": \"tea\" }}, cookies: [\"a=b\", \"c=d\"] }});
            stream.write(\"one, \");
            {WAIT}
            stream.write(\"two\");
        }}"
    ));
    let mut exchange = function.request("GET", "/", "");
    exchange.wait_for("one, ");
    function.emulator.write_script("gate.rhai", "");
    let reply = exchange.reply();
    assert_eq!(reply.status, 203);
    assert_eq!(reply.header("x-kind"), ["tea"]);
    assert_eq!(reply.header("set-cookie"), ["a=b", "c=d"]);
    assert_eq!(reply.text(), "one, two");
}

#[test]
fn large_stream_arrives_whole() {
    let function = start(
        "fn handler(event, context, stream) {
            stream.start(#{ statusCode: 200 });
            for i in 0..200 { let part = blob(65536, i); stream.write(part); }
        }",
    );
    let reply = function.request("GET", "/", "").reply();
    assert_eq!(reply.body.len(), 200 * 65536);
    assert!(reply.body.chunks(65536).zip(0..).all(|(part, i)| part.iter().all(|byte| *byte == i)));
}

#[test]
fn error_in_the_middle_of_a_stream_ends_the_response_only() {
    let function = start(
        "fn handler(event, context, stream) {
            stream.start(#{ statusCode: 200 });
            stream.write(\"one, \");
            if event.rawPath == \"/fail\" { throw #{ type: \"Broken\", message: \"half way\" }; }
            stream.write(\"two\");
        }",
    );
    assert_eq!(function.request("GET", "/fail", "").reply().text(), "one, ");
    function.bootstrap.wait_for_log("Broken");
    assert_eq!(function.request("GET", "/", "").reply().text(), "one, two");
}

#[test]
fn reader_that_goes_away_ends_the_invocation_only() {
    let function = start(
        "fn handler(event, context, stream) {
            stream.start(#{ statusCode: 200 });
            stream.write(\"one, \");
            while event.rawPath == \"/endless\" { stream.write(\"more, \"); sleep(0.001); }
            stream.write(\"two\");
        }",
    );
    let mut exchange = function.request("GET", "/endless", "");
    exchange.wait_for("more");
    drop(exchange);
    assert_eq!(function.request("GET", "/", "").reply().text(), "one, two");
}

/// A function that the emulator serves. `bootstrap` ends first.
struct Function {
    bootstrap: Program,
    emulator: Emulator,
}

impl Function {
    /// A request to the function's URL.
    fn request(&self, method: &str, path: &str, body: &str) -> Exchange {
        Exchange::start(self.emulator.port, method, path, &[], body)
    }
}

/// A function `main.handler`.
fn start(script: &str) -> Function {
    let emulator = Emulator::start("_", script, |folder, [port]| {
        // It wants to know which functions there are, and asks cargo.
        let package = folder.join("package");
        fs::create_dir(&package).expect("a folder");
        let manifest = "[package]\nname = \"function\"\nversion = \"0.0.0\"\n\n[workspace]\n";
        fs::write(package.join("Cargo.toml"), manifest).expect("a manifest");
        fs::create_dir(package.join("src")).expect("a folder");
        fs::write(package.join("src/main.rs"), "fn main() {}\n").expect("a program");
        let mut command = Command::new(installed("cargo-lambda"));
        command
            .args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1"])
            .args(["--invoke-port", &port.to_string()])
            .env_clear()
            .env("CARGO", env!("CARGO"))
            .env("HOME", folder)
            .current_dir(package);
        command
    });
    let bootstrap = Program::start(
        Command::new(bootstrap())
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{}/.rt", emulator.port))
            .env("LAMBDA_TASK_ROOT", emulator.task_root())
            .env("_HANDLER", "main.handler")
            .current_dir(emulator.task_root()),
    );
    Function { bootstrap, emulator }
}

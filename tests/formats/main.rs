//! Formats that scripts read and write, compared with programs that others wrote: Python's standard library, Jinja, `PyYAML`,
//! requests, Werkzeug and unzip. `tests/aws/setup.sh` installs them.
//!
//! Each Python script makes an event and checks the response of a function to it.

mod markdown;

use fake_runtime_api::{AnswerKind, FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;
use test_support::aws::python;
use test_support::function::Function;

/// How long a function may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The event that a Python script makes.
fn event(script: &str) -> String {
    let output = python().args([&format!("tests/formats/{script}.py"), "make"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the script of this name with the event that the Python script makes, which then checks the response.
fn compare(name: &str, script: &str) {
    let event = event(name);
    let response = respond(script, &event);
    let mut checker = python();
    checker.args([&format!("tests/formats/{name}.py"), "check"]);
    let mut checker =
        checker.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let event: Value = serde_json::from_str(&event).unwrap();
    let question = json!({ "event": event, "response": response }).to_string();
    checker.stdin.take().unwrap().write_all(question.as_bytes()).unwrap();
    let output = checker.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What a script responds to an event.
fn respond(script: &str, event: &str) -> Value {
    let function = Function::main(script);
    let invocation = Invocation::new(event).deadline_in(PATIENCE);
    let api = FakeRuntimeApi::new().patience(PATIENCE).invocation(invocation).start();
    let _process = function.start(&api);
    let answer = api.wait_for_answers(1).remove(0);
    assert_eq!(answer.kind, AnswerKind::Response, "{}", answer.text());
    answer.json()
}

#[test]
fn templates_are_rendered_as_by_jinja() {
    compare(
        "templates",
        "fn handler(event) {
            event.cases.map(|c| template::render_string(c.template, event.data, #{ escape: c.escape }))
        }",
    );
}

#[test]
fn yaml_is_read_and_written_as_by_pyyaml() {
    compare(
        "documents",
        "fn handler(event) {
            #{ decoded: event.documents.map(|yaml| yaml::decode(yaml)), encoded: event.values.map(|value| yaml::encode(value)) }
        }",
    );
}

#[test]
fn archives_are_those_of_zipfile_and_unzip() {
    compare(
        "archives",
        "fn handler(event) {
            let decoded = event.archives.map(|archive| {
                let archive = base64::decode_blob(archive);
                #{ names: zip::list(archive).map(|entry| entry.name), files: zip::decode(archive) }
            });
            let files = event.files.map(|file| [file[0], base64::decode_blob(file[1])]);
            let map = #{};
            for file in files { map[file[0]] = file[1]; }
            let errors = event.hostile.map(|archive| {
                let archive = base64::decode_blob(archive);
                let found = [];
                for read in [|a| zip::decode(a), |a| zip::extract(a, \"out\")] {
                    try { read.call(archive); found += \"none\"; } catch (e) { found += e.type; }
                }
                found
            });
            #{ decoded: decoded, encoded: [0, 1, 6, 9].map(|level| zip::encode(map, #{ level: level })), errors: errors, outside: fs::exists(\"evil.txt\") || fs::exists(\"/tmp/rhambda-evil.txt\") }
        }",
    );
}

#[test]
fn forms_are_those_of_requests_and_werkzeug() {
    compare(
        "forms",
        "fn handler(event) {
            let forms = event.events.map(|event| multipart::decode(event));
            #{ forms: forms, encoded: event.parts.map(|parts| multipart::encode(parts)) }
        }",
    );
}

#[test]
fn messages_are_those_that_python_reads() {
    compare(
        "messages",
        "fn handler(event) {
            event.messages.map(|message| {
                if \"attachments\" in message {
                    message.attachments = message.attachments.map(|attachment| {
                        attachment.data = base64::decode_blob(attachment.data);
                        attachment
                    });
                }
                mail::encode(message)
            })
        }",
    );
}

#[test]
fn numbers_are_those_of_pythons_decimal() {
    compare(
        "decimals",
        "fn calculate(a, operator, b) {
            switch operator {
                \"+\" => a + b,
                \"-\" => a - b,
                \"*\" => a * b,
                \"/\" => a / b,
                \"%\" => a % b,
                \"compare\" => a.compare(b),
            }
        }
        fn handler(event) {
            let results = event.operations.map(|operation| {
                let result = ();
                try {
                    result = `${calculate(decimal(operation[0]), operation[1], decimal(operation[2]))}`;
                } catch (e) {
                    result = e.type;
                }
                result
            });
            let rounded = event.rounded.map(|r| `${decimal(r[0]).round(r[1], r[2])}`);
            let formatted = event.rounded.map(|r| number::format(decimal(r[0]), #{ decimals: r[1], rounding: r[2] }));
            #{ results: results, rounded: rounded, formatted: formatted }
        }",
    );
}

#[test]
fn html_and_tables_are_those_of_pythons_library() {
    compare(
        "texts",
        "fn handler(event) {
            let rows = event.tables.map(|table| {
                let rows = [];
                for row in csv::rows(table, #{ header: false }) { rows += [row]; }
                rows
            });
            #{
                escaped: event.texts.map(|text| html::escape(text)),
                unescaped: event.references.map(|html| html::unescape(html)),
                rows: rows,
            }
        }",
    );
}

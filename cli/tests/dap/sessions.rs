//! Beginnings and ends of sessions.

use crate::client::Client;
use serde_json::{json, Value};
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use test_support::folder::Folder;

const SCRIPT: &str = "fn handler(event) {\n    log_info(\"here\");\n    event\n}\n";
const ENDLESS: &str = "fn handler() {\n    let n = 0;\n    loop {\n        n += 1;\n    }\n}\n";

#[test]
fn what_cannot_be_launched_says_why() {
    for (launch, problem) in [
        (json!({ "handler": "a b.c" }), "white space"),
        (json!({}), "no handler is given"),
        (json!({ "handler": "main.handler", "event": "none.json" }), "is not a file in"),
        (json!({ "handler": "main.handler", "mode": "attach" }), "unknown variant `attach`"),
    ] {
        let mut client = Client::new(&[("main.rhai", SCRIPT)]);
        let mut launch = launch;
        launch["cwd"] = json!(client.path(""));
        let said = client.error("launch", &launch);
        assert!(said.contains(problem), "{launch}: {said}");
        client.request("disconnect", &Value::Null);
        assert!(client.exit().success());
    }
}

#[test]
fn errors_of_the_init_phase_are_the_programs() {
    let mut client = Client::new(&[("main.rhai", "fn handler( {")]);
    client.launch(json!({ "handler": "main.handler" }));
    let set = client.breakpoints("main.rhai", &json!([{ "line": 1 }]));
    assert_eq!(set[0]["verified"], false);
    assert!(set[0]["message"].as_str().unwrap().contains("main.rhai:1:"), "{set:?}");
    client.begin();
    let (status, output) = client.ended();
    assert!(status == 1 && output.contains("Runtime.UserCodeSyntaxError"), "{output}");
}

#[test]
fn events_come_from_values_files_and_the_library() {
    for (event, expected) in [
        (json!({ "a": [1] }), "{\"a\":[1]}"),
        (json!("event.json"), "{\"file\":true}"),
        (json!("s3:put"), "\"eventSource\":\"aws:s3\""),
    ] {
        let mut client = Client::new(&[("main.rhai", SCRIPT), ("event.json", "{\"file\":true}")]);
        client.launch(json!({ "program": "main.rhai", "event": event }));
        client.begin();
        let (status, output) = client.ended();
        assert!(status == 0 && output.contains(expected), "{output}");
    }
}

#[test]
fn variables_of_the_environment_are_the_functions_and_the_debugger_hides() {
    let script = "fn handler() { env::get(\"STAGE\") + env::get(\"RHAMBDA_DEBUGGER\", \" nothing\") }\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler", "env": { "STAGE": "dev" } }));
    client.begin();
    let (_, output) = client.ended();
    assert!(output.contains("\"dev nothing\""), "{output}");
}

#[test]
fn inline_handlers_have_a_text() {
    let mut client = Client::new(&[("rhambda.toml", "")]);
    client.launch(json!({ "handler": "|event|event.a+1", "event": { "a": 1 }, "stopOnEntry": true }));
    client.begin();
    assert_eq!(client.stopped(), "entry <top level> handler setting:1:1");
    let source = client.request("source", &json!({ "sourceReference": 1 }));
    assert_eq!(source["content"], "|event|event.a+1");
    assert_eq!(client.go("stepIn"), "step <closure> handler setting:1:8");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn without_debugging_breakpoints_hold_nothing() {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler", "event": 7, "noDebug": true }));
    client.request("configurationDone", &Value::Null);
    let (status, output) = client.ended();
    assert!(status == 0 && output.contains('7') && output.contains("here"), "{output}");
}

#[test]
fn without_debugging_breakpoints_are_accepted_and_not_verified() {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler", "event": 7, "noDebug": true }));
    let set = client.breakpoints("main.rhai", &json!([{ "line": 1 }, { "line": 2 }]));
    let expected = json!({ "verified": false, "message": "the program runs without debugging" });
    assert_eq!(set, [expected.clone(), expected]);
    client.request("setFunctionBreakpoints", &json!({ "breakpoints": [] }));
    client.request("setExceptionBreakpoints", &json!({ "filters": ["uncaught"] }));
    client.request("configurationDone", &Value::Null);
    assert_eq!(client.ended().0, 0);
}

#[test]
fn a_restart_runs_the_changed_script_with_the_same_breakpoints() {
    let mut client =
        Client::new(&[("main.rhai", "fn handler(event) {\n    print(\"first\");\n    event + 1\n}\n")]);
    client.launch(json!({ "handler": "main.handler", "event": 7 }));
    client.breakpoints("main.rhai", &json!([{ "line": 2 }]));
    let set = client.breakpoints("main.rhai", &json!([{ "line": 3 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:3:5");
    std::fs::write(
        client.path("main.rhai"),
        "fn handler(event) {\n    print(\"second\");\n    event + 2\n}\n",
    )
    .unwrap();
    client.request("restart", &json!({}));
    client.event("continued");
    let stopped = client.event("stopped");
    assert_eq!(stopped["hitBreakpointIds"], json!([set[0]["id"]]), "{stopped}");
    assert_eq!(client.stack()[0], "handler main.rhai:3:5");
    // The editor may have changed its settings.
    let launch = json!({ "handler": "main.handler", "event": 30, "cwd": client.path("") });
    client.request("restart", &json!({ "arguments": launch }));
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:3:5");
    let (status, output) = client.finish();
    assert!(status == 0 && output.contains("second") && output.contains("32"), "{output}");
}

#[test]
fn a_program_without_debugging_restarts_too() {
    let mut client = Client::new(&[("main.rhai", ENDLESS), ("rhambda.toml", "timeout = 900\n")]);
    assert_eq!(client.error("restart", &json!({})), "nothing is being debugged: send `launch` first");
    client.launch(json!({ "handler": "main.handler", "noDebug": true }));
    client.request("configurationDone", &Value::Null);
    std::fs::write(client.path("main.rhai"), SCRIPT).unwrap();
    client.request("restart", &json!({}));
    assert_eq!(client.ended().0, 0);
    client.request("disconnect", &Value::Null);
    assert!(client.exit().success());
}

#[test]
fn terminate_and_disconnect_end_a_program_that_waits_or_runs() {
    for (line, command) in [
        (json!([{ "line": 4 }]), "terminate"),
        (json!([]), "terminate"),
        (json!([{ "line": 4 }]), "disconnect"),
        (json!([]), "disconnect"),
    ] {
        let mut client = Client::new(&[("main.rhai", ENDLESS), ("rhambda.toml", "timeout = 900\n")]);
        client.launch(json!({ "handler": "main.handler" }));
        client.breakpoints("main.rhai", &line);
        client.begin();
        if line != json!([]) {
            client.stopped();
        }
        client.request(command, &Value::Null);
        if command == "terminate" {
            client.ended();
            client.request("disconnect", &Value::Null);
        }
        assert!(client.exit().success());
    }
}

#[test]
fn requests_after_the_end_fail() {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.begin();
    client.ended();
    let problem = client.error("stackTrace", &json!({ "threadId": 1 }));
    assert_eq!(problem, "the program is not being debugged, or has ended");
    let problem = client.error("launch", &json!({}));
    assert_eq!(problem, "a session debugs one program: end this one first");
}

/// The processes that have this folder in their command line or as their current one.
fn processes_in(folder: &Folder) -> usize {
    let folder = folder.path("");
    let folder = std::fs::canonicalize(folder).unwrap();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
        .count()
}

#[test]
fn an_editor_that_leaves_leaves_no_process_behind() {
    let mut client = Client::new(&[("main.rhai", ENDLESS), ("rhambda.toml", "timeout = 900\n")]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 4 }]));
    client.begin();
    client.stopped();
    client.leave();
    assert!(client.exit().success());
    let began = Instant::now();
    while processes_in(&client.folder) > 0 {
        assert!(began.elapsed() < Duration::from_mins(1), "a process is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn editors_connect_to_a_port_one_after_the_other() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
    let mut adapter = command.args(["dap", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(adapter.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    let address = said.split(' ').find_map(|word| word.strip_suffix(';')).unwrap().to_owned();
    for _ in 0..2 {
        let stream = TcpStream::connect(&address).unwrap();
        let output = stream.try_clone().unwrap();
        let folder = Folder::new(&[("main.rhai", SCRIPT)]);
        let placeholder = Command::new("true").spawn().unwrap();
        let mut client = Client::over(folder, placeholder, Box::new(stream), output);
        client.request("initialize", &json!({}));
        client.launch(json!({ "handler": "main.handler" }));
        client.breakpoints("main.rhai", &json!([{ "line": 2 }]));
        client.begin();
        assert_eq!(client.stopped(), "breakpoint handler main.rhai:2:5");
        client.request("disconnect", &Value::Null);
    }
    adapter.kill().unwrap();
    adapter.wait().unwrap();
}

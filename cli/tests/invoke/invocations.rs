//! What a handler gets, and where its response goes.

use crate::function::{json, Function};
use serde_json::{json, Value};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Everything a handler can see of its invocation.
const SHOW: &str = "fn handler(event, context) {
    #{ event: event, name: context.function_name, version: context.function_version, \
       memory: context.memory_limit_in_mb, arn: context.invoked_function_arn, trace: context.trace_id, \
       log_group: context.log_group_name, log_stream: context.log_stream_name, \
       client_context: context.client_context, left: context.get_remaining_time_in_millis() }
}";

#[test]
fn the_answer_goes_into_a_pipe_as_it_is() {
    let function = Function::new("fn handler(event) { `Hello, ${event.name}!` }");
    let done = function.invoke(&["main.handler", "--event", r#"{"name":"x"}"#]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "\"Hello, x!\""), "{done:?}");
}

#[test]
fn text_that_is_not_json_is_an_answer_too() {
    let done = Function::new("print(\"a,b\")").invoke(&["main"]);
    assert_eq!((done.code, done.stdout.trim_end()), (0, "a,b"), "{done:?}");
}

#[test]
fn inline_handlers() {
    let done = Function::new("").invoke(&["|event,context|event.a+1", "--event", r#"{"a":1}"#]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "2"), "{done:?}");
}

#[test]
fn the_event_is_empty_or_text_or_a_file_or_stdin() {
    let function = Function::new("fn handler(event) { event }");
    assert_eq!(function.invoke(&["main.handler"]).stdout, "{}");
    assert_eq!(function.invoke(&["main.handler", "-e", "-5"]).stdout, "-5");
    fs::write(function.dir().join("event.json"), "[1,\n2]").unwrap();
    // Files are the caller's own: they are not looked for in the task root.
    let file = format!("@{}", function.dir().join("event.json").display());
    assert_eq!(function.invoke(&["main.handler", "--event", &file]).stdout, "[1,2]");
    assert_eq!(
        function.invoke_with_stdin(&["main.handler", "--event", "-"], "\"piped\"").stdout,
        "\"piped\""
    );
}

#[test]
fn the_task_root_is_the_current_folder_or_another() {
    let function = Function::new("fn handler() { env::get(\"LAMBDA_TASK_ROOT\") }");
    let root = fs::canonicalize(function.dir()).unwrap();
    let expected = json!(root).to_string();
    assert_eq!(function.invoke(&["main.handler"]).stdout, expected);
    let elsewhere = Function::new("");
    let dir = function.dir();
    assert_eq!(elsewhere.invoke(&["main.handler", "--dir", dir.to_str().unwrap()]).stdout, expected);
}

#[test]
fn variables_come_from_the_command_line_and_the_caller_if_asked() {
    let function = Function::new(
        "fn handler() { [env::get(\"FROM_CALLER\", ()), env::get(\"A\"), env::get(\"B\"), env::get(\"TZ\"),
            env::get(\"AWS_REGION\"), env::get(\"AWS_LAMBDA_FUNCTION_NAME\")] }",
    );
    let options = ["--env", "A=1", "--env", "A=2=3", "--env", "B=", "--env", "AWS_LAMBDA_FUNCTION_NAME=mine"];
    let done = function.invoke(&[&["main.handler"], &options[..]].concat());
    assert_eq!(json(&done.stdout), json!([null, "2=3", "", ":UTC", "eu-west-1", "mine"]), "{done:?}");
    let done = function.invoke(&[&["main.handler", "--inherit-env"], &options[..]].concat());
    assert_eq!(json(&done.stdout), json!(["caller", "2=3", "", ":UTC", "eu-west-1", "mine"]), "{done:?}");
}

#[test]
fn rhambda_toml_says_what_the_command_line_does_not() {
    let function = Function::new(SHOW);
    let config = "handler = \"main.handler\"\nmemory = 512\ntimeout = 7\n[environment]\nSTAGE = \"test\"\n";
    fs::write(function.dir().join("rhambda.toml"), config).unwrap();
    let done = function.invoke(&[]);
    let context = json(&done.stdout);
    assert_eq!(context["memory"], 512, "{done:?}");
    assert!((5_000..=7_000).contains(&context["left"].as_u64().unwrap()), "{done:?}");
    let stage = function.invoke(&["|e|env::get(\"STAGE\")", "--memory", "256"]);
    assert_eq!((stage.code, stage.stdout.as_str()), (0, "\"test\""), "{stage:?}");
    let stage = function.invoke(&["|e|env::get(\"STAGE\")", "--env", "STAGE=live"]);
    assert_eq!(stage.stdout, "\"live\"");
}

#[test]
fn without_a_handler_it_says_where_one_can_be_set() {
    let done = Function::new(SHOW).invoke(&[]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains(
            "no handler is given: pass one, such as hello.handler, or set `handler` in rhambda.toml"
        ),
        "{done:?}"
    );
}

#[test]
fn an_event_that_is_a_files_name_gets_a_hint() {
    let function = Function::new(SHOW);
    fs::write(function.dir().join("event.json"), "{}").unwrap();
    let done = function.invoke(&["main.handler", "--event", "event.json"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("to send the contents of the file, write --event @event.json"), "{done:?}");
}

#[test]
fn a_function_gets_the_credentials_of_the_cli_when_it_needs_them() {
    let function = Function::new(
        "fn handler() { [env::get(\"AWS_ACCESS_KEY_ID\", ()), aws::presign(\"s3\", \"GET\", \"/a/b\")] }",
    );
    let bin = tempfile::tempdir().unwrap();
    let aws = bin.path().join("aws");
    let credentials =
        r#"{"Version":1,"AccessKeyId":"AKIDFROMCLI","SecretAccessKey":"secret","SessionToken":"t"}"#;
    fs::write(&aws, format!("#!/bin/sh\necho '{credentials}'\n")).unwrap();
    fs::set_permissions(&aws, PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let done = function.invoke_with_env(&["main.handler"], &[("PATH", &path)]);
    let [key, url] = <[Value; 2]>::try_from(json(&done.stdout).as_array().unwrap().clone()).unwrap();
    assert!(key.is_null() && url.as_str().unwrap().contains("AKIDFROMCLI"), "{done:?}");

    let none = tempfile::tempdir().unwrap();
    let done = function.invoke_with_env(&["main.handler"], &[("PATH", none.path().to_str().unwrap())]);
    assert!(done.stderr.contains("sign in with AWS's CLI"), "{done:?}");
    assert!(!done.stderr.contains("secret"), "{done:?}");
}

#[test]
fn the_context_is_as_lambdas() {
    let options = ["--client-context", "{\n \"custom\": {\"ä\": 1}\n}", "--timeout", "60", "-e", "[]"];
    let done = Function::new(SHOW).invoke(&[&["main.handler"], &options[..]].concat());
    let context = json(&done.stdout);
    let text = |name: &str| context[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(context["event"], json!([]), "{done:?}");
    assert_eq!(text("name"), "task-root");
    assert_eq!(text("version"), "$LATEST");
    assert_eq!(context["memory"], 128);
    assert_eq!(text("arn"), "arn:aws:lambda:eu-west-1:123456789012:function:task-root");
    assert!(text("trace").starts_with("Root=1-"), "{context}");
    assert_eq!(text("log_group"), "/aws/lambda/task-root");
    assert!(text("log_stream").contains("/[$LATEST]"), "{context}");
    assert_eq!(context["client_context"], json!({ "custom": { "ä": 1 } }));
    let left = context["left"].as_u64().unwrap();
    assert!((30_000..=60_000).contains(&left), "{left}");
}

#[test]
fn the_memory_is_told_to_the_function_and_in_the_report() {
    let function = Function::new(SHOW);
    let done = function.invoke(&["main.handler", "--memory", "256"]);
    assert_eq!(json(&done.stdout)["memory"], 256, "{done:?}");
    assert!(done.report().contains("\tMemory Size: 256 MB"), "{done:?}");
    let done = function.invoke(&["main.handler", "--memory", "10240", "--json-logs"]);
    assert_eq!(json(&done.stdout)["memory"], 10240, "{done:?}");
    let report = json(done.stderr.lines().last().unwrap());
    assert_eq!(report["record"]["metrics"]["memorySizeMB"], 10240, "{done:?}");
}

#[test]
fn the_log_goes_to_stderr_before_the_report() {
    let done = Function::new("fn handler() { print(\"one\\ntwo\"); 1 }").invoke(&["main.handler"]);
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{done:?}");
    assert!(lines[0].ends_with("\tINFO\tone"), "{done:?}");
    assert_eq!(lines[1], "two", "line breaks are for people");
    let report: Vec<&str> = lines[2].split('\t').collect();
    let names: Vec<&str> = report.iter().filter_map(|field| field.split(": ").next()).collect();
    let memory = if cfg!(target_os = "linux") { &["Max Memory Used"][..] } else { &[] };
    let expected =
        [&["REPORT RequestId", "Duration", "Billed Duration", "Memory Size"], memory, &["Init Duration"]];
    assert_eq!(names, expected.concat());
    assert_eq!(lines[0].split('\t').nth(1), report[0].split(": ").nth(1), "{done:?}");
}

#[test]
fn json_logs_are_json_line_by_line() {
    let done = Function::new("fn handler() { print(\"one\\ntwo\"); throw \"no\"; }")
        .invoke(&["main.handler", "--json-logs"]);
    let lines: Vec<Value> = done.stderr.lines().map(json).collect();
    assert_eq!(lines.len(), 3, "{done:?}");
    assert_eq!(lines[0]["message"], "one\ntwo");
    assert_eq!(lines[1]["errorMessage"], "no");
    assert_eq!(lines[2]["type"], "platform.report");
    assert_eq!(lines[2]["record"]["status"], "error");
    assert_eq!(lines[2]["record"]["requestId"], lines[0]["requestId"]);
}

#[test]
fn large_events_and_responses() {
    let function = Function::new("fn handler(event) { event }");
    let event = json!("x".repeat(6_000_000)).to_string();
    let done = function.invoke_with_stdin(&["main.handler", "-e", "-", "--timeout", "60"], &event);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout == event);
}

#[test]
fn streams_are_printed_as_they_come() {
    let function = Function::new(
        "fn handler(event, context, stream) { stream.write(\"one\"); print(\"written\"); sleep(60); }",
    );
    let mut running = function.start(&["main.handler", "--timeout", "60"]);
    running.wait_for("written");
    assert_eq!(running.read_stdout(3), "one");
    running.kill();
}

#[test]
fn a_stream_that_breaks_off_is_followed_by_the_reason() {
    let script = "fn handler(event, context, stream) { stream.write(\"one\"); loop {} }";
    let done = Function::new(script).invoke(&["main.handler", "--timeout", "1"]);
    let (body, error) = done.stdout.split_once('\n').unwrap();
    assert_eq!((done.code, body), (1, "one"), "{done:?}");
    assert_eq!(json(error)["errorType"], "Runtime.Timeout", "{done:?}");
}

#[test]
fn streamed_responses_are_printed_whole() {
    let function = Function::new(
        "fn handler(event, context, stream) {
            for i in 0..3 { stream.write(`${i} `); }
            if event.fail == true { throw \"half way\" }
        }",
    );
    let done = function.invoke(&["main.handler"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "0 1 2 "), "{done:?}");
    let done = function.invoke(&["main.handler", "--event", r#"{"fail":true}"#]);
    let (body, error) = done.stdout.split_once('\n').unwrap();
    assert_eq!((done.code, body), (1, "0 1 2 "), "{done:?}");
    assert_eq!(serde_json::from_str::<Value>(error).unwrap()["errorMessage"], "half way");
}

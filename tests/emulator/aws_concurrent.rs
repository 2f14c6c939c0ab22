//! AWS's emulator in the mode that emulates Managed Instances: several invocations at once.
//!
//! In this mode it looks for `/opt/bootstrap` and the function in `/var/task`. So it gets a mount namespace
//! of its own, with folders of the test in place of `/opt` and `/var`; the machine's own are not touched.
//! That takes root, and a system that allows it: where it is refused, these tests say so and are skipped.

use crate::emulator::{installed, Emulator};
use crate::exchange::Reply;
use crate::process::bootstrap;
use crate::program::PATIENCE;
use serde_json::{json, Value};
use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many invocations run at once.
const WORKERS: usize = 4;

#[test]
fn invocations_run_at_once() {
    let script = "fn handler(event, context) {
        log_info(`begun ${event}`);
        let open = false;
        while !open {
            try { import \"gate\"; open = true; } catch { sleep(0.01); }
        }
        log_info(`done ${event}`);
        [event, context.aws_request_id]
    }";
    let Some(emulator) = start(script) else { return };
    let answers: Vec<Value> = thread::scope(|scope| {
        let invoke = |event: usize| invoke(&emulator, &event.to_string()).json();
        let invocations: Vec<_> = (0..WORKERS).map(|event| scope.spawn(move || invoke(event))).collect();
        // None of them can end before all have begun: only then there is a gate.
        for event in 0..WORKERS {
            emulator.program.wait_for_log(&format!("\"begun {event}\""));
        }
        emulator.write_script("gate.rhai", "");
        invocations.into_iter().map(|invocation| invocation.join().expect("an answer")).collect()
    });
    for (event, answer) in answers.iter().enumerate() {
        assert_eq!(answer[0], json!(event));
        emulator.program.wait_for_log(&format!("\"done {event}\""));
        let expected = [format!("begun {event}"), format!("done {event}")];
        assert_eq!(messages(&emulator.program.log(), &answer[1]), expected);
    }
}

#[test]
fn each_answer_is_that_of_its_event() {
    let script = "fn handler(event) {
        if event % 5 == 0 { throw #{ type: \"Five\", message: `${event}` }; }
        event * 2
    }";
    let Some(emulator) = start(script) else { return };
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let emulator = &emulator;
            scope.spawn(move || {
                for event in (worker..100).step_by(WORKERS) {
                    let answer = invoke(emulator, &event.to_string()).json();
                    if event % 5 == 0 {
                        assert_eq!(answer["errorMessage"], event.to_string());
                    } else {
                        assert_eq!(answer, json!(event * 2));
                    }
                }
            });
        }
    });
}

#[test]
fn context_is_that_of_the_invocation() {
    let script = "fn handler(event, context) { #{
        trace: [context.trace_id, env::has(\"_X_AMZN_TRACE_ID\")],
        attempt: context.headers[\"lambda-runtime-invocation-id\"],
        client: context.client_context.custom,
        // The emulator's deadline is years off.
        left: context.get_remaining_time_in_millis()
    } }";
    let Some(emulator) = start(script) else { return };
    let trace = "Root=1-5f84c7a1-aabbccddeeff001122334455";
    // {"custom":{"theme":"dark"}}
    let client = ("X-Amz-Client-Context", "eyJjdXN0b20iOnsidGhlbWUiOiJkYXJrIn19");
    let answer = emulator.invoke_with_headers("{}", &[("X-Amzn-Trace-Id", trace), client]).json();
    assert_eq!(answer["trace"], json!([trace, false]));
    assert_eq!(answer["client"], json!({ "theme": "dark" }));
    assert_eq!(answer["left"], Value::Null);
    assert!(answer["attempt"].as_str().is_some_and(|id| !id.is_empty()), "{answer}");
}

#[test]
fn error_types_are_honoured() {
    let script = "fn handler(event) { throw #{ type: event, message: \"no\" }; }";
    let Some(emulator) = start(script) else { return };
    for (thrown, honoured) in [("Runtime.Unpaid", "Runtime.Unpaid"), ("Unpaid", "Function.Unpaid")] {
        let reply = invoke(&emulator, &json!(thrown).to_string());
        assert_eq!(reply.header("error-type"), [honoured]);
        let expected = json!({
            "errorType": thrown,
            "errorMessage": "no",
            "stackTrace": ["at handler (main.rhai:1:21)"],
        });
        assert_eq!(reply.json(), expected);
    }
}

#[test]
fn streams_are_honoured_and_so_are_their_errors() {
    let script = "fn handler(event, context, stream) {
        stream.start(#{ statusCode: 201, headers: #{ \"x-kind\": \"tea\" }, cookies: [\"a=b\"] });
        stream.write(\"one, \");
        if event == \"fail\" { throw #{ type: \"Broken\", message: \"half way\" }; }
        stream.write(\"two\");
    }";
    let Some(emulator) = start(script) else { return };
    let whole = invoke(&emulator, "1");
    assert_eq!(whole.header("content-type"), ["application/vnd.awslambda.http-integration-response"]);
    assert_eq!(whole.header("lambda-runtime-function-response-mode"), ["streaming"]);
    let prelude = r#"{"cookies":["a=b"],"headers":{"x-kind":"tea"},"statusCode":201}"#;
    assert_eq!(whole.text(), format!("{prelude}\0\0\0\0\0\0\0\0one, two"));

    let failed = invoke(&emulator, "\"fail\"");
    emulator.program.wait_for_log("Runtime sent error trailers after response body");
    assert_eq!(failed.header("error-type"), ["Function.Broken"]);
    let expected = json!({
        "errorType": "Broken",
        "errorMessage": "half way",
        "stackTrace": ["at handler (main.rhai:4:30)"],
    });
    assert_eq!(failed.json(), expected);
    assert_eq!(invoke(&emulator, "2").text(), whole.text());
}

/// Invokes the function; an event for which no worker is free yet is not handed on, and sent again.
fn invoke(emulator: &Emulator, event: &str) -> Reply {
    let until = Instant::now() + PATIENCE;
    loop {
        let reply = emulator.invoke(event);
        if reply.header("error-type") != ["Runtime.Unavailable"] {
            assert_eq!(reply.status, 200, "{}", reply.text());
            return reply;
        }
        assert!(Instant::now() < until, "no worker became free in {PATIENCE:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// What an invocation logged.
fn messages(log: &str, request_id: &Value) -> Vec<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["requestId"] == *request_id)
        .filter_map(|line| line["message"].as_str().map(str::to_owned))
        .collect()
}

/// The emulator with a function `main.handler`; `None` where it cannot run.
fn start(script: &str) -> Option<Emulator> {
    static REFUSAL: LazyLock<Option<String>> = LazyLock::new(|| {
        let refusal = refusal();
        if let Some(why) = &refusal {
            // Unlike what `eprintln` writes, this is shown of tests that pass, too.
            let _ = writeln!(io::stderr(), "SKIPPED, all of aws_concurrent.rs, which needs root: {why}");
        }
        refusal
    });
    if REFUSAL.is_some() {
        return None;
    }
    Some(Emulator::start("function", script, |folder, [port, api_port]| {
        let mut command = as_opt_and_var(folder);
        command
            .arg("/opt/emulator")
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}")])
            .env("AWS_LAMBDA_MAX_CONCURRENCY", WORKERS.to_string())
            .env("_HANDLER", "main.handler");
        command
    }))
}

/// Why the emulator cannot run here, if so.
fn refusal() -> Option<String> {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("task")).expect("a folder in it");
    match as_opt_and_var(folder.path()).arg("true").output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ")),
        Err(error) => Some(format!("unshare does not start: {error}")),
    }
}

/// Runs the program in its further arguments where `/opt` holds `bootstrap` and `emulator`, and `/var/task`
/// is the folder's `task`.
fn as_opt_and_var(folder: &Path) -> Command {
    // What is mounted may itself be in /opt or /var: first all of it is brought into the folder.
    let script = r#"
        # The emulator sets groups, which is not root's to do in every container.
        grep -q allow /proc/self/setgroups || { echo "setgroups is denied" >&2; exit 1; }
        mount --make-rprivate /
        mount --bind "$1/task" "$1/var/task"
        mount --bind "$2" "$1/opt/bootstrap"
        mount --bind "$3" "$1/opt/emulator"
        mount --rbind "$1/opt" /opt
        mount --rbind "$1/var" /var
        cd /var/task
        shift 3
        exec "$@"
    "#;
    fs::create_dir_all(folder.join("var/task")).expect("a folder");
    fs::create_dir(folder.join("opt")).expect("a folder");
    for name in ["bootstrap", "emulator"] {
        File::create(folder.join("opt").join(name)).expect("a file to mount over");
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-ec", script, "sh"])
        .args([folder, &bootstrap(), &installed("aws-lambda-rie")])
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

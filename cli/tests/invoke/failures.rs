//! What `rhambda invoke` says when something is wrong.

use crate::function::{ends, json, Function};
use serde_json::json;

#[test]
fn function_errors() {
    let done = Function::new("fn handler() {\n    throw \"no luck\";\n}").invoke(&["main.handler"]);
    assert_eq!(done.code, 1, "{done:?}");
    let expected = json!({ "errorType": "Error", "errorMessage": "no luck",
                           "stackTrace": ["at handler (main.rhai:2:5)"] });
    assert_eq!(json(&done.stdout), expected);
    assert!(done.stderr.contains("throw \"no luck\";"), "the source line is shown: {done:?}");
    assert!(!done.report().contains("Status"), "{done:?}");
}

#[test]
fn init_errors() {
    let done = Function::new("fn handler( {").invoke(&["main.handler"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(json(&done.stdout)["errorType"], "Runtime.UserCodeSyntaxError");
    assert!(done.report().ends_with("\tStatus: error\tError Type: Runtime.UserCodeSyntaxError"), "{done:?}");
    let done = Function::new("").invoke(&["nowhere.handler"]);
    assert_eq!((done.code, &json(&done.stdout)["errorType"]), (1, &json!("Runtime.ImportModuleError")));
}

#[test]
fn the_runtime_stops_a_script_before_the_timeout() {
    let done = Function::new("fn handler() { loop {} }").invoke(&["main.handler", "--timeout", "1"]);
    assert_eq!((done.code, &json(&done.stdout)["errorType"]), (1, &json!("Runtime.Timeout")), "{done:?}");
}

#[test]
fn responses_above_lambdas_limit() {
    let script = "fn handler() { let s = \"\"; s.pad(6291555, 'x'); s }";
    let done = Function::new(script).invoke(&["main.handler", "--timeout", "60"]);
    assert_eq!(done.code, 1, "{done:?}");
    let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    let expected = json!({ "errorType": "Function.ResponseSizeTooLarge", "errorMessage": message });
    assert_eq!(json(&done.stdout), expected);
    let just_within = script.replace("6291555", "6291554");
    assert_eq!(Function::new(&just_within).invoke(&["main.handler", "--timeout", "60"]).code, 0);
}

/// Signals can make of any runtime one that hangs or dies.
#[cfg(target_os = "linux")]
mod broken_runtimes {
    use super::*;

    const WAIT: &str = "fn handler() { print(\"ready\"); sleep(60); }";

    #[test]
    fn one_that_hangs() {
        let mut running = Function::new(WAIT).start(&["main.handler", "--timeout", "2"]);
        running.wait_for("ready");
        running.signal_runtime("STOP");
        let done = running.end();
        assert_eq!(done.code, 1, "{done:?}");
        let answer = json(&done.stdout);
        assert_eq!(answer["errorType"], "Sandbox.Timedout");
        let message = format!("RequestId: {} Error: Task timed out after 2.00 seconds", done.request_id());
        assert_eq!(answer["errorMessage"], message);
        assert!(done.report().contains("\tDuration: 2000.00 ms\t"), "{done:?}");
        assert!(done.report().ends_with("\tStatus: timeout"), "{done:?}");
    }

    #[test]
    fn one_that_dies() {
        let mut running = Function::new(WAIT).start(&["main.handler", "--timeout", "60"]);
        running.wait_for("ready");
        running.signal_runtime("KILL");
        let done = running.end();
        assert_eq!(done.code, 1, "{done:?}");
        let answer = json(&done.stdout);
        assert_eq!(answer["errorType"], "Runtime.ExitError");
        let how = "Error: Runtime exited with error: signal: 9 (SIGKILL)";
        assert_eq!(answer["errorMessage"], format!("RequestId: {} {how}", done.request_id()));
        assert!(done.report().ends_with("\tStatus: error\tError Type: Runtime.ExitError"), "{done:?}");
    }

    #[test]
    fn none_is_left_behind() {
        let mut running = Function::new(WAIT).start(&["main.handler", "--timeout", "60"]);
        running.wait_for("ready");
        let runtime = running.runtime();
        running.kill();
        assert!(ends(runtime), "the runtime {runtime} is still there");
    }
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let done = Function::new("fn handler() { 1 }").invoke_without_reader(&["main.handler"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!done.stderr.contains("panicked"), "{done:?}");
}

#[test]
fn wrong_usage() {
    let function = Function::new("let x = 1;");
    for (options, message) in [
        (&["--event", "x"][..], "--event is not JSON: expected value at line 1 column 1"),
        (&["--event", "@none"], "--event @none: the file cannot be read: No such file or directory (os error 2)"),
        (
            &["--event", "main.rhai"],
            "--event is not JSON: expected value at line 1 column 1; to send the contents of the file, write --event @main.rhai",
        ),
        (&["--event", "@main.rhai"], "--event @main.rhai is not JSON: expected value at line 1 column 1"),
        (&["--event", "-"], "--event - (stdin) is not JSON: EOF while parsing a value at line 1 column 0"),
        (&["--client-context", "{"], "--client-context is not JSON: EOF while parsing an object at line 1 column 1"),
        (&["--dir", "none"], "--dir none: No such file or directory (os error 2)"),
        (&["--dir", "main.rhai"], "--dir main.rhai is not a folder"),
        (&["--env", "A"], "invalid value 'A' for '--env <NAME=VALUE>': expected NAME=VALUE, such as A=1"),
        (&["--env", "=1"], "invalid value '=1' for '--env <NAME=VALUE>': the name before the = is missing"),
        (&["--timeout", "901"], "invalid value '901' for '--timeout <SECONDS>': 901 is not in 1..=900"),
        (&["--memory", "64"], "invalid value '64' for '--memory <MB>': 64 is not in 128..=10240"),
        (
            &["--qualifier", "live"],
            "--qualifier is a version or an alias of a deployed function: name the function with --remote instead of a handler",
        ),
        (
            &["--endpoint-url", "http://127.0.0.1:1"],
            "--endpoint-url requires --remote; to set the endpoint of a function on this machine, pass --env AWS_ENDPOINT_URL=URL",
        ),
    ] {
        let done = function.invoke(&[&["main.handler"], options].concat());
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{done:?}");
        assert_eq!(done.stderr.lines().next().unwrap(), format!("error: {message}"));
    }
    assert_eq!(function.invoke(&[]).code, 2);
    for (option, value) in [("--env", "AB=1"), ("--timeout", "9"), ("--memory", "256")] {
        let done = function.invoke(&["--remote", "hello", option, value]);
        assert!(done.code == 2 && done.stderr.contains("cannot be used with"), "{done:?}");
    }
    let done = function.invoke(&["|event| event"]);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{done:?}");
    assert!(done.stderr.contains("it contains white space, which Lambda does not accept"), "{done:?}");
}

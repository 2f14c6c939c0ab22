//! Errors as places where scripts wait.

use crate::client::Client;
use serde_json::json;

const SCRIPT: &str = "fn fail(why) {
    throw #{ type: \"Broken\", message: why };
}

fn handler(event) {
    try {
        fail(\"caught\");
    } catch (problem) {
        log_info(problem.message);
    }
    [1].map(|n| fail(`uncaught ${n}`));
}
";

fn client(filters: &[&str]) -> Client {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.request("setExceptionBreakpoints", &json!({ "filters": filters }));
    client.begin();
    client
}

#[test]
fn scripts_wait_at_uncaught_errors() {
    let mut client = client(&["uncaught"]);
    let stopped = client.event("stopped");
    assert_eq!((&stopped["reason"], &stopped["text"]), (&json!("exception"), &json!("Broken: uncaught 1")));
    assert_eq!(
        client.stack(),
        ["fail main.rhai:2:5", "<closure> main.rhai:11:17", "map main.rhai:11:9", "handler main.rhai:11:9",]
    );
    let info = client.request("exceptionInfo", &json!({ "threadId": 1 }));
    assert_eq!((&info["exceptionId"], &info["breakMode"]), (&json!("Broken"), &json!("unhandled")));
    assert_eq!(info["description"], "uncaught 1");
    assert_eq!(client.locals(0), ["why = \"uncaught 1\""]);
    let error = client.scopes(0)[0].clone();
    assert_eq!(error.0, "Error");
    assert_eq!(client.variables(error.1), ["error = #{\"message\": \"uncaught 1\", \"type\": \"Broken\"}"]);
    let (status, output) = client.finish();
    assert_eq!(status, 1);
    assert!(output.contains("\"errorType\":\"Broken\""), "{output}");
}

#[test]
fn scripts_wait_at_all_errors_once_each() {
    let mut client = client(&["all"]);
    assert_eq!(client.stopped(), "exception fail main.rhai:2:5");
    let info = client.request("exceptionInfo", &json!({ "threadId": 1 }));
    assert_eq!((&info["description"], &info["breakMode"]), (&json!("caught"), &json!("always")));
    assert_eq!(client.go("next"), "step handler main.rhai:9:9");
    assert_eq!(client.go("continue"), "exception fail main.rhai:2:5");
    assert_eq!(client.finish().0, 1);
}

#[test]
fn scripts_do_not_wait_at_errors_that_nobody_asked_for() {
    let mut client = client(&[]);
    assert_eq!(client.ended().0, 1);
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler" }));
    let problem = client.error("setExceptionBreakpoints", &json!({ "filters": ["some"] }));
    assert!(problem.contains("the filter \"some\" is unknown"), "{problem}");
}

#[test]
fn errors_of_native_functions_and_the_deadline_are_errors_too() {
    let script = "fn handler(event) {\n    if event == 1 {\n        \"x\".missing();\n    }\n    let n = 0;\n    loop {\n        n += 1;\n    }\n}\n";
    for (event, expected) in [(1, "exception handler main.rhai:3:13"), (2, "exception handler main.rhai:")] {
        let mut client = Client::new(&[("main.rhai", script), ("rhambda.toml", "timeout = 1\n")]);
        client.launch(json!({ "handler": "main.handler", "event": event }));
        client.request("setExceptionBreakpoints", &json!({ "filters": ["uncaught"] }));
        client.begin();
        let stopped = client.stopped();
        assert!(stopped.starts_with(expected), "{stopped}");
        let info = client.request("exceptionInfo", &json!({ "threadId": 1 }));
        let types = ["FunctionNotFound", "Runtime.Timeout"];
        assert_eq!(info["exceptionId"], types[event - 1]);
        if event == 2 {
            assert!(client.evaluate("n > 0", "watch") == "true");
        }
        assert_eq!(client.finish().0, 1);
    }
}

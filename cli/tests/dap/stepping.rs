//! Breakpoints and steps.

use crate::client::Client;
use serde_json::json;

const MAIN: &str = "import \"lib/money\" as money;

const RATE = 3;

fn twice(n) {
    let doubled = n * 2;
    doubled
}

fn handler(event) {
    let total = 0;
    for item in event.items {
        total += twice(item);
    }
    let taxed = money::tax(total);
    let list = [1, 2].map(|x| x + taxed);
    log_info(`list ${list}`);

    // nothing here
    #{ total: total, list: list }
}
";
const MONEY: &str = "fn tax(amount) {
    let rate = 0.5;
    amount * rate
}
";

fn client() -> Client {
    let mut client = Client::new(&[("main.rhai", MAIN), ("lib/money.rhai", MONEY)]);
    client.launch(json!({ "handler": "main.handler", "event": { "items": [5, 7] } }));
    client
}

#[test]
fn lines_are_moved_to_the_next_statement() {
    let mut client = client();
    let set = client.breakpoints("main.rhai", &json!([{ "line": 11 }, { "line": 18 }, { "line": 400 }]));
    let lines: Vec<_> = set.iter().map(|breakpoint| (&breakpoint["verified"], &breakpoint["line"])).collect();
    assert_eq!(
        lines,
        [(&json!(true), &json!(11)), (&json!(true), &json!(20)), (&json!(false), &json!(null))]
    );
    assert!(set[2]["message"].as_str().unwrap().contains("no statement in line 400"), "{set:?}");
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:11:5");
    assert_eq!(client.go("continue"), "breakpoint handler main.rhai:20:5");
    let (status, output) = client.finish();
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("{\"list\":[13.0,14.0],\"total\":24}"), "{output}");
    assert!(output.contains("list [13.0, 14.0]") && output.contains("REPORT RequestId"), "{output}");
}

#[test]
fn steps_go_over_into_and_out_of_functions_of_all_files() {
    let mut client = client();
    client.breakpoints("main.rhai", &json!([{ "line": 13 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:13:9");
    assert_eq!(client.go("stepIn"), "step twice main.rhai:6:5");
    assert_eq!(client.stack(), ["twice main.rhai:6:5", "handler main.rhai:13:18"]);
    assert_eq!(client.locals(0), ["n = 5"]);
    assert_eq!(client.locals(1)[1..], ["total = 0", "item = 5"]);
    assert_eq!(client.go("next"), "step twice main.rhai:7:5");
    assert_eq!(client.go("stepOut"), "breakpoint handler main.rhai:13:9");
    client.breakpoints("main.rhai", &json!([]));
    assert_eq!(client.go("next"), "step handler main.rhai:15:5");
    assert_eq!(client.locals(0)[1..], ["total = 24"]);
    assert_eq!(client.go("stepIn"), "step tax money.rhai:2:5");
    assert_eq!(client.stack(), ["tax money.rhai:2:5", "handler main.rhai:15:24"]);
    assert_eq!(client.go("stepOut"), "step handler main.rhai:16:5");
    assert_eq!(client.go("stepIn"), "step <closure> main.rhai:16:31");
    assert_eq!(
        client.stack(),
        ["<closure> main.rhai:16:31", "map main.rhai:16:23", "handler main.rhai:16:23"]
    );
    let names: Vec<_> = client.scopes(0).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Locals", "Captured", "Constants", "Imports"]);
    assert_eq!(client.locals(0), ["x = 1"]);
    assert_eq!(client.go("stepOut"), "step handler main.rhai:17:5");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn a_step_out_ends_before_the_next_call_in_the_same_statement() {
    let script = "fn one() { 1 }\nfn add(a, b) { a + b }\nfn handler() {\n    add(one(), one())\n}\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 1 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint one main.rhai:1:12");
    client.breakpoints("main.rhai", &json!([]));
    assert_eq!(client.go("stepOut"), "step handler main.rhai:4:16");
    assert_eq!(client.go("stepIn"), "step one main.rhai:1:12");
    assert_eq!(client.go("next"), "step handler main.rhai:4:5");
    assert_eq!(client.go("stepIn"), "step add main.rhai:2:16");
    assert_eq!(client.stack(), ["add main.rhai:2:16", "handler main.rhai:4:5"]);
    assert_eq!(client.finish().0, 0);
}

#[test]
fn conditions_hits_and_log_points() {
    let script =
        "fn handler() {\n    let sum = 0;\n    for n in 0..10 {\n        sum += n;\n    }\n    sum\n}\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 4, "condition": "n == 3 || n > 7" }]));
    client.begin();
    client.stopped();
    assert_eq!(client.locals(0), ["sum = 3", "n = 3"]);
    client.breakpoints("main.rhai", &json!([{ "line": 4, "hitCondition": "% 2", "condition": "n > 4" }]));
    client.go("continue");
    assert_eq!(client.locals(0)[1], "n = 6");
    client.breakpoints(
        "main.rhai",
        &json!([{ "line": 4, "logMessage": "n is {n}, {#{ twice: n * 2 }.twice}" }, { "line": 6 }]),
    );
    assert_eq!(client.go("continue"), "breakpoint handler main.rhai:6:5");
    let output = client.output();
    assert!(
        output.contains("n is 7, 14\nn is 8, 16\nn is 9, 18\n") && !output.contains("n is 6"),
        "{output}"
    );
    assert_eq!(client.finish().0, 0);
}

#[test]
fn a_condition_that_fails_stops_and_says_why() {
    let mut client = client();
    client.breakpoints(
        "main.rhai",
        &json!([{ "line": 13, "condition": "missing > 1" }, { "line": 14, "hitCondition": "often" }]),
    );
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:13:9");
    let output = client.output();
    assert!(output.contains("the condition `missing > 1` of a breakpoint failed"), "{output}");
    assert!(output.contains("missing"), "{output}");
}

#[test]
fn what_is_evaluated_sees_the_imports_of_the_script() {
    let mut client = client();
    client.breakpoints("main.rhai", &json!([{ "line": 15, "condition": "money::tax(total) == 12.0" }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:15:5");
    for context in ["watch", "repl"] {
        assert_eq!(client.evaluate("money::tax(total)", context), "12.0");
        assert_eq!(client.evaluate("[1, 2].map(|n| money::tax(n) + total)", context), "[24.5, 25.0]");
    }
    assert_eq!(client.evaluate("total = 4; money::tax(total)", "repl"), "2.0");
    assert_eq!(client.locals(0)[1], "total = 4");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn functions_have_breakpoints() {
    let mut client = client();
    let body = client.request(
        "setFunctionBreakpoints",
        &json!({ "breakpoints": [{ "name": "tax", "condition": "amount > 1" }, { "name": "a b" }] }),
    );
    assert_eq!(
        (&body["breakpoints"][0]["verified"], &body["breakpoints"][1]["verified"]),
        (&json!(true), &json!(false))
    );
    client.begin();
    assert_eq!(client.stopped(), "breakpoint tax money.rhai:2:5");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn columns_choose_statements_of_a_line() {
    let script = "fn handler() {\n    let a = 1; let b = [\"😀\"].map(|x| x + a); b\n}\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    let source = json!({ "path": client.path("main.rhai") });
    let body = client.request("breakpointLocations", &json!({ "source": source, "line": 2 }));
    let columns: Vec<_> =
        body["breakpoints"].as_array().unwrap().iter().map(|place| &place["column"]).collect();
    assert_eq!(columns, [5, 16, 39, 47]);
    client.breakpoints("main.rhai", &json!([{ "line": 2, "column": 38 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint <closure> main.rhai:2:39");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn texts_that_are_evaluated_have_places_of_their_own() {
    let script = "fn handler() {\n    let a = 1;\n    eval(\"let b = a + 1;\\nb\")\n}\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 2 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:2:5");
    assert_eq!(client.go("next"), "step handler main.rhai:3:5");
    assert_eq!(client.go("stepIn"), "step <top level> text of `eval`:1:1");
    assert_eq!(client.go("next"), "step <top level> text of `eval`:2:1");
    assert_eq!(client.locals(0), ["a = 1", "b = 2"]);
    // Line 2 of the text is not line 2 of the file.
    assert_eq!(client.evaluate("a + b", "watch"), "3");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn deep_recursion_has_a_long_stack_in_parts() {
    let script = "fn down(n) {\n    if n == 0 {\n        return 0;\n    }\n    down(n - 1) + 1\n}\nfn handler() { down(900) }\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 3 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint down main.rhai:3:9");
    let part = client.request("stackTrace", &json!({ "threadId": 1, "startFrame": 899, "levels": 20 }));
    let names: Vec<_> =
        part["stackFrames"].as_array().unwrap().iter().map(|frame| frame["name"].as_str().unwrap()).collect();
    assert_eq!((names, &part["totalFrames"]), (vec!["down", "down", "handler"], &json!(902)));
    assert_eq!(client.locals(899), ["n = 899"]);
    assert_eq!(client.finish().0, 0);
}

#[test]
fn the_first_statement_stops_if_the_editor_wants_it() {
    let mut client = Client::new(&[("main.rhai", MAIN), ("lib/money.rhai", MONEY)]);
    client.launch(json!({ "handler": "main.handler", "event": { "items": [] }, "stopOnEntry": true }));
    client.begin();
    assert_eq!(client.stopped(), "entry <top level> main.rhai:1:1");
    assert_eq!(client.go("next"), "step <top level> main.rhai:3:1");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn lines_are_stepped_if_the_editor_wants_it() {
    let script = "fn handler() {\n    let a = 1; let b = 2;\n    a + b\n}\n";
    let mut client = Client::new(&[("main.rhai", script)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 2 }]));
    client.begin();
    client.stopped();
    client.request("next", &json!({ "threadId": 1, "granularity": "line" }));
    assert_eq!(client.stopped(), "step handler main.rhai:3:5");
}

#[test]
fn an_endless_loop_can_be_paused_and_breakpoints_set_while_it_runs() {
    for script in [
        "fn handler() {\n    loop {}\n}\n",
        "fn handler() {\n    let n = 0;\n    while true {\n        n += 1;\n    }\n}\n",
    ] {
        let mut client = Client::new(&[("main.rhai", script), ("rhambda.toml", "timeout = 900\n")]);
        client.launch(json!({ "handler": "main.handler" }));
        client.begin();
        std::thread::sleep(std::time::Duration::from_millis(200));
        let problem = client.error("stackTrace", &json!({ "threadId": 1 }));
        assert_eq!(problem, "the script is running: pause it first");
        client.request("pause", &json!({ "threadId": 1 }));
        assert!(client.stopped().starts_with("pause handler main.rhai:"));
        client.request("continue", &json!({ "threadId": 1 }));
        if script.contains("n += 1") {
            client.breakpoints("main.rhai", &json!([{ "line": 4, "condition": "n % 1000 == 0" }]));
            assert_eq!(client.stopped(), "breakpoint handler main.rhai:4:9");
        }
    }
}

#[test]
fn the_deadline_stands_still_while_the_script_waits() {
    let script = "fn handler(event, context) {\n    let a = 1;\n    if context.get_remaining_time_in_millis() > 500 { 2 }\n}\n";
    let mut client = Client::new(&[("main.rhai", script), ("rhambda.toml", "timeout = 1\n")]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 3 }]));
    client.begin();
    client.stopped();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(client.evaluate("a + 41", "watch"), "42");
    let (status, output) = client.finish();
    assert!(status == 0 && output.lines().any(|line| line == "2"), "{output}");
}

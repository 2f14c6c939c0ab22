//! Variables and expressions.

use crate::client::Client;
use serde_json::json;

const SCRIPT: &str = "const RATE = 3;

fn double(n) {
    n * 2
}

fn string.shout(mark) {
    let loud = this + mark;
    loud
}

fn handler(event, context) {
    let list = [1, \"two\", #{ three: 3.5, \"a b\": ()}];
    let blob = blob(3, 7);
    let count = 1;
    let add = |n| count += n;
    let long = [];
    long.pad(25000, 0);
    let loud = \"hey\".shout(\"!\");
    #{ list: list, count: count, loud: loud }
}
";

/// In the last line of the handler.
fn client() -> Client {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler", "event": { "who": "me" } }));
    client.breakpoints("main.rhai", &json!([{ "line": 20 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler main.rhai:20:5");
    client
}

#[test]
fn variables_unfold() {
    let mut client = client();
    let locals = client.scopes(0)[0].1;
    let body = client.request("variables", &json!({ "variablesReference": locals }));
    let shown: Vec<_> = body["variables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| {
            let text = |name: &str| variable[name].as_str().unwrap().chars().take(45).collect::<String>();
            format!("{} {} {}", text("name"), text("type"), text("value"))
        })
        .collect();
    assert_eq!(shown[0], "event map #{\"who\": \"me\"}");
    assert!(shown[1].starts_with("context "), "{shown:?}");
    assert_eq!(shown[2], "list array [1, \"two\", #{\"a b\": (), \"three\": 3.5}]");
    assert_eq!(shown[3..5], ["blob blob [070707]", "count i64 1"]);
    assert!(shown[6].starts_with("long array [0, 0, 0"), "{shown:?}");
    let variable = |number: usize| &body["variables"][number];
    assert_eq!(
        (&variable(2)["indexedVariables"], &variable(6)["indexedVariables"]),
        (&json!(3), &json!(25_000))
    );
    let list = variable(2)["variablesReference"].as_u64().unwrap();
    let items = client.request("variables", &json!({ "variablesReference": list }));
    assert_eq!(items["variables"][2]["evaluateName"], "list[2]");
    let map = items["variables"][2]["variablesReference"].as_u64().unwrap();
    assert_eq!(client.variables(map), ["a b = ()", "three = 3.5"]);
    let long = variable(6)["variablesReference"].clone();
    let part = json!({ "variablesReference": long, "filter": "indexed", "start": 24_998, "count": 10 });
    let part = client.request("variables", &part);
    assert_eq!(part["variables"].as_array().unwrap().len(), 2);
    assert_eq!(part["variables"][1]["name"], "[24999]");
    let context = variable(1)["variablesReference"].as_u64().unwrap();
    let context = client.variables(context);
    assert!(context.iter().any(|property| property.starts_with("aws_request_id = ")), "{context:?}");
}

#[test]
fn watches_change_nothing_and_the_console_does() {
    let mut client = client();
    for context in ["watch", "hover"] {
        assert_eq!(client.evaluate("double(list[0]) + global::RATE", context), "5");
        assert_eq!(client.evaluate("list.filter(|x| x == 1)", context), "[1]");
        assert_eq!(client.evaluate("count = 9; list.clear(); event.who", context), "\"me\"");
    }
    assert_eq!(client.evaluate("[count, list.len()]", "watch"), "[1, 3]");
    assert_eq!(client.evaluate("count = 9; list.push(4); add.call(1); count", "repl"), "10");
    assert_eq!(client.evaluate("[count, list.len()]", "watch"), "[10, 4]");
    assert_eq!(client.evaluate("`a\\nb`", "clipboard"), "a\\nb");
    let error = |client: &mut Client, expression: &str| {
        client.error("evaluate", &json!({ "expression": expression, "context": "watch" }))
    };
    assert_eq!(error(&mut client, "missing"), "Syntax error: Undefined variable: missing");
    assert_eq!(error(&mut client, "throw #{ type: \"Oops\", message: \"no\" }"), "Oops: no");
    assert!(error(&mut client, "1 +").starts_with("Syntax error: "));
    assert!(error(&mut client, "lst.len()").contains("lst"));
    assert!(error(&mut client, "double(1, 2)").contains("double"));
    let (status, output) = client.finish();
    assert_eq!(status, 0);
    assert!(
        output
            .contains("{\"count\":10,\"list\":[1,\"two\",{\"a b\":null,\"three\":3.5},4],\"loud\":\"hey!\"}"),
        "{output}"
    );
}

#[test]
fn endless_expressions_are_stopped() {
    let mut client = client();
    let problem = client.error("evaluate", &json!({ "expression": "loop {}", "context": "watch" }));
    assert_eq!(problem, "it ran longer than 10s and was stopped");
    assert_eq!(client.evaluate("count", "watch"), "1");
    assert_eq!(client.finish().0, 0);
}

#[test]
fn variables_can_be_set() {
    let mut client = client();
    let locals = client.scopes(0)[0].1;
    let set = |client: &mut Client, reference: u64, name: &str, value: &str| {
        let arguments = json!({ "variablesReference": reference, "name": name, "value": value });
        client.request("setVariable", &arguments)["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(set(&mut client, locals, "count", "count + 6"), "7");
    let body = client.request("variables", &json!({ "variablesReference": locals }));
    let list = body["variables"][2]["variablesReference"].as_u64().unwrap();
    assert_eq!(set(&mut client, list, "[1]", "#{ x: 1 }"), "#{\"x\": 1}");
    let map = client.request("variables", &json!({ "variablesReference": list }));
    let map = map["variables"][2]["variablesReference"].as_u64().unwrap();
    assert_eq!(set(&mut client, map, "a b", "7"), "7");
    let arguments = json!({ "expression": "loud", "value": "`${loud}!`" });
    assert_eq!(client.request("setExpression", &arguments)["value"], "\"hey!!\"");
    let (_, output) = client.finish();
    assert!(output.contains("{\"count\":7,\"list\":[1,{\"x\":1},{\"a b\":7,\"three\":3.5}],"), "{output}");
}

#[test]
fn this_is_a_variable_of_methods_and_outer_functions_cannot_be_changed() {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    client.launch(json!({ "handler": "main.handler" }));
    client.breakpoints("main.rhai", &json!([{ "line": 9 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint shout main.rhai:9:5");
    assert_eq!(client.locals(0), ["this = \"hey\"", "mark = \"!\"", "loud = \"hey!\""]);
    assert_eq!(client.evaluate("this + mark", "watch"), "\"hey!\"");
    let stack = client.request("stackTrace", &json!({ "threadId": 1 }));
    let outer = &stack["stackFrames"][1]["id"];
    let arguments = json!({ "expression": "count + 1", "frameId": outer, "context": "watch" });
    assert_eq!(client.request("evaluate", &arguments)["result"], "2");
    let locals = client.scopes(1)[0].1;
    let arguments = json!({ "variablesReference": locals, "name": "list", "value": "1" });
    let problem = client.error("setVariable", &arguments);
    assert_eq!(problem, "only variables of the innermost function can be changed");
    assert_eq!(client.finish().0, 0);
}

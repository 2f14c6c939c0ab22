//! Tests of scripts in the debugger.

use crate::client::Client;
use serde_json::json;

const FUNCTION: &str = "fn total(items) {
    let sum = 0;
    for item in items {
        sum += item;
    }
    sum
}

fn handler(event) {
    let stock = aws::call(\"dynamodb\", \"GetItem\", #{ TableName: \"stock\", Key: #{ id: #{ S: \"1\" } } });
    total(event.items) + stock.Item.count
}
";
const TESTS: &str = "import \"orders\" as orders;

fn test_total() {
    let sum = orders::total([1, 2]);
    assert_eq(sum, 3);
}

fn test_handler() {
    mock::aws(\"dynamodb\", \"GetItem\", #{ Item: #{ count: 7 } });
    let response = test::invoke(\"orders.handler\", #{ items: [1] });
    print(`response ${response}`);
    assert_eq(response, 8);
}

fn test_throws() {
    assert_throws(|| throw \"no\", \"no\");
}

fn test_wrong() {
    assert_eq(1, 2);
}
";

fn client(launch: serde_json::Value) -> Client {
    let mut client = Client::new(&[("orders.rhai", FUNCTION), ("orders.test.rhai", TESTS)]);
    let mut launch = launch;
    launch["mode"] = json!("test");
    client.launch(launch);
    client
}

#[test]
fn breakpoints_hold_tests_and_what_they_test() {
    let mut client = client(json!({ "filter": "test_total" }));
    client.breakpoints("orders.rhai", &json!([{ "line": 6 }]));
    client.breakpoints("orders.test.rhai", &json!([{ "line": 5 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint total orders.rhai:6:5");
    assert_eq!(client.stack(), ["total orders.rhai:6:5", "test_total orders.test.rhai:4:23"]);
    assert_eq!(client.locals(0), ["items = [1, 2]", "sum = 3"]);
    assert_eq!(client.go("continue"), "breakpoint test_total orders.test.rhai:5:5");
    let (status, output) = client.finish();
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("1 passed"), "{output}");
}

#[test]
fn handlers_with_mocks_are_debugged_with_the_test_that_invokes_them() {
    let mut client = client(json!({ "filter": ["test_handler"] }));
    client.breakpoints("orders.rhai", &json!([{ "line": 11 }]));
    client.begin();
    assert_eq!(client.stopped(), "breakpoint handler orders.rhai:11:5");
    assert_eq!(
        client.stack(),
        ["handler orders.rhai:11:5", "invoke orders.test.rhai:10:26", "test_handler orders.test.rhai:10:26"]
    );
    assert_eq!(client.evaluate("stock.Item.count", "watch"), "7");
    // Longer than the handler may run.
    std::thread::sleep(std::time::Duration::from_millis(3500));
    let (status, output) = client.finish();
    assert_eq!(status, 0, "{output}");
    assert!(output.contains("response 8"), "{output}");
}

#[test]
fn failed_assertions_are_uncaught_and_expected_errors_are_not() {
    let mut client = client(json!({}));
    client.request("setExceptionBreakpoints", &json!({ "filters": ["uncaught"] }));
    client.begin();
    assert_eq!(client.stopped(), "exception test_wrong orders.test.rhai:20:5");
    let info = client.request("exceptionInfo", &json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "AssertionFailed");
    let (status, output) = client.finish();
    assert_eq!(status, 1, "{output}");
    assert!(output.contains("1 failed") && output.contains("3 passed"), "{output}");
}

#[test]
fn a_test_file_alone_is_enough() {
    let mut client =
        Client::new(&[("a/orders.rhai", FUNCTION), ("a/orders.test.rhai", TESTS), ("b.test.rhai", TESTS)]);
    let program = client.path("a/orders.test.rhai");
    client.request("launch", &json!({ "mode": "test", "program": program }));
    client.event("initialized");
    client.begin();
    let (_, output) = client.ended();
    assert!(output.contains("3 passed"), "{output}");
}

//! Records of scripts and of functions in Python, in one table.

use crate::run;
use fake_runtime_api::{AnswerKind, FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::time::Duration;
use test_support::aws::Emulator;
use test_support::function::Function;
use web_server::{Reply, WebServer};

/// Does what the event says within `idempotency::run`.
const SCRIPT: &str = r#"
fn handler(event) {
    if event.create != () {
        let keys = [#{ AttributeName: "id", KeyType: "HASH" }];
        let types = [#{ AttributeName: "id", AttributeType: "S" }];
        if event.sort_key != () {
            keys.push(#{ AttributeName: event.sort_key, KeyType: "RANGE" });
            types.push(#{ AttributeName: event.sort_key, AttributeType: "S" });
        }
        aws::call("dynamodb", "CreateTable", #{ TableName: event.create, KeySchema: keys, AttributeDefinitions: types, BillingMode: "PAY_PER_REQUEST" });
        return event.create;
    }
    if event.scan != () {
        let items = [];
        for item in aws::items("dynamodb", "Scan", #{ TableName: event.scan }, #{ plain: true }) { items.push(item); }
        return items;
    }
    if event.keys != () {
        for key in event.keys { idempotency::run(event.options + #{ key: key }, || 1); }
        return;
    }
    idempotency::run(event.options, || {
        if event.loops == true { loop {} }
        if event.fails == true { throw #{ type: "ValueError", message: "it fails" }; }
        if event.nested == true { return idempotency::run(event.options, || "nested"); }
        #{ by: "script", result: event.result }
    })
}
"#;

/// An emulator with a table for one test.
struct Table {
    emulator: &'static Emulator,
    name: String,
}

impl Table {
    /// The same table at both emulators.
    fn at_both(name: &str) -> [Self; 2] {
        [Emulator::ministack(), Emulator::moto()].map(|emulator| {
            let table = Self { emulator, name: name.to_owned() };
            assert_eq!(table.handle(&json!({ "create": name })), json!(name));
            table
        })
    }

    /// What the script makes of an event: its response, or the type of its error.
    fn handle_within(&self, event: &Value, time: Duration) -> Value {
        let environment = self.emulator.environment().into_iter();
        let function =
            environment.fold(Function::main(SCRIPT), |function, (name, value)| function.env(name, value));
        let function = function.env("AWS_LAMBDA_FUNCTION_NAME", "shop");
        let api =
            FakeRuntimeApi::new().invocation(Invocation::new(event.to_string()).deadline_in(time)).start();
        let process = function.start(&api);
        let answer = api.wait_for_answers(1).remove(0);
        process.stop();
        if answer.kind == AnswerKind::Response {
            answer.json()
        } else {
            json!({ "error": answer.json()["errorType"] })
        }
    }

    fn handle(&self, event: &Value) -> Value {
        self.handle_within(event, Duration::from_mins(1))
    }

    /// `idempotency::run` for a key, with more options and more of what the function does.
    fn script(&self, key: &Value, options: &Value, event: &Value) -> Value {
        self.handle(&self.event(key, options, event))
    }

    fn event(&self, key: &Value, options: &Value, event: &Value) -> Value {
        let mut all = json!({ "table": self.name, "prefix": "shop.pay", "key": key });
        merge(&mut all, options);
        let mut all = json!({ "options": all });
        merge(&mut all, event);
        all
    }

    /// The handler in Python for an event whose `id` is the key.
    fn python(&self, key: &Value, case: &Value) -> Value {
        let mut all = json!({ "table": self.name, "prefix": "shop.pay", "event": { "id": key, "amount": 5 }, "key": "id" });
        merge(&mut all, case);
        self.run_python(&all)
    }

    fn run_python(&self, case: &Value) -> Value {
        let environment = self.emulator.environment();
        let region = [("AWS_DEFAULT_REGION", "eu-central-1"), ("AWS_LAMBDA_FUNCTION_NAME", "shop")];
        run("idempotency.py", &[&environment[..], &region[..]].concat(), case)
    }

    fn items(&self) -> Vec<Value> {
        self.handle(&json!({ "scan": self.name })).as_array().unwrap().clone()
    }
}

fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}

fn error(name: &str) -> Value {
    json!({ "error": name })
}

#[test]
fn results_are_replayed_in_the_other_language() {
    for table in Table::at_both("replay") {
        let result = json!({ "text": "Größe 🐲", "number": 0.1, "list": [1, null, true] });
        let first = table.script(&json!("a"), &json!({}), &json!({ "result": result }));
        assert_eq!(first, json!({ "by": "script", "result": result }));
        assert_eq!(table.python(&json!("a"), &json!({ "fails": true })), first);
        assert_eq!(table.script(&json!("a"), &json!({}), &json!({ "fails": true })), first);

        let second = table.python(&json!("b"), &json!({ "result": result }));
        assert_eq!(second, json!({ "by": "python", "result": result }));
        assert_eq!(table.script(&json!("b"), &json!({}), &json!({ "fails": true })), second);

        let items = table.items();
        assert_eq!(items.len(), 2, "{items:?}");
        let names = |item: &Value| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&items[0]), names(&items[1]), "both have the same attributes");
        assert!(items.iter().all(|item| item["status"] == "COMPLETED"));
        let data = |by: &str| {
            let item = items.iter().find(|item| item["data"].as_str().unwrap().contains(by)).unwrap();
            item["data"].as_str().unwrap().replace(by, "…")
        };
        assert_eq!(data("script"), data("python"), "both have the same JSON");
    }
}

#[test]
fn keys_have_the_same_hash() {
    for table in Table::at_both("keys") {
        let keys = json!([
            "a", "Größe 🐲 \u{7f}\u{0}\n\"\\/", 7, -1, 0.1, 1e16, 1e-7, 123_456_789_012_345_680.0, 2.0, true, false,
            ["ada", 7], [null, "x"], { "b": [1, { "d": 1.5, "c": null }], "a": "é" }, [[]], { "é": 1, "z": 2, "🐲": 3, "\u{ffff}": 4 },
        ]);
        let case = json!({ "table": table.name, "prefix": "shop.pay", "keys": keys });
        let expected = table.run_python(&case);
        table.handle(&json!({ "options": { "table": table.name, "prefix": "shop.pay" }, "keys": keys }));
        let items = table.items();
        let mut ids: Vec<_> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        let mut expected: Vec<_> =
            expected.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        ids.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ids, expected);
    }
}

#[test]
fn the_default_prefix_is_that_of_a_handler_in_python() {
    let [table, _] = Table::at_both("prefix");
    let options = json!({ "table": table.name, "key": "a" });
    table.handle(&json!({ "options": options, "result": 1 }));
    // Python's module is `__main__` here, and `main` in Lambda: its handler setting is `main.handler`.
    let case = json!({ "table": table.name, "prefix": "shop.main.handler", "keys": ["a"] });
    assert_eq!(json!([table.items()[0]["id"]]), table.run_python(&case));
}

#[test]
fn a_key_that_is_in_progress_is_an_error_until_the_deadline() {
    for table in Table::at_both("progress") {
        assert_eq!(table.python(&json!("a"), &json!({ "crashes": true })), "crashed");
        let in_progress = error("IdempotencyAlreadyInProgressError");
        assert_eq!(table.script(&json!("a"), &json!({}), &json!({})), in_progress);
        assert_eq!(table.python(&json!("a"), &json!({})), in_progress);

        // A lock whose deadline has passed.
        assert_eq!(table.python(&json!("b"), &json!({ "crashes": true, "left_ms": -1000 })), "crashed");
        assert_eq!(
            table.script(&json!("b"), &json!({}), &json!({ "result": 1 })),
            json!({ "by": "script", "result": 1 })
        );

        let nested = table.script(&json!("c"), &json!({}), &json!({ "nested": true }));
        assert_eq!(nested, in_progress, "the script's own lock");

        let event = table.event(&json!("d"), &json!({}), &json!({ "loops": true }));
        assert_eq!(table.handle_within(&event, Duration::from_secs(3)), error("Runtime.Timeout"));
        let items = table.items();
        let left = items.iter().find(|item| item["status"] == "INPROGRESS" && item["id"] != items[0]["id"]);
        assert!(left.is_some() || items[0]["status"] == "INPROGRESS", "{items:?}");
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(
            table.python(&json!("d"), &json!({ "result": 2 })),
            json!({ "by": "python", "result": 2 })
        );
    }
}

#[test]
fn errors_remove_the_record() {
    for table in Table::at_both("errors") {
        assert_eq!(table.script(&json!("a"), &json!({}), &json!({ "fails": true })), error("ValueError"));
        assert_eq!(table.items(), Vec::<Value>::new());
        assert_eq!(table.python(&json!("a"), &json!({ "fails": true })), error("ValueError"));
        let result = table.script(&json!("a"), &json!({}), &json!({ "result": 1 }));
        assert_eq!(result, json!({ "by": "script", "result": 1 }));
    }
}

#[test]
fn another_payload_is_an_error() {
    for table in Table::at_both("payload") {
        let amount = |amount: i64| json!({ "payload": amount });
        let python = |key: &str, amount: i64| {
            table.python(
                &json!(key),
                &json!({ "payload": "amount", "event": { "id": key, "amount": amount } }),
            )
        };
        let mismatch = error("IdempotencyValidationError");
        let first = table.script(&json!("a"), &amount(5), &json!({ "result": 1 }));
        assert_eq!(python("a", 5), first);
        assert_eq!(python("a", 6), mismatch);
        assert_eq!(table.script(&json!("a"), &amount(6), &json!({})), mismatch);
        let second = python("b", 5);
        assert_eq!(table.script(&json!("b"), &amount(5), &json!({})), second);
        assert_eq!(table.script(&json!("b"), &amount(6), &json!({})), mismatch);
    }
}

#[test]
fn expired_records_do_not_count() {
    for table in Table::at_both("expired") {
        assert_eq!(table.python(&json!("a"), &json!({ "expires": -60 }))["by"], "python");
        assert_eq!(table.script(&json!("a"), &json!({ "expires": 60 }), &json!({}))["by"], "script");
        assert_eq!(table.python(&json!("a"), &json!({}))["by"], "script");
    }
}

#[test]
fn tables_with_a_sort_key_are_shared() {
    for emulator in [Emulator::ministack(), Emulator::moto()] {
        let table = Table { emulator, name: "sorted".to_owned() };
        table.handle(&json!({ "create": "sorted", "sort_key": "sk" }));
        let sorted = json!({ "sort_key_attr": "sk" });
        let first = table.script(&json!("a"), &sorted, &json!({ "result": 1 }));
        assert_eq!(table.python(&json!("a"), &sorted), first);
        assert_eq!(table.items()[0]["id"], "idempotency#shop");
        let sorted = json!({ "sort_key_attr": "sk", "static_pk_value": "all" });
        let second = table.python(&json!("b"), &sorted);
        assert_eq!(table.script(&json!("b"), &sorted, &json!({})), second);
    }
}

#[test]
fn calls_without_a_key_or_a_table_are_errors() {
    let [table, _] = Table::at_both("missing");
    for key in [json!(null), json!(""), json!([null, null]), json!({ "a": null }), json!([])] {
        assert_eq!(table.script(&key, &json!({}), &json!({})), error("IdempotencyKeyError"), "{key}");
    }
    assert_eq!(table.script(&json!("a"), &json!({ "table": null }), &json!({})), error("AwsError"));
    assert_eq!(table.script(&json!("a"), &json!({ "table": "none" }), &json!({})), error("AwsError"));
    assert_eq!(table.script(&json!("a"), &json!({ "expire": 1 }), &json!({})), error("AwsError"));
    assert_eq!(table.items(), Vec::<Value>::new());
}

#[test]
fn results_are_kept_in_the_environment() {
    let emulator = Emulator::moto();
    let script = r#"
fn handler(event) {
    let options = #{ table: "kept", key: event.key, prefix: "kept", local_cache: true, payload: event.payload };
    if event.create == true {
        aws::call("dynamodb", "CreateTable", #{
            TableName: "kept", KeySchema: [#{ AttributeName: "id", KeyType: "HASH" }],
            AttributeDefinitions: [#{ AttributeName: "id", AttributeType: "S" }], BillingMode: "PAY_PER_REQUEST",
        });
    }
    if event.drop == true { aws::call("dynamodb", "DeleteTable", #{ TableName: "kept" }); }
    idempotency::run(options, || event.result)
}
"#;
    let environment = emulator.environment().into_iter();
    let function =
        environment.fold(Function::main(script), |function, (name, value)| function.env(name, value));
    let events = [
        json!({ "key": "a", "payload": 1, "create": true, "result": 1 }),
        json!({ "key": "a", "payload": 1, "drop": true, "result": 2 }),
        json!({ "key": "a", "payload": 2, "result": 2 }),
        json!({ "key": "b", "payload": 1, "result": 2 }),
    ];
    let answers = function.invoke_all(events.map(|event| event.to_string()));
    assert_eq!(answers[0].json(), 1);
    assert_eq!(answers[1].json(), 1, "the table is gone");
    assert_eq!(answers[2].json()["errorType"], "IdempotencyValidationError");
    assert_eq!(answers[3].json()["errorType"], "AwsError");
}

#[test]
fn a_replay_needs_one_request() {
    let item = json!({
        "id": { "S": "p#a" }, "status": { "S": "COMPLETED" }, "expiration": { "N": "4102444800" }, "data": { "S": "{\"n\": 1}" },
    });
    let failed = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed", "Item": item,
    });
    let server = WebServer::start(move |_| Reply::json(&failed.to_string()).with_status(400));
    let script = r#"fn handler() { idempotency::run(#{ table: "t", key: "a" }, || throw "not again") }"#;
    let function = Function::main(script)
        .env("AWS_ENDPOINT_URL", &server.url())
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b");
    assert_eq!(function.invoke("{}").answer.json(), json!({ "n": 1 }));
    let targets: Vec<_> =
        server.requests().iter().map(|request| request.header("x-amz-target").unwrap().to_owned()).collect();
    assert_eq!(targets, ["DynamoDB_20120810.PutItem"]);
}

//! Plain values in place of `DynamoDB`'s attribute values, and credentials of a call's own.

use crate::script::{at_both, error, function_at_url, value};
use serde_json::json;
use web_server::{Reply, WebServer};

/// A script that creates the table `NAME`.
const CREATE: &str = r#"
    aws::call("dynamodb", "CreateTable", #{
        TableName: "NAME",
        KeySchema: [#{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [#{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
    });
    let plain = #{ plain: true };
"#;

#[test]
fn plain_items_are_stored_and_returned() {
    let body = format!(
        "{CREATE}{}",
        r#"
        let item = #{
            id: "a", int: 9007199254740993, float: 0.1, nothing: (), yes: true, bytes: blob(2, 7), nested: #{ list: [1, "x", #{}] },
            set: dynamodb::set(["x", "y"]),
        };
        aws::call("dynamodb", "PutItem", #{ TableName: "NAME", Item: item }, plain);
        let found = aws::call("dynamodb", "GetItem", #{ TableName: "NAME", Key: #{ id: "a" } }, plain).Item;
        let raw = aws::call("dynamodb", "GetItem", #{ TableName: "NAME", Key: #{ id: #{ S: "a" } } }).Item;
        let set = found.set.items;
        set.sort();
        [found.int, found.float, found.nothing, found.yes, found.bytes, found.nested, set, raw.int, raw.set.SS.len()]
        "#
    );
    for found in at_both(&body.replace("NAME", "plain-items")) {
        let nested = json!({ "list": [1, "x", {}] });
        let raw = json!({ "N": "9007199254740993" });
        let expected =
            json!([9_007_199_254_740_993_i64, 0.1, null, true, "Bwc=", nested, ["x", "y"], raw, 2]);
        assert_eq!(found, expected);
    }
}

#[test]
fn pages_of_plain_items_follow_one_another() {
    let body = format!(
        "{CREATE}{}",
        r#"
        for id in ["a", "b", "c"] { aws::call("dynamodb", "PutItem", #{ TableName: "NAME", Item: #{ id: id } }, plain); }
        let ids = [];
        let options = #{ plain: true, page_size: 1 };
        for item in aws::items("dynamodb", "Scan", #{ TableName: "NAME" }, options) { ids.push(item.id); }
        ids.sort();
        let query = #{
            TableName: "NAME", KeyConditionExpression: "id = :id", ExpressionAttributeValues: #{ ":id": "b" },
        };
        [ids, aws::call("dynamodb", "Query", query, plain).Items]
        "#
    );
    for found in at_both(&body.replace("NAME", "plain-pages")) {
        assert_eq!(found, json!([["a", "b", "c"], [{ "id": "b" }]]));
    }
}

#[test]
fn values_that_have_no_form_are_errors() {
    for (call, message) in [
        (
            r#"aws::call("dynamodb", "PutItem", #{ TableName: "t", Item: #{ a: [#{ b: |x| x }] } }, #{ plain: true })"#,
            "Item.a: `0.b` has no form in DynamoDB: it is a Fn",
        ),
        (
            r#"aws::call("sqs", "ListQueues", #{}, #{ plain: true })"#,
            "sqs has no attribute values: remove the option `plain`",
        ),
    ] {
        let (error, _) = error(&function_at_url("http://127.0.0.1:1", call));
        assert_eq!(
            (&error["errorMessage"], &error["data"]["code"]),
            (&json!(message), &json!("InvalidArgument"))
        );
    }
}

#[test]
fn a_call_may_have_credentials_of_its_own() {
    let server = WebServer::start(|_| Reply::json("{}"));
    let body = r#"
        aws::call("sqs", "ListQueues", #{}, #{ credentials: #{ access_key_id: "OWN", secret_access_key: "hush-own" } });
        let role = #{ AccessKeyId: "ROLE", SecretAccessKey: "hush-role", SessionToken: "token", Expiration: 0 };
        aws::call("sqs", "ListQueues", #{}, #{ credentials: role });
        aws::call("sqs", "ListQueues", #{});
    "#;
    value(&function_at_url(&server.url(), body));
    let requests = server.requests();
    let of = |number: usize, name: &str| requests[number].header(name).unwrap_or_default().to_owned();
    for (number, key) in ["OWN", "ROLE", "AKIDEXAMPLE"].into_iter().enumerate() {
        let authorization = of(number, "authorization");
        assert!(authorization.contains(&format!("Credential={key}/")), "{authorization}");
    }
    assert_eq!([of(0, "x-amz-security-token"), of(1, "x-amz-security-token")], ["", "token"]);
    for (credentials, message) in [
        ("7", "`credentials` must be a map, not 7"),
        (r#"#{ access_key_id: "a" }"#, "`credentials` must have `secret_access_key`"),
        (
            r#"#{ access_key_id: "a", secret_access_key: 7 }"#,
            "`credentials.secret_access_key` must be a string that is not empty",
        ),
    ] {
        let call = format!(r#"aws::call("sqs", "ListQueues", #{{}}, #{{ credentials: {credentials} }})"#);
        let (error, log) = error(&function_at_url(&server.url(), &call));
        assert_eq!(error["errorMessage"], message);
        assert!(!log.contains("hush"), "{log}");
    }
}

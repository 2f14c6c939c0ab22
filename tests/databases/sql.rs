//! `sql` against a server that responds as the RDS Data API does, with the fields of its API reference.

use crate::{error_of, function, invoke};
use serde_json::{json, Value};
use test_support::function::Function;
use web_server::{Reply, Request, WebServer};

const DB: &str = "let db = sql::connect(#{ resource: `arn:aws:rds:eu-central-1:123456789012:cluster:shop`, secret: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop`, database: `shop` });";

/// What the service responds to a statement.
fn answer(request: &Request) -> Reply {
    let sql = request.json()["sql"].as_str().unwrap_or_default().to_owned();
    match &*request.path {
        "/BeginTransaction" => Reply::json(r#"{"transactionId":"t1"}"#),
        "/CommitTransaction" | "/RollbackTransaction" => Reply::json(r#"{"transactionStatus":"Done"}"#),
        "/Execute" if sql.starts_with("UPDATE") => Reply::json(r#"{"numberOfRecordsUpdated":3}"#),
        "/Execute" if sql == "SELECT twice" => Reply::json(
            r#"{"columnMetadata":[{"label":"a","typeName":"int4"},{"label":"a","typeName":"int4"}],"records":[]}"#,
        ),
        "/Execute" if sql == "SELECT two" => Reply::json(
            r#"{"columnMetadata":[{"label":"a","typeName":"int4"}],"records":[[{"longValue":1}],[{"longValue":2}]]}"#,
        ),
        "/Execute" if sql.starts_with("INSERT") => Reply::status(400)
            .header("x-amzn-errortype", "DatabaseErrorException")
            .body(r#"{"message":"ERROR: duplicate key value; SQLState: 23505"}"#),
        _ => {
            let columns = [
                ("i", "int8", json!({ "longValue": 7 })),
                ("f", "float8", json!({ "doubleValue": 1.5 })),
                ("b", "bool", json!({ "booleanValue": true })),
                ("n", "text", json!({ "isNull": true })),
                ("s", "text", json!({ "stringValue": "1.50" })),
                ("d", "numeric", json!({ "stringValue": "1.50" })),
                ("j", "jsonb", json!({ "stringValue": "{\"a\": [1]}" })),
                ("t", "timestamptz", json!({ "stringValue": "2026-11-29 07:30:00" })),
                ("x", "bytea", json!({ "blobValue": "AP8=" })),
                ("l", "_int4", json!({ "arrayValue": { "longValues": [1, 2] } })),
                (
                    "m",
                    "_text",
                    json!({ "arrayValue": { "arrayValues": [{ "stringValues": ["a"] }, { "stringValues": ["b"] }] } }),
                ),
            ];
            let metadata = columns.iter().map(|(label, kind, _)| json!({ "label": label, "typeName": kind }));
            let record = columns.iter().map(|(_, _, value)| value.clone());
            let response = json!({ "columnMetadata": metadata.collect::<Vec<_>>(), "records": [record.collect::<Vec<_>>()] });
            Reply::json(&response.to_string())
        }
    }
}

fn function_at(server: &WebServer, body: &str) -> Function {
    function("", &format!("{DB} {body}"))
        .env("AWS_ENDPOINT_URL", &server.url())
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hush-secret")
}

fn value(server: &WebServer, body: &str) -> Value {
    invoke(&function_at(server, body)).answer.json()
}

#[test]
fn fields_are_values() {
    let server = WebServer::start(answer);
    let body = "let row = db.query(`SELECT`)[0]; row.x = row.x.to_array(); row.d = [type_of(row.d), row.d.to_string()]; row";
    let expected = json!({
        "i": 7, "f": 1.5, "b": true, "n": null, "s": "1.50", "d": ["Decimal", "1.50"], "j": { "a": [1] },
        "t": "2026-11-29T07:30:00Z", "x": [0, 255], "l": [1, 2], "m": [["a"], ["b"]],
    });
    assert_eq!(value(&server, body), expected);
}

#[test]
fn parameters_are_fields() {
    let server = WebServer::start(answer);
    let body = "let at = time::parse(`2026-11-29T08:30:00.25+01:00`);
        db.execute(`UPDATE t SET a = $1 WHERE b = '$1' AND c = $11::int`, [1, 1.5, true, (), `s`, blob(2, 255), decimal(`1.50`), at, #{ a: 1 }, 0, -1])";
    assert_eq!(value(&server, body), json!(3));
    assert_eq!(value(&server, "db.execute(`UPDATE t SET a = :a`, #{ a: `$1` })"), json!(3));
    let requests = server.requests();
    let sent = requests[0].json();
    assert_eq!(sent["sql"], "UPDATE t SET a = :p1 WHERE b = '$1' AND c = :p11::int");
    assert_eq!(
        (&sent["database"], &sent["resourceArn"]),
        (&json!("shop"), &json!("arn:aws:rds:eu-central-1:123456789012:cluster:shop"))
    );
    let parameters: Vec<_> = sent["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["value"].clone(), p["typeHint"].clone()))
        .collect();
    let expected = [
        (json!({ "longValue": 1 }), json!(null)),
        (json!({ "doubleValue": 1.5 }), json!(null)),
        (json!({ "booleanValue": true }), json!(null)),
        (json!({ "isNull": true }), json!(null)),
        (json!({ "stringValue": "s" }), json!(null)),
        (json!({ "blobValue": "//8=" }), json!(null)),
        (json!({ "stringValue": "1.50" }), json!("DECIMAL")),
        (json!({ "stringValue": "2026-11-29 07:30:00.250" }), json!("TIMESTAMP")),
        (json!({ "stringValue": "{\"a\":1}" }), json!("JSON")),
        (json!({ "longValue": 0 }), json!(null)),
        (json!({ "longValue": -1 }), json!(null)),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(requests[1].json()["sql"], "UPDATE t SET a = :a");
    assert_eq!(requests[1].json()["parameters"], json!([{ "name": "a", "value": { "stringValue": "$1" } }]));
}

#[test]
fn transactions_are_committed_or_rolled_back() {
    let server = WebServer::start(answer);
    let body = "let n = db.transaction(|tx| tx.execute(`UPDATE a`) + db.execute(`UPDATE b`));
        try { db.transaction(|| { db.execute(`UPDATE c`); throw `mine`; }); } catch (e) { return [n, e, db.execute(`UPDATE d`)]; }";
    assert_eq!(value(&server, body), json!([6, "mine", 3]));
    let requests = server.requests();
    let sent: Vec<_> = requests
        .iter()
        .map(|request| format!("{} {}", request.path, request.json()["transactionId"]))
        .collect();
    assert_eq!(
        sent,
        [
            "/BeginTransaction null",
            "/Execute \"t1\"",
            "/Execute \"t1\"",
            "/CommitTransaction \"t1\"",
            "/BeginTransaction null",
            "/Execute \"t1\"",
            "/RollbackTransaction \"t1\"",
            "/Execute null",
        ]
    );
    assert_eq!(requests[3].json().get("database"), None);
}

#[test]
fn errors_say_what_is_wrong() {
    let server = WebServer::start(answer);
    for (body, expected) in [
        (
            "db.execute(`INSERT`)",
            "AwsError DatabaseErrorException: ERROR: duplicate key value; SQLState: 23505",
        ),
        (
            "db.query(`SELECT $1`, [[1]])",
            "SqlError : the parameter $1 is an array, which the Data API does not support",
        ),
        (
            "db.query(`SELECT :a`, #{ a: || 1 })",
            "SqlError : the parameter :a cannot be sent: SQL has no form of Fn",
        ),
        ("db.query(`SELECT 1`, 5)", "SqlError : the parameters must be an array or a map, not i64"),
        ("db.query(`SELECT twice`)", "SqlError : two columns of the result have the name \"a\""),
        ("db.query_one(`SELECT two`)", "SqlError : the statement returned 2 rows in place of one"),
        ("db.transaction(|| db.transaction(|| 1))", "SqlError : a transaction is open already"),
        ("sql::connect(#{ resource: `a` })", "SqlError : `secret` is missing"),
        (
            "sql::connect(#{ resource: `a`, secret: `b`, databse: `c` })",
            "SqlError : unknown option `databse`",
        ),
    ] {
        let error = error_of(&function_at(&server, body));
        assert!(error.contains(expected), "{body}: {error}");
    }
}

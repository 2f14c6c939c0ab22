//! `validate`, and the bodies of requests of a `router`.

use super::{error, value};
use crate::function::Function;
use serde_json::{json, Value};

#[test]
fn values_are_checked_as_the_json_that_they_become() {
    for (schema, checked, expected) in [
        (r#"#{ type: "string", pattern: "^2026-" }"#, r#"time::parse("2026-11-22")"#, "true"),
        (r#"#{ type: "number", maximum: 0.1 }"#, r#"decimal("0.1")"#, "true"),
        (r#"#{ type: "string", minLength: 4 }"#, "blob(3, 7)", "true"),
        (r#"#{ type: "string", "const": "c" }"#, "'c'", "true"),
        (r#"#{ type: "null" }"#, "0.0 / 0.0", "true"),
        (r#"#{ type: "null" }"#, "()", "true"),
        (r#"#{ type: "integer" }"#, "1.0", "true"),
        (r#"#{ type: ["object", "array", "string", "number", "boolean", "null"] }"#, "|x| x", "false"),
        ("#{ uniqueItems: true }", r#"[time::parse("2026-11-22"), time::parse("2026-11-22")]"#, "false"),
        (r#"#{ "const": ["Bwc="] }"#, "[blob(2, 7)]", "true"),
        ("true", "1", "true"),
        ("false", "1", "false"),
    ] {
        assert_eq!(
            value(&format!("validate::is_valid({schema}, {checked})")),
            expected,
            "{schema} {checked}"
        );
    }
}

#[test]
fn errors_name_the_first_failures_and_hold_all() {
    let body = r#"
        let schema = #{ required: ["a", "b", "c", "d"], additionalProperties: false };
        try { validate::check(schema, #{ e: 1 }); } catch (e) { return [e.type, e.message, e.errors.len(), e.errors[0]]; }
    "#;
    let expected = json!([
        "ValidationError",
        "/e is not an allowed property; the value must have the property \"a\"; the value must have the property \"b\"; and 2 more",
        5,
        { "path": "/e", "keyword": "additionalProperties", "message": "is not an allowed property", "schema": "/additionalProperties" },
    ]);
    let found: Value = serde_json::from_str(&value(body)).unwrap();
    assert_eq!(found[2], expected[2]);
    assert_eq!(found[0], expected[0]);
    let message = found[1].as_str().unwrap();
    assert!(message.contains("and 2 more") && message.matches(';').count() == 3, "{message}");
}

#[test]
fn invalid_schemas_and_options_are_errors() {
    assert_eq!(
        error(r#"validate::check(#{ properties: #{ a: #{ type: "text" } } }, 1)"#),
        "SchemaError: the schema is invalid at /properties/a/type: the type \"text\" does not exist. The types are null, boolean, integer, number, string, array, object"
    );
    assert_eq!(
        error("validate::check(1, 1)"),
        "SchemaError: the schema is invalid: a schema must be a map or a boolean, not i64"
    );
    assert_eq!(
        error("validate::is_valid(#{}, 1, #{ format: true })"),
        "MismatchedTypes: options of validate::is_valid: unknown option `format`; the options are formats, schemas"
    );
    assert_eq!(
        error("validate::errors(#{}, 1, #{ formats: 1 })"),
        "MismatchedTypes: options of validate::errors: `formats` must be a boolean, not 1"
    );
    assert!(error(r##"validate::check(#{ "$ref": "#" }, 1)"##).contains("refers to itself"));
    assert!(error(r#"validate::check(#{ "$ref": "http://127.0.0.1:1/a.json" }, 1)"#)
        .contains("Nothing is fetched"));
}

#[test]
fn schemas_that_change_are_compiled_again() {
    let body = r#"
        let schema = #{ properties: #{ n: #{ maximum: 1 } } };
        let found = [validate::is_valid(schema, #{ n: 2 })];
        schema.properties.n.maximum = 2;
        found.push(validate::is_valid(schema, #{ n: 2 }));
        for limit in 0..100 { if validate::is_valid(#{ maximum: limit }, limit + 1) { throw limit; } }
        found.push(validate::is_valid(#{ format: "ipv4" }, "x"));
        found.push(validate::is_valid(#{ format: "ipv4" }, "x", #{ formats: true }));
        found
    "#;
    assert_eq!(value(body), "[false,true,true,false]");
}

#[test]
fn work_without_end_stops_at_the_deadline() {
    let body = r##"
        let branch = #{ properties: #{ a: #{ "$ref": "#" } } };
        let nested = 1;
        for n in 0..100 { nested = #{ a: nested }; }
        validate::is_valid(#{ type: "object", oneOf: [branch, branch] }, nested)
    "##;
    let function = Function::main(&format!("fn handler(event) {{ {body} }}"));
    let api = fake_runtime_api::FakeRuntimeApi::new()
        .invocation(fake_runtime_api::Invocation::new("{}").deadline_in(std::time::Duration::from_secs(2)))
        .invocation(fake_runtime_api::Invocation::new("{}").deadline_in(std::time::Duration::from_secs(2)))
        .start();
    let _process = function.start(&api);
    for answer in api.wait_for_answers(2) {
        assert_eq!(answer.json()["errorType"], "Runtime.Timeout");
    }
}

const API: &str = r#"
const API = router::create()
    .post("/orders", |request| #{ sku: request.json().sku }, #{
        summary: "Orders tea",
        body: #{ type: "object", required: ["sku"], properties: #{ sku: #{ type: "string" }, at: #{ format: "date" } }, additionalProperties: false },
    })
    .before(|request| { if request.headers["x-key"] == "wrong" { http_response(401, "") } })
    .openapi("/openapi.json");
fn handler(event, context) { global::API.handle(event, context) }
"#;

fn request(method: &str, path: &str, body: Option<&str>, key: &str) -> String {
    json!({
        "version": "2.0", "rawPath": path, "body": body, "headers": { "x-key": key },
        "requestContext": { "http": { "method": method } },
    })
    .to_string()
}

#[test]
fn routes_check_bodies_before_their_handlers() {
    let post = |body: &str| request("POST", "/orders", Some(body), "");
    let answers = Function::main(API).invoke_all([
        post(r#"{"sku":"tea","at":"2026-11-22"}"#),
        post(r#"{"at":"tomorrow","n":1}"#),
        post("{"),
        request("POST", "/orders", None, ""),
        request("POST", "/orders", Some("{}"), "wrong"),
        request("GET", "/openapi.json", None, ""),
    ]);
    let responses: Vec<_> = answers.iter().map(|answer| answer.json()).collect();
    let statuses: Vec<_> =
        responses.iter().map(|response| response["statusCode"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [200, 422, 400, 400, 401, 200]);
    let body = |number: usize| -> Value {
        serde_json::from_str(responses[number]["body"].as_str().unwrap()).unwrap()
    };
    assert_eq!(body(0), json!({ "sku": "tea" }));
    let paths: Vec<_> =
        body(1)["errors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert!(paths.contains(&json!("/at")) && paths.contains(&json!("/n")) && paths.contains(&json!("")));
    assert!(body(1)["error"].as_str().unwrap().contains("the body must have the property \"sku\""));
    let operation = &body(5)["paths"]["/orders"]["post"];
    assert_eq!(operation["requestBody"]["content"]["application/json"]["schema"]["required"], json!(["sku"]));
}

#[test]
fn routes_with_invalid_schemas_are_errors_of_the_declaration() {
    let problem = error(r#"router::create().post("/", || 1, #{ body: #{ type: "text" } })"#);
    assert!(problem.starts_with("SchemaError: the schema is invalid at /type"), "{problem}");
}

#[test]
fn on_error_sees_what_is_wrong_with_a_body() {
    let body = r#"
        let api = router::create().post("/", || 1, #{ body: #{ type: "string" } })
            .on_error(|error, request| http_response(error.status, #{ fields: error.errors.map(|failure| failure.keyword) }));
        api.handle(#{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "POST" } }, body: "1" }).body
    "#;
    assert_eq!(value(body), r#""{\"fields\":[\"type\"]}""#);
}

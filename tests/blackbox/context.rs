//! The `context` object.

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};

/// The answer of a handler body to an invocation.
fn answer(function: &Function, invocation: Invocation) -> Value {
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let _process = function.start(&api);
    api.wait_for_answers(1)[0].json()
}

#[test]
fn every_property() {
    let function = Function::main(
        "fn handler(event, c) { [
            c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn,
            c.memory_limit_in_mb, c.log_group_name, c.log_stream_name, c.trace_id, c.tenant_id,
            c.client_context.custom.a, c.identity, c.headers[\"x-more\"], c[\"function_name\"],
            type_of(c.deadline_ms)
        ] }",
    )
    .env("AWS_LAMBDA_FUNCTION_NAME", "fun")
    .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
    .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
    .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/fun")
    .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream");
    let invocation = Invocation::new("{}")
        .request_id("id-7")
        .header("Lambda-Runtime-Invoked-Function-Arn", "arn:x")
        .header("Lambda-Runtime-Trace-Id", "Root=1")
        .header("Lambda-Runtime-Aws-Tenant-Id", "blue")
        .header("Lambda-Runtime-Client-Context", r#"{"custom":{"a":"b"}}"#)
        .header("Lambda-Runtime-Cognito-Identity", r#"{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}"#)
        .header("X-More", "1")
        .header("X-More", "2");
    assert_eq!(
        answer(&function, invocation),
        json!([
            "id-7", "fun", "$LATEST", "arn:x", 128, "/aws/lambda/fun", "stream", "Root=1", "blue", "b",
            { "cognito_identity_id": "i", "cognito_identity_pool_id": "p" }, "1, 2", "fun", "i64"
        ])
    );
}

#[test]
fn what_is_absent_is_nothing() {
    let function = Function::main(
        "fn handler(event, c) { [
            c.function_name, c.memory_limit_in_mb, c.trace_id, c.tenant_id, c.client_context, c.identity,
            c.client_context?.custom, c.invoked_function_arn
        ] }",
    );
    let invocation = Invocation::new("{}")
        .without("Lambda-Runtime-Trace-Id")
        .without("Lambda-Runtime-Invoked-Function-Arn")
        .header("Lambda-Runtime-Client-Context", "")
        .header("Lambda-Runtime-Cognito-Identity", "");
    assert_eq!(answer(&function, invocation), json!([null, null, null, null, null, null, null, null]));
}

#[test]
fn the_time_that_is_left() {
    let function = Function::main("fn handler(e, c) { c.get_remaining_time_in_millis() }");
    let left = answer(&function, Invocation::new("1")).as_i64().unwrap();
    assert!((1..=3000).contains(&left), "{left}");
}

#[test]
fn a_wrong_name_lists_the_right_ones() {
    let (kind, message, stack) = Function::main("fn handler(e, c) { c.request_id }").invoke("{}").error();
    assert_eq!(kind, "PropertyNotFound");
    assert!(
        message.starts_with(
            "`context` has no property `request_id`; its properties are aws_request_id, function_name"
        ),
        "{message}"
    );
    assert_eq!(stack, ["at handler (main.rhai:1:21)"]);
}

#[test]
fn a_w3c_trace_context_is_passed_on_unchanged() {
    let w3c = json!({
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": "congo=t61rcWkgMzE,rojo@vendor=00f067aa0ba902b7",
        "baggage": "user=Am%C3%A9lie;quoted=\"a, b\",server=DF%2028",
    });
    let client = json!({ "custom": {}, "w3c": w3c }).to_string();
    let function = Function::main("fn handler(e, c) { c.client_context.w3c }");
    let invocation = Invocation::new("1").header("Lambda-Runtime-Client-Context", &client);
    assert_eq!(answer(&function, invocation), w3c);
}

#[test]
fn a_client_context_that_is_not_json() {
    let function = Function::main("fn handler(e) { e }");
    let broken = Invocation::new("1").header("Lambda-Runtime-Client-Context", "{");
    let api = FakeRuntimeApi::new().invocation(broken).event("2").start();
    let _process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!(answers[0].json()["errorType"], "Runtime.UnmarshalError");
    assert_eq!(answers[1].text(), "2");
}

#[test]
fn the_trace_id_is_in_the_environment_of_its_invocation_only() {
    let function = Function::main("fn handler(e) { env::get(\"_X_AMZN_TRACE_ID\", \"none\") }")
        .env("_X_AMZN_TRACE_ID", "stale");
    let with = Invocation::new("1").header("Lambda-Runtime-Trace-Id", "Root=1");
    let without = Invocation::new("2").without("Lambda-Runtime-Trace-Id");
    let api = FakeRuntimeApi::new().invocation(with).invocation(without).start();
    let _process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!((answers[0].text(), answers[1].text()), ("\"Root=1\"", "\"none\""));
}

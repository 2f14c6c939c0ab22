//! `error::info`: a caught error is described as it would be if nobody had caught it.

use crate::function::Function;
use serde_json::{json, Value};

/// What `error::info` says in the handler's `catch` block, and what Lambda is told where there is none. The code is
/// that of a function `work(event)`.
fn caught_and_uncaught(work: &str) -> (Value, Value) {
    let work = format!("fn work(event) {{\n  {work}\n}}\n");
    let caught = format!(
        "{work}fn handler(event) {{ try {{ work(event); }} catch (e) {{ return error::info(e); }} }}"
    );
    let uncaught = format!("{work}fn handler(event) {{       work(event); }}");
    let caught = Function::main(&caught).invoke("{}").answer.json();
    let uncaught = Function::main(&uncaught).invoke("{}").answer.json();
    (caught, uncaught)
}

#[test]
fn the_caught_and_the_uncaught_error_agree() {
    for work in [
        "throw \"no\"",
        "throw 42",
        "throw",
        "throw [1, 2]",
        "throw #{ type: \"Paid\", message: \"twice\" }",
        "throw #{ type: \"Paid\", message: \"twice\", order: 7, who: #{ name: \"Ada\" } }",
        "throw #{ order: 7 }",
        "1 / 0",
        "if event { 2 }",
        "[1][5]",
        "event.user.name",
        "[3].srot()",
        "[1].forEach(|x| x)",
        "wrok(event)",
        "for x in event.items { }",
        "json::decode(\"{\")",
        "int(\"12x\")",
        "[1, 2].map(|x| x.foo())",
        "eval(\"1 +\")",
    ] {
        let (caught, uncaught) = caught_and_uncaught(work);
        assert_eq!(caught["type"], uncaught["errorType"], "{work}");
        assert_eq!(caught["message"], uncaught["errorMessage"], "{work}");
        let (inner, all) = (caught["stack"].as_array().unwrap(), uncaught["stackTrace"].as_array().unwrap());
        assert_eq!(inner, all, "{work}");
        assert!(!inner.is_empty(), "{work}");
    }
}

#[test]
fn data_is_the_rest_of_a_thrown_map() {
    let data = |work| caught_and_uncaught(work).0["data"].take();
    assert_eq!(data("throw #{ type: \"A\", message: \"b\", order: 7 }"), json!({ "order": 7 }));
    assert_eq!(data("throw #{ order: 7 }"), json!({ "order": 7 }));
    assert_eq!(data("throw #{ type: \"A\", message: \"b\" }"), Value::Null);
    assert_eq!(data("throw \"no\""), Value::Null);
    assert_eq!(data("1 / 0"), Value::Null);
}

#[test]
fn the_stack_ends_where_the_error_is_caught() {
    let script = "import \"lib/load\" as orders;
fn outer() {
    try { orders::load(0) } catch (e) { return error::info(e).stack; }
}
fn handler(event) {
    let f = |x| outer();
    [1].map(f)
}";
    let function = Function::main(script).file("lib/load.rhai", "fn load(n) {\n  [1].map(|x| x / n)\n}");
    let stack = function.invoke("{}").answer.json()[0].take();
    assert_eq!(
        stack,
        json!([
            "at <closure> (lib/load.rhai:2:17)",
            "at load (lib/load.rhai:2:7)",
            "at outer (main.rhai:3:19)"
        ])
    );
}

#[test]
fn errors_that_are_caught_within_a_catch_block_are_told_apart() {
    let script = "fn fail(text) { throw #{ message: text } }
fn inner() { try { fail(\"inner\") } catch (e) { return error::info(e).message; } }
fn handler(event) {
    try { fail(\"outer\") } catch (e) {
        let first = error::info(e).stack.len();
        let other = inner();
        try { fail(\"within\") } catch (f) { other += error::info(f).stack.len(); }
        return [other, first, error::info(e).stack.len(), error::info(e).message];
    }
}";
    assert_eq!(Function::main(script).invoke("{}").answer.json(), json!(["inner2", 2, 2, "outer"]));
}

#[test]
fn an_error_is_also_described_behind_its_catch_block_and_when_it_was_changed() {
    let script = "fn handler(event) {
    let kept = ();
    try { [1].push() } catch (e) { kept = e; }
    let thrown = ();
    try { throw #{ type: \"A\", message: \"b\" } } catch (e) { e.order = 7; thrown = error::info(e); }
    let mismatch = ();
    try { if event { 2 } } catch (e) { mismatch = e; }
    [error::info(kept), thrown, error::info(mismatch).type]
}";
    let answer = Function::main(script).invoke("{}").answer.json();
    let message = "Function not found: push (array)";
    assert_eq!(
        answer,
        json!([
            { "type": "FunctionNotFound", "message": message, "stack": [], "data": null },
            { "type": "A", "message": "b", "stack": [], "data": { "order": 7 } },
            "MismatchedTypes",
        ])
    );
}

#[test]
fn a_caught_error_can_be_thrown_again_after_a_look_at_it() {
    let script = "fn fail() { 1 / 0 }
fn handler(event) { try { fail() } catch (e) { log_error(error::info(e).type); throw; } }";
    let outcome = Function::main(script).invoke("{}");
    assert_eq!(outcome.error().0, "Arithmetic");
    assert_eq!(outcome.error().2[0], "at fail (main.rhai:1:15)");
    assert!(outcome.log.contains("Arithmetic"), "{}", outcome.log);
}

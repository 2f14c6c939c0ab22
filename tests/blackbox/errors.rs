//! Errors: their type, message and stack trace, and what the log shows of them.

use crate::function::Function;

/// Type and message of the error that this handler body ends with.
fn error(body: &str) -> (String, String) {
    let (kind, message, _) = Function::main(&format!("fn handler(event) {{ {body} }}")).invoke("{}").error();
    (kind, message)
}

fn pair(kind: &str, message: &str) -> (String, String) {
    (kind.into(), message.into())
}

#[test]
fn thrown_values() {
    assert_eq!(error("throw \"no\""), pair("Error", "no"));
    assert_eq!(error("throw 42"), pair("Error", "42"));
    assert_eq!(error("throw"), pair("Error", "a `throw` without a value"));
    assert_eq!(error("throw #{ type: \"Paid\", message: \"twice\" }"), pair("Paid", "twice"));
    let outcome = Function::main("fn handler() { throw #{ type: \"Paid\", message: \"twice\", order: 7 } }")
        .invoke("{}");
    assert_eq!(outcome.answer.json()["data"]["order"], 7);
    assert_eq!(outcome.answer.error_type_header(), Some("Function.Paid"));
}

#[test]
fn the_cause_is_in_a_header_for_xray() {
    let outcome = Function::main("fn handler() {\n  throw \"größer\" }").invoke("{}");
    let cause = outcome.answer.header("lambda-runtime-function-xray-error-cause").unwrap();
    let mut cause: serde_json::Value = serde_json::from_str(cause).unwrap();
    assert!(cause["working_directory"].take().as_str().unwrap().starts_with('/'));
    assert_eq!(
        cause,
        serde_json::json!({
            "working_directory": null,
            "exceptions": [{
                "type": "Error",
                "message": "größer",
                "stack": [{ "path": "main.rhai", "line": 2, "label": "handler" }]
            }],
            "paths": ["main.rhai"]
        })
    );
}

#[test]
fn engine_errors_by_their_kind() {
    assert_eq!(error("1 / 0"), pair("Arithmetic", "Division by zero: 1 / 0"));
    assert_eq!(error("nope(1, \"a\")"), pair("FunctionNotFound", "Function not found: nope (i64, string)"));
    assert_eq!(error("let a = [1]; a[5]").0, "ArrayBounds");
    assert_eq!(error("let n = 5; for x in n {}").0, "For");
    assert_eq!(error("let n = 1; if n {}").0, "MismatchedTypes");
    assert_eq!(error("let s = \"x\"; s.y").0, "DotExpr");
    assert_eq!(error("import \"nope\" as n;").0, "ModuleNotFound");
}

#[test]
fn an_unknown_function_brings_to_mind_those_of_the_scripts() {
    let message = |script: &str| {
        let function = Function::main(script)
            .file("lib/tax.rhai", "fn of(sum) { sum } private fn rate() { 7 }")
            .file("tax.rhai", "fn of() { 0 }");
        function.invoke("{}").error().1
    };
    assert_eq!(
        message("fn total(sum, rate) { sum } fn total(a, b, c) { a } fn handler() { total(1) }"),
        "Function not found: total (i64). main.rhai has `total(sum, rate)`, `total(a, b, c)`"
    );
    assert_eq!(
        message("fn parse_order(text) { text } fn handler() { parse_ordr(1) }"),
        "Function not found: parse_ordr (i64). Did you mean `parse_order(text)` of main.rhai?"
    );
    assert_eq!(
        message("import \"lib/tax\" as tax; fn handler() { tax::of(1, 2) }"),
        "Function not found: tax::of (i64, i64). lib/tax.rhai has `of(sum)`"
    );
    assert_eq!(
        message("import \"lib/tax\" as tax; fn handler() { tax::rate() }"),
        "Function not found: tax::rate (). lib/tax.rhai has `private rate()`"
    );
    assert_eq!(
        message("import \"./lib/tax\" as tax; fn handler() { tax::rat() }"),
        "Function not found: tax::rat (). Did you mean `private rate()` of lib/tax.rhai?"
    );
    assert_eq!(
        message("import \"lib/tax\" as other; import \"tax\" as tax; fn handler() { tax::of(1) }"),
        "Function not found: tax::of (i64). tax.rhai has `of()`"
    );
    // A module of the runtime is none of the scripts.
    assert_eq!(
        message("import \"lib/tax\" as tax; fn handler() { time::of(1) }"),
        "Function not found: time::of (i64). The functions of `time` are days, format, from_unix, from_unix_ms, hours, \
         milliseconds, minutes, now, parse, seconds"
    );
    // What is not alike is not named.
    assert_eq!(message("fn total() { 1 } fn handler() { nope() }"), "Function not found: nope ()");
}

#[test]
fn a_closure_of_other_parameters_is_explained() {
    assert_eq!(
        error("[1, 2].map(|x, y, z| x)").1,
        "Function not found: a closure is called with the wrong number of arguments: it is `|x, y, z|`"
    );
}

#[test]
fn evaluated_text_has_places_of_its_own() {
    let function = Function::main("fn handler(event) {\n  let a = 1;\n  eval(event)\n}");
    let (kind, message, stack) = function.invoke(r#""1 +\n  foo(""#).error();
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert!(message.starts_with("<text>:2:"), "{message}");
    assert_eq!(stack[1..], ["at handler (main.rhai:3:8)"]);
    let outcome = function.invoke(r#""1 +\n  (1 / 0)""#);
    assert_eq!(outcome.error().2, ["at eval (<text>:2:6)", "at handler (main.rhai:3:8)"]);
    assert!(!outcome.log.contains("let a"), "{}", outcome.log);
}

#[test]
fn thrown_data_without_a_json_form_is_a_text() {
    let outcome =
        Function::main("fn handler() { throw #{ message: \"m\", item: 7, f: |x| x } }").invoke("{}");
    assert_eq!(outcome.answer.json()["data"]["item"], 7);
    assert!(outcome.answer.json()["data"]["f"].is_string(), "{}", outcome.answer.text());
}

#[test]
fn a_caught_error_is_no_error_and_keeps_its_kind_when_thrown_again() {
    let function = Function::main("fn handler() { try { 1 / 0 } catch (e) { return e.message } }");
    assert_eq!(function.invoke("{}").answer.text(), r#""Division by zero: 1 / 0""#);
    assert_eq!(error("try { 1 / 0 } catch (e) { throw e }").0, "Arithmetic");
    assert_eq!(error("try { throw #{ type: \"A\", message: \"b\" } } catch (e) { throw }").0, "A");
}

#[test]
fn a_property_of_nothing_is_explained() {
    let (kind, message) = error("event.user.name");
    assert_eq!(kind, "DotExpr");
    assert_eq!(
        message,
        "the value before `.name` is `()`: it is missing or null. Write `?.name` where that can happen"
    );
}

#[test]
fn the_stack_goes_through_functions_closures_and_modules() {
    let function = Function::main(
        r#"import "lib/orders" as orders;

fn total(list) {
    list.map(|order| orders::price(order))
}

fn handler(event) {
    total(event.orders)
}
"#,
    )
    .file(
        "lib/orders.rhai",
        r#"import "./prices" as prices;

fn price(order) {
    prices::of(order.item)
}
"#,
    )
    .file(
        "lib/prices.rhai",
        "fn of(item) {\n    if item == \"tea\" { 3 } else { throw `no price of ${item}` }\n}\n",
    );
    let outcome = function.invoke(r#"{"orders":[{"item":"tea"},{"item":"air"}]}"#);
    let (kind, message, stack) = outcome.error();
    assert_eq!((kind.as_str(), message.as_str()), ("Error", "no price of air"));
    assert_eq!(
        stack,
        [
            "at of (lib/prices.rhai:2:35)",
            "at price (lib/orders.rhai:4:13)",
            "at <closure> (main.rhai:4:30)",
            "at total (main.rhai:4:10)",
            "at handler (main.rhai:8:5)",
        ]
    );
    let drawn = "\tERROR\terror[Error]: no price of air\r\
                 \x20--> lib/prices.rhai:2:35\r\
                 \x20 |\r\
                 2 |     if item == \"tea\" { 3 } else { throw `no price of ${item}` }\r\
                 \x20 |                                   ^^^^^\r\
                 \x20   at of (lib/prices.rhai:2:35)\r\
                 \x20   at price (lib/orders.rhai:4:13)\r";
    assert!(outcome.log.contains(drawn), "{}", outcome.log);
}

#[test]
fn a_closure_called_by_a_module_is_where_it_is_written() {
    let function =
        Function::main("import \"m\" as m;\n\nfn handler(event) {\n    m::apply(|x| x.y.z, event)\n}")
            .file("m.rhai", "fn apply(f, e) { f.call(e) }");
    let (_, _, stack) = function.invoke("{}").error();
    assert_eq!(
        stack,
        ["at <closure> (main.rhai:4:22)", "at apply (m.rhai:1:20)", "at handler (main.rhai:4:8)"]
    );
}

#[test]
fn a_missing_list_is_explained() {
    let (kind, message) = error("event.Records.map(|r| r.body)");
    assert_eq!(kind, "FunctionNotFound");
    assert_eq!(
        message,
        "Function not found: map ((), Fn). The value that `map` is called with is `()`: it is missing or \
         null. Write `?.map` or `value ?? …` where that can happen"
    );
    assert_eq!(
        error("random::choice(event.list)").1,
        "Function not found: random::choice (()). Argument 1 is `()`: it is missing or null. Write `value ?? …` \
         where that can happen"
    );
    assert_eq!(
        error("1 + event.n").1,
        "Function not found: + (i64, ()). A value that is `()` is missing or null. Write `value ?? …` where \
         that can happen"
    );
    assert!(error("for r in event.Records {}").1.contains("write `value ?? []` where that can happen"));
}

#[test]
fn a_closure_can_read_the_variable_in_use() {
    let function = Function::main("fn handler(event) { event.items.map(|i| i * event.factor) }");
    assert_eq!(function.invoke(r#"{"items":[1],"factor":2}"#).answer.text(), "[2]");
}

#[test]
fn errors_of_host_functions_have_the_place_of_the_call() {
    let function = Function::main("fn handler(event) {\n    let key = \"NOPE\";\n    env::get(key)\n}");
    let (kind, message, stack) = function.invoke("{}").error();
    assert_eq!(kind, "EnvError");
    assert!(message.starts_with("the environment variable `NOPE` is not set"), "{message}");
    assert_eq!(stack, ["at handler (main.rhai:3:10)"]);
}

#[test]
fn the_same_frame_again_and_again_is_counted() {
    let (kind, _, stack) = Function::main("fn handler(n) {\n  handler(n + 1)\n}").invoke("0").error();
    assert_eq!(kind, "StackOverflow");
    assert_eq!(stack, ["at handler (main.rhai:2:3)", "… the same 999 times more"]);
}

#[test]
fn a_long_message_is_cut() {
    let (_, message, _) =
        Function::main("fn handler() { let s = \"\"; s.pad(3000000, 'x'); throw s }").invoke("{}").error();
    assert!(message.len() < 70_000, "{}", message.len());
    assert!(message.ends_with("bytes more)"));
}

#[test]
fn the_next_invocation_works() {
    let function = Function::main("fn handler(e) { if e == 1 { throw \"one\" } e }");
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!(answers[0].json()["errorMessage"], "one");
    assert_eq!(answers[1].text(), "2");
}

//! Events and responses: JSON ↔ Rhai.

use crate::function::Function;

#[test]
fn events_come_back_as_they_are() {
    let function = Function::main("fn handler(event) { event }");
    let events = [
        "null",
        "true",
        "-1",
        "1.0",
        "1e+300",
        "\"\"",
        "\"ü\\n\"",
        "[]",
        "{}",
        "9223372036854775807",
        "-9223372036854775808",
        r#"{"a":[1,{"b":null}],"c":"d"}"#,
    ];
    let answers = function.invoke_all(events);
    for (event, answer) in events.iter().zip(answers) {
        assert_eq!(answer.text(), *event);
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[test]
fn types_of_an_event() {
    let function = Function::main("fn handler(event) { event.map(|x| type_of(x)) }");
    let outcome = function.invoke("[null, true, 1, 1.5, 18446744073709551615, \"x\", [], {}]");
    assert_eq!(outcome.answer.text(), r#"["()","bool","i64","f64","f64","string","array","map"]"#);
}

#[test]
fn an_event_behaves_like_any_other_variable() {
    let function = Function::main(
        "fn change(e) { e.n = 100; }
         fn total() { let t = 0; for i in this.items { t += i; } t }
         fn handler(event) {
             change(event);
             let copy = event;
             copy.n = 7;
             let list = [event];
             list[0].n = 8;
             event.items.push(9);
             let taken = event.take();
             [taken.n, copy.n, list[0].n, taken.total(), taken == taken, \"n\" in taken, type_of(event)]
         }",
    );
    let outcome = function.invoke(r#"{"items":[1,2],"n":2}"#);
    assert_eq!(outcome.answer.text(), r#"[2,7,8,12,true,true,"()"]"#);
}

#[test]
fn an_empty_event_is_nothing() {
    let function = Function::main("fn handler(event) { event == () }");
    assert_eq!(function.invoke("").answer.text(), "true");
    let function = Function::new("job").file("job.rhai", "[event == (), payload]");
    assert_eq!(function.invoke("").answer.text(), r#"[true,""]"#);
}

#[test]
fn of_duplicate_keys_the_last_wins() {
    let function = Function::main("fn handler(event) { event }");
    assert_eq!(function.invoke(r#"{"a":1,"a":2}"#).answer.text(), r#"{"a":2}"#);
}

#[test]
fn valid_json_that_other_parsers_refuse() {
    let function = Function::main("fn handler(event) { event }");
    assert_eq!(function.invoke(r#"{"text":"a\ud800b"}"#).answer.text(), "{\"text\":\"a\u{fffd}b\"}");
    assert_eq!(function.invoke("[1e400, -1e400]").answer.text(), "[null,null]");
    assert_eq!(function.invoke("[-0, -0.0]").answer.text(), "[0,-0.0]");
    let function = Function::main("fn handler(event) { [type_of(event), event.to_string()] }");
    assert_eq!(function.invoke(format!("1{}", "0".repeat(400))).answer.text(), r#"["f64","inf"]"#);
}

#[test]
fn the_deepest_nesting_that_works() {
    let function = Function::main("fn handler(event) { event }");
    let nested = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    assert_eq!(function.invoke(nested.as_str()).answer.text(), nested);
}

#[test]
fn a_blob_is_sent_as_it_is() {
    let function = Function::main("fn handler() { \"{\\\"raw\\\":true}\".to_blob() }");
    assert_eq!(function.invoke("{}").answer.text(), r#"{"raw":true}"#);
}

#[test]
fn a_context_is_a_map() {
    let function = Function::main("fn handler(event, context) { #{ c: context } }");
    let answer = function.invoke("{}").answer.json();
    assert_eq!(answer["c"]["aws_request_id"], "req-1");
    assert!(answer["c"]["tenant_id"].is_null());
}

#[test]
fn other_values() {
    let answer = |value: &str| {
        let function = Function::main(&format!("fn handler(event) {{ {value} }}"));
        function.invoke("{}").answer.text().to_owned()
    };
    assert_eq!(answer(""), "null");
    assert_eq!(answer("'x'"), "\"x\"");
    assert_eq!(answer("[0.0 / 0.0]"), "[null]");
    assert_eq!(answer("let n = 1; let f = || n += 1; f.call(); n"), "2");
    assert_eq!(answer("#{ b: blob(2, 7) }"), r#"{"b":"Bwc="}"#);
}

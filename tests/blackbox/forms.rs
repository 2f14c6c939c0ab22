//! The forms of the handler setting.

use crate::function::Function;

#[test]
fn a_function_of_a_file() {
    let function = Function::main("fn handler(event) { `hello ${event.name}` }");
    assert_eq!(function.invoke(r#"{"name":"x"}"#).answer.text(), r#""hello x""#);
}

#[test]
fn every_number_of_parameters() {
    let script = "fn none() { 0 } fn one(e) { e } fn two(e, c) { [e, c.aws_request_id] }";
    let answer = |handler| {
        let function = Function::new(handler).file("main.rhai", script);
        function.invoke("7").answer.text().to_owned()
    };
    assert_eq!(answer("main.none"), "0");
    assert_eq!(answer("main.one"), "7");
    assert_eq!(answer("main.two"), r#"[7,"req-1"]"#);
}

#[test]
fn of_functions_with_one_name_the_one_with_most_parameters_is_called() {
    let function = Function::main("fn handler() { 0 } fn handler(e, c) { 2 } fn handler(e) { 1 }");
    assert_eq!(function.invoke("{}").answer.text(), "2");
}

#[test]
fn files_in_folders_and_with_dots() {
    for (handler, file) in [
        ("api/users.list", "api/users.rhai"),
        ("a.b/users.v2.list", "a.b/users.v2.rhai"),
        ("./users.list", "users.rhai"),
        ("users.rhai.list", "users.rhai"),
    ] {
        let function = Function::new(handler).file(file, "fn list() { [1] }");
        assert_eq!(function.invoke("{}").answer.text(), "[1]", "{handler}");
    }
}

#[test]
fn files_of_a_layer_come_second() {
    let function = Function::new("shared.handler").layer_file("shared.rhai", "fn handler() { \"layer\" }");
    assert_eq!(function.invoke("{}").answer.text(), r#""layer""#);
    let function = function.file("shared.rhai", "fn handler() { \"task\" }");
    assert_eq!(function.invoke("{}").answer.text(), r#""task""#);
}

#[test]
fn a_whole_file_answers_with_its_value_and_logs_what_it_prints() {
    for handler in ["job", "job.rhai"] {
        let function = Function::new(handler).file("job.rhai", "print(\"working\"); event.n + 1");
        let outcome = function.invoke(r#"{"n":1}"#);
        assert_eq!(outcome.answer.text(), "2");
        assert!(outcome.log.contains("\tINFO\tworking\n"), "{}", outcome.log);
    }
}

#[test]
fn a_whole_file_without_a_value_answers_with_what_it_prints() {
    let answer = |script: &str| {
        let outcome = Function::new("job").file("job.rhai", script).invoke("{\"a\": 1}");
        assert_eq!(outcome.log, "");
        outcome.answer.text().to_owned()
    };
    assert_eq!(answer("print(\"hello\");"), "hello");
    assert_eq!(answer("print(\"one\"); print(2);"), "one\n2");
    assert_eq!(answer("print(payload);"), "{\"a\": 1}");
    assert_eq!(answer(""), "");
    assert_eq!(answer("print(context.aws_request_id);"), "req-1");
}

#[test]
fn a_whole_file_starts_anew_for_each_event() {
    let function = Function::new("job").file("job.rhai", "let n = 1; n += event; n");
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!((answers[0].text(), answers[1].text()), ("2", "3"));
}

#[test]
fn a_whole_file_that_fails_logs_what_it_printed() {
    let outcome = Function::new("job").file("job.rhai", "print(\"so far\");\nthrow \"no\"").invoke("{}");
    assert_eq!(outcome.error(), ("Error".into(), "no".into(), vec!["at <top level> (job.rhai:2:1)".into()]));
    assert!(outcome.log.contains("\tINFO\tso far\n"), "{}", outcome.log);
}

#[test]
fn exit_ends_a_script_with_a_value() {
    let function = Function::new("job").file("job.rhai", "if event == 1 { exit(5) } 6");
    let answers = function.invoke_all(["1", "2"]);
    assert_eq!((answers[0].text(), answers[1].text()), ("5", "6"));
    let function = Function::main("fn inner() { exit(\"early\") } fn handler() { inner(); 1 }");
    assert_eq!(function.invoke("{}").answer.text(), r#""early""#);
}

#[test]
fn exit_in_a_callback_ends_the_script() {
    for call in [
        "[1].map(|x| exit(5))",
        "[3, 1, 2].sort(|a, b| exit(5))",
        "[1].filter(|x| exit(5))",
        "[1, 2].reduce(|sum, x| exit(5))",
        "[[1]].map(|list| list.map(|x| exit(5)))",
        "cache::get_or(`k`, || exit(5))",
        "regex::replace(`.`, `abc`, |m| exit(5))",
        "try { [1].for_each(|x| exit(5)) } catch { 1 }",
    ] {
        let function = Function::main(&format!("fn handler() {{ inner(); 1 }} fn inner() {{ {call}; 2 }}"));
        assert_eq!(function.invoke("{}").answer.text(), "5", "{call}");
    }
}

#[test]
fn inline_handlers() {
    for (handler, answer) in [
        ("|event,context|event.a+1", "2"),
        ("|event|event", r#"{"a":1}"#),
        ("||42", "42"),
        ("|e,c|c.aws_request_id", r#""req-1""#),
        ("|e|{let/**/a=e.a;a*10}", "10"),
    ] {
        assert_eq!(Function::new(handler).invoke(r#"{"a":1}"#).answer.text(), answer, "{handler}");
    }
    let outcome = Function::new("|e|e.x.y").invoke("{}");
    assert_eq!(outcome.error().2, ["at <closure> (_HANDLER:1:8)"]);
}

#[test]
fn the_top_level_runs_once_and_its_constants_are_global() {
    let function = Function::main(
        "print(\"init\"); const RATE = 2 + 3; fn handler(e) { global::RATE * e } fn unused() { handler(1) }",
    );
    let api = fake_runtime_api::FakeRuntimeApi::new().event("1").event("2").start();
    let process = function.start(&api);
    let answers = api.wait_for_answers(2);
    assert_eq!((answers[0].text(), answers[1].text()), ("5", "10"));
    assert_eq!(process.stop().matches("init").count(), 1);
}

//! Wrong settings and unusable files: init errors that help.

use crate::function::{error_parts, Function};
use fake_runtime_api::FakeRuntimeApi;
use std::os::unix::fs::symlink;

#[test]
fn malformed_handlers() {
    for (handler, why) in [
        ("", "it is empty"),
        (".x", "the file name before the dot is missing"),
        ("x.", "the function name after the dot is missing"),
        ("../x.y", "its `..` leaves the task root"),
        ("/etc/x.y", "it is an absolute path"),
        (&*"x".repeat(200), "it has 200 characters; Lambda accepts at most 128"),
        ("hello.handler ", "it contains white space"),
    ] {
        let (body, log) = Function::new(handler).init_error();
        let (kind, message, _) = error_parts(&body);
        assert_eq!(kind, "Runtime.MalformedHandlerName", "{handler}");
        assert!(message.contains(why), "{handler}: {message}");
        assert!(log.contains("Runtime.MalformedHandlerName"), "{log}");
    }
}

#[test]
fn a_missing_file_names_the_places_and_the_files_that_are_there() {
    let function = Function::new("helo.handler")
        .file("world.rhai", "")
        .file("lib/money.rhai", "")
        .file("hello.rhai", "")
        .file("readme.txt", "");
    let (kind, message, _) = error_parts(&function.init_error().0);
    assert_eq!(kind, "Runtime.ImportModuleError");
    assert_eq!(
        message,
        format!(
            "the script helo.rhai does not exist. Looked for {} and {}; found \
             hello.rhai, lib/money.rhai, world.rhai",
            function.task_root().join("helo.rhai").display(),
            function.layer_root().join("helo.rhai").display(),
        )
    );
    let (_, message, _) = error_parts(&Function::new("helo.handler").init_error().0);
    assert!(message.contains("found no .rhai files"), "{message}");
}

#[test]
fn a_missing_function_names_those_that_are_there() {
    let script = "fn other() {} fn handler(event) {} private fn hidden(event) {} fn many(a, b, c, d) {}";
    let message = |handler| {
        let function = Function::new(handler).file("main.rhai", script);
        let (kind, message, _) = error_parts(&function.init_error().0);
        assert_eq!(kind, "Runtime.HandlerNotFound");
        message
    };
    assert_eq!(
        message("main.handlr"),
        "the function `handlr` does not exist in main.rhai; it has `handler(event)`, `many(a, b, c, d)`, \
         `other()`, `private hidden(event)`"
    );
    assert!(message("main.hidden").contains("is private"));
    assert!(message("main.many").contains(
        "has 4 parameters; a handler has the parameters (), (event), (event, context) or (event, context, stream)"
    ));
    let empty = Function::new("main.handler").file("main.rhai", "");
    let (_, text, _) = error_parts(&empty.init_error().0);
    assert!(text.contains("it contains no functions"), "{text}");
}

#[test]
fn an_inline_handler_that_is_no_function() {
    let (kind, message, _) = error_parts(&Function::new("(1+1)").init_error().0);
    assert_eq!(kind, "Runtime.MalformedHandlerName");
    assert!(
        message.contains("the inline handler must be a function, such as `|event|event.name`, not i64"),
        "{message}"
    );
    let (kind, _, _) = error_parts(&Function::new("|a,b,c,d|a").init_error().0);
    assert_eq!(kind, "Runtime.HandlerNotFound");
    let (kind, message, _) = error_parts(&Function::new("|e|e.+").init_error().0);
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert!(message.starts_with("_HANDLER:1:6: "), "{message}");
}

#[test]
fn files_that_cannot_be_used() {
    let message = |function: Function| {
        let (kind, message, _) = error_parts(&function.init_error().0);
        assert_eq!(kind, "Runtime.ImportModuleError");
        message
    };
    let folder = Function::new("main.handler").file("main.rhai/x.txt", "");
    assert!(message(folder).ends_with("main.rhai is a folder, not a script"));

    let looped = Function::new("main.handler");
    symlink("main.rhai", looped.task_root().join("main.rhai")).unwrap();
    assert!(message(looped).contains("main.rhai cannot be read: "));

    let latin1 = Function::new("main.handler").file("main.rhai", b"fn handler() {\n  \"gr\xfc\xdfe\"\n}");
    assert_eq!(message(latin1), "main.rhai is not UTF-8: byte 21 (main.rhai:2:6). Save the file as UTF-8");
}

#[test]
fn byte_order_marks_and_windows_line_ends_are_no_problem() {
    let function = Function::main("\u{feff}const A = 1;\r\nfn handler() {\r\n  global::A\r\n}\r\n");
    assert_eq!(function.invoke("{}").answer.text(), "1");
    let function = Function::main("\u{feff}const A = 1;\r\nfn handler() {\r\n  throw \"no\"\r\n}\r\n");
    assert_eq!(function.invoke("{}").error().2, ["at handler (main.rhai:3:3)"]);
    let function = Function::new("main").file("main.rhai", b"");
    assert_eq!(function.invoke("{}").answer.text(), "");
}

#[test]
fn syntax_errors_show_the_place() {
    let (body, log) = Function::main("fn handler(event) {\n    let x = (1 + ;\n}").init_error();
    let (kind, message, stack) = error_parts(&body);
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert_eq!(message, "main.rhai:2:18: Unexpected ';': `let x = (1 + ;`");
    assert_eq!(stack, ["at main.rhai:2:18"]);
    let drawn = "error[Runtime.UserCodeSyntaxError]: Unexpected ';'\r --> main.rhai:2:18\r  |\r\
                 2 |     let x = (1 + ;\r  |                  ^\r";
    assert!(log.contains(drawn), "{log}");
}

#[test]
fn misspelt_variables_are_found_at_the_start() {
    let (kind, message, _) = error_parts(&Function::main("fn handler(event) { evnt.a }").init_error().0);
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert_eq!(
        message,
        "main.rhai:1:21: Undefined variable: evnt: `fn handler(event) { evnt.a }`. Did you mean `event`?"
    );
    let constant = Function::main("const RATE = 1;\nfn handler(event) { RATE }");
    let (_, message, _) = error_parts(&constant.init_error().0);
    assert!(message.contains("write `global::RATE` for a constant of the file"), "{message}");
}

#[test]
fn errors_at_the_top_level_are_init_errors() {
    let function = Function::main("fn check(x) {\n  throw `bad ${x}`\n}\ncheck(1);\nfn handler() {}");
    let (body, log) = function.init_error();
    assert_eq!(
        error_parts(&body),
        (
            "Error".into(),
            "bad 1".into(),
            vec!["at check (main.rhai:2:3)".into(), "at <top level> (main.rhai:4:1)".into()]
        )
    );
    assert_eq!(log.matches("bad 1").count(), 1, "logged once: {log}");
}

#[test]
fn functions_that_hide_array_methods_are_warned_of() {
    let outcome = Function::main("fn filter(x) { x } fn handler() { 1 }").invoke("{}");
    assert!(outcome.log.contains("WARN\t`filter(x)` in main.rhai hides the array method"), "{}", outcome.log);
}

#[test]
fn the_first_argument_is_the_handler_in_container_images() {
    let function = Function::new("other.handler").file("main.rhai", "fn handler(e) { e + 1 }");
    let api = FakeRuntimeApi::new().event("1").start();
    let mut command = std::process::Command::new(crate::process::bootstrap());
    command
        .arg("main.handler")
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("_HANDLER", "other.handler")
        .current_dir(function.task_root());
    let _process = crate::function::Process::spawn(&mut command);
    assert_eq!(api.wait_for_answers(1)[0].text(), "2");
}

#[test]
fn without_a_runtime_api_it_says_what_to_do() {
    let mut command = std::process::Command::new(crate::process::bootstrap());
    let (code, log) = crate::function::Process::spawn(command.env_clear()).wait();
    assert_eq!(code, Some(1));
    assert!(log.contains("AWS_LAMBDA_RUNTIME_API is not set"), "{log}");
    assert!(log.contains("rhambda invoke"), "{log}");
}

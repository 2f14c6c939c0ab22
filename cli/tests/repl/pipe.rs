//! Through a pipe.

use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::thread;
use test_support::folder::Folder;

/// What becomes of an input in a folder.
fn run_in(folder: &Folder, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
    command.args(["repl", "--dir"]).arg(folder.path("")).args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // It may end before it has read all of it.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn run(input: &[u8]) -> Output {
    run_in(&Folder::new(&[]), &[], input)
}

/// What is printed for an input that succeeds.
fn printed(input: &str) -> String {
    let output = run(input.as_bytes());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What stderr says for an input that fails.
fn failed(input: &str) -> String {
    let output = run(input.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn values_are_shown() {
    assert_eq!(printed("1 + 2\n"), "3\n");
    assert_eq!(printed("1 + 2"), "3\n");
    assert_eq!(printed("let a = 1;\n()\n// nothing\n\n"), "");
    assert_eq!(printed("print(\"a\"); \"b\""), "a\n\"b\"\n");
    assert_eq!(printed("#{ a: [1, 2.5], \"b c\": 'x' }"), "#{ a: [1, 2.5], \"b c\": 'x' }\n");
}

#[test]
fn long_values_are_cut() {
    let array = printed("let a = []; for i in 0..100000 { a.push(i); } a");
    assert!(
        array.starts_with("[\n  0,\n  1,\n") && array.ends_with("  99,\n  … 99900 more,\n]\n"),
        "{array}"
    );
    let string = printed("let s = \"\"; s.pad(1000000, 'x'); s");
    assert!(string.ends_with("x\"… (990000 bytes more)\n") && string.len() < 20_000);
    let deep = printed("let a = []; for i in 0..1000 { a = [a]; } a");
    assert!(deep.contains('…'), "{deep}");
}

#[test]
fn variables_functions_constants_and_imports_persist() {
    assert_eq!(printed("let a = 1;\na += 1;\nlet b = a;\na + b"), "4\n");
    assert_eq!(printed("let a = 1;\nlet a = \"x\";\na"), "\"x\"\n");
    assert_eq!(
        printed("fn f(x) { x + 1 }\nfn g(x) { f(x) * 10 }\ng(1)\nfn f(x) { x + 2 }\ng(1)"),
        "20\n30\n"
    );
    assert_eq!(printed("const K = 7;\nfn k() { global::K }\nk()"), "7\n");
    assert_eq!(printed("let n = 0;\nlet f = || n += 1;\nf.call();\nf.call();\nn"), "2\n");
    assert_eq!(printed("fn int.double() { this * 2 }\n4.double()"), "8\n");
    assert_eq!(printed("let m = #{};\nm.a = 1;\neval(\"m.b = 2;\");\nm"), "#{ a: 1, b: 2 }\n");
    let folder = Folder::new(&[("lib/money.rhai", "export const RATE = 3;\nfn gross(n) { n * 2 }\n")]);
    let output = run_in(
        &folder,
        &[],
        b"import \"lib/money\" as money;\nmoney::gross(4)\nfn f() { money::gross(5) }\nf() + money::RATE",
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "8\n13\n", "{output:?}");
}

#[test]
fn the_last_value_has_a_name() {
    assert_eq!(printed("21\n_ * 2\nlet a = 1;\n_ + a"), "21\n42\n43\n");
    assert_eq!(printed("3\nswitch _ { 3 => \"three\", _ => _ }"), "3\n\"three\"\n");
}

#[test]
fn inputs_go_on_until_they_are_complete() {
    assert_eq!(printed("fn f(x) {\n  // }\n  x +\n  1\n}\nf(1)"), "2\n");
    assert_eq!(printed("[1,\n2]\n`a\nb`"), "[1, 2]\n\"a\\nb\"\n");
}

#[test]
fn errors_say_where_and_the_session_goes_on() {
    let output = run(b"let a = 1;\nfn boom(x) { x / 0 }\nboom(a)\nlet b = 2; nope(b);\na + b");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "3\n", "variables before the error are kept");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        errors,
        "error[Arithmetic]: Division by zero: 1 / 0\n --> repl:2:16\n  |\n2 | fn boom(x) { x / 0 }\n  |                ^\n  \
         at boom (repl:2:16)\n  at <top level> (repl:3:1)\n\
         error[FunctionNotFound]: Function not found: nope (i64)\n --> repl:4:12\n  |\n4 | let b = 2; nope(b);\n  |            ^^^^\n"
    );
    assert!(failed("K = 1").contains("error[Runtime.UserCodeSyntaxError]"));
    assert!(failed("const K = 1;\nK = 2").contains("error[AssignmentToConstant]"));
}

#[test]
fn lines_are_those_of_the_input() {
    assert_eq!(
        failed("let = 1"),
        "error[Runtime.UserCodeSyntaxError]: Expecting name of a variable. Choose another name\n --> repl:1:5\n  |\n\
         1 | let = 1\n  |     ^\n"
    );
    let folder = Folder::new(&[("a.rhai", "fn half(x) {\n  x / 0\n}\n\n")]);
    let input = b"\n// a comment\n:help\n:load a.rhai\nfn f(x) {\n  half(x)\n}\n\xff\n:type 1\nf(1)\n:reset\n\nnope()\n";
    let output = run_in(&folder, &[], input);
    let errors = String::from_utf8_lossy(&output.stderr);
    let (_, errors) = errors.split_once("is ignored\n").unwrap();
    assert_eq!(
        errors,
        "error[Arithmetic]: Division by zero: 1 / 0\n --> a.rhai:2:5\n  |\n2 |   x / 0\n  |     ^\n  \
         at half (a.rhai:2:5)\n  at f (repl:6:3)\n  at <top level> (repl:10:1)\n\
         error[FunctionNotFound]: Function not found: nope ()\n  --> repl:13:1\n   |\n13 | nope()\n   | ^^^^\n"
    );
}

#[test]
fn options_of_events_are_split_as_a_shell_does() {
    assert!(printed(":event s3:put --key 'a b'\nevent.Records[0].s3.object.key").ends_with("\n\"a%20b\"\n"));
    assert!(printed(":event apigateway:aws-proxy --path \"/a b\"\nevent.path").ends_with("\n\"/a b\"\n"));
    assert_eq!(
        failed(":event s3:put --key 'a b"),
        "rhambda: a quotation mark is not closed: s3:put --key 'a b. Close it, or write a backslash before it\n"
    );
}

#[test]
fn files_are_loaded_and_their_errors_have_their_places() {
    let folder = Folder::new(&[("a.rhai", "let n = 5;\nfn half(x) {\n  x / 0\n}\n")]);
    let output = run_in(&folder, &[], b"1\n:load a.rhai\nn\nhalf(n)\n:load b.rhai\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n5\n");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("--> a.rhai:3:5"), "{errors}");
    assert!(errors.contains("b.rhai cannot be read"), "{errors}");
}

#[test]
fn events_are_set_and_handlers_invoked() {
    let folder = Folder::new(&[(
        "orders.rhai",
        "fn handler(event, context) { event.Records[0].s3.object.key + context.function_name.len() }\nfn wrong() { nope() }\n",
    )]);
    let input = ":event s3:put --key ab\nevent.Records.len()\n:invoke orders.handler\n:event {\"a\": 1}\n";
    let output =
        run_in(&folder, &[], (input.to_owned() + "event.a\n:invoke orders.wrong\n:event s3:putt").as_bytes());
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("key: \"ab\"") && shown.contains("\n1\n\"ab"), "{shown}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("orders.rhai:2:14") && errors.contains("\"s3:put\""), "{errors}");
}

#[test]
fn commands_show_types_times_and_documentation() {
    assert_eq!(printed(":type 1.5\n:type #{}"), "f64\nmap\n");
    assert!(printed(":time 1 + 1").starts_with("2\n") && printed(":time 1 + 1").ends_with(" ms\n"));
    assert!(printed(":doc string.split").starts_with("string.split(["));
    assert!(printed(":doc aws").contains("aws::call("));
    assert!(printed("/// Doubles.\nfn twice(x) { x * 2 }\n:doc twice").contains("Doubles."));
    assert!(printed(":help").contains(":quit"));
    assert!(failed("let a = 1;\n:reset\na").contains("Undefined variable: a"));
    assert!(failed(":hlep").contains("did you mean :help?"));
    assert_eq!(printed("1\n:quit\n2"), "1\n");
}

#[test]
fn the_environment_is_that_of_the_function() {
    let folder = Folder::new(&[("rhambda.toml", "name = \"a\"\n[environment]\nSTAGE = \"live\"\n")]);
    let input =
        b"env::get(\"STAGE\") + \" \" + env::get(\"LEVEL\") + \" \" + env::get(\"CARGO_PKG_NAME\", \"none\")";
    let output = run_in(&folder, &["--env", "LEVEL=1"], input);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\"live 1 none\"\n", "{output:?}");
}

#[test]
fn hostile_inputs_end_in_errors() {
    let mut long = b"let s = \"".to_vec();
    long.resize(10 << 20, b'x');
    long.extend(b"\";\ns.len()\n");
    let output = run(&long);
    assert_eq!(output.stdout, b"10485751\n", "{}", String::from_utf8_lossy(&output.stderr).len());
    for nested in ["(", "[", "#{a:", "{", "-", "!", "`${", "|x|"] {
        let output = run((nested.repeat(100_000) + "\n1").as_bytes());
        assert!(output.status.code().is_some(), "{nested}: {:?}", output.status);
    }
    let deep = run(b"fn f(n) { f(n + 1) }\nf(0)\n7\n");
    assert_eq!(deep.stdout, b"7\n");
    let invalid = run(b"1\n\xff\xfe\n2\n");
    assert_eq!((invalid.stdout.as_slice(), invalid.status.code()), (&b"1\n2\n"[..], Some(1)));
    assert!(String::from_utf8_lossy(&invalid.stderr).contains("line 2 of the input is not valid UTF-8"));
    assert_eq!(run(b"print(\"\\x1b[2J\")\n\0\n3").stdout, b"\\u{1b}[2J\n3\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_input_ends_the_session(inputs in prop::collection::vec(input(), 1..12)) {
        // A text that goes on after an operator ends where a bracket closes nothing.
        let text = inputs.join("\n") + "\n)]}\n:reset\nprint(\"still \" + \"here\")\n";
        let output = run(text.as_bytes());
        prop_assert!(output.status.code().is_some_and(|code| code < 2), "{output:?}");
        prop_assert!(String::from_utf8_lossy(&output.stdout).contains("still here"), "{text}\n{output:?}");
    }
}

/// Something that a person might type.
fn input() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "exit()",
            "exit(1)",
            "quit",
            ":",
            ": quit",
            ":quit now",
            "return 1",
            "throw 1",
            "break",
            "_",
            "_ = 1",
            "let _ = 1;",
            "fn exit() {}",
            "let a = 1;",
            "const a = 2;",
            "a = 3",
            "fn a() { a }",
            "let f = |x| x;",
            "f.call(f)",
            "import \"x\" as y;",
            "y::f()",
            ":load .",
            ":event",
            ":event x",
            ":type",
            ":doc ::",
            ":invoke x",
            ":time",
            ":reset",
            "panic",
            "eval(\"let b = 1;\")",
            "b",
            "global::a",
            "Fn(\"a\").call()",
            "this",
            "export a;",
            "private fn p() { 1 }",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
        "[a-z_+:;.\" ]{0,12}".prop_filter("it ends the session", |text| !text.trim().starts_with(":quit")),
        // What opens a comment, a string or a bracket goes on without an end.
        "[\\PC&&[^`/(\\[{#]]{0,12}"
            .prop_filter("it ends the session", |text| !text.trim().starts_with(":quit")),
    ]
}

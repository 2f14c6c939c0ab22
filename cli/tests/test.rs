//! `rhambda test`, from the outside.

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A folder with scripts and their tests.
struct Folder(test_support::folder::Folder);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(test_support::folder::Folder::new(files))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.0.command(env!("CARGO_BIN_EXE_rhambda"), &[&["test"], arguments].concat())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What is printed, and the exit code.
    fn report(&self, arguments: &[&str]) -> (String, i32) {
        let output = self.run(arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    /// The report without what differs from run to run: how long tests took, and which were slow.
    fn steady(&self, arguments: &[&str]) -> (String, i32) {
        let (report, code) = self.report(arguments);
        let lines = report.lines().filter(|line| !line.starts_with("slow: "));
        let lines = lines.map(|line| match line.rsplit_once(' ') {
            Some((rest, "ms)" | "s)" | "ms" | "s")) => rest.rsplit_once(' ').map_or(rest, |(rest, _)| rest),
            _ => line,
        });
        (lines.collect::<Vec<_>>().join("\n"), code)
    }

    /// The JSON report.
    fn json(&self, arguments: &[&str]) -> Value {
        let (report, _) = self.report(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&report).unwrap()
    }
}

/// The error of the only test with this body, as text; empty if it passes.
fn error_of(body: &str) -> String {
    let folder = Folder::new(&[("a.test.rhai", &format!("fn test_a() {{\n{body}\n}}"))]);
    let report = folder.json(&["--timeout", "5"]);
    let test = &report["tests"][0];
    assert_eq!(test["name"], "test_a", "{report:#}");
    test["error"]["text"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn failures_show_the_line_and_the_differences() {
    let folder = Folder::new(&[(
        "a.test.rhai",
        "fn test_good() { assert(true); }\nfn test_bad() {\n    print(\"hello\");\n    assert_eq(#{ a: [1, 2] }, #{ a: [1, 3] });\n}\n",
    )]);
    let (report, code) = folder.steady(&[]);
    assert_eq!(
        report,
        r#"a.test.rhai: 1 passed, 1 failed

FAILED a.test.rhai::test_bad
error[AssertionFailed]: the values are not equal
 --> a.test.rhai:4:5
  |
4 |     assert_eq(#{ a: [1, 2] }, #{ a: [1, 3] });
  |     ^^^^^^^^^
  expected: {"a":[1,3]}
    actual: {"a":[1,2]}
  $.a[1]: expected 3, actual 2
  output:
    INFO  hello

1 passed, 1 failed in"#
    );
    assert_eq!(code, 1);
    assert_eq!(folder.report(&["test_good"]).1, 0);
    let nothing = folder.run(&["no-such-test"]);
    assert_eq!(nothing.status.code(), Some(1));
    let place = fs::canonicalize(folder.path("")).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&nothing.stderr),
        format!("rhambda: no tests found in {} whose name contains \"no-such-test\"\n", place.display())
    );
}

#[test]
fn long_strings_are_shown_where_they_differ() {
    let error = error_of("let long = \"a\".repeat(1000);\nassert_eq(long + \"b\", long + \"c\");");
    let context = "a".repeat(20);
    let difference = format!("$, character 1001: expected …\"{context}c\", actual …\"{context}b\"");
    assert!(error.contains(&difference), "{error}");
    let short = error_of("assert_eq(\"b\", \"c\");");
    assert!(!short.contains("character"), "{short}");
}

#[test]
fn tests_are_found_in_files_and_folders() {
    let folder = Folder::new(&[
        ("a.test.rhai", "fn test_one() {} fn helper() {}"),
        ("tests/b.rhai", "import \"lib\" as lib;\nfn test_two() { assert_eq(lib::two(), 2); }"),
        ("tests/helper.rhai", "fn three() { 3 } fn test_with(parameter) {}"),
        ("lib.rhai", "fn two() { 2 }\nfn test_not() { throw 1; }"),
        ("fn/rhambda.toml", "[environment]\nTABLE = \"orders\""),
        ("fn/deep/c.test.rhai", "import \"m\" as m;\nfn test_three() { assert_eq(m::table(), \"orders\"); }"),
        ("fn/m.rhai", "fn table() { env::get(\"TABLE\") }"),
    ]);
    let report = folder.json(&[]);
    let mut names: Vec<_> = report["tests"].as_array().unwrap().iter().map(|test| &test["name"]).collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["test_one", "test_three", "test_two"]);
    assert_eq!(report["failed"], 0, "{report:#}");
}

#[test]
fn each_test_has_a_fresh_environment() {
    // No other program has a file of this name.
    let file = format!("/tmp/of-a-test-{}", std::process::id());
    let tests = "const STARTED = cache::get_or(\"n\", || 0);\n\
         fn before_each() { mock::env(#{ STAGE: \"test\" }); cache::set(\"before\", 1); }\n\
         fn after_each() { if cache::get(\"fails\") == true { throw \"after\"; } }\n\
         fn check() { assert_eq([cache::get(\"x\"), fs::exists(\"/tmp/x\"), env::get(\"STAGE\"), cache::get(\"before\")], [(), false, \"test\", 1]); }\n\
         fn fill() { cache::set(\"x\", 1); fs::write(\"/tmp/x\", \"x\"); mock::env(#{ STAGE: \"other\" }); mock::time(0); }\n\
         fn test_a() { check(); fill(); }\n\
         fn test_b() { check(); assert(unix_now() > 1000); fill(); }\n\
         fn test_c() { cache::set(\"fails\", true); }"
        .replace("/tmp/x", &file);
    let folder = Folder::new(&[("a.test.rhai", &tests)]);
    let report = folder.json(&["--jobs", "1"]);
    assert_eq!((&report["passed"], &report["failed"]), (&2.into(), &1.into()), "{report:#}");
    assert_eq!(report["tests"][2]["error"]["errorMessage"], "after");
    assert!(!Path::new(&file).exists());
}

#[test]
fn requests_without_a_mock_end_the_test_where_they_are() {
    for (body, place, mark, error) in [
        (
            r#"try { http::get("https://example.com/a") } catch { }"#,
            "2:13",
            "^^^",
            r#"unexpected request "GET https://example.com/a": add mock::http("GET https://example.com/a", …), or allow requests with --allow-network"#,
        ),
        (
            r#"try { http::all(["https://example.com/a"]) } catch { }"#,
            "2:13",
            "^^^",
            r#"unexpected request "GET https://example.com/a": add mock::http("GET https://example.com/a", …), or allow requests with --allow-network"#,
        ),
        (
            r#"try { aws::call("sqs", "ListQueues", #{}) } catch { }"#,
            "2:12",
            "^^^^",
            r#"unexpected call of "sqs" "ListQueues": add mock::aws("sqs", "ListQueues", …), or allow requests with --allow-network"#,
        ),
        (
            r#"try { aws::s3_get("b", "k") } catch { }"#,
            "2:12",
            "^^^^^^",
            r#"unexpected call of "s3" "GET /b/k": add mock::aws("s3", "GET /b/k", …), or allow requests with --allow-network"#,
        ),
        (
            r#"try { jwt::verify("eyJhbGciOiJSUzI1NiJ9.e30.AA", #{ jwks: "https://example.com/keys", algorithms: ["RS256"] }) } catch { }"#,
            "2:12",
            "^^^^^^",
            r#"unexpected request "GET https://example.com/keys": add mock::http("GET https://example.com/keys", …), or allow requests with --allow-network"#,
        ),
        (
            r#"try { redis::connect("redis://u:hush@h").get("k") } catch { }"#,
            "2:42",
            "^^^",
            r#"unexpected connection to "redis://h:6379/0": there are no mocks of databases, so allow connections with --allow-network"#,
        ),
        (
            r#"try { postgres::connect("postgres://u:hush@h/d").query("SELECT 1") } catch { }"#,
            "2:50",
            "^^^^^",
            r#"unexpected connection to "postgres://h:5432/d": there are no mocks of databases, so allow connections with --allow-network"#,
        ),
        (
            "mock::aws(\"sqs\", \"ListQueues\", |p| assert(false, \"wrong\"));\ntry { aws::call(\"sqs\", \"ListQueues\", #{}) } catch { }",
            "3:12",
            "^^^^",
            r#"the mock of "sqs" "ListQueues", line 2: wrong"#,
        ),
    ] {
        let (line, column) = place.split_once(':').unwrap();
        let source = body.lines().last().unwrap();
        let indent = " ".repeat(column.parse::<usize>().unwrap() - 1);
        assert_eq!(
            error_of(body),
            format!(
                "error[UnexpectedCall]: {error}\n --> a.test.rhai:{place}\n  |\n{line} | {source}\n  | {indent}{mark}"
            )
        );
    }
}

#[test]
fn requests_without_a_mock_show_the_calls_that_lead_to_them() {
    let folder = Folder::new(&[
        ("orders.rhai", "fn handler(event) {\n    try { send(event) } catch { }\n}\nfn send(event) {\n    http::post(\"https://example.com/\", event)\n}\n"),
        ("orders.test.rhai", "import \"orders\" as orders;\n\nfn after_each() { print(\"after\"); }\nfn test_a() {\n    orders::handler(#{});\n}\n\nfn test_b() {\n    assert_throws(|| test::invoke(\"orders.handler\", #{}));\n}\n"),
    ]);
    let report = folder.json(&[]);
    let texts = [0, 1].map(|test| report["tests"][test]["error"]["text"].as_str().unwrap_or_default());
    let message = "error[UnexpectedCall]: unexpected request \"POST https://example.com/\": \
                   add mock::http(\"POST https://example.com/\", …), or allow requests with --allow-network";
    let in_send =
        "orders.rhai:5:11\n  |\n5 |     http::post(\"https://example.com/\", event)\n  |           ^^^^";
    assert_eq!(
        texts[0],
        format!(
            "{message}\n --> {in_send}\n    at send (orders.rhai:5:11)\n    at handler (orders.rhai:2:11)\n    \
             at test_a (orders.test.rhai:5:13)"
        )
    );
    let in_handler = "orders.rhai:5:11\n      |\n    5 |     http::post(\"https://example.com/\", event)\n      |           ^^^^";
    assert_eq!(
        texts[1],
        format!(
            "{message}\n --> orders.test.rhai:9:28\n  |\n9 |     assert_throws(|| test::invoke(\"orders.handler\", #{{}}));\n  \
             |                            ^^^^^^\n    at <closure> (orders.test.rhai:9:28)\n    at test_b (orders.test.rhai:9:5)\n  \
             in the handler:\n    {message}\n     --> {in_handler}\n        at send (orders.rhai:5:11)\n        \
             at handler (orders.rhai:2:11)"
        )
    );
    assert_eq!(report["tests"][0]["output"], "INFO  after\n");
}

#[test]
fn mocks_of_what_aws_does_not_have_are_errors() {
    for (call, error) in [
        (
            r#"mock::aws("dynamodb", "GetItme", #{})"#,
            "dynamodb has no operation \"GetItme\"; similar names are GetItem, ",
        ),
        (
            r#"mock::aws("dinamodb", "GetItem", #{})"#,
            "there is no service \"dinamodb\"; similar names are dynamodb, ",
        ),
        (
            r#"mock::aws("dinamodb", "*", #{})"#,
            "there is no service \"dinamodb\"; similar names are dynamodb, ",
        ),
        (r#"mock::aws("s4", "GET /b/*", #{})"#, "there is no service \"s4\"; similar names are s3, "),
        (
            r#"mock::calls("dynamodb", "GetItme")"#,
            "dynamodb has no operation \"GetItme\"; similar names are GetItem, ",
        ),
    ] {
        let text = error_of(&format!("    {call};"));
        let name = &call[6..call.find('(').unwrap()];
        assert!(text.starts_with(&format!("error[MockError]: {error}")), "{text}");
        let place = format!(
            "\n --> a.test.rhai:2:11\n  |\n2 |     {call};\n  |           {}",
            "^".repeat(name.len())
        );
        assert!(text.ends_with(&place), "{text}");
    }
}

#[test]
fn mocks_know_services_by_all_their_names() {
    let tests = r#"
        fn test_a() {
            mock::aws("EventBridge", "PutEvents", #{ Entries: [#{ EventId: "e" }] });
            aws::call("events", "PutEvents", #{ Entries: [#{ Source: "a", DetailType: "b", Detail: "{}" }] });
            mock::aws("events", "List*", #{ Rules: [] });
            aws::call("EventBridge", "ListRules", #{});
            assert_eq(mock::calls("event-bridge", "*").len(), 2);
            mock::aws("apigateway", "GET /restapis", #{ body: "tea" });
            assert_eq(aws::request("API Gateway", "GET", "/restapis", #{}).text(), "tea");
        }
    "#;
    let report = Folder::new(&[("a.test.rhai", tests)]).json(&[]);
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &0.into()), "{report:#}");
}

#[test]
fn strings_in_mocked_responses_become_blobs_as_in_real_ones() {
    let tests = r#"
        fn test_blobs() {
            mock::aws("s3", "GetObject", #{ Body: "tea", ETag: "x" });
            let object = aws::call("s3", "GetObject", #{ Bucket: "b", Key: "k" });
            assert_eq([object.Body, object.ETag], ["tea".to_blob(), "x"]);
            mock::aws("kinesis", "GetRecords", |params| #{ Records: [#{ Data: "a" }, #{ Data: blob(1, 98) }] });
            let records = aws::call("kinesis", "GetRecords", #{ ShardIterator: "s" }).Records;
            assert_eq(records.map(|record| record.Data.as_string()), ["a", "b"]);
            mock::aws("dynamodb", "GetItem", #{ Item: #{ id: "7", M: #{ B: "text" } } });
            let item = aws::call("dynamodb", "GetItem", #{ TableName: "t", Key: #{ id: "7" } }, #{ plain: true }).Item;
            assert_eq(item, #{ id: "7", M: #{ B: "text" } });
            mock::aws("appconfigdata", "StartConfigurationSession", #{ InitialConfigurationToken: "t" });
            let configuration = `{"beta": {"default": true}}`;
            mock::aws("appconfigdata", "GetLatestConfiguration", #{ NextPollConfigurationToken: "u", Configuration: configuration });
            assert(flags::app_config("shop", "prod", "features").evaluate("beta", #{}, false));
        }
    "#;
    let report = Folder::new(&[("a.test.rhai", tests)]).json(&[]);
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &0.into()), "{report:#}");
}

#[test]
fn the_network_can_be_allowed() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", server.local_addr().unwrap());
    let answer = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut connection, _) = server.accept().unwrap();
        let _ = connection.read(&mut [0; 1024]);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntea").unwrap();
    });
    let test = format!("fn test_a() {{ assert_eq(http::get(\"{url}\").text(), \"tea\"); }}");
    let folder = Folder::new(&[("a.test.rhai", &test)]);
    assert_eq!(folder.report(&[]).1, 1);
    let (report, code) = folder.report(&["--allow-network"]);
    assert_eq!(code, 0, "{report}");
    answer.join().unwrap();
}

#[test]
fn endless_tests_are_stopped() {
    let folder = Folder::new(&[(
        "a.test.rhai",
        "fn test_a() {\n    loop {}\n}\nfn test_b() {}\nfn test_c() { sleep(60); }",
    )]);
    let start = Instant::now();
    let (report, code) = folder.steady(&["--timeout", "0.2"]);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(
        report,
        "a.test.rhai: 1 passed, 2 failed

FAILED a.test.rhai::test_a
error[Runtime.Timeout]: the test ran longer than 200ms. Raise --timeout, or do less at this place
 --> a.test.rhai:2:5
  |
2 |     loop {}
  |     ^^^^

FAILED a.test.rhai::test_c
error[Runtime.Timeout]: the test ran longer than 200ms. Raise --timeout, or do less at this place
 --> a.test.rhai:5:15
  |
5 | fn test_c() { sleep(60); }
  |               ^^^^^

1 passed, 2 failed in"
    );
    assert_eq!(code, 1);
}

#[test]
fn invalid_files_are_reported_and_others_run() {
    let folder = Folder::new(&[("bad.test.rhai", "let x = ;"), ("good.test.rhai", "fn test_a() {}")]);
    fs::write(folder.path("latin.test.rhai"), b"// \xe4").unwrap();
    let (report, code) = folder.steady(&[]);
    assert_eq!(
        report,
        "bad.test.rhai: invalid
good.test.rhai: 1 passed
latin.test.rhai: invalid

INVALID bad.test.rhai
error[Runtime.UserCodeSyntaxError]: Unexpected ';'
 --> bad.test.rhai:1:9
  |
1 | let x = ;
  |         ^

INVALID latin.test.rhai
Runtime.ImportModuleError: latin.test.rhai is not UTF-8: byte 4 (latin.test.rhai:1:4). Save the file as UTF-8

1 passed, 0 failed, 2 invalid files in"
    );
    assert_eq!(code, 1);
}

#[test]
fn tests_with_parameters_are_reported() {
    let folder = Folder::new(&[
        ("a.test.rhai", "fn test_a() {}\n\nfn test_b(n) { assert(n > 0); }"),
        ("b.test.rhai", "fn before_each(name) {}\nfn test_c() {}"),
        ("tests/helpers.rhai", "fn test_data(n) { n }"),
    ]);
    let (report, code) = folder.steady(&[]);
    assert_eq!(
        report,
        "a.test.rhai: invalid
b.test.rhai: invalid

INVALID a.test.rhai
InvalidTest: a.test.rhai:3: `test_b` has parameters, but is called without arguments. For a test with many cases, call test::cases \
         in it; give a helper a name that does not begin with `test_`

INVALID b.test.rhai
InvalidTest: b.test.rhai:1: `before_each` has parameters, but is called without arguments. Remove its parameters

0 passed, 0 failed, 2 invalid files in"
    );
    assert_eq!(code, 1);
    assert_eq!(folder.steady(&["test_a"]).0, "a.test.rhai: 1 passed\n\n1 passed, 0 failed in");
}

#[test]
fn errors_of_the_top_level_and_of_functions_have_their_place() {
    let toplevel = Folder::new(&[("a.test.rhai", "throw \"early\";\nfn test_a() {}")]);
    assert_eq!(
        toplevel.json(&[])["tests"][0]["error"]["text"],
        "error[Error]: early\n --> a.test.rhai:1:1\n  |\n1 | throw \"early\";\n  | ^^^^^"
    );
    assert_eq!(
        error_of("fn_does_not_exist()"),
        "error[FunctionNotFound]: Function not found: fn_does_not_exist ()\n --> a.test.rhai:2:1\n  |\n\
         2 | fn_does_not_exist()\n  | ^^^^^^^^^^^^^^^^^"
    );
}

const HANDLER: &str = "const TABLE = env::get(\"TABLE\", \"none\");\n\
    fn handler(event, context) {\n\
        cache::set(\"n\", (cache::get(\"n\") ?? 0) + 1);\n\
        let user = http::get(\"https://api.example.com/users/\" + event.user).json();\n\
        aws::call(\"dynamodb\", \"PutItem\", #{ TableName: global::TABLE, Item: #{ id: #{ S: user.id } } });\n\
        #{ n: cache::get(\"n\"), table: global::TABLE, ms: context.get_remaining_time_in_millis(), name: context.function_name }\n\
    }\n\
    fn crash(event) {\n    event.missing.deep\n}\n\
    fn stream(event, context, stream) { stream.start(#{ statusCode: 201 }); stream.write(\"tea\"); }\n";

#[test]
fn handlers_run_as_in_lambda() {
    let folder = Folder::new(&[
        ("rhambda.toml", "name = \"orders\"\ntimeout = 7"),
        ("orders.rhai", HANDLER),
        (
            "orders.test.rhai",
            "fn test_a() {\n\
             mock::env(#{ TABLE: \"t1\" });\n\
             mock::time(\"2026-01-02T03:04:05Z\");\n\
             let seen = 0;\n\
             mock::http(\"https://api.example.com/users/*\", |request| { seen += 1; #{ body: #{ id: \"u\" } } });\n\
             mock::aws(\"dynamodb\", \"PutItem\", |params| #{});\n\
             test::invoke(\"orders.handler\", #{ user: \"1\" });\n\
             let response = test::invoke(\"orders.handler\", #{ user: \"2\" });\n\
             assert_eq(response, #{ n: 2, table: \"t1\", ms: 7000, name: \"orders\" });\n\
             assert_eq([seen, mock::calls(\"dynamodb\", \"*\").len()], [2, 2]);\n\
             assert_eq(test::invoke(\"orders.stream\", ()), #{ statusCode: 201, headers: #{}, cookies: [], body: \"tea\" });\n\
             }\n\
             fn test_b() {\n    test::invoke(\"orders.crash\", #{});\n}\n\
             fn test_c() { test::invoke(\"orders.crash\", Fn(\"x\")); }\n\
             fn test_d() { test::invoke(\"orders.crash\", #{}, #{ seconds: 1 }); }\n\
             fn test_e() { test::invoke(\"orders.nothing\", #{}); }",
        ),
    ]);
    let report = folder.json(&[]);
    let texts: Vec<_> = report["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| test["error"]["text"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        texts,
        [
            "",
            r#"error[DotExpr]: the value before `.deep` is `()`: it is missing or null. Write `?.deep` where that can happen
  --> orders.test.rhai:14:11
   |
14 |     test::invoke("orders.crash", #{});
   |           ^^^^^^
  in the handler:
    error[DotExpr]: the value before `.deep` is `()`: it is missing or null. Write `?.deep` where that can happen
     --> orders.rhai:9:19
      |
    9 |     event.missing.deep
      |                   ^^^^
        at crash (orders.rhai:9:19)"#,
            r#"error[InvalidEvent]: the event cannot be JSON: the value is a function, which has no JSON form; pass what JSON can hold
  --> orders.test.rhai:16:21
   |
16 | fn test_c() { test::invoke("orders.crash", Fn("x")); }
   |                     ^^^^^^"#,
            r#"error[InvalidOption]: unknown option `seconds`; the options are timeout, request_id, client_context, identity, headers
  --> orders.test.rhai:17:21
   |
17 | fn test_d() { test::invoke("orders.crash", #{}, #{ seconds: 1 }); }
   |                     ^^^^^^"#,
            r#"error[Runtime.HandlerNotFound]: the function `nothing` does not exist in orders.rhai; it has `crash(event)`, `stream(event, context, stream)`, `handler(event, context)`
  --> orders.test.rhai:18:21
   |
18 | fn test_e() { test::invoke("orders.nothing", #{}); }
   |                     ^^^^^^
  in the handler:
    Runtime.HandlerNotFound: the function `nothing` does not exist in orders.rhai; it has `crash(event)`, `stream(event, context, stream)`, `handler(event, context)`"#,
        ]
    );
}

#[test]
fn a_failing_case_is_named() {
    assert_eq!(
        error_of("test::cases([[1, 1, 2], [2, 2, 5]], |a, b, c| assert_eq(a + b, c));"),
        "error[AssertionFailed]: the values are not equal
 --> a.test.rhai:2:47
  |
2 | test::cases([[1, 1, 2], [2, 2, 5]], |a, b, c| assert_eq(a + b, c));
  |                                               ^^^^^^^^^
    at <closure> (a.test.rhai:2:47)
    at test_a (a.test.rhai:2:7)
  case 2: [2,2,5]
  expected: 5
    actual: 4"
    );
    assert_eq!(
        error_of("test::cases(#{ good: 1, odd: 2 }, |n| assert(n == 1));"),
        "error[AssertionFailed]: the condition is false
 --> a.test.rhai:2:39
  |
2 | test::cases(#{ good: 1, odd: 2 }, |n| assert(n == 1));
  |                                       ^^^^^^
    at <closure> (a.test.rhai:2:39)
    at test_a (a.test.rhai:2:7)
  case \"odd\""
    );
}

#[test]
fn an_order_can_be_repeated() {
    let tests = (0..20).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "fn test_{number:02}() {{}}");
        text
    });
    let folder = Folder::new(&[("a.test.rhai", &tests)]);
    let order = |arguments: &[&str]| {
        let report = folder.json(&[&["--jobs", "1"], arguments].concat());
        let names: Vec<_> =
            report["tests"].as_array().unwrap().iter().map(|test| test["name"].to_string()).collect();
        (names, report["seed"].as_u64())
    };
    let (written, none) = order(&[]);
    assert!(written.is_sorted() && none.is_none());
    let (shuffled, seed) = order(&["--shuffle"]);
    assert_eq!(order(&["--seed", &seed.unwrap().to_string()]).0, shuffled);
    assert_ne!(order(&["--seed", "1"]).0, order(&["--seed", "2"]).0);
}

#[test]
fn coverage_counts_lines_and_names_those_not_reached() {
    let folder = Folder::new(&[
        ("lib.rhai", "fn sign(n) {\n    if n < 0 {\n        return -1;\n    }\n    1\n}\n"),
        ("unused.rhai", "fn f() {\n    1\n}\n"),
        ("a.test.rhai", "import \"lib\" as lib;\nfn test_a() { lib::sign(1); lib::sign(2); }"),
    ]);
    let (report, code) = folder.steady(&["--coverage"]);
    assert_eq!(
        report,
        "a.test.rhai: 1 passed

1 passed, 0 failed in

file         lines  reached  not reached
lib.rhai         3   66.6 %  3
unused.rhai      1    0.0 %  2
total            4   50.0 %"
    );
    assert_eq!(code, 0);
    folder.report(&["--coverage=lcov"]);
    let place = fs::canonicalize(folder.path("")).unwrap();
    let place = place.display();
    assert_eq!(
        fs::read_to_string(folder.path("lcov.info")).unwrap(),
        format!(
            "TN:\nSF:{place}/lib.rhai\nDA:2,2\nDA:3,0\nDA:5,2\nLF:3\nLH:2\nend_of_record\n\
             TN:\nSF:{place}/unused.rhai\nDA:2,0\nLF:1\nLH:0\nend_of_record\n"
        )
    );
    folder.report(&["--coverage=html", "--coverage-output", "c.html"]);
    let page = fs::read_to_string(folder.path("c.html")).unwrap();
    let (_, body) = page.split_once("<body>").unwrap();
    assert_eq!(
        body,
        r##"<h1>Coverage</h1>
<table>
<tr><td><a href="#f0">lib.rhai</a></td><td>66.6 %</td></tr>
<tr><td><a href="#f1">unused.rhai</a></td><td>0.0 %</td></tr>
</table>
<h2 id="f0">lib.rhai</h2>
<pre><span class=""><span class="hits"></span>    1 fn sign(n) {</span>
<span class="yes"><span class="hits">2</span>    2     if n &lt; 0 {</span>
<span class="no"><span class="hits">0</span>    3         return -1;</span>
<span class=""><span class="hits"></span>    4     }</span>
<span class="yes"><span class="hits">2</span>    5     1</span>
<span class=""><span class="hits"></span>    6 }</span>
</pre>
<h2 id="f1">unused.rhai</h2>
<pre><span class=""><span class="hits"></span>    1 fn f() {</span>
<span class="no"><span class="hits">0</span>    2     1</span>
<span class=""><span class="hits"></span>    3 }</span>
</pre>
</body></html>
"##
    );
}

#[test]
fn junit_reports_are_xml() {
    let folder = Folder::new(&[
        ("a.test.rhai", "fn test_a() { throw \"<&\\x01\\\"\"; }\nfn test_b() {}"),
        ("bad.test.rhai", "("),
    ]);
    let (report, code) = folder.report(&["--format", "junit"]);
    assert_eq!(code, 1);
    let script = "import sys, xml.etree.ElementTree as t; r = t.fromstring(sys.stdin.buffer.read()); \
                  print(r.get('tests'), r.get('failures'), r.get('errors'), [c.get('name') for c in r.iter('testcase')])";
    let mut python = Command::new("python3");
    let mut python =
        python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), report.as_bytes()).unwrap();
    let said = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(said, "3 1 1 ['test_a', 'test_b', 'load']\n", "{report}");
}

#[test]
fn changes_are_watched() {
    let folder = Folder::new(&[("a.test.rhai", "fn test_a() { assert_eq(1, 2); }")]);
    let mut child =
        folder.command(&["--watch"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("0 passed, 1 failed")));
    fs::write(folder.path("a.test.rhai"), "fn test_a() { assert_eq(1, 1); } // now").unwrap();
    assert!(lines.any(|line| line.starts_with("1 passed, 0 failed")));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn wrong_command_lines_are_refused() {
    let folder = Folder::new(&[("a.test.rhai", "fn test_a() {}")]);
    for arguments in [&["--dir", "missing"][..], &["--timeout", "0"], &["--jobs", "0"], &["--format", "xml"]]
    {
        assert_eq!(folder.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_filter_that_matches_no_test_is_named() {
    let folder = Folder::new(&[("a.test.rhai", "fn test_a() {}")]);
    let output = folder.run(&["nope", "nothing"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("rhambda: no tests found in "), "{said}");
    assert!(said.ends_with(" whose name contains \"nope\" or \"nothing\"\n"), "{said}");
}

#[test]
fn a_thousand_tests_take_seconds_even_in_a_debug_build() {
    let tests = (0..1000).fold("import \"lib\" as lib;\n".to_owned(), |mut text, number| {
        let _ = writeln!(text, "fn test_{number}() {{ assert_eq(lib::twice({number}), {}); }}", 2 * number);
        text
    });
    let folder = Folder::new(&[("a.test.rhai", &tests), ("lib.rhai", "fn twice(n) { 2 * n }")]);
    let start = Instant::now();
    let report = folder.json(&[]);
    assert_eq!(report["passed"], 1000);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn check_knows_what_only_tests_have() {
    let test = "fn test_a() { mock::time(0); assert_eq(1, 1); test::cases([1], |n| assert(n == 1)); }";
    let folder = Folder::new(&[
        ("a.test.rhai", test),
        ("b.test.rhai", "fn test_b() { mock::tim(0); assert_equal(1, 1); }"),
        ("c.rhai", "fn f() { assert(true); }\nfn g() { mock::time(0) }"),
    ]);
    let output = folder.0.run(env!("CARGO_BIN_EXE_rhambda"), &["check", "--format", "json"]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let findings: Vec<_> = findings
        .iter()
        .map(|found| {
            let said = |field: &str| found[field].as_str().unwrap_or_default();
            format!("{}:{} {} ({})", said("file"), found["line"], said("message"), said("help"))
        })
        .collect();
    assert_eq!(
        findings,
        [
            "b.test.rhai:1 the function `mock::tim` does not exist (did you mean `mock::time(time: string | time | int)`?)",
            "b.test.rhai:1 the function `assert_equal` does not exist \
             (did you mean `assert_eq(actual: any, expected: any[, message: string])`?)",
            "c.rhai:1 the function `assert` does not exist \
             (Only tests have `assert`: in a function, write `if !ok { throw \"…\" }`)",
            "c.rhai:2 the module `mock` is not imported ()",
        ]
    );
}

#[test]
fn the_tests_of_the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
    let output = command.args(["test", "--dir", "scripts-examples"]).current_dir(root).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("http-api/books.test.rhai") && said.contains("sqs-batch"), "{said}");
}

/// The examples of the page, each block as a test: `value // → JSON` and `expression // ✗ ErrorType`.
#[test]
fn the_examples_of_the_page_do_what_they_say() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/test.md")).unwrap();
    let mut tests = String::new();
    let blocks = page.split("```rhai\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for (number, block) in blocks.enumerate() {
        let _ = writeln!(tests, "fn test_{number}() {{");
        for line in block.lines() {
            let _ = match (line.rsplit_once(" // → "), line.rsplit_once(" // ✗ ")) {
                (Some((code, json)), _) => {
                    let json = Value::from(json).to_string().replace("${", "$\\u{7b}");
                    writeln!(tests, "assert_eq(json::decode(json::encode({code})), json::decode({json}));")
                }
                (_, Some((code, error))) => writeln!(
                    tests,
                    "let error__ = (); try {{ {code}; }} catch (e) {{ error__ = e.type ?? e.error; }} assert_eq(error__, \"{error}\");"
                ),
                _ => writeln!(tests, "{line}"),
            };
        }
        tests.push_str("}\n");
    }
    let folder = Folder::new(&[("page.test.rhai", &tests)]);
    let report = folder.json(&[]);
    assert!(report["passed"].as_u64().unwrap() >= 13 && report["failed"] == 0, "{report:#}\n{tests}");
}

#[test]
fn examples_of_documentation_are_tests() {
    let money = "//! ```rhai\n//! money::gross(100) // → 119\n//! ```\n\n\
        const VAT = 19;\n\n\
        /// Adds the VAT.\n///\n/// ```rhai\n/// let net = 100; // in cents\n/// gross(net) + 1 // → 120\n\
        /// [\"// → 3\", ()] // → [\"// → 3\", null]\n/// let text = `a\n/// b`;\n/// text.len() // → 3\n/// throw #{ type: \"Mine\" }; // ✗ Mine\n/// ```\n\
        fn gross(net) { net * (100 + global::VAT) / 100 }\n\n\
        /**\n * ```rhai\n * 119.price() // → \"1.19\"\n * ```\n */\n\
        fn int.price() { `${this / 100}.${this % 100}` }\n\n\
        /// ```text\n/// no code\n/// ```\nfn other() {}\n";
    let folder = Folder::new(&[
        ("lib/money.rhai", money),
        ("main.rhai", "/// ```rhai\n/// import \"lib/money\" as m;\n/// handler(m::gross(1), ()) // → 2\n/// ```\nfn handler(event, context) { event + 1 }"),
        ("a.test.rhai", "/// ```rhai\n/// 1 // → 2\n/// ```\nfn test_a() {}"),
    ]);
    let report = folder.json(&["--doc"]);
    let tests: Vec<_> = report["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| (&test["file"], &test["name"], &test["status"]))
        .collect();
    let expected = [
        ("lib/money.rhai", "script (line 2)"),
        ("lib/money.rhai", "gross (line 10)"),
        ("lib/money.rhai", "price (line 22)"),
        ("main.rhai", "handler (line 2)"),
    ];
    assert_eq!(tests.len(), expected.len(), "{report:#}");
    for (test, (file, name)) in tests.iter().zip(expected) {
        assert!(*test.0 == file && *test.1 == name && *test.2 == "passed", "{test:?} {report:#}");
    }
    assert_eq!(folder.json(&["--doc", "gross"])["passed"], 1);
}

#[test]
fn examples_that_fail_show_their_line() {
    let script =
        |code: &str| format!("/// Adds.\n/// ```rhai\n/// {code}\n/// ```\nfn add(a, b) {{ a + b }}\n");
    for (code, column, message, mark, values) in [
        (
            "add(1, 2) // → 4",
            17,
            "AssertionFailed]: the values are not equal",
            "^",
            "  expected: 4\n    actual: 3\n",
        ),
        (
            "add(1) // → 4",
            5,
            "FunctionNotFound]: Function not found: add (i64). a.rhai has `add(a, b)`",
            "^^^",
            "",
        ),
        (
            "add(1, 2) // ✗ Mine",
            24,
            "AssertionFailed]: the type of the error is not the stated one",
            "^",
            "  expected: \"Mine\"\n    actual: null\n",
        ),
        (
            "no_such() // ✗ Mine",
            24,
            "AssertionFailed]: the type of the error is not the stated one",
            "^",
            "  expected: \"Mine\"\n    actual: \"FunctionNotFound\"\n",
        ),
        ("add(1, 2) // → four", 24, "JsonError]: not JSON: expected ident at line 1 column 2", "^", ""),
    ] {
        let (report, status) = Folder::new(&[("a.rhai", &script(code))]).steady(&["--doc"]);
        let indent = " ".repeat(column - 1);
        assert_eq!(
            report,
            format!(
                "a.rhai: 0 passed, 1 failed\n\nFAILED a.rhai::add (line 3)\nerror[{message}\n --> a.rhai:3:{column}\n  |\n\
                 3 | /// {code}\n  | {indent}{mark}\n{values}\n0 passed, 1 failed in"
            )
        );
        assert_eq!(status, 1);
    }
    let (report, status) = Folder::new(&[("a.rhai", &script("let = 3;"))]).steady(&["--doc"]);
    assert_eq!(
        report,
        "a.rhai: invalid

INVALID a.rhai
error[Runtime.UserCodeSyntaxError]: Expecting name of a variable. Choose another name
 --> a.rhai:3:9
  |
3 | /// let = 3;
  |         ^

0 passed, 0 failed, 1 invalid file in"
    );
    assert_eq!(status, 1);
    let junit =
        Folder::new(&[("a.rhai", &script("add(1, 2) // → 4"))]).report(&["--doc", "--format", "junit"]).0;
    let (head, failure) = junit.split_once("><failure ").unwrap();
    let (test, _time) = head.rsplit_once('<').unwrap().1.split_once(" time=").unwrap();
    assert_eq!(test, "testcase classname=\"a.rhai\" name=\"add (line 3)\"");
    assert_eq!(
        failure,
        "type=\"AssertionFailed\" message=\"the values are not equal\">error[AssertionFailed]: the values are not equal&#10; \
         --&gt; a.rhai:3:17&#10;  |&#10;3 | /// add(1, 2) // → 4&#10;  |                 ^&#10;  expected: 4&#10;    actual: 3\
         </failure></testcase>\n  </testsuite>\n</testsuites>\n"
    );
    let folder = Folder::new(&[("a.rhai", "fn a() {}")]);
    let nothing = folder.run(&["--doc"]);
    assert_eq!(nothing.status.code(), Some(1));
    let how = "write blocks that begin with ```rhai in comments that begin with ///";
    let place = fs::canonicalize(folder.path("")).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&nothing.stderr),
        format!("rhambda: no examples found in {}: {how}\n", place.display())
    );
}

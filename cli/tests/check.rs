//! `rhambda check`, from the outside.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

/// A folder with scripts to check.
struct Folder(test_support::folder::Folder);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        Self(test_support::folder::Folder::new(files))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn read(&self, name: &str) -> String {
        self.0.read(name)
    }

    /// Runs `rhambda check` in the folder.
    fn check(&self, arguments: &[&str]) -> Output {
        self.run(&[&["check"], arguments].concat())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.0.run(env!("CARGO_BIN_EXE_rhambda"), arguments)
    }

    /// What is reported, and the exit code.
    fn report(&self, arguments: &[&str]) -> (String, i32) {
        let output = self.check(arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    /// The codes in the JSON report, each with its file.
    fn codes(&self, arguments: &[&str]) -> Vec<String> {
        let (report, _) = self.report(&[arguments, &["--format", "json"]].concat());
        let findings: Vec<Value> = serde_json::from_str(&report).unwrap();
        let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        findings
            .iter()
            .map(|finding| format!("{} {}", text(finding, "file"), text(finding, "code")))
            .collect()
    }
}

const MISSPELT: &str = "fn handler(event) {\n    event.name.to_uper()\n}\n";

#[test]
fn a_finding_has_its_line_and_a_remedy() {
    let folder = Folder::new(&[("hello.rhai", MISSPELT)]);
    let (report, code) = folder.report(&[]);
    assert_eq!(code, 1);
    let expected = "error[unknown-function]: the function `to_uper` does not exist\n --> hello.rhai:2:16\n  |\n2 |     event.name.to_uper()\n  |                ^^^^^^^\n  |\n  = help: did you mean ";
    assert!(report.starts_with(expected), "{report}");
    assert!(report.contains("to_upper()"), "{report}");
}

#[test]
fn clean_scripts_and_warnings_succeed() {
    let folder = Folder::new(&[
        ("hello.rhai", "fn handler(event) { event }"),
        ("lib/a.rhai", "fn f() { let x = 1; 2 }"),
    ]);
    let output = folder.check(&[]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "rhambda: 0 errors and 1 warning in 2 scripts\n");
    assert_eq!(folder.codes(&[]), ["lib/a.rhai unused-variable"]);
    assert_eq!(folder.report(&["hello.rhai"]), (String::new(), 0));
}

#[test]
fn wrong_command_lines_are_refused() {
    let folder = Folder::new(&[("hello.rhai", "1")]);
    for arguments in [&["missing.rhai"][..], &["--format", "xml"], &["--layer-dir", "missing"]] {
        assert_eq!(folder.check(arguments).status.code(), Some(2), "{arguments:?}");
    }
    fs::create_dir(folder.path("empty")).unwrap();
    let output = folder.check(&["empty"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("empty contains no scripts"));
}

#[test]
fn a_script_that_is_not_utf8_is_an_error_with_its_place() {
    let folder = Folder::new(&[("good.rhai", "fn handler(event) { event }")]);
    fs::write(folder.path("bad.rhai"), b"fn f() {\n    \"\xff\"\n}\n").unwrap();
    let (report, code) = folder.report(&[]);
    assert_eq!(code, 1);
    let expected = "error[syntax]: bad.rhai is not UTF-8: byte 15 (bad.rhai:2:6). Save the file as UTF-8\n";
    assert!(report.starts_with(expected), "{report}");
}

#[test]
fn severities_come_from_the_configuration() {
    let folder = Folder::new(&[
        ("a.rhai", "fn f() { let x = 1; 2 }\nfn g(s) { s.to_uper() }"),
        ("rhambda.toml", "[check]\nunused-variable = \"error\"\nunknown-function = \"off\"\n"),
    ]);
    assert_eq!(folder.codes(&[]), ["a.rhai unused-variable"]);
    assert_eq!(folder.report(&[]).1, 1);
    for (toml, reason) in [
        ("[check]\nunused = \"off\"", "there is no code \"unused\""),
        ("[check]\nsyntax = \"none\"", "the severity \"none\" is invalid"),
    ] {
        fs::write(folder.path("rhambda.toml"), toml).unwrap();
        let output = folder.check(&[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(reason), "{output:?}");
    }
}

#[test]
fn the_handler_is_looked_for() {
    let folder = Folder::new(&[
        ("a.rhai", "fn handle(event) { event }"),
        ("rhambda.toml", "name = \"a\"\nhandler = \"a.handler\"\n"),
    ]);
    assert_eq!(folder.codes(&[]), ["rhambda.toml unknown-handler"]);
    assert!(folder.report(&[]).0.contains("it has `handle(event)`"));
    fs::write(folder.path("rhambda.toml"), "handler = \"a.handle\"").unwrap();
    assert!(folder.codes(&[]).is_empty());
}

#[test]
fn each_function_of_a_repository_is_checked_by_itself() {
    let main = "import \"lib/x\" as x; fn handler(event) { x::one() }";
    let folder = Folder::new(&[
        ("one/rhambda.toml", "handler = \"main.handler\""),
        ("one/main.rhai", main),
        ("one/lib/x.rhai", "fn one() { 1 }"),
        ("two/rhambda.toml", "handler = \"main.handler\""),
        ("two/main.rhai", main),
        ("two/lib/x.rhai", "fn two() { 2 }"),
    ]);
    assert_eq!(folder.codes(&[]), ["two/main.rhai unknown-function"]);
    assert_eq!(folder.codes(&["one", "two/lib/x.rhai"]), [""; 0]);
    assert_eq!(folder.codes(&["two/main.rhai"]), ["two/main.rhai unknown-function"]);
}

#[test]
fn folders_without_configuration_are_functions_if_their_imports_say_so() {
    let main = "import \"lib/x\" as x; fn handler(event) { x::one() }";
    let folder = Folder::new(&[
        ("all/one/main.rhai", main),
        ("all/one/lib/x.rhai", "fn one() { 1 }"),
        ("all/more/two/main.rhai", main),
        ("all/more/two/lib/x.rhai", "fn two() { 2 }"),
        ("src/handlers/main.rhai", main),
        ("src/lib/x.rhai", "fn one() { 1 }"),
    ]);
    assert_eq!(folder.codes(&["all"]), ["all/more/two/main.rhai unknown-function"]);
    assert_eq!(folder.codes(&["all/one/main.rhai"]), [""; 0]);
    assert_eq!(folder.codes(&["src"]), [""; 0]);
}

#[test]
fn the_examples_are_clean() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scripts-examples");
    let folder = Folder::new(&[]);
    let layer = root.join("layer-library/layer/rhai");
    let (report, code) = folder.report(&[root.to_str().unwrap(), "--layer-dir", layer.to_str().unwrap()]);
    assert_eq!((report.as_str(), code), ("", 0));
}

#[test]
fn layers_can_be_named() {
    let folder = Folder::new(&[
        ("f/main.rhai", "import \"common\" as common; fn handler() { common::one() + common::two() }"),
        ("layer/common.rhai", "fn one() { 1 } fn three() { let unused = 1; 3 }"),
    ]);
    assert_eq!(folder.codes(&["f"]), ["f/main.rhai unknown-import"]);
    assert_eq!(folder.codes(&["f", "--layer-dir", "layer"]), ["f/main.rhai unknown-function"]);
    fs::write(folder.path("f/rhambda.toml"), "layer-dir = \"../layer\"").unwrap();
    assert_eq!(folder.codes(&["f"]), ["f/main.rhai unknown-function"]);
    fs::write(folder.path("f/rhambda.toml"), "layer = [\"arn:a\"]").unwrap();
    assert_eq!(folder.report(&["f"]).1, 0);
}

#[test]
fn safe_changes_are_made() {
    let before = "fn handler(event) {\n    if event.a and event.b { 'yes' } elif event.c == None { \"${event}\" }\n}\n";
    let folder = Folder::new(&[("a.rhai", &format!("\u{feff}{before}")), ("b.rhai", MISSPELT)]);
    let output = folder.check(&["--fix"]);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("rhambda: fixed 5 problems\n"), "{output:?}");
    assert_eq!(
        folder.read("a.rhai"),
        "\u{feff}fn handler(event) {\n    if event.a && event.b { \"yes\" } else if event.c == () { `${event}` }\n}\n"
    );
    assert_eq!(folder.read("b.rhai"), MISSPELT);
}

#[test]
fn reports_for_programs() {
    let folder = Folder::new(&[("a b.rhai", MISSPELT)]);
    let (report, _) = folder.report(&["--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unknown-function".into(), &"error".into()));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "a%20b.rhai");
    assert_eq!(location["region"]["startColumn"], 16);
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    let (report, code) = folder.report(&["--format", "github"]);
    let expected = "::error file=a b.rhai,line=2,col=16,endLine=2,endColumn=23,title=unknown-function::the function `to_uper`";
    assert!(report.starts_with(expected), "{report}");
    assert_eq!((report.lines().count(), code), (1, 1));
}

#[test]
fn control_characters_are_shown() {
    let folder =
        Folder::new(&[("a.rhai", "fn f() { x\x1b[2J }"), ("b.rhai", "fn f(s) { \"\x1b]0;t\".trm() }")]);
    let (report, _) = folder.report(&[]);
    assert!(!report.contains('\x1b'), "{report:?}");
}

#[test]
fn packages_are_refused_that_have_errors() {
    let folder = Folder::new(&[
        ("f/main.rhai", MISSPELT),
        ("f/lib.rhai", "import \"layers\" as layers; fn f() { let x = 1; layers::f() }"),
    ]);
    let output = folder.run(&["package", "--dir", "f"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error[unknown-function]") && said.contains("--no-check"), "{said}");
    assert!(!said.contains("lib.rhai"), "{said}");
    assert!(folder.run(&["package", "--dir", "f", "--no-check"]).status.success());
    fs::write(folder.path("f/main.rhai"), "fn handler(event) { event }").unwrap();
    assert!(folder.run(&["package", "--dir", "f"]).status.success());
}

#[test]
fn the_guide_lists_every_code() {
    let page =
        fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/check.md")).unwrap();
    let listed: Vec<_> =
        page.lines().filter_map(|line| line.strip_prefix("#### `")?.split('`').next()).collect();
    let codes: Vec<_> = rhambda_analysis::Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, codes);
    for code in rhambda_analysis::Code::ALL {
        let heading = format!("#### `{}`\n\n*{}.* {}", code.name(), code.severity().name(), code.summary());
        assert!(page.contains(&heading), "the page does not say: {heading}");
    }
}

const ORDERS: &str = r#"const TABLE = "orders";
fn handler(event) {
    let query = #{
        TableName: global::TABLE,
        KeyConditionExpresion: "id = :id",
        ExpressionAttributeValues: #{ ":id": #{ S: event.id } },
    };
    aws::items("dynamodb", "Query", query);
    aws::call("dynamodb", "GetItem", #{ TableName: "orders" }, #{ region: event.region });
    aws::call("bedrock", "InvokeModel", #{ modelId: "m" })
}
"#;

#[test]
fn calls_of_aws_are_checked() {
    let folder = Folder::new(&[("orders.rhai", ORDERS)]);
    let (report, code) = folder.report(&[]);
    let expected = r#"error[aws-parameter]: unknown parameter KeyConditionExpresion
 --> orders.rhai:5:9
  |
5 |         KeyConditionExpresion: "id = :id",
  |         ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean KeyConditionExpression?

error[aws-parameter]: GetItem needs Key
 --> orders.rhai:9:38
  |
9 |     aws::call("dynamodb", "GetItem", #{ TableName: "orders" }, #{ region: event.region });
  |                                      ^^
  |
  = help: `rhambda aws dynamodb GetItem` shows the operation

error[unknown-operation]: bedrock has no operation "InvokeModel"
  --> orders.rhai:10:26
   |
10 |     aws::call("bedrock", "InvokeModel", #{ modelId: "m" })
   |                          ^^^^^^^^^^^^^
   |
   = help: it is an operation of `bedrock-runtime`

"#;
    assert_eq!((report.as_str(), code), (expected, 1));
}

#[test]
fn mocks_of_what_aws_does_not_have_are_reported() {
    let test = r#"fn test_orders() {
    mock::aws("dynamodb", "GetItm", #{});
    mock::aws("DynamoDB", "GetItem", #{});
    mock::aws("dynmodb", "*", #{});
    assert_eq(mock::calls("dynamodb", "PutItm").len(), 0);
    mock::aws("dynamodb", "Get*", |params| #{});
    mock::aws("s3", "GET /photos/a.txt", #{});
    mock::calls("https://api.example.com/*");
}
"#;
    let folder = Folder::new(&[("orders.rhai", "fn handler(event) { event }"), ("orders.test.rhai", test)]);
    let (report, code) = folder.report(&["--format", "json"]);
    let findings: Vec<Value> = serde_json::from_str(&report).unwrap();
    let shown: Vec<_> = findings
        .iter()
        .map(|it| {
            format!("{} {} {}", it["line"], it["severity"].as_str().unwrap(), it["message"].as_str().unwrap())
        })
        .collect();
    let expected = [
        "2 error dynamodb has no operation \"GetItm\"",
        "4 error there is no service \"dynmodb\"",
        "5 error dynamodb has no operation \"PutItm\"",
    ];
    assert_eq!((shown, code), (expected.map(str::to_owned).to_vec(), 1));
}

#[test]
fn options_of_functions_for_tests_are_checked() {
    let test =
        "fn test_a() {\n    test::invoke(\"orders.handler\", (), #{ time_out: 1, headers: #{} });\n}\n";
    let folder = Folder::new(&[("orders.rhai", "fn handler(event) { event }"), ("orders.test.rhai", test)]);
    let (report, _) = folder.report(&["--format", "json"]);
    let findings: Vec<Value> = serde_json::from_str(&report).unwrap();
    let messages: Vec<_> = findings.iter().map(|it| it["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["unknown option `time_out`"]);
}

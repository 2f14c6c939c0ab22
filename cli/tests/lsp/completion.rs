//! Completion, hover and signature help.

use crate::client::{edited, Client};
use serde_json::{json, Value};

/// Opens a script in which `‸` stands for the cursor, and asks there.
fn ask(client: &mut Client, name: &str, script: &str, method: &str) -> Value {
    let (before, behind) = script.split_once('‸').expect("a cursor");
    client.open(name, &format!("{before}{behind}"));
    let line = before.matches('\n').count();
    let character = before[before.rfind('\n').map_or(0, |at| at + 1)..].encode_utf16().count();
    let place = client.place(name, u32::try_from(line).unwrap(), u32::try_from(character).unwrap());
    client.request(method, &place)
}

fn completions(client: &mut Client, name: &str, script: &str) -> Vec<Value> {
    serde_json::from_value(ask(client, name, script, "textDocument/completion")).unwrap()
}

fn labels(client: &mut Client, script: &str) -> Vec<String> {
    let items = completions(client, "a.rhai", script);
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn check(labels: &[String], with: &[&str], without: &[&str]) {
    for name in with {
        assert!(labels.iter().any(|label| label == name), "{name} is missing: {labels:?}");
    }
    for name in without {
        assert!(labels.iter().all(|label| label != name), "{name} is not expected: {labels:?}");
    }
}

#[test]
fn names_in_scope_are_offered() {
    let mut client = Client::new(&[]);
    let found = labels(
        &mut client,
        "import \"b\" as b;\nlet top = 1;\nfn f(x) {\n let y = 1;\n [1].map(|z| ‸)\n}\nfn g(other) {}",
    );
    check(
        &found,
        &["x", "y", "z", "b", "f", "g", "json", "log_info", "return"],
        &["top", "other", "to_upper"],
    );
    check(&labels(&mut client, "let top = 1; to‸"), &["top"], &[]);
    assert_eq!(labels(&mut client, "let ‸"), [""; 0]);
    assert_eq!(labels(&mut client, "// a‸"), [""; 0]);
    assert_eq!(labels(&mut client, "let x = \"a‸\";"), [""; 0]);
}

#[test]
fn methods_fit_the_type() {
    let mut client = Client::new(&[]);
    let of_string =
        labels(&mut client, "fn f() {\n let x = \"a\".trim;\n let y = `b`;\n y.‸\n\n}\nfn g() { 1 }");
    check(&of_string, &["to_upper", "split"], &["push", "aws_request_id"]);
    check(&labels(&mut client, "fn f() { `a ${1}`.split(\",\").‸ }"), &["push"], &["to_upper"]);
    check(&labels(&mut client, "fn f(x) { x.‸ }"), &["push", "to_upper"], &[]);
    check(&labels(&mut client, "fn string.shout() { 1 } \"a\".sh‸"), &["shout"], &[]);
    let of_map = labels(&mut client, "let x = #{ one: #{ two: 2 } };\nx.one.‸");
    check(&of_map, &["two", "keys"], &["one", "to_upper"]);
}

#[test]
fn fields_of_context_and_sample_events_are_offered() {
    let mut client = Client::new(&[
        ("events/one.json", r#"{ "Records": [{ "body": "{}" }, { "messageId": "1" }] }"#),
        ("events/two.json", r#"{ "detail": { "state": 1 } }"#),
        ("events/broken.json", "{"),
    ]);
    let found = labels(&mut client, "fn handler(event, context) {\n context.‸ }");
    check(&found, &["aws_request_id", "function_name", "get_remaining_time_in_millis"], &["Records", "push"]);
    check(&labels(&mut client, "fn handler(event) {\n event.‸ }"), &["Records", "detail"], &["body"]);
    let found = labels(&mut client, "fn handler(event) {\n for record in event.Records { record.‸ } }");
    check(&found, &["body", "messageId"], &["Records"]);
    check(&labels(&mut client, "fn handler(event) {\n event.detail.st‸ }"), &["state"], &[]);
}

#[test]
fn modules_and_imported_scripts_have_their_functions() {
    let mut client = Client::new(&[(
        "lib/money.rhai",
        "/// Adds cents.\nfn add(a, b) { a + b }\nprivate fn hidden() {}\nexport const RATE = 1.2;",
    )]);
    let found = labels(&mut client, "json::‸");
    check(&found, &["encode", "decode"], &["log_info"]);
    let script = "import \"lib/money\" as money;\nfn f() { money::‸ }";
    check(&labels(&mut client, script), &["add", "RATE"], &["hidden"]);
    check(&labels(&mut client, "const A = 1; fn f() { global::‸ }"), &["A"], &["f"]);
    let text = "import \"li";
    let items = completions(&mut client, "a.rhai", "import \"li‸");
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(edited(text, &json!([items[0]["textEdit"]])), "import \"lib/money");
}

#[test]
fn services_operations_and_parameters_of_aws_are_offered() {
    let mut client = Client::new(&[]);
    check(&labels(&mut client, "aws::call(\"‸\")"), &["dynamodb", "s3"], &["GetItem"]);
    let text = "aws::call(\"dynamodb\", \"Get\", #{})";
    let items = completions(&mut client, "a.rhai", "aws::call(\"dynamodb\", \"Get‸\", #{})");
    let get = items.iter().find(|item| item["label"] == "GetItem").expect("GetItem");
    assert_eq!(edited(text, &json!([get["textEdit"]])), "aws::call(\"dynamodb\", \"GetItem\", #{})");
    let found = labels(&mut client, "aws::call(\"dynamodb\", \"GetItem\", #{ TableName: \"a\", ‸ })");
    check(&found, &["Key", "ConsistentRead"], &["S"]);
    check(
        &labels(&mut client, "aws::call(\"dynamodb\", \"GetItem\", #{ Key: #{ ‸ } })"),
        &[],
        &["ConsistentRead"],
    );
}

#[test]
fn nested_parameters_of_aws_are_offered() {
    let mut client = Client::new(&[]);
    let put = "aws::call(\"dynamodb\", \"PutItem\", #{ TableName: \"a\", Item: #{ id: #{ ‸ } } })";
    check(&labels(&mut client, put), &["S", "N", "BOOL"], &["TableName", "Item"]);
    let half = "fn f() {\n aws::call(\"dynamodb\", \"PutItem\", #{ Item: #{ id: #{ S: \"1\" }, n: #{ ‸";
    check(&labels(&mut client, half), &["S", "N"], &["TableName"]);
    let tags =
        "aws::call(\"ec2\", \"CreateTags\", #{ Resources: [], Tags: [#{ Key: \"a\" }, #{ Key: \"b\", ‸ }] })";
    check(&labels(&mut client, tags), &["Key", "Value"], &["Tags", "Resources"]);
    let after = "aws::call(\"ec2\", \"CreateTags\", #{ Tags: [#{ Key: \"a\" }], ‸ })";
    check(&labels(&mut client, after), &["Resources", "Tags"], &["Key"]);
    // A word of the language needs quotes.
    let delete = "aws::call(\"codeartifact\", \"DeletePackage\", #{ pack‸ })";
    let items = completions(&mut client, "a.rhai", delete);
    let package = items.iter().find(|item| item["label"] == "package").expect("package");
    assert_eq!(package["insertText"], "\"package\"");
    // The keys of a map are the script's own.
    let own = "aws::call(\"dynamodb\", \"PutItem\", #{ Item: #{ ‸ } })";
    assert_eq!(labels(&mut client, own), [""; 0]);
    let value = "aws::call(\"dynamodb\", \"PutItem\", #{ Item: #{ id: #{ S: ‸ } } })";
    check(&labels(&mut client, value), &["env"], &["N"]);
}

#[test]
fn options_of_functions_are_offered() {
    let mut client = Client::new(&[]);
    check(&labels(&mut client, "totp::code(\"a\", #{ ‸ })"), &["digits", "period"], &["window", "env"]);
    check(&labels(&mut client, "totp::verify(x, y, #{ digits: 6, win‸"), &["window"], &["issuer"]);
    check(&labels(&mut client, "http::all([#{ url: x, ‸ }])"), &["timeout", "headers"], &["env"]);
    check(&labels(&mut client, "aws::call(x, y, #{}, #{ ‸ })"), &["region", "plain"], &["Key"]);
    let method = "let api = router::create();\napi.get(\"/\", || 1, #{ ‸ })";
    check(&labels(&mut client, method), &["summary", "body"], &["base_path"]);
    check(&labels(&mut client, "totp::code(x, #{ digits: ‸ })"), &["env"], &["digits"]);
    // The keys of other maps are the script's own.
    for own in ["print(#{ ‸ })", "totp::code(x, #{ a: #{ ‸ } })", "fn code(a, b) {} code(x, #{ ‸ })"] {
        assert_eq!(labels(&mut client, own), [""; 0], "{own}");
    }
}

#[test]
fn fields_of_responses_of_aws_are_offered() {
    let mut client = Client::new(&[]);
    let get = "let r = aws::call(\"dynamodb\", \"GetItem\", #{}); ";
    check(
        &labels(&mut client, &format!("{get}r.‸")),
        &["Item", "ConsumedCapacity", "keys"],
        &["Items", "push"],
    );
    check(&labels(&mut client, &format!("{get}r.Item.id.‸")), &["S", "N"], &["Item"]);
    check(&labels(&mut client, &format!("{get}r.ConsumedCapacity?.‸")), &["CapacityUnits"], &["Item"]);
    let list = "aws::call(\"sqs\", \"ReceiveMessage\", #{}).Messages";
    check(&labels(&mut client, &format!("{list}.‸")), &["push", "map"], &["Body"]);
    check(
        &labels(&mut client, &format!("for m in {list} {{ m.‸ }}")),
        &["Body", "ReceiptHandle"],
        &["Messages"],
    );
    check(&labels(&mut client, &format!("{list}.map(|m| m.‸)")), &["Body"], &["Messages"]);
    check(&labels(&mut client, &format!("{list}[0].‸")), &["Body"], &["Messages"]);
    let items = "for object in aws::items(\"s3\", \"ListObjectsV2\", #{}) { object.‸ }";
    check(&labels(&mut client, items), &["Key", "Size"], &["Contents"]);
    let pages = "for page in aws::pages(\"s3\", \"ListObjectsV2\", #{}) { page.‸ }";
    check(&labels(&mut client, pages), &["Contents", "KeyCount"], &["Bucket"]);
    check(&labels(&mut client, "let r = aws::call(\"no\", \"Such\", #{}); r.‸"), &["keys"], &["Item"]);
}

#[test]
fn functions_of_tests_are_offered_in_tests() {
    let mut client = Client::new(&[]);
    check(&labels(&mut client, "‸"), &[], &["assert_eq"]);
    let items = completions(&mut client, "a.test.rhai", "‸");
    assert!(items.iter().any(|item| item["label"] == "assert_eq"), "{items:?}");
}

#[test]
fn handlers_are_offered_in_the_configuration() {
    let mut client = Client::new(&[
        (
            "hello.rhai",
            "fn handler(event, context) { add(1, 2, 3) }\nfn add(a, b, c) { a }\nprivate fn one(a) { a }",
        ),
        ("rhambda.toml", ""),
    ]);
    let items = completions(&mut client, "rhambda.toml", "memory = 128\nhandler = \"‸\"\n");
    let labels: Vec<_> = items.iter().map(|item| &item["label"]).collect();
    assert_eq!(labels, ["hello.handler"]);
    assert_eq!(completions(&mut client, "rhambda.toml", "name = \"‸\"\n").len(), 0);
    let other = ask(&mut client, "Cargo.toml", "handler = \"‸\"\n", "textDocument/completion");
    assert!(other.is_null(), "{other}");
    let about = client.about("Cargo.toml");
    assert!(client.request("textDocument/documentSymbol", &about).is_null());
}

#[test]
fn documentation_follows_when_it_is_asked_for() {
    let mut client = Client::new(&[]);
    let items = completions(&mut client, "a.rhai", "json::‸");
    let encode = items.iter().find(|item| item["label"] == "encode").unwrap();
    let resolved = client.request("completionItem/resolve", encode);
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("```rhai"), "{resolved}");
}

fn hover(client: &mut Client, script: &str) -> String {
    let hover = ask(client, "a.rhai", script, "textDocument/hover");
    hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn hover_shows_signatures_documentation_and_types() {
    let mut client = Client::new(&[("b.rhai", "// Adds cents.\nfn add(a, b) { a + b }")]);
    let native = hover(&mut client, "json::de‸code(\"1\")");
    assert!(native.starts_with("```rhai\njson::decode(json: string | blob) -> any\n```"), "{native}");
    assert!(native.matches("```rhai").count() == 2, "{native}");
    let own = hover(&mut client, "/// Doubles.\nfn double(x) { x * 2 }\nfn f() { dou‸ble(1) }");
    assert_eq!(own, "```rhai\ndouble(x)\n```\n\nDoubles.");
    let imported = hover(&mut client, "import \"b\" as b;\nb::ad‸d(1, 2)");
    assert_eq!(imported, "```rhai\nadd(a, b)\n```\n\nAdds cents.");
    assert_eq!(hover(&mut client, "let x = 1; ‸x"), "```rhai\nlet x: int\n```");
    assert!(hover(&mut client, "[1].pu‸sh(2)").contains("array.push("));
    assert!(hover(&mut client, "js‸on::decode(\"\")").contains("- `json::encode`"));
    assert_eq!(hover(&mut client, "// js‸on"), "");
    assert_eq!(hover(&mut client, "let x = 1 ‸+ 2"), "");
}

#[test]
fn hover_and_signatures_know_parameters_and_responses_of_aws() {
    let mut client = Client::new(&[]);
    let call = |parameters: &str| format!("aws::call(\"dynamodb\", \"PutItem\", #{{ {parameters} }})");
    let shown = hover(&mut client, &call("Item: #{ id: #{ ‸S: \"1\" } }"));
    assert_eq!(shown, "```rhai\nS: string\n```\n\ndynamodb PutItem, Item.id");
    let shown = hover(&mut client, &call("Table‸Name: \"t\""));
    assert_eq!(shown, "```rhai\nTableName: string, required\n```\n\ndynamodb PutItem");
    let shown = hover(&mut client, "let r = aws::call(\"sqs\", \"SendMessage\", #{}); r.Message‸Id");
    assert_eq!(shown, "```rhai\nMessageId: string\n```\n\nresponse of sqs SendMessage");
    let method = "textDocument/signatureHelp";
    let help = ask(&mut client, "a.rhai", &call("Item: #{ id: #{ S: ‸ } }"), method);
    assert_eq!(help["signatures"][0]["parameters"][0]["label"], "S: string", "{help}");
    assert_eq!(
        (&help["activeParameter"], &help["signatures"][0]["documentation"]),
        (&json!(0), &json!("dynamodb PutItem, Item.id"))
    );
    let help = ask(&mut client, "a.rhai", "aws::call(\"sqs\", \"SendMessage\", ‸)", method);
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("aws::call("), "{help}");
}

#[test]
fn signature_help_follows_the_arguments() {
    let mut client = Client::new(&[]);
    let method = "textDocument/signatureHelp";
    let help = ask(&mut client, "a.rhai", "fn add(a, b) { a }\nfn f() { add(1, f(2), ‸", method);
    assert_eq!(help["signatures"][0]["label"], "add(a, b)");
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], "b");
    let help = ask(&mut client, "a.rhai", "fn add(a, b) { a }\nfn f() { add(1, ‸)", method);
    assert_eq!(help["activeParameter"], 1);
    let help = ask(&mut client, "a.rhai", "`a ${\"b\".split(‸)}`", method);
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("string.split("), "{help}");
    assert!(ask(&mut client, "a.rhai", "let x = (1‸)", method).is_null());
}

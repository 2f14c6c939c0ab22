//! Diagnostics, fixes, formatting, symbols and folding.

use crate::client::{edited, Client};
use serde_json::{json, Value};
use std::fs;

const MISSPELT: &str = "fn handler(event) {\n    event.name.to_uper()\n}\n";

#[test]
fn mistakes_are_shown_while_typing() {
    let mut client = Client::new(&[("hello.rhai", MISSPELT)]);
    client.open_file("hello.rhai");
    let found = client.diagnostics("hello.rhai");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("unknown-function"), &json!(1)));
    let range = json!({ "start": { "line": 1, "character": 15 }, "end": { "line": 1, "character": 22 } });
    assert_eq!(found[0]["range"], range);
    assert!(found[0]["message"].as_str().unwrap().contains("help: did you mean"), "{found:?}");
    let insert = json!({ "start": { "line": 1, "character": 19 }, "end": { "line": 1, "character": 19 } });
    client.change("hello.rhai", &json!([{ "range": insert, "text": "p" }]));
    assert_eq!(client.codes("hello.rhai"), [""; 0]);
    assert!(client.shut_down().success());
}

#[test]
fn changes_of_one_script_show_in_another() {
    let mut client = Client::new(&[
        ("rhambda.toml", "handler = \"hello.handler\"\n[check]\nunused-variable = \"off\"\n"),
        ("hello.rhai", "import \"lib/money\" as money;\nfn handler(event) { let x = 1; money::add(1) }\n"),
        ("lib/money.rhai", "fn add(a, b) { a + b }\n"),
    ]);
    client.open_file("hello.rhai");
    assert_eq!(client.codes("hello.rhai"), ["argument-count 1:31"]);
    client.open("lib/money.rhai", "fn add(a) { a }\n");
    // The older version of the other document is published again.
    client.diagnostics("lib/money.rhai");
    client.replace("hello.rhai", "import \"lib/money\" as money;\nfn handler(event) { money::add(1) }\n");
    assert_eq!(client.codes("hello.rhai"), [""; 0]);
}

#[test]
fn positions_count_utf_16_code_units() {
    let mut client = Client::new(&[]);
    client.open("a.rhai", "\u{feff}fn f() {\r\n\t`𝄞ä`.no_such()\r\n}\r\n");
    assert_eq!(client.codes("a.rhai"), ["unknown-function 1:7"]);
    let behind = json!({ "start": { "line": 1, "character": 1 }, "end": { "line": 1, "character": 6 } });
    client.change("a.rhai", &json!([{ "range": behind, "text": "1" }]));
    assert_eq!(client.codes("a.rhai"), ["unknown-function 1:3"]);
}

#[test]
fn an_invalid_configuration_is_shown() {
    let mut client = Client::new(&[
        ("rhambda.toml", "memory = 1\nhandler = \"hello.no_such\"\n"),
        ("hello.rhai", "fn handler(event) { event }\n"),
    ]);
    client.open_file("hello.rhai");
    client.diagnostics("hello.rhai");
    let found = client.shown("rhambda.toml");
    assert_eq!(found[0]["range"]["start"]["line"], 1, "{found:?}");
    client.open("rhambda.toml", "memroy = 1\n");
    let found = client.diagnostics("rhambda.toml");
    assert!(found[0]["message"].as_str().unwrap().contains("unknown field `memroy`"), "{found:?}");
    fs::write(client.path("rhambda.toml"), "handler = \"hello.handler\"\n").unwrap();
    let saved = client.about("rhambda.toml");
    client.notify("textDocument/didSave", &saved);
    while !client.shown("rhambda.toml").is_empty() {}
}

/// The actions for a line, by their titles.
fn actions(client: &mut Client, name: &str, line: u32) -> Vec<Value> {
    client.diagnostics(name);
    let range =
        json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 200 } });
    let mut params = client.about(name);
    params["range"] = range;
    params["context"] = json!({ "diagnostics": [] });
    serde_json::from_value(client.request("textDocument/codeAction", &params)).unwrap()
}

fn action(actions: &[Value], title: &str, uri: &str) -> Value {
    let found = actions.iter().find(|action| action["title"] == title);
    found.unwrap_or_else(|| panic!("{actions:#?}"))["edit"]["changes"][uri].clone()
}

#[test]
fn findings_can_be_fixed_and_allowed() {
    let mut client = Client::new(&[]);
    let text = "fn f(x) {\n    let y = \"${x}\";\n    x\n}\n";
    client.open("a.rhai", text);
    let found = actions(&mut client, "a.rhai", 1);
    let uri = client.uri("a.rhai");
    let fixed = edited(text, &action(&found, "Fix: replace \"${x}\" with `${x}`", &uri));
    assert_eq!(fixed, "fn f(x) {\n    let y = `${x}`;\n    x\n}\n");
    let all = edited(text, &action(&found, "Fix all that can be fixed safely", &uri));
    assert_eq!(all, fixed);
    let allowed = edited(text, &action(&found, "Allow unused-variable on this line", &uri));
    client.replace("a.rhai", &allowed);
    assert_eq!(client.codes("a.rhai"), ["plain-interpolation 2:12"]);
}

#[test]
fn suggested_names_are_quick_fixes() {
    let money = ("lib/money.rhai", "fn add(a, b) { a + b }\n");
    for (line, title, after) in [
        ("    event.nme.to_uper()", "Change to to_upper", "    event.nme.to_upper()"),
        ("    evnt.name", "Change to event", "    event.name"),
        ("    money::ad(1, 2)", "Change to add", "    money::add(1, 2)"),
        ("    http::get(event.url).stauts", "Change to status", "    http::get(event.url).status"),
        (
            "    aws::call(\"sqs\", \"ListQueus\", #{})",
            "Change to ListQueues",
            "    aws::call(\"sqs\", \"ListQueues\", #{})",
        ),
        (
            "    aws::call(\"sqs\", \"ListQueues\", #{ QueueNamPrefix: `𝄞` })",
            "Change to QueueNamePrefix",
            "    aws::call(\"sqs\", \"ListQueues\", #{ QueueNamePrefix: `𝄞` })",
        ),
        (
            "    import \"lib/moeny\" as m; m::add(1, 2)",
            "Change to lib/money",
            "    import \"lib/money\" as m; m::add(1, 2)",
        ),
    ] {
        let script = |line: &str| {
            let import = if line.contains("money::") { "import \"lib/money\" as money;" } else { "" };
            format!("{import}\nfn handler(event) {{\n{line}\n}}\n")
        };
        let mut client = Client::new(&[money]);
        let text = script(line);
        client.open("a.rhai", &text);
        let found = actions(&mut client, "a.rhai", 2);
        let uri = client.uri("a.rhai");
        let suggestion = found.iter().find(|action| action["title"] == title);
        let suggestion = suggestion.unwrap_or_else(|| panic!("{found:#?}"));
        // It may not be what is meant, so no key press applies it unseen, and neither does saving.
        assert_eq!((&suggestion["kind"], &suggestion["isPreferred"]), (&json!("quickfix"), &Value::Null));
        assert!(found.iter().all(|action| action["kind"] != "source.fixAll"), "{found:#?}");
        let fixed = edited(&text, &suggestion["edit"]["changes"][&uri]);
        assert_eq!(fixed, script(after));
        client.replace("a.rhai", &fixed);
        assert_eq!(client.codes("a.rhai"), [""; 0]);
    }
}

#[test]
fn scripts_with_the_name_of_an_unknown_module_are_imported() {
    let text = "// Counts.\n\n/// Adds.\nfn f() {\n    money::add(1)\n}\n";
    let mut client = Client::new(&[("a.rhai", text), ("lib/money.rhai", "fn add(a) { a }\n")]);
    client.open_file("a.rhai");
    let found = actions(&mut client, "a.rhai", 4);
    let uri = client.uri("a.rhai");
    let imported = edited(text, &action(&found, "Insert `import \"lib/money\" as money;`", &uri));
    assert_eq!(imported, format!("// Counts.\n\nimport \"lib/money\" as money;\n{}", &text[12..]));
    client.replace("a.rhai", &imported);
    assert_eq!(client.codes("a.rhai"), [""; 0]);
}

#[test]
fn formatting_changes_only_lines_that_differ() {
    let mut client = Client::new(&[]);
    let text = "fn f( a ) {\r\n    a\r\n}\r\nfn g() {\r\n        `𝄞`  }";
    client.open("a.rhai", text);
    let mut params = client.about("a.rhai");
    params["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    let edits = client.request("textDocument/formatting", &params);
    assert_eq!(edited(text, &edits), "fn f(a) {\r\n    a\r\n}\r\nfn g() {\r\n    `𝄞`\r\n}\r\n");
    assert_eq!(edits[0]["range"]["end"]["line"], 1, "{edits}");
    client.replace("a.rhai", "fn f( {");
    let (code, message) = client.error("textDocument/formatting", &params);
    assert_eq!(code, -32803);
    assert!(message.starts_with("1:7: "), "{message}");
}

#[test]
fn symbols_and_folds_exist_for_half_typed_scripts() {
    let mut client = Client::new(&[]);
    let text = "import \"b\" as b;\nconst A = 1;\n// One\n// two\nfn f(x) {\n  let y = [\n    x,\n  ];\n  y.\n\nfn g() { 1 }\n";
    client.open("a.rhai", text);
    let about = client.about("a.rhai");
    let symbols = client.request("textDocument/documentSymbol", &about);
    let names: Vec<_> =
        symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["b", "A", "f(x)", "g()"]);
    assert_eq!(symbols[2]["children"][0]["name"], "y");
    let folds = client.request("textDocument/foldingRange", &about);
    let lines: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(4, 9), (5, 6), (2, 3)]);
}

#[test]
fn scripts_that_other_programs_change_are_read_again() {
    let mut client = Client::started(&[("a.rhai", "import \"b\" as b;\nfn f() { b::g() }\n")]);
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let root = client.uri("");
    client.request("initialize", &json!({ "capabilities": watching, "rootUri": root }));
    client.notify("initialized", &json!({}));
    let watched = client.asked("client/registerCapability");
    assert_eq!(watched["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.open_file("a.rhai");
    assert_eq!(client.codes("a.rhai"), ["unknown-import 0:7"]);
    fs::write(client.path("b.rhai"), "fn g() { 1 }").unwrap();
    let changes = json!({ "changes": [{ "uri": client.uri("b.rhai"), "type": 1 }] });
    client.notify("workspace/didChangeWatchedFiles", &changes);
    assert_eq!(client.codes("a.rhai"), [""; 0]);
}

#[test]
fn a_range_is_formatted_alone() {
    let mut client = Client::new(&[]);
    let text = "fn a(){1}\n\nfn b(x){\nx+1\n}\n\nfn c(){2}\n";
    client.open("a.rhai", text);
    let mut request = client.about("a.rhai");
    request["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    let mut format = |start: [u32; 2], end: [u32; 2]| {
        request["range"] = json!({
            "start": { "line": start[0], "character": start[1] },
            "end": { "line": end[0], "character": end[1] },
        });
        edited(text, &client.request("textDocument/rangeFormatting", &request))
    };
    let middle = "fn a(){1}\n\nfn b(x) {\n    x + 1\n}\n\nfn c(){2}\n";
    assert_eq!(format([2, 0], [4, 1]), middle);
    assert_eq!(format([2, 3], [5, 0]), middle);
    assert_eq!(format([1, 0], [1, 0]), text);
    assert!(format([0, 0], [99, 0]).contains("fn c() {"));
}

#[test]
fn lines_beside_a_range_stay_as_they_are() {
    let mut client = Client::new(&[]);
    let text = "fn a(){1}\nfn b(){let x=1;x}\nfn c(x){\nx+1\n}\nfn d(){2}\n";
    client.open("a.rhai", text);
    let mut request = client.about("a.rhai");
    request["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    let mut format = |start: u32, end: u32| {
        request["range"] =
            json!({ "start": { "line": start, "character": 0 }, "end": { "line": end, "character": 1 } });
        edited(text, &client.request("textDocument/rangeFormatting", &request))
    };
    assert_eq!(format(5, 5), text.replace("fn d(){2}", "fn d() { 2 }"));
    assert_eq!(format(1, 1), text.replace("fn b(){let x=1;x}", "fn b() {\n    let x = 1;\n    x\n}"));
    assert_eq!(format(2, 4), text.replace("fn c(x){\nx+1\n", "fn c(x) {\n    x + 1\n"));
    let whole = "fn a() { 1 }\nfn b() {\n    let x = 1;\n    x\n}\nfn c(x) {\n    x + 1\n}\nfn d() { 2 }\n";
    assert_eq!(format(0, 5), whole);
}

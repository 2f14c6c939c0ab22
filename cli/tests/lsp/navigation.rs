//! Definitions, references and renaming, in one script and across scripts.

use crate::client::{edited, Client};
use serde_json::{json, Value};
use std::fs;

const HELLO: &str = "import \"lib/money\" as money;\n\
    const RATE = 2;\n\
    fn handler(event) {\n    \
        let total = money::add(1, 2);\n    \
        let f = Fn(\"double\");\n    \
        total + total.double() + double(global::RATE) + money::ZERO\n\
    }\n\
    fn double(x) { x * 2 }\n";
const MONEY: &str = "/// Adds.\nfn add(a, b) { a + b }\nexport const ZERO = 0;\n";

fn client() -> Client {
    let config = "name = \"x\"\nhandler = \"hello.handler\"\n";
    let mut client =
        Client::new(&[("hello.rhai", HELLO), ("lib/money.rhai", MONEY), ("rhambda.toml", config)]);
    client.open_file("hello.rhai");
    client
}

/// `FILE LINE:CHARACTER` of each location.
fn places(client: &Client, locations: &Value) -> Vec<String> {
    let root = client.uri("");
    let shown = locations.as_array().unwrap().iter().map(|location| {
        let file = location["uri"].as_str().unwrap().strip_prefix(&root).expect("a file of the folder");
        let start = &location["range"]["start"];
        format!("{} {}:{}", &file[1..], start["line"], start["character"])
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort();
    shown
}

fn definition(client: &mut Client, line: u32, character: u32) -> Vec<String> {
    let place = client.place("hello.rhai", line, character);
    let found = client.request("textDocument/definition", &place);
    places(client, &found)
}

#[test]
fn definitions_are_found_in_all_scripts() {
    let mut client = client();
    assert_eq!(definition(&mut client, 5, 6), ["hello.rhai 3:8"]);
    assert_eq!(definition(&mut client, 5, 20), ["hello.rhai 7:3"]);
    assert_eq!(definition(&mut client, 4, 18), ["hello.rhai 7:3"]);
    assert_eq!(definition(&mut client, 3, 26), ["lib/money.rhai 1:3"]);
    assert_eq!(definition(&mut client, 5, 60), ["lib/money.rhai 2:13"]);
    assert_eq!(definition(&mut client, 5, 46), ["hello.rhai 1:6"]);
    assert_eq!(definition(&mut client, 3, 18), ["hello.rhai 0:22"]);
    assert_eq!(definition(&mut client, 0, 10), ["lib/money.rhai 0:0"]);
    assert_eq!(definition(&mut client, 2, 0), [""; 0]);
}

fn references(client: &mut Client, name: &str, line: u32, character: u32) -> Vec<String> {
    let mut place = client.place(name, line, character);
    place["context"] = json!({ "includeDeclaration": true });
    let found = client.request("textDocument/references", &place);
    places(client, &found)
}

#[test]
fn references_are_found_in_all_scripts() {
    let mut client = client();
    let of_double = ["hello.rhai 4:16", "hello.rhai 5:18", "hello.rhai 5:29", "hello.rhai 7:3"];
    assert_eq!(references(&mut client, "hello.rhai", 7, 4), of_double);
    client.open_file("lib/money.rhai");
    let of_add = ["hello.rhai 3:23", "lib/money.rhai 1:3"];
    assert_eq!(references(&mut client, "lib/money.rhai", 1, 4), of_add);
    assert_eq!(
        references(&mut client, "lib/money.rhai", 1, 7),
        ["lib/money.rhai 1:15", "lib/money.rhai 1:7"]
    );
    let mut place = client.place("hello.rhai", 3, 9);
    let highlights = client.request("textDocument/documentHighlight", &place);
    assert_eq!(highlights.as_array().unwrap().len(), 3);
    place["context"] = json!({ "includeDeclaration": false });
    assert_eq!(client.request("textDocument/references", &place).as_array().unwrap().len(), 2);
}

/// Renames what is at a place; the changes by file.
fn rename(client: &mut Client, line: u32, character: u32, new: &str) -> Value {
    let mut place = client.place("hello.rhai", line, character);
    assert!(client.request("textDocument/prepareRename", &place)["start"].is_object());
    place["newName"] = json!(new);
    client.request("textDocument/rename", &place)["changes"].take()
}

#[test]
fn renaming_changes_every_mention_and_the_handler_setting() {
    let mut client = client();
    let (hello, money, config) =
        (client.uri("hello.rhai"), client.uri("lib/money.rhai"), client.uri("rhambda.toml"));
    let changes = rename(&mut client, 5, 20, "twice");
    let expected = HELLO.replace("double", "twice");
    assert_eq!(edited(HELLO, &changes[&hello]), expected);
    let changes = rename(&mut client, 3, 26, "sum");
    assert_eq!(edited(HELLO, &changes[&hello]), HELLO.replace("add", "sum"));
    assert_eq!(edited(MONEY, &changes[&money]), MONEY.replace("fn add", "fn sum"));
    let changes = rename(&mut client, 0, 23, "cash");
    assert_eq!(
        edited(HELLO, &changes[&hello]),
        HELLO.replace("money::", "cash::").replace("as money", "as cash")
    );
    let changes = rename(&mut client, 2, 5, "main");
    let text = fs::read_to_string(client.path("rhambda.toml")).unwrap();
    assert_eq!(edited(&text, &changes[&config]), text.replace("hello.handler", "hello.main"));
    // The scripts mean the same as before.
    client.replace("hello.rhai", &expected);
    assert_eq!(client.codes("hello.rhai"), ["unused-variable 4:8"]);
}

#[test]
fn names_that_would_change_the_meaning_are_refused() {
    let mut client = client();
    let mut refused = |line: u32, character: u32, new: &str| {
        let mut place = client.place("hello.rhai", line, character);
        place["newName"] = json!(new);
        let (code, message) = client.error("textDocument/rename", &place);
        assert_eq!(code, -32803);
        message
    };
    assert_eq!(refused(3, 9, "f"), "the name `f` is used in hello.rhai already");
    assert_eq!(refused(3, 9, "event"), "the name `event` is used in hello.rhai already");
    assert_eq!(refused(7, 4, "handler"), "the name `handler` is used in hello.rhai already");
    let message = "\"1x\" cannot be a name: use letters, digits and underscores, and no keyword";
    assert_eq!(refused(3, 9, "1x"), message);
    assert_eq!(refused(2, 0, "x"), "there is no name here that a script declares");
    client.open("hello.rhai", "fn f() { #{ f: 1 } }\nfn g(x) { x.f() }");
    let mut place = client.place("hello.rhai", 0, 3);
    place["newName"] = json!("h");
    let (_, message) = client.error("textDocument/rename", &place);
    assert_eq!(
        message,
        "`.f(…)` may also call a function in a map: rename the field or the function by hand"
    );
}

#[test]
fn types_are_shown_behind_names_if_the_editor_wants_that() {
    let script = "let x = `a`.split(\",\");\nlet y = 1;\n";
    let mut client = Client::new(&[]);
    client.open("a.rhai", script);
    let mut params = client.about("a.rhai");
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    assert_eq!(client.request("textDocument/inlayHint", &params), json!([]));
    let mut client = Client::started(&[]);
    let options = json!({ "capabilities": {}, "initializationOptions": { "inlayHints": true } });
    assert_eq!(client.request("initialize", &options)["capabilities"]["inlayHintProvider"], true);
    client.open("a.rhai", script);
    params["textDocument"]["uri"] = json!(client.uri("a.rhai"));
    let hints = client.request("textDocument/inlayHint", &params);
    assert_eq!((hints.as_array().unwrap().len(), &hints[0]["label"]), (1, &json!(": array")));
}

#[test]
fn symbols_of_all_scripts_are_found() {
    let mut client = Client::new(&[
        ("one/rhambda.toml", "handler = \"hello.handler\"\n"),
        ("one/hello.rhai", HELLO),
        ("one/lib/money.rhai", MONEY),
        ("two/rhambda.toml", "handler = \"a.handler\"\n"),
        ("two/a.rhai", "fn handler(event) { let rate = 1; rate }\n"),
        ("two/a.test.rhai", "fn test_handler() {}\n"),
    ]);
    let mut found = |query: &str| {
        let symbols = client.request("workspace/symbol", &json!({ "query": query }));
        let root = client.uri("");
        let shown = symbols.as_array().unwrap().iter().map(|symbol| {
            let file = symbol["location"]["uri"].as_str().unwrap().strip_prefix(&root).unwrap();
            let line = &symbol["location"]["range"]["start"]["line"];
            format!("{} {} {line}", &file[1..], symbol["name"].as_str().unwrap())
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    };
    assert_eq!(found("hndl"), ["one/hello.rhai handler 2", "two/a.rhai handler 0"]);
    assert_eq!(found("ZERO"), ["one/lib/money.rhai ZERO 2"]);
    assert_eq!(found("rate"), ["one/hello.rhai RATE 1"]);
    assert_eq!(found("no_such"), [""; 0]);
    assert!(found("").len() > 5);
    // What is typed counts, and not what is saved.
    client.open("two/a.rhai", "\nfn renamed(event) { event }\n");
    let symbols = client.request("workspace/symbol", &json!({ "query": "renamed" }));
    assert_eq!(symbols[0]["location"]["range"]["start"]["line"], 1, "{symbols}");
}

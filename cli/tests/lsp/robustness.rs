//! What editors and half-typed scripts do to the server.

use crate::client::Client;
use serde_json::{json, Value};
use std::fs;
use std::path::Path;

/// Scripts of the examples, the shortest first.
fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts-examples");
    let folders =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let scripts = files.filter(|path| path.extension().is_some_and(|extension| extension == "rhai"));
    let mut scripts: Vec<_> = scripts.map(|path| fs::read_to_string(path).unwrap()).collect();
    scripts.sort_by_key(String::len);
    assert!(scripts.len() > 20);
    scripts
}

/// Asks for everything at a place. Whether the server has an answer: it may refuse, but not fail.
fn ask(client: &mut Client, name: &str, line: u32, character: u32) {
    let mut place = client.place(name, line, character);
    place["context"] =
        json!({ "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false, "diagnostics": [] });
    place["range"] = json!({ "start": place["position"], "end": { "line": 0, "character": 0 } });
    place["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    place["newName"] = json!("renamed");
    for method in METHODS {
        let id = client.send(method, &place);
        let response = client.response(id);
        let code = response["error"]["code"].as_i64();
        assert!(matches!(code, None | Some(-32803 | -32801)), "{method} at {line}:{character}: {response}");
    }
}

const METHODS: [&str; 13] = [
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/inlayHint",
];

#[test]
fn every_prefix_of_an_example_is_served() {
    let mut client = Client::new(&[]);
    client.open("a.rhai", "");
    for script in examples() {
        client.replace("a.rhai", "");
        let (mut line, mut character) = (0, 0);
        for (at, c) in script.char_indices() {
            let place = json!({ "line": line, "character": character });
            let range = json!({ "start": place, "end": place });
            client.change("a.rhai", &json!([{ "range": range, "text": c.to_string() }]));
            if c == '\n' {
                (line, character) = (line + 1, 0);
            } else {
                character += u32::try_from(c.len_utf16()).unwrap();
            }
            if at % 61 == 0 {
                ask(&mut client, "a.rhai", line, character);
            }
        }
        // All changes together are the script.
        assert_eq!(
            client.diagnostics("a.rhai").iter().filter(|it| it["code"] == "syntax").count(),
            0,
            "{script}"
        );
    }
    assert!(client.shut_down().success());
}

#[test]
fn wrong_positions_are_moved_to_right_ones() {
    let mut client = Client::new(&[]);
    client.open("a.rhai", "fn f() { `𝄞` }");
    for (line, character) in [(0, 11), (0, 9999), (9999, 0), (u32::MAX, u32::MAX)] {
        ask(&mut client, "a.rhai", line, character);
    }
    let range = json!({ "start": { "line": 7, "character": 7 }, "end": { "line": 0, "character": 3 } });
    client.change("a.rhai", &json!([{ "range": range, "text": "g() { 1 }" }]));
    assert_eq!(client.codes("a.rhai"), [""; 0]);
    let negative = json!({ "line": -1, "character": 0 });
    client.change("a.rhai", &json!([{ "range": { "start": negative, "end": negative }, "text": "x" }]));
    let about = client.about("a.rhai");
    assert_eq!(client.request("textDocument/documentSymbol", &about)[0]["name"], "g()");
}

#[test]
fn large_deep_and_odd_texts_are_served() {
    let mut client = Client::new(&[]);
    client.open("a.rhai", "");
    let large = "fn f() { 1 }\n".repeat(800_000);
    assert!(large.len() > 10_000_000);
    client.replace("a.rhai", &large);
    let found = client.diagnostics("a.rhai");
    assert!(found[0]["message"].as_str().unwrap().contains("too large"), "{found:?}");
    ask(&mut client, "a.rhai", 700_000, 3);
    for part in [
        "(",
        "{",
        "[",
        "#{",
        "`${",
        "|x|",
        "if x {",
        "fn f(",
        "-",
        "let x = ",
        "switch x { 1 => ",
        "x.",
        "\t",
        "\r",
    ] {
        client.replace("a.rhai", &part.repeat(5_000));
        client.diagnostics("a.rhai");
        ask(&mut client, "a.rhai", 0, 30_000);
    }
    client.replace("a.rhai", "fn f() {\n\t\u{0}\u{feff} \\ # é 𝄞 '\n");
    client.diagnostics("a.rhai");
    ask(&mut client, "a.rhai", 1, 4);
    client.replace("a.rhai", "fn f() { 1 }");
    assert_eq!(client.codes("a.rhai"), [""; 0]);
    assert!(client.shut_down().success());
}

#[test]
fn messages_that_are_invalid_are_ignored() {
    let mut client = Client::new(&[]);
    client.open("a.rhai", "fn f() { 1 }");
    client.send_bytes(b"{ \"jsonrpc\": \"2.0\", \"method\": \"\xff\" }");
    client.send_bytes(b"no JSON");
    client.send_bytes(b"[]");
    client.notify("textDocument/didChange", &json!({ "textDocument": 1 }));
    client.notify(
        "textDocument/didChange",
        &json!({ "textDocument": { "uri": "::", "version": 1 }, "contentChanges": [] }),
    );
    client.notify("$/unknown", &Value::Null);
    let (code, message) = client.error("textDocument/noSuch", &json!({}));
    assert_eq!((code, message.as_str()), (-32601, "the method \"textDocument/noSuch\" is not supported"));
    assert_eq!(client.error("textDocument/documentSymbol", &json!({})).0, -32602);
    let closed = client.about("b.rhai");
    let (code, message) = client.error("textDocument/documentSymbol", &closed);
    assert_eq!(code, -32602);
    assert!(message.ends_with("/b.rhai\" is not open"), "{message}");
    assert_eq!(client.codes("a.rhai"), [""; 0]);
}

#[test]
fn requests_before_and_after_the_session_are_refused() {
    let mut client = Client::started(&[]);
    let about = client.about("a.rhai");
    assert_eq!(client.error("textDocument/documentSymbol", &about).0, -32002);
    client.request("initialize", &json!({ "capabilities": {} }));
    assert_eq!(client.error("initialize", &json!({ "capabilities": {} })).0, -32600);
    client.request("shutdown", &Value::Null);
    assert_eq!(client.error("textDocument/documentSymbol", &about).0, -32600);
    client.notify("exit", &Value::Null);
    assert_eq!(Client::new(&[]).vanish().code(), Some(1));
}

/// The server is busy with formatting while the messages behind it arrive, which the machine may delay: then once more.
#[test]
fn canceled_and_stale_requests_are_not_worked_on() {
    let mut client = Client::new(&[]);
    let function = |number: usize| format!("fn f_{number}( ) {{\n [1, 2, #{{ a: 3 }}].map(|x| x + 1)\n}}\n");
    client.open("large.rhai", &(0..1000).map(function).collect::<String>());
    client.open("a.rhai", "fn f() { 1 }");
    let mut params = client.about("large.rhai");
    params["options"] = json!({ "tabSize": 4, "insertSpaces": true });
    let about = client.about("a.rhai");
    let mut codes = Vec::new();
    for _ in 0..20 {
        let busy = client.send("textDocument/formatting", &params);
        let canceled = client.send("textDocument/documentSymbol", &about);
        client.notify("$/cancelRequest", &json!({ "id": canceled }));
        let stale = client.send("textDocument/foldingRange", &about);
        client.replace("a.rhai", "fn f() { 2 }");
        let fresh = client.send("textDocument/documentSymbol", &about);
        codes =
            [busy, canceled, stale, fresh].map(|id| client.response(id)["error"]["code"].as_i64()).to_vec();
        if codes[1].is_some() && codes[2].is_some() {
            break;
        }
    }
    assert_eq!(codes, [None, Some(-32800), Some(-32801), None]);
}

//! `rhambda functions`, from the outside.

use serde_json::{json, Value};
use std::process::{Command, Output, Stdio};

fn functions(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
    command.arg("functions").args(arguments).output().unwrap()
}

/// What it prints when it succeeds.
fn printed(arguments: &[&str]) -> String {
    let output = functions(arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn signatures_and_summaries_are_listed() {
    assert_eq!(
        printed(&["string.sub_"]),
        "string.sub_string(start: int[, len: int]) -> string\n\
         string.sub_string(range: range) -> string\n    \
         Returns a part of the string: from an index on, that many characters from an index on, or a range.\n"
    );
    let all = printed(&[]);
    for signature in
        ["array.push(item: any)\n", "json::encode(value: any) -> string\n", "Response.text() -> string\n"]
    {
        assert!(all.contains(signature), "{signature}");
    }
}

#[test]
fn json_has_everything_about_a_function() {
    let functions: Value = serde_json::from_str(&printed(&["base64::decode_blob", "--json"])).unwrap();
    let types = |kinds: &str, name: &str, optional: bool| json!({ "name": name, "type": kinds, "optional": optional });
    assert_eq!(
        functions,
        json!([{
            "name": "decode_blob",
            "namespace": "base64",
            "receiver": null,
            "chapter": "`base64`",
            "signatures": ["base64::decode_blob(base64: string | blob[, alphabet: string]) -> blob"],
            "forms": [{
                "params": [types("string | blob", "base64", false), types("string", "alphabet", true)],
                "returns": "blob",
                "changes": false,
                "property": false,
            }],
            "throws": ["Base64Error"],
            "summary": "Decodes base64 to a blob.",
            "text": "Decodes base64 to a blob. Throws `Base64Error` if it is not valid base64.",
            "example": "base64::decode_blob(\"/wA=\").to_array() // → [255, 0]",
        }])
    );
    let methods: Value = serde_json::from_str(&printed(&["string.len", "--json"])).unwrap();
    assert_eq!(
        (&methods[0]["receiver"], &methods[0]["forms"][1]["property"]),
        (&json!("string"), &json!(true))
    );
}

#[test]
fn unknown_names_are_an_error() {
    for arguments in [&["strlen"][..], &["strlen", "--json"]] {
        let output = functions(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
        let expected =
            "rhambda: no function's name contains \"strlen\"; `rhambda functions` lists all of them\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}

#[test]
fn a_reader_may_leave() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
    let mut running =
        command.args(["functions", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(running.stdout.take());
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

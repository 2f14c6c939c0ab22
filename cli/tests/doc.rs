//! `rhambda doc`, from the outside.

use std::process::{Command, Output};

fn doc(name: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rhambda")).args(["doc", name]).output().unwrap()
}

/// What it prints when it succeeds.
fn printed(name: &str) -> String {
    let output = doc(name);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn functions_and_methods_have_signatures_texts_and_examples() {
    let page = printed("base64::decode_blob");
    assert_eq!(
        page,
        "base64::decode_blob(base64: string | blob[, alphabet: string]) -> blob\n\n\
         Decodes base64 to a blob. Throws `Base64Error` if it is not valid base64.\n\n\
         ```rhai\nbase64::decode_blob(\"/wA=\").to_array() // → [255, 0]\n```\n"
    );
    let page = printed("string.split");
    assert!(
        page.starts_with("string.split([index: int]) -> array\n") && !page.contains("array.split"),
        "{page}"
    );
    assert!(printed("split").contains("array.split("));
}

#[test]
fn modules_list_their_functions() {
    let page = printed("json");
    assert!(page.starts_with("module json\n\njson::"), "{page}");
    assert!(page.contains("json::encode(value: any) -> string\n    "), "{page}");
}

#[test]
fn unknown_names_are_errors_with_similar_ones() {
    let output = doc("json::encod");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("\"json::encod\" is not a function or module; similar names are `json::encode`"),
        "{error}"
    );
}

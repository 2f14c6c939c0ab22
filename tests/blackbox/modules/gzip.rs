//! `gzip`.

use super::{error, large_value, value};
use crate::function::Function;

#[test]
fn texts_and_blobs() {
    assert_eq!(value("gzip::decode(gzip::encode(\"grüne Äpfel\"))"), "\"grüne Äpfel\"");
    assert_eq!(value("gzip::decode_blob(gzip::encode(blob(3, 255), 9)) == blob(3, 255)"), "true");
    assert_eq!(value("gzip::decode(gzip::encode(\"\"))"), "\"\"");
    assert_eq!(value("gzip::decode(gzip::encode(\"one, \") + gzip::encode(\"two\"))"), "\"one, two\"");
    // What `printf hello | gzip --no-name` writes.
    assert_eq!(
        value("gzip::decode(base64::decode_blob(\"H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==\"))"),
        "\"hello\""
    );
}

#[test]
fn bad_input() {
    assert_eq!(
        error("gzip::decode(\"H4sIAAAAAAAAA8tIzcnJ\")"),
        "GzipError: not gzip data: the header is missing. Is it still base64-encoded?"
    );
    assert!(error("gzip::decode(\"\")").starts_with("GzipError: not gzip"));
    for length in ["2", "12", "packed.len - 9", "packed.len - 1"] {
        let script =
            format!("let packed = gzip::encode(\"hello\"); gzip::decode(packed.extract(0, {length}))");
        assert_eq!(error(&script), "GzipError: the data is incomplete", "{length}");
    }
    assert!(error("let p = gzip::encode(\"hello\"); p[p.len - 6] = 1; gzip::decode(p)")
        .contains("the data is damaged"));
    assert!(error("gzip::decode(gzip::encode(blob(3, 255)))").contains("use gzip::decode_blob"));
    assert!(error("gzip::encode(\"\", 10)").contains("the level 10 is invalid"));
    assert!(error("gzip::encode(())").contains("expects a string or a blob"));
}

/// An eighth of Lambda's least memory, so that the tests need not pack much.
fn small(handler: &str) -> Function {
    Function::main(handler).env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "16")
}

#[test]
fn a_bomb_is_an_error() {
    let function = small(
        "fn handler(event) {
            // 5 MB of zeros, in 5 KB.
            let packed = gzip::encode(blob(5000000));
            try { gzip::decode_blob(packed); } catch (error) { return error.message; }
        }",
    );
    for answer in function.invoke_all(["{}", "{}"]) {
        assert_eq!(
            answer.text(),
            "\"the decompressed data exceeds 4 MiB, a quarter of the function's memory. Raise the function's memory\""
        );
    }
}

#[test]
fn what_fits_into_the_memory_is_unpacked() {
    let function = small("fn handler(event) { gzip::decode_blob(gzip::encode(blob(4000000))).len }");
    assert_eq!(function.invoke("{}").answer.text(), "4000000");
}

#[test]
fn ten_megabytes() {
    assert_eq!(large_value("let b = blob(10000000, 7); gzip::decode_blob(gzip::encode(b, 1)) == b"), "true");
}

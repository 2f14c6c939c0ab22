//! `hex`.

use super::{error, large_value, value};

#[test]
fn texts_and_blobs() {
    assert_eq!(
        value("[hex::encode(\"ü!\"), hex::encode(blob(2, 255)), hex::encode(\"\")]"),
        r#"["c3bc21","ffff",""]"#
    );
    assert_eq!(
        value("[hex::decode(\"C3bc21\\n\"), hex::decode(\"\"), hex::decode(\"21\".to_blob())]"),
        r#"["ü!","","!"]"#
    );
    assert_eq!(value("[hex::decode_blob(\"00Ff\")]"), r#"["AP8="]"#);
}

#[test]
fn bad_input() {
    assert_eq!(error("hex::decode(\"0g\")"), "HexError: not hex: byte 2 is not a hexadecimal digit");
    assert_eq!(error("hex::decode_blob(\"012\")"), "HexError: not hex: it has 3 digits, an odd number");
    assert_eq!(
        error("hex::decode(\"21ff\")"),
        "HexError: the decoded bytes are not valid UTF-8 (at byte 2); use hex::decode_blob"
    );
    assert!(error("hex::encode(1.5)").contains("hex::encode expects a string or a blob, not f64"));
}

#[test]
fn ten_megabytes() {
    assert_eq!(large_value("let b = blob(10000000, 7); hex::decode_blob(hex::encode(b)) == b"), "true");
    assert_eq!(large_value("let b = blob(10000000, 7); base64::decode_blob(base64::encode(b)) == b"), "true");
}

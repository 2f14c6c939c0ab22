//! `sha256` and the like, `secure_equals`.

use super::{error, large_value, value};

/// Of FIPS 180 (the examples "abc"), RFC 1321, and RFC 2202 and 4231 (test case 2).
#[test]
fn published_examples() {
    for (call, expected) in [
        ("sha256::digest(\"abc\")", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha1::digest(\"abc\")", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("md5::digest(\"abc\")", "900150983cd24fb0d6963f7d28e17f72"),
        (
            "sha512::digest(\"abc\".to_blob())",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        ("sha256::digest(\"\")", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            "sha256::hmac(\"Jefe\", \"what do ya want for nothing?\")",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "sha512::hmac(\"Jefe\".to_blob(), \"what do ya want for nothing?\".to_blob())",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
        ("sha1::hmac(\"Jefe\", \"what do ya want for nothing?\")", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    ] {
        assert_eq!(value(call), format!("\"{expected}\""), "{call}");
    }
}

#[test]
fn blobs() {
    for name in ["sha256", "sha1", "md5", "sha512"] {
        assert_eq!(
            value(&format!("hex::encode({name}::digest_blob(\"abc\")) == {name}::digest(\"abc\")")),
            "true"
        );
    }
    for name in ["sha256", "sha1", "sha512"] {
        let script =
            format!("hex::encode({name}::hmac_blob(\"k\", \"abc\")) == {name}::hmac(\"k\", \"abc\")");
        assert_eq!(value(&script), "true");
    }
    // A key that is longer than a block, and an empty one.
    assert_eq!(value("sha256::hmac(blob(200, 1), \"x\").len + sha256::hmac(\"\", \"\").len"), "128");
}

#[test]
fn secure_equals() {
    assert_eq!(
        value("[secure_equals(\"ab\", \"ab\".to_blob()), secure_equals(\"ab\", \"ac\"), secure_equals(\"ab\", \"abc\"), secure_equals(\"\", \"\")]"),
        "[true,false,false,true]"
    );
}

#[test]
fn wrong_types() {
    assert!(
        error("sha256::digest(5)").contains("MismatchedTypes: digest expects a string or a blob, not i64")
    );
    assert!(error("sha256::hmac((), \"x\")").contains("not ()"));
    assert!(error("sha1::hmac(\"x\", [1])").contains("not array"));
    assert!(error("secure_equals(\"a\", 5)").contains("secure_equals expects a string or a blob, not i64"));
    assert!(error("md5::hmac(\"k\", \"x\")").starts_with("FunctionNotFound"));
}

#[test]
fn ten_megabytes() {
    assert_eq!(
        large_value("let zeros = blob(10000000); [md5::digest(zeros), sha1::digest(zeros)]"),
        r#"["311175294563b07db7ea80dee2e5b3c6","d13ec7927b6274e80beeddf3232193768390dac3"]"#
    );
}

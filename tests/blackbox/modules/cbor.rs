//! `cbor`: the examples of RFC 8949, appendix A.

use super::{error, value};

#[test]
fn the_examples_of_the_rfc() {
    for (hex, json) in [
        ("00", "0"),
        ("1864", "100"),
        ("1b000000e8d4a51000", "1000000000000"),
        ("1bffffffffffffffff", "18446744073709552000.0"),
        ("20", "-1"),
        ("3903e7", "-1000"),
        ("f90000", "0.0"),
        ("f93e00", "1.5"),
        ("f97bff", "65504.0"),
        ("fa47c35000", "100000.0"),
        ("fb3ff199999999999a", "1.1"),
        ("f97c00", "null"),
        ("f4", "false"),
        ("f6", "null"),
        ("f7", "null"),
        ("c11a514b67b0", "\"2013-03-21T20:04:00Z\""),
        ("d818456449455446", "\"ZElFVEY=\""),
        ("4401020304", "\"AQIDBA==\""),
        ("6449455446", "\"IETF\""),
        ("62c3bc", "\"ü\""),
        ("80", "[]"),
        ("8301820203820405", "[1,[2,3],[4,5]]"),
        ("a26161016162820203", "{\"a\":1,\"b\":[2,3]}"),
        ("5f42010243030405ff", "\"AQIDBAU=\""),
        ("7f657374726561646d696e67ff", "\"streaming\""),
        ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"),
        ("bf6346756ef563416d7421ff", "{\"Amt\":-2,\"Fun\":true}"),
        // Scripts have only strings as keys. The second is a key of COSE (RFC 9052), as passkeys have it.
        ("a201020304", "{\"1\":2,\"3\":4}"),
        ("a401020326200121410a", "{\"1\":2,\"3\":-7,\"-1\":1,\"-2\":\"Cg==\"}"),
    ] {
        let found = value(&format!("[cbor::decode(hex::decode_blob(`{hex}`))]"));
        let same: serde_json::Value = serde_json::from_str(&found).unwrap();
        assert_eq!(same[0], serde_json::from_str::<serde_json::Value>(json).unwrap(), "{hex}");
    }
}

#[test]
fn values_come_back() {
    assert_eq!(
        value("let v = #{ a: [1, -1, 70000, 9223372036854775807, 1.5, `ü`, (), true, blob(3, 7), [], #{}] }; cbor::decode(cbor::encode(v)) == v"),
        "true"
    );
    assert_eq!(value("let t = time::from_unix(1.5); cbor::decode(cbor::encode(t)) == t"), "true");
}

#[test]
fn bad_input() {
    for hex in [
        "",
        "18",
        "1c",
        "62",
        "62c328",
        "81",
        "9f",
        "a1",
        "a1f502",
        "ff",
        "5f01ff",
        "f8",
        "0000",
        "9bffffffffffffffff",
        "5bffffffffffffffff",
        "bbffffffffffffffff",
    ] {
        let error = error(&format!("cbor::decode(hex::decode_blob(`{hex}`))"));
        assert!(error.starts_with("CborError: not CBOR: "), "{hex}: {error}");
    }
    assert!(error("let b = blob(100000, 0x81); cbor::decode(b)").contains("nested deeper than 200 levels"));
    assert!(error("let b = blob(100000, 0xc1); cbor::decode(b)").contains("nested deeper than 200 levels"));
    assert!(error("let a = []; for i in 0..300 { a = [a]; } cbor::encode(a)")
        .contains("nested deeper than 200 levels"));
    assert!(error("cbor::encode([|x| x])")
        .starts_with("CborError: not CBOR: a value of type Fn has no CBOR form"));
    assert!(error("cbor::decode(5)").contains("expects a string or a blob"));
}

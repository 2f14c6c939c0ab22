//! `random`, `uuid_v7`.

use super::{error, value};

#[test]
fn values() {
    assert_eq!(
        value(
            "let seen = [false, false, false]; for i in 0..200 { seen[random::int(-1, 1) + 1] = true; } seen"
        ),
        "[true,true,true]"
    );
    assert_eq!(value("let f = random::float(); f >= 0.0 && f < 1.0 && f != random::float()"), "true");
    assert_eq!(
        value("[random::bytes(16).len, random::bytes(0).len, random::bytes(16) != random::bytes(16)]"),
        "[16,0,true]"
    );
    assert_eq!(
        value("let seen = #{}; for i in 0..200 { seen[random::choice([\"a\", \"b\"])] = 1; } seen"),
        r#"{"a":1,"b":1}"#
    );
}

#[test]
fn bad_input() {
    assert_eq!(error("random::int(2, 1)"), "RandomError: the range from 2 to 1 is empty");
    assert_eq!(error("random::bytes(-1)"), "RandomError: random::bytes accepts 0 to 1048576 bytes, not -1");
    assert!(error("random::bytes(9223372036854775807)").starts_with("RandomError"));
    assert_eq!(error("random::choice([])"), "RandomError: cannot choose from an empty array");
    assert!(error("random::int(1.5, 2)").starts_with("FunctionNotFound"));
}

#[test]
fn later_uuids_sort_behind_earlier_ones() {
    assert_eq!(
        value("let a = uuid_v7(); sleep(0.002); let b = uuid_v7(); [a.len, a[14] == '7', a < b]"),
        "[36,true,true]"
    );
}

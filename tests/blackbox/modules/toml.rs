//! `toml`.

use super::{error, large_value, value};

#[test]
fn documents() {
    let toml = "title = 'a'\nwhen = 2026-11-22T00:39:27Z\nhex = 0x1F\nfloat = 1_000.5\n[db]\nports = [1, 2]\non = true\n[[item]]\nname = 'ü'\n";
    assert_eq!(
        value(&format!("toml::decode(`{toml}`)")),
        r#"{"db":{"on":true,"ports":[1,2]},"float":1000.5,"hex":31,"item":[{"name":"ü"}],"title":"a","when":"2026-11-22T00:39:27Z"}"#
    );
    assert_eq!(value(r#"[toml::decode(""), toml::decode("a = -0x7".to_blob() + blob(0))]"#.replace("-0x7", "inf").as_str()), r#"[{},{"a":null}]"#);
    assert_eq!(
        value(r#"toml::encode(#{ title: "a", none: (), db: #{ ports: [1, 2] }, item: [#{ name: "ü" }] })"#),
        r#""title = \"a\"\n\n[db]\nports = [1, 2]\n\n[[item]]\nname = \"ü\"\n""#
    );
    assert_eq!(value("toml::encode(#{})"), r#""""#);
    assert_eq!(
        value(r#"toml::encode(toml::decode("a = 1\nb = -inf\nc = inf\nd = nan\n[[e]]\nf = [inf, 1.5]\n"))"#),
        r#""a = 1\nb = -inf\nc = inf\nd = nan\n\n[[e]]\nf = [inf, 1.5]\n""#
    );
    assert_eq!(
        value(
            r"toml::encode(#{ a: #{ n: (), m: #{ n: () } }, b: [#{ n: (), x: 'x' }], c: [[]], d: blob(2, 7) })"
        ),
        r#""c = [[]]\nd = [7, 7]\n\n[a.m]\n\n[[b]]\nx = \"x\"\n""#
    );
    assert_eq!(
        value(r#"toml::encode(#{ at: time::parse("2026-11-22"), took: time::seconds(5) })"#),
        r#""at = \"2026-11-22T00:00:00Z\"\ntook = \"PT5S\"\n""#
    );
}

#[test]
fn bad_input() {
    assert!(
        error("toml::decode(\"a = 1\\nb = \")").ends_with(" at line 2 column 5"),
        "{}",
        error("toml::decode(\"a = 1\\nb = \")")
    );
    assert!(error("toml::decode(\"a = 1\\na = 2\")")
        .starts_with("TomlError: not TOML: duplicate key at line 2 column 1"));
    assert!(error("toml::decode(\"a = 99999999999999999999\")").starts_with("TomlError: "));
    assert!(error("toml::decode(blob(1, 255))").contains("not UTF-8 at byte 1"));
    assert!(error("toml::decode(5)").contains("expects a string or a blob"));
    assert!(error("let a = \"\"; a.pad(100000, '['); toml::decode(`a = ${a}`)")
        .starts_with("TomlError: not TOML: "));
    assert!(error("toml::encode([1])").contains("a TOML document must be a map, not array"));
    assert_eq!(
        error("toml::encode(#{ a: [1, ()] })"),
        "TomlError: $.a[1] is () in an array (only keys can be omitted), which has no TOML form"
    );
    let problem = error("toml::encode(#{ a: |x| x })");
    assert!(
        problem.starts_with("TomlError: $.a is a function (")
            && problem.ends_with("), which has no TOML form")
    );
    assert_eq!(
        error("let a = #{}; for i in 0..1200 { a = #{ a: a }; } toml::encode(a)"),
        "TomlError: the value is nested deeper than 1000 levels and cannot be written as TOML"
    );
}

#[test]
fn ten_megabytes() {
    let script =
        "let toml = \"[[item]]\\nname = 'a text of some length'\\n\"; for i in 0..18 { toml += toml; }
        toml::decode(toml).item.len";
    assert_eq!(large_value(script), "262144");
}

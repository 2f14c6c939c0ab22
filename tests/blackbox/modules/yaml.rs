//! `yaml`.

use super::{error, large_value, value};

#[test]
fn values_come_back() {
    assert_eq!(
        value("let v = #{ a: [1, -2.5, true, (), `x: y`, [], #{}], b: #{ c: `two\\nlines\\n`, `1`: `` } }; yaml::decode(yaml::encode(v)) == v"),
        "true"
    );
    assert_eq!(value("yaml::encode(time::from_unix(0))"), r#""\"1970-01-01T00:00:00Z\"\n""#);
    assert_eq!(value("yaml::encode(#{ a: blob(2, 255) })"), r#""a: !!binary \"//8=\"\n""#);
    assert_eq!(value("yaml::decode(yaml::encode(#{ a: blob(2, 255) })).a.len"), "2");
    assert_eq!(
        value("[yaml::decode(``), yaml::decode(`# nothing`), yaml::decode(`---`)]"),
        "[null,null,null]"
    );
    assert_eq!(value("yaml::decode_all(\"a\\n---\\nb\\n...\\n---\\n\")"), r#"["a","b",null]"#);
    assert_eq!(value("yaml::decode(`{1: a, true: b, ~: c}`)"), r#"{"1":"a","true":"b","~":"c"}"#);
    assert_eq!(
        value("yaml::decode(`[2026-11-22, 0x10, 0o10, 010, yes, !!str 5, !mine x]`)"),
        r#"["2026-11-22",16,8,10,"yes","5","x"]"#
    );
    assert_eq!(value("yaml::decode(`[1e999999999, 99999999999999999999]`)"), "[null,1e+20]");
}

#[test]
fn bad_input() {
    for (yaml, problem) in [
        ("a: [1, 2", "not YAML: "),
        ("a: 1\\na: 2", "the key \"a\" occurs twice at line 2, column 1"),
        ("a: *b", "unknown anchor"),
        ("a: &a [*a]", "an alias is within the value"),
        ("[1, 2]: 3", "a key must be a string, not an array or a map"),
        ("a\\n---\\nb", "there are 2 documents; use yaml::decode_all"),
        ("<<: 5", "must be a map"),
        ("!!int x", "is not a value of the type !!int"),
        ("!!binary '*'", "not valid base64"),
        ("!!str [1]", "has the tag !!str"),
        ("'a", "not YAML"),
    ] {
        let error = error(&format!("yaml::decode(\"{yaml}\")"));
        assert!(error.starts_with("YamlError: ") && error.contains(problem), "{yaml}: {error}");
    }
    assert!(error("yaml::decode(blob(1, 255))").contains("not UTF-8"));
    assert!(error("yaml::decode(5)").contains("expects a string or a blob"));
    assert!(error("yaml::encode(|x| x)").starts_with("YamlError: a function has no YAML form"));
}

#[test]
fn hostile_documents_are_errors() {
    let laughs = "let y = \"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\\n\"; for i in 1..20 { let n = `*a${i - 1}`; y += `a${i}: &a${i} [${n}, ${n}, ${n}, ${n}, ${n}, ${n}, ${n}, ${n}, ${n}]` + \"\\n\"; }";
    let error_of_laughs = error(&format!("{laughs} yaml::decode(y)"));
    assert!(error_of_laughs.contains("the aliases stand for more than 100000 values"), "{error_of_laughs}");
    let merges = "let y = \"a0: &a0 {x: 1}\\n\"; for i in 1..30 { let n = `*a${i - 1}`; y += `a${i}: &a${i} {<<: [${n}, ${n}], k${i}: ${n}}` + \"\\n\"; }";
    let error_of_merges = error(&format!("{merges} yaml::decode(y)"));
    assert!(error_of_merges.contains("the aliases stand for more than 100000 values"), "{error_of_merges}");
    for part in ["[", "{a: ", "- ", "? ", "a:\\n ", "!!x ", "&a ", "\\\"", "'", "*", "<<: {", "%", "|\\n"] {
        let script = format!("let y = \"\"; y.pad(20000, \"{part}\"); try {{ yaml::decode(y); }} catch (e) {{ if e.type != \"YamlError\" {{ throw e; }} }} 1");
        assert_eq!(value(&script), "1", "{part}");
    }
}

#[test]
fn large_documents_are_read() {
    assert_eq!(large_value("let y = \"\"; y.pad(450000, \"- [a, b]\\n\"); yaml::decode(y).len"), "50000");
}

//! `csv`.

use super::{error, large_value, value};

#[test]
fn rows() {
    assert_eq!(
        value(r#"csv::decode("name,price\ntea,3.50\n\"milk, fresh\",\"1\"\"\"\n")"#),
        r#"[{"name":"tea","price":"3.50"},{"name":"milk, fresh","price":"1\""}]"#
    );
    assert_eq!(
        value(r#"csv::decode("a;b\r\n1;2", #{ header: false, delimiter: ";" })"#),
        r#"[["a","b"],["1","2"]]"#
    );
    assert_eq!(value(r#"csv::decode("\ufeffgröße\nä\n".to_blob())"#), r#"[{"größe":"ä"}]"#);
    assert_eq!(
        value(r#"[csv::decode(""), csv::decode("a,b"), csv::decode("", #{ header: false })]"#),
        "[[],[],[]]"
    );
}

#[test]
fn quotes() {
    let rows = |csv: &str| value(&format!("csv::decode(`{csv}`, #{{ header: false }})"));
    assert_eq!(rows("5\" pipe,\"\"\n\n\"\",\"\"\"\""), r#"[["5\" pipe",""],["","\""]]"#);
    assert_eq!(
        value(r#"csv::decode("\ufeff\"a\",\"x\r\n\"\"y\"\"\"\r\n\"b\",c", #{ header: false })"#),
        r#"[["a","x\r\n\"y\""],["b","c"]]"#
    );
    let problem = |csv: &str| error(&format!("csv::decode(`{csv}`)"));
    assert_eq!(
        problem("a,b\n1,\"x"),
        "CsvError: not CSV: the field whose quote opens in line 2 has no closing quote"
    );
    assert!(problem("a,b\n1,\"x\n\"\"y\n").contains("opens in line 2 has no closing quote"));
    assert!(problem("a\n\"").contains("opens in line 2 has no closing quote"));
    assert_eq!(
        problem("a,b\n\"x\n\" y,1"),
        "CsvError: not CSV: the field continues after its closing quote in line 3: write a quote in a field twice"
    );
    assert!(problem("a\n\"x\" \"y\"").contains("closing quote in line 2"));
    assert_eq!(value(r#"csv::decode("\"a\";b,c", #{ header: false, delimiter: ";" })"#), r#"[["a","b,c"]]"#);
}

#[test]
fn rows_without_columns() {
    for body in ["[#{}, #{}]", "[#{ a: 1 }], #{ columns: [] }", "[], #{ columns: [] }"] {
        assert_eq!(
            error(&format!("csv::encode({body})")),
            "CsvError: no columns are known: name them in the option `columns`",
            "{body}"
        );
    }
    assert_eq!(error("csv::encode([[1], []])"), "CsvError: row 2: it has no fields");
    assert_eq!(error("csv::encode([[]])"), "CsvError: row 1: it has no fields");
    assert_eq!(value("csv::encode([#{ a: 1 }, #{}])"), r#""a\n1\n\"\"\n""#);
}

#[test]
fn texts() {
    assert_eq!(
        value(r#"csv::encode([#{ b: 1, a: "x,y" }, #{ c: true, a: () }])"#),
        r#""a,b,c\n\"x,y\",1,\n,,true\n""#
    );
    assert_eq!(
        value(r#"csv::encode([#{ b: 1, a: 2.5 }], #{ columns: ["b", "a", "z"], delimiter: '\t' })"#),
        r#""b\ta\tz\n1\t2.5\t\n""#
    );
    assert_eq!(
        value(r#"csv::encode([["a", 1], ["\"", "two\nlines"]])"#),
        r#""a,1\n\"\"\"\",\"two\nlines\"\n""#
    );
    assert_eq!(value(r#"[csv::encode([]), csv::encode([], #{ columns: ["a"] })]"#), r#"["","a\n"]"#);
}

#[test]
fn bad_input() {
    assert_eq!(
        error(r#"csv::decode("a,b\n1,2\n3\n")"#),
        "CsvError: not CSV: CSV error: record 2 (line: 3, byte: 8): found record with 1 fields, but the previous record has 2 fields"
    );
    assert!(error("csv::decode(\"a\\n\".to_blob() + blob(1, 255))").contains("invalid utf-8"));
    assert!(error(r#"csv::decode("a,a\n1,2\n")"#).starts_with("CsvError: the column `a` occurs twice"));
    assert!(error(r#"csv::decode("a", #{ delimiter: ";;" })"#).contains("the delimiter \";;\" is invalid"));
    assert!(error(r#"csv::decode("a", #{ delimeter: ";" })"#)
        .contains("options of csv::decode: unknown option `delimeter`; the options are header, delimiter"));
    assert!(error(r#"csv::decode("a", #{ header: 1 })"#)
        .contains("options of csv::decode: `header` must be a boolean, not 1"));
    assert!(error("csv::decode(())").contains("expects a string or a blob"));
    assert_eq!(
        error("csv::encode([#{ a: 1 }, #{ a: [] }])"),
        "CsvError: row 2: a field must be a string, a number, a bool or a time, not array"
    );
    assert_eq!(
        error("csv::encode([[1], #{ a: 1 }])"),
        "CsvError: row 2: a row must be a map, unless all rows are arrays"
    );
    assert!(error("csv::encode([[1], [1, 2]])")
        .contains("found record with 2 fields, but the previous record has 1 fields"));
    assert!(error("csv::encode([[1]], #{ columns: \"a\" })").contains("must be an array, not string"));
    assert!(error("csv::encode(5)").starts_with("FunctionNotFound"));
}

#[test]
fn ten_megabytes() {
    let script = "let csv = \"some text,more,and the last field\\n\"; for i in 0..18 { csv += csv; }
        let rows = csv::decode(csv, #{ header: false });
        [rows.len, csv::encode(rows) == csv]";
    assert_eq!(large_value(script), "[262144,true]");
}

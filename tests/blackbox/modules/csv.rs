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
    assert!(error(r#"csv::decode("a,a\n1,2\n")"#).starts_with("CsvError: the column `a` is there twice"));
    assert!(
        error(r#"csv::decode("a", #{ delimiter: ";;" })"#).contains("the delimiter is one ASCII character")
    );
    assert!(error(r#"csv::decode("a", #{ delimeter: ";" })"#)
        .contains("has no option `delimeter`; it has delimiter, header"));
    assert!(error(r#"csv::decode("a", #{ header: 1 })"#).contains("is of type i64; true or false is needed"));
    assert!(error("csv::decode(())").contains("a text or a blob is needed"));
    assert_eq!(
        error("csv::encode([#{ a: 1 }, #{ a: [] }])"),
        "CsvError: row 2: a field is of type array; a text, a number or a bool is needed"
    );
    assert_eq!(
        error("csv::encode([[1], #{ a: 1 }])"),
        "CsvError: row 2: a row is a map, or all rows are arrays"
    );
    assert!(error("csv::encode([[1], [1, 2]])")
        .contains("found record with 2 fields, but the previous record has 1 fields"));
    assert!(error("csv::encode([[1]], #{ columns: \"a\" })").contains("an array is needed"));
    assert!(error("csv::encode(5)").starts_with("FunctionNotFound"));
}

#[test]
fn ten_megabytes() {
    let script = "let csv = \"some text,more,and the last field\\n\"; for i in 0..18 { csv += csv; }
        let rows = csv::decode(csv, #{ header: false });
        [rows.len, csv::encode(rows) == csv]";
    assert_eq!(large_value(script), "[262144,true]");
}

//! `json` with large and bad input.

use super::{error, large_value};

#[test]
fn ten_megabytes() {
    let script = "let text = \"\"; text.pad(140, 'a');
        let item = `{\"n\":[1,2.5,null],\"text\":\"${text}\"},`;
        for i in 0..16 { item += item; }
        let json = `[${item}0]`;
        let items = json::decode(json);
        [items.len, json::encode(items) == json, items.to_json().len == json.len, parse_json(json).len]";
    assert_eq!(large_value(script), "[65537,true,true,65537]");
}

#[test]
fn bad_input_says_where() {
    assert_eq!(
        error("json::decode(\"[1,\\n 2,}\")"),
        "JsonError: not JSON: expected value at line 2 column 4"
    );
    assert_eq!(error("json::decode(\"\")"), "JsonError: not JSON: it ends within a value at line 1 column 0");
    assert_eq!(error("json::decode(blob(3, 255))"), "JsonError: not JSON: not UTF-8 at byte 1");
    assert!(error("parse_json([1])").contains("parse_json expects a string or a blob, not array"));
    assert!(
        error("let x = \"\"; x.pad(100000, '['); json::decode(x)").contains("nested deeper than 1000 levels")
    );
}

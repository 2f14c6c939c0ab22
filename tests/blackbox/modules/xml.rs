//! `xml`.

use super::{error, large_value, value};

#[test]
fn documents_are_maps() {
    assert_eq!(
        value(r#"xml::decode(`<?xml version="1.0"?><o id="7"><item>tea</item><item/>&#33;</o>`)"#),
        r##"{"o":{"#text":"!","@id":"7","item":["tea",""]}}"##
    );
    assert_eq!(value(r#"xml::decode("<a>ü</a>".to_blob()).a"#), r#""ü""#);
    assert_eq!(
        value(r#"xml::encode(#{ o: #{ "@id": 7, item: ["tea & <milk>", ()] } })"#),
        r#""<o id=\"7\"><item>tea &amp; &lt;milk&gt;</item><item/></o>""#
    );
    assert_eq!(
        value("xml::encode(#{ o: #{ \"@n\": 1.0 / 0.0, x: [-1.0 / 0.0, 0.0 / 0.0, 1.5] } })"),
        r#""<o n=\"INF\"><x>-INF</x><x>NaN</x><x>1.5</x></o>""#
    );
    assert_eq!(value("xml::encode(#{ o: time::parse(\"2026-11-22\") })"), r#""<o>2026-11-22T00:00:00Z</o>""#);
}

#[test]
fn what_is_not_xml_says_where() {
    assert_eq!(
        error("xml::decode(\"<a>\\n</b>\")"),
        "XmlError: not XML: ill-formed document: expected `</a>`, but `</b>` was found at line 2 column 1"
    );
    assert_eq!(
        error("xml::decode(\"\")"),
        "XmlError: not XML: it ends without an element at line 1 column 1"
    );
    assert_eq!(error("xml::decode(blob(3, 255))"), "XmlError: not XML: not UTF-8 at byte 1");
    assert!(error("xml::decode(())")
        .starts_with("MismatchedTypes: xml::decode expects a string or a blob, not ()"));
    let bomb = "<!DOCTYPE a [<!ENTITY b 'lol'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>";
    assert!(error(&format!("xml::decode(`{bomb}`)")).contains("declares entities, which are never expanded"));
}

#[test]
fn what_has_no_xml_form_says_which() {
    assert_eq!(
        error("xml::encode([1])"),
        "XmlError: an XML document must be a map with one key, the name of its root element"
    );
    assert_eq!(
        error("xml::encode(#{ a: #{ f: || 1 } })"),
        "XmlError: $.a.f is a function (main.rhai:1:48), which has no XML form"
    );
    assert_eq!(
        error("xml::encode(#{ a: #{ \"1\": 2 } })"),
        "XmlError: at `a.1`: \"1\" is not a valid XML name"
    );
}

#[test]
fn nesting_has_a_limit() {
    assert!(error("let x = \"\"; x.pad(300000, \"<a>\"); xml::decode(x)").contains("deeper than 128 levels"));
}

#[test]
fn ten_megabytes() {
    let script = "let xml = `<item>some text &amp; more of it</item>`;
        for i in 0..18 { xml += xml; }
        xml::decode(`<a>${xml}</a>`).a.item.len";
    assert_eq!(large_value(script), "262144");
}

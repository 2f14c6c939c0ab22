//! XML text ↔ JSON values.
//!
//! | XML | value |
//! |---|---|
//! | the document | an object with one key, the root element's name |
//! | an element without attributes and children | its text as it is; `""` if it is empty |
//! | any other element | an object of what is in it |
//! | an attribute | the key `@name` |
//! | child elements | a key for each name, prefixes included; an array where the name is repeated |
//! | text beside attributes | the key `#text`, unless there is none |
//! | text beside children | the same, its pieces joined, without the white space around |
//!
//! The declaration, comments, processing instructions and a DOCTYPE are left out, and so is the
//! order of elements with different names. Entities are never expanded, but for the five that every
//! document has.

mod decode;
mod encode;

pub(crate) use decode::decode;
pub(crate) use encode::encode;

/// Deepest nesting of elements, either way.
const MAX_DEPTH: usize = 128;
/// The key of an element's text beside attributes and children.
const TEXT: &str = "#text";
/// What the keys of attributes begin with.
const ATTRIBUTE: char = '@';

/// A name that an element or attribute can have. Of the letters outside of ASCII, all are taken.
fn checked_name(name: &str) -> Result<&str, String> {
    let starts = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':') || !c.is_ascii();
    let goes_on = |c: char| starts(c) || c.is_ascii_digit() || matches!(c, '-' | '.');
    if name.starts_with(starts) && name.chars().all(goes_on) {
        Ok(name)
    } else {
        Err(format!("{name:?} is not a valid XML name"))
    }
}

/// A text without characters that XML cannot hold, not even as `&#1;`.
fn checked_text(text: &str) -> Result<&str, String> {
    let is_blank = |c| matches!(c, '\t' | '\n' | '\r');
    match text.chars().find(|&c| matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && !is_blank(c)) {
        None => Ok(text),
        Some(character) => Err(format!("XML cannot hold the character {character:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{json, Map, Value};

    fn problem(xml: &str) -> String {
        decode(xml).unwrap_err()
    }

    #[test]
    fn elements() {
        for (xml, value) in [
            ("<a/>", json!({ "a": "" })),
            ("<a></a >", json!({ "a": "" })),
            ("<a> b </a>", json!({ "a": " b " })),
            ("<a b='1' c=\"x &amp; y\"/>", json!({ "a": { "@b": "1", "@c": "x & y" } })),
            ("<a b=''> </a>", json!({ "a": { "@b": "", "#text": " " } })),
            ("<a><b>1</b><b>2</b><c/><b/></a>", json!({ "a": { "b": ["1", "2", ""], "c": "" } })),
            ("<a>\n  <b>1</b>\n</a>", json!({ "a": { "b": "1" } })),
            ("<p>Hello <b>world</b>!</p>", json!({ "p": { "b": "world", "#text": "Hello !" } })),
            ("<s:a xmlns:s='urn:x'><s:b/></s:a>", json!({ "s:a": { "@xmlns:s": "urn:x", "s:b": "" } })),
            ("<a>&lt;&#65;&#x1F600;&gt;<![CDATA[<b>&amp;]]></a>", json!({ "a": "<A😀><b>&amp;" })),
            ("<a b='1\n2&#10;3'>1\r\n2</a>", json!({ "a": { "@b": "1 2\n3", "#text": "1\n2" } })),
            ("\u{feff}<?xml version='1.0'?><!DOCTYPE a><!-- - --><a/>\n<?p?>", json!({ "a": "" })),
            ("<größe>ü</größe>", json!({ "größe": "ü" })),
        ] {
            assert_eq!(decode(xml), Ok(value), "{xml}");
        }
    }

    #[test]
    fn what_is_not_xml_says_where() {
        for (xml, expected) in [
            ("", "it ends without an element at line 1 column 1"),
            (" \n", "it ends without an element at line 2 column 1"),
            ("text", "there is text outside the root element at line 1 column 1"),
            ("<a/>\nx", "there is text outside the root element at line 1 column 5"),
            ("<a/><b/>", "there is a second root element at line 1 column 5"),
            ("<a>\n<b>", "it ends without `</b>` at line 2 column 4"),
            ("<a>\n ü</b>", "ill-formed document: expected `</a>`, but `</b>` was found at line 2 column 3"),
            ("</a>", "ill-formed document: close tag `</a>` does not match any open tag at line 1 column 1"),
            ("<a", "syntax error: tag not closed: `>` not found before end of input at line 1 column 1"),
            ("<1/>", "\"1\" is not a valid XML name at line 1 column 1"),
            ("<a b='' <=''/>", "\"<\" is not a valid XML name at line 1 column 1"),
            ("<a b='1' b='2'/>", "the attribute `b` occurs twice at line 1 column 1"),
            ("<a>&#0;</a>", "at line 1 column 4"),
            ("<a>&b;</a>", "unknown entity `&b;`: only &amp;"),
            ("<a b='&c;'/>", "unknown entity `&c;`: only &amp;"),
        ] {
            let problem = problem(xml);
            assert!(problem.contains(expected), "{xml}: {problem}");
        }
        for xml in [
            "<a b/>",
            "<a b=1/>",
            "<a b='1' 2='3'/>",
            "<a>&</a>",
            "<a>&amp</a>",
            "<!x>",
            "<!--",
            "<>",
            "< a/>",
            "<a>&#1;</a>",
            "<a b='&#x1f;'/>",
            "<a>\u{1}</a>",
            "<a><![CDATA[\u{b}]]></a>",
        ] {
            assert!(problem(xml).contains("at line 1 column "), "{xml}");
        }
    }

    #[test]
    fn entities_are_not_expanded() {
        let bomb = "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'lol'><!ENTITY c '&b;&b;'>]>\n<a>&c;</a>";
        assert_eq!(
            problem(bomb),
            "the DOCTYPE declares entities, which are never expanded at line 2 column 1"
        );
        let file = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>";
        assert!(problem(file).contains("never expanded"));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let deepest = decode(&nested(128)).unwrap();
        assert!(encode(&deepest).unwrap().starts_with("<a><a>"));
        assert!(problem(&nested(129)).starts_with("elements are nested deeper than 128 levels at line 1"));
        assert!(problem(&"<a>".repeat(1_000_000)).starts_with("elements are nested deeper than 128 levels"));
        let deeper = json!({ "a": deepest });
        assert_eq!(encode(&deeper).unwrap_err(), "elements are nested deeper than 128 levels");
    }

    #[test]
    fn large_documents_take_linear_time() {
        let many = |part: fn(i32) -> String| (0..200_000).map(part).collect::<Vec<_>>().concat();
        assert!(decode(&format!("<a{}/>", many(|n| format!(" a{n}='{n}'")))).is_ok());
        assert!(decode(&format!("<a>{}</a>", many(|n| format!("<b>{n}</b>&amp;")))).is_ok());
    }

    #[test]
    fn values() {
        for (value, xml) in [
            (json!({ "a": null }), "<a/>"),
            (json!({ "a": {} }), "<a/>"),
            (json!({ "a": { "b": [] } }), "<a/>"),
            (json!({ "a": { "b": [1, true, null, 0.5] } }), "<a><b>1</b><b>true</b><b/><b>0.5</b></a>"),
            (json!({ "a": { "@b": 1, "@c": null, "#text": "x" } }), "<a b=\"1\">x</a>"),
            (json!({ "a": { "@b": "\"<&>'\n\t\r" } }), "<a b=\"&quot;&lt;&amp;&gt;'&#10;&#9;&#13;\"/>"),
            (json!({ "a": "\"<&>'\n\t\r]]>" }), "<a>&quot;&lt;&amp;&gt;'\n\t&#13;]]&gt;</a>"),
        ] {
            assert_eq!(encode(&value).as_deref(), Ok(xml), "{value}");
        }
    }

    #[test]
    fn what_has_no_xml_form_says_which() {
        for (value, problem) in [
            (json!("a"), "an XML document must be a map with one key, the name of its root element"),
            (json!({}), "an XML document must be a map with one key, the name of its root element"),
            (
                json!({ "a": 1, "b": 2 }),
                "an XML document must be a map with one key, the name of its root element",
            ),
            (json!({ "a": [1] }), "`a` is an array, but a document has one root element"),
            (json!({ "a b": 1 }), "at `a b`: \"a b\" is not a valid XML name"),
            (json!({ "a": { "": 1 } }), "at `a.`: \"\" is not a valid XML name"),
            (json!({ "a": { "@": 1 } }), "at `a`: \"\" is not a valid XML name"),
            (
                json!({ "a": { "b": [[1]] } }),
                "at `a.b`: an array is not allowed here: only a map's elements can be repeated",
            ),
            (json!({ "a": { "@b": {} } }), "at `a.@b`: expected a string, not a map"),
            (json!({ "a": { "b": "\u{1}" } }), "at `a.b`: XML cannot hold the character '\\u{1}'"),
        ] {
            assert_eq!(encode(&value).unwrap_err(), problem, "{value}");
        }
    }

    /// Values of the form that `decode` gives.
    fn element() -> impl Strategy<Value = Value> {
        let text = "[ -~\n\t\r\u{a0}-\u{d7ff}]{0,8}";
        let trimmed = text.prop_map(|text| text.trim_matches(decode::BLANK).to_owned());
        let attributes =
            || prop::collection::btree_map("@[a-z:_][a-z0-9.-]{0,3}", text.prop_map(Value::from), 0..3);
        let leaf = (attributes(), text).prop_map(|(attributes, text)| {
            let mut content: Map<_, _> = attributes.into_iter().collect();
            match text {
                text if content.is_empty() => text.into(),
                text if text.is_empty() => content.into(),
                text => {
                    content.insert(TEXT.into(), text.into());
                    content.into()
                }
            }
        });
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let repeated = prop::collection::vec(inner.clone(), 2..4).prop_map(Value::from);
            let children = prop::collection::btree_map("[a-zé]{1,3}", prop_oneof![inner, repeated], 1..4);
            (attributes(), children, trimmed.clone()).prop_map(|(attributes, children, text)| {
                let mut content: Map<_, _> = attributes.into_iter().chain(children).collect();
                if !text.is_empty() {
                    content.insert(TEXT.into(), text.into());
                }
                content.into()
            })
        })
    }

    proptest! {
        #[test]
        fn values_come_back(root in element()) {
            let document = json!({ "root": root });
            let xml = encode(&document).unwrap();
            prop_assert_eq!(decode(&xml), Ok(document), "{}", xml);
        }

        #[test]
        fn any_text_is_read_or_refused(xml in "(<a( b='[&;#x1\\x01]*')?/?>|</a>|<!DOCTYPE |<!\\[CDATA\\[|\\]\\]>|<!--|-->|&[#a-z1]{0,3};|<\\?|\\?>|[<>&'\"a ü\\n]){0,12}") {
            if let Ok(document) = decode(&xml) {
                let written = encode(&document).unwrap();
                prop_assert_eq!(decode(&written), Ok(document), "{}", written);
            }
        }

        #[test]
        fn any_characters_are_read_or_refused(xml in any::<String>()) {
            let _ = decode(&xml);
        }
    }
}

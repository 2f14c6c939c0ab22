//! Percent-encoding as signatures want it: everything but letters, digits and `-`, `.`, `_`, `~`.

use net::url::COMPONENT;
use percent_encoding::{percent_decode_str, utf8_percent_encode, AsciiSet, PercentEncode};
use std::fmt::Write as _;

const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// A key or a value in a query, or a segment of a path.
pub fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, COMPONENT)
}

/// A path, whose slashes stay.
pub fn encode_path(path: &str) -> PercentEncode<'_> {
    utf8_percent_encode(path, PATH)
}

/// A query of these keys and values.
pub(crate) fn query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (key, value) in parameters {
        let separator = if query.is_empty() { "" } else { "&" };
        let _ = write!(query, "{separator}{}={}", encode(key), encode(value));
    }
    query
}

/// The query in its canonical form: each key and value encoded exactly, sorted.
pub(crate) fn canonical_query(query: &str) -> String {
    let recoded = |text: &str| encode(&percent_decode_str(text).decode_utf8_lossy()).to_string();
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let mut parameters: Vec<_> = parameters
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(key, value)| (recoded(key), recoded(value)))
        .collect();
    parameters.sort();
    let parameters: Vec<_> = parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
    parameters.join("&")
}

/// The path without empty, `.` and `..` segments.
pub(crate) fn normalize(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    let end = if is_folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

/// A path in which some is encoded already: `%XX` stays as it is.
pub(crate) fn encode_rest(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for (index, part) in path.split('%').enumerate() {
        if index > 0 {
            let is_escape = part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
            encoded.push_str(if is_escape { "%" } else { "%25" });
        }
        encoded.extend(encode_path(part));
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn encoding_can_be_undone(text in any::<String>()) {
            let encoded = encode(&text).to_string();
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(percent_decode_str(&encoded).decode_utf8().unwrap(), &*text);
            let path = encode_rest(&text);
            prop_assert_eq!(encode_rest(&path), path);
        }

        #[test]
        fn canonical_queries_stay_as_they_are(query in any::<String>()) {
            let canonical = canonical_query(&query);
            prop_assert_eq!(canonical_query(&canonical), canonical);
        }

        #[test]
        fn normal_paths_stay_as_they_are(path in "[/.a]{0,20}") {
            let normal = normalize(&path);
            prop_assert!(normal.starts_with('/') && !normal.contains("//") && !normal.contains("/./"));
            prop_assert_eq!(normalize(&normal), normal);
        }
    }

    #[test]
    fn encoding() {
        assert_eq!(encode("a b/ü~").to_string(), "a%20b%2F%C3%BC~");
        assert_eq!(encode_path("/a b:c/ü").to_string(), "/a%20b%3Ac/%C3%BC");
        assert_eq!(encode_rest("/a%2Fb c%zz%/%e4"), "/a%2Fb%20c%25zz%25/%e4");
        assert_eq!(query([("b", "1&2"), ("a", "")]), "b=1%262&a=");
        assert_eq!(canonical_query("&b=%41&a&b=1%2f+&"), "a=&b=1%2F%2B&b=A");
    }

    #[test]
    fn normalization() {
        for (path, normal) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/a/..", "/"),
            ("/a/../b", "/b"),
            ("/../../a", "/a"),
            ("//a//b/", "/a/b/"),
            ("/a/./b/.", "/a/b/"),
        ] {
            assert_eq!(normalize(path), normal, "{path}");
        }
    }
}

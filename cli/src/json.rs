//! JSON texts, changed in nothing but their white space: members keep their order.

use serde::de::IgnoredAny;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Deserializer, Result, Serializer};

/// Whether the text is JSON.
pub(crate) fn check(text: &str) -> Result<()> {
    serde_json::from_str(text).map(|IgnoredAny| ())
}

/// For a header.
pub(crate) fn on_one_line(text: &str) -> Result<Vec<u8>> {
    rewrite(text.as_bytes(), CompactFormatter)
}

/// For people.
pub(crate) fn indented(text: &[u8]) -> Result<Vec<u8>> {
    rewrite(text, PrettyFormatter::new())
}

fn rewrite(text: &[u8], formatter: impl Formatter) -> Result<Vec<u8>> {
    let mut rewritten = Vec::with_capacity(text.len());
    let mut reader = Deserializer::from_slice(text);
    serde_transcode::transcode(&mut reader, &mut Serializer::with_formatter(&mut rewritten, formatter))?;
    reader.end()?;
    Ok(rewritten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let text = "{ \"b\": [1, 2.50],\n \"a\": {}, \"b\": 9223372036854775807 }";
        let line = on_one_line(text).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), r#"{"b":[1,2.5],"a":{},"b":9223372036854775807}"#);
        let pretty = indented(br#"{"b":[1],"a":"x"}"#).unwrap();
        assert_eq!(String::from_utf8(pretty).unwrap(), "{\n  \"b\": [\n    1\n  ],\n  \"a\": \"x\"\n}");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "x", "1 2", "{'a':1}", "{\"a\":1,}"] {
            assert!(check(text).is_err(), "{text}");
            assert!(indented(text.as_bytes()).is_err(), "{text}");
        }
        assert!(check(&"[".repeat(100_000)).is_err());
        assert!(check(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_ok());
    }
}

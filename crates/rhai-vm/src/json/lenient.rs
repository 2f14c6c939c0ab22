//! Reads the valid JSON that `serde_json` refuses, or reads otherwise, as Python and JavaScript read it:
//! escapes of lone surrogates, which are U+FFFD; numbers beyond the range of a float, which are infinite;
//! and `-0`, which is an integer.
//!
//! It is slower than `serde_json`, and says nothing of what is wrong: it is asked afterwards.

use super::{key, MAX_DEPTH};
use crate::map::Map;
use crate::memory::{self, Meter};
use crate::text::Str;
use crate::value::Value;

/// The value of a JSON text; `None` if it is not JSON, or nested too deep.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0, meter: Meter::default() };
    let value = reader.value(0)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

/// A text, read as far as `at`.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    meter: Meter,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.peek()? {
            b'n' => self.word("null", Value::Unit),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => {
                let text = self.string()?;
                self.meter.may_use(memory::size_of_text(&text)).then(|| text.as_str().into())
            }
            b'[' if depth < MAX_DEPTH => self.array(depth + 1),
            b'{' if depth < MAX_DEPTH => self.object(depth + 1),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let is_there = self.text[self.at..].starts_with(word);
        self.at += word.len();
        is_there.then_some(value)
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.list(b']', |reader| memory::push(&mut items, reader.value(depth)?).then_some(()))?;
        Some(items.into())
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut entries: Vec<(Str, Value)> = Vec::new();
        self.list(b'}', |reader| {
            let name = key(&reader.string()?);
            reader.skip_space();
            reader.expect(b':')?;
            memory::push(&mut entries, (name, reader.value(depth)?)).then_some(())
        })?;
        Some(Value::map(Map::from_entries(entries)))
    }

    /// What is between brackets, with commas in between.
    fn list(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.skip_space();
        if self.expect(end).is_some() {
            return Some(());
        }
        loop {
            self.skip_space();
            item(self)?;
            self.skip_space();
            if self.expect(end).is_some() {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\x1f'))?;
            string.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes()[plain] {
                b'"' => return Some(string),
                b'\\' => string.push(self.escape()?),
                _ => return None,
            }
        }
    }

    /// The character that an escape means, after its backslash.
    fn escape(&mut self) -> Option<char> {
        let escape = self.peek()?;
        self.at += 1;
        Some(match escape {
            b'"' | b'\\' | b'/' => escape.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unit_escape()?,
            _ => return None,
        })
    }

    /// The character of `\uXXXX`, or of two that are surrogates of each other.
    fn unit_escape(&mut self) -> Option<char> {
        let first = self.hex()?;
        let after_first = self.at;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            units.extend(self.hex());
        }
        let mut characters = char::decode_utf16(units);
        let character = characters.next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
        if character.len_utf16() == 1 {
            self.at = after_first;
        }
        Some(character)
    }

    fn hex(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let _ = self.expect(b'-');
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let end_of_whole = self.at;
        if self.expect(b'.').is_some() {
            self.digits()?;
        }
        if self.expect(b'e').or_else(|| self.expect(b'E')).is_some() {
            let _ = self.expect(b'-').or_else(|| self.expect(b'+'));
            self.digits()?;
        }
        let number = &self.text[start..self.at];
        let integer = number.parse().ok().filter(|_| self.at == end_of_whole);
        integer.map(Value::Int).or_else(|| number.parse().ok().map(Value::Float))
    }

    fn digits(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there.then_some(())
    }

    fn skip_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{decode, encode};
    use proptest::prelude::*;

    fn round(json: &str) -> String {
        String::from_utf8(encode(&decode(json.as_bytes()).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        for (json, read) in [
            (r#""\ud800""#, "\"\u{fffd}\""),
            (r#""a\udc00b""#, "\"a\u{fffd}b\""),
            (r#""\ud800\ud83d\ude00\ud800x\ud800""#, "\"\u{fffd}😀\u{fffd}x\u{fffd}\""),
            (r#""\ud800A\ud800\n""#, "\"\u{fffd}A\u{fffd}\\n\""),
            (r#"{"\udfff":[1,"\ud800",{"a":null}]}"#, "{\"\u{fffd}\":[1,\"\u{fffd}\",{\"a\":null}]}"),
        ] {
            assert_eq!(round(json), read, "{json}");
        }
        for json in [r#""\ud800"#, r#""\ud80""#, r#""\ud800\u""#, r#""\ud800\u12g4""#, r#""\ud800\q""#] {
            assert!(decode(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_read() {
        let float = |json: &str| decode(json.as_bytes()).unwrap().as_float().unwrap();
        assert!(float("1e400").is_infinite() && float("1e400") > 0.0);
        assert!(float("-1e400").is_infinite() && float("-1e400") < 0.0);
        assert!(float(&format!("1{}", "0".repeat(400))).is_infinite());
        assert!((float(&format!("1{}", "0".repeat(300))) / 1e300 - 1.0).abs() < 1e-9);
        assert_eq!(round("[1e400,-0,-0.0,0]"), "[null,0,-0.0,0]");
        assert_eq!(round("-0"), "0");
        assert_eq!(round("-0.0"), "-0.0");
        assert_eq!(round("-0e1"), "-0.0");
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(json in "[\\[\\]{}\",:0-9eE.+\\-a-z\\\\ ]{0,40}") {
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&json) {
                let ours = encode(&read(&json).unwrap()).unwrap();
                let ours: serde_json::Value = serde_json::from_slice(&ours).unwrap();
                if !json.contains(|c: char| c.is_ascii_digit()) {
                    prop_assert_eq!(ours, theirs);
                }
            }
        }

        #[test]
        fn it_reads_what_is_written(text in any::<String>(), number in any::<f64>(), integer in any::<i64>()) {
            let value = Value::from(vec![text.as_str().into(), Value::Float(number), Value::Int(integer)]);
            let json = encode(&value).unwrap();
            let back = read(std::str::from_utf8(&json).unwrap()).unwrap();
            prop_assert_eq!(encode(&back).unwrap(), json);
        }
    }
}

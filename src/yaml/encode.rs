//! Values → YAML text, in block style.

use super::scalar::is_ambiguous;
use super::MAX_DEPTH;
use rhai_vm::{json, memory, Map, Value};
use std::fmt::Write as _;

/// Writes a value as a document. Its end is a newline.
///
/// # Errors
/// What has no YAML form; or that there is no memory for more, see [`memory::stopped`].
pub(crate) fn encode(value: &Value) -> Result<String, String> {
    let mut writer = Writer::default();
    writer.value(value, 0, Place::Document)?;
    Ok(writer.yaml)
}

/// What is before a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing.
    Document,
    /// `-`
    Item,
    /// `key:`
    Entry,
}

#[derive(Default)]
struct Writer {
    yaml: String,
}

impl Writer {
    fn push(&mut self, text: &str) -> Result<(), String> {
        if !memory::may_reserve(&mut self.yaml, text.len()) {
            return Err("out of memory".to_owned());
        }
        self.yaml.push_str(text);
        Ok(())
    }

    /// A value and the end of its line; `depth` arrays and maps are around it.
    fn value(&mut self, value: &Value, depth: usize, place: Place) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("the value is nested deeper than {MAX_DEPTH} levels"));
        }
        match value {
            Value::Array(items) if !items.is_empty() => self.array(items, depth, place),
            Value::Map(map) if !map.is_empty() => self.map(map, depth, place),
            Value::Shared(cell) => self.value(&cell.borrow(), depth, place),
            Value::Host(object) => match object.to_plain() {
                Some(plain) => self.value(&plain, depth, place),
                None => Err(refused(value)),
            },
            scalar => {
                if place != Place::Document {
                    self.push(" ")?;
                }
                self.scalar(scalar, depth)?;
                self.push("\n")
            }
        }
    }

    fn array(&mut self, items: &[Value], depth: usize, place: Place) -> Result<(), String> {
        // The first item is on the line of an item, and below a key.
        if place == Place::Entry {
            self.push("\n")?;
        }
        for (number, item) in items.iter().enumerate() {
            if place == Place::Item && number == 0 {
                self.push(" ")?;
            } else {
                self.indent(depth)?;
            }
            self.push("-")?;
            self.value(item, depth + 1, Place::Item)?;
        }
        Ok(())
    }

    fn map(&mut self, map: &Map, depth: usize, place: Place) -> Result<(), String> {
        if place == Place::Entry {
            self.push("\n")?;
        }
        for (number, (key, value)) in map.iter().enumerate() {
            if place == Place::Item && number == 0 {
                self.push(" ")?;
            } else {
                self.indent(depth)?;
            }
            if is_plain(key) && key.len() <= MAX_KEY {
                self.push(key)?;
            } else if key.len() <= MAX_KEY {
                self.quoted(key)?;
            } else {
                // An implicit key is limited to 1024 characters.
                self.push("? ")?;
                self.quoted(key)?;
                self.push("\n")?;
                self.indent(depth)?;
            }
            self.push(":")?;
            self.value(value, depth + 1, Place::Entry)?;
        }
        Ok(())
    }

    fn indent(&mut self, depth: usize) -> Result<(), String> {
        (0..depth).try_for_each(|_| self.push("  "))
    }

    fn scalar(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        match value {
            Value::Unit => self.push("null"),
            Value::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Value::Int(number) => self.push(&number.to_string()),
            Value::Float(number) => self.push(&float(*number)),
            Value::Char(character) => self.string(character.encode_utf8(&mut [0; 4]), depth),
            Value::Str(text) => self.string(text, depth),
            Value::Array(_) => self.push("[]"),
            Value::Map(_) => self.push("{}"),
            Value::Blob(_) => {
                let base64 = json::encode(value)?;
                self.push("!!binary ")?;
                self.push(std::str::from_utf8(&base64).unwrap_or_default())
            }
            other => Err(refused(other)),
        }
    }

    fn string(&mut self, text: &str, depth: usize) -> Result<(), String> {
        if is_plain(text) {
            self.push(text)
        } else if is_block(text) {
            self.block(text, depth)
        } else {
            self.quoted(text)
        }
    }

    /// A string on several lines, as it is.
    fn block(&mut self, text: &str, depth: usize) -> Result<(), String> {
        let lines = text.trim_end_matches('\n');
        self.push(match text.len() - lines.len() {
            0 => "|-",
            1 => "|",
            _ => "|+",
        })?;
        // The end of the last line is the caller's.
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.push("\n")?;
            if !line.is_empty() {
                self.indent(depth.max(1))?;
                self.push(line)?;
            }
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str) -> Result<(), String> {
        self.push("\"")?;
        let mut escape = String::new();
        let mut start = 0;
        for (at, character) in text.char_indices() {
            escape.clear();
            match character {
                '"' => escape.push_str("\\\""),
                '\\' => escape.push_str("\\\\"),
                '\n' => escape.push_str("\\n"),
                '\t' => escape.push_str("\\t"),
                '\r' => escape.push_str("\\r"),
                character if is_printable(character) => continue,
                // All of them are in the basic plane but for those that no program reads as characters.
                character if u32::from(character) > 0xffff => {
                    let _ = write!(escape, "\\U{:08x}", u32::from(character));
                }
                character => {
                    let _ = write!(escape, "\\u{:04x}", u32::from(character));
                }
            }
            self.push(&text[start..at])?;
            self.push(&escape)?;
            start = at + character.len_utf8();
        }
        self.push(&text[start..])?;
        self.push("\"")
    }
}

/// The longest key that is on the line of its value.
const MAX_KEY: usize = 200;

fn refused(value: &Value) -> String {
    let what = match value {
        Value::Fn(_) => "a function".to_owned(),
        other => format!("a value of type {}", other.type_name()),
    };
    format!("{what} has no YAML form")
}

fn float(number: f64) -> String {
    if number.is_nan() {
        ".nan".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
    } else {
        // With a point or an exponent, as YAML 1.1 asks for both: `1.0e+300`.
        let text = format!("{number:?}");
        match text.split_once('e') {
            Some((mantissa, exponent)) => {
                let point = if mantissa.contains('.') { "" } else { ".0" };
                let sign = if exponent.starts_with('-') { "" } else { "+" };
                format!("{mantissa}{point}e{sign}{exponent}")
            }
            None => text,
        }
    }
}

fn is_printable(character: char) -> bool {
    match character {
        '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{ffff}' => true,
        character => u32::from(character) > 0xffff,
    }
}

/// Whether a string can be written without quotes: only where nobody could read it otherwise.
fn is_plain(text: &str) -> bool {
    let is_usual = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | '+' | '@' | '(' | ')' | ',')
    };
    let is_other = |c: char| c > '\u{a1}' && is_printable(c) && c.is_alphanumeric();
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '/' || is_other(c);
    text.starts_with(is_first)
        && !text.ends_with(' ')
        && !is_ambiguous(text)
        && text.chars().all(|c| is_usual(c) || is_other(c))
}

/// Whether a string can be written as a block of lines.
fn is_block(text: &str) -> bool {
    let lines = text.trim_end_matches('\n');
    text.contains('\n')
        && !lines.is_empty()
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && text
            .split('\n')
            .all(|line| !line.ends_with(' ') && !line.starts_with("---") && !line.starts_with("..."))
}

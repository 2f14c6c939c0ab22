//! Value → XML text.

use super::{checked_name, checked_text, ATTRIBUTE, MAX_DEPTH, TEXT};
use rhai_vm::memory;
use serde_json::{Map, Value};

/// More bytes than what stands around a name, or for a character.
const SMALL: usize = 16;

/// Writes a value of the form that [`decode`] gives as an XML document without declaration.
/// Numbers and booleans are written as text, `null` as an element without content, and an attribute
/// that is `null` is left out.
///
/// # Errors
/// The path of what has no such form (`order.items`), and why.
pub(crate) fn encode(document: &Value) -> Result<String, String> {
    let root = document.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
    let Some((name, root)) = root else {
        return Err("an XML document must be a map with one key, the name of its root element".to_owned());
    };
    if root.is_array() {
        return Err(format!("`{name}` is an array, but a document has one root element"));
    }
    let mut writer = Writer { xml: String::new(), path: Vec::new() };
    writer.element(name, root)?;
    Ok(writer.xml)
}

struct Writer<'a> {
    xml: String,
    /// The names of the elements around the place that is written, and its own.
    path: Vec<&'a str>,
}

impl<'a> Writer<'a> {
    fn element(&mut self, name: &'a str, value: &'a Value) -> Result<(), String> {
        self.path.push(name);
        if self.path.len() > MAX_DEPTH {
            return Err(format!("elements are nested deeper than {MAX_DEPTH} levels"));
        }
        checked_name(name).map_err(|problem| self.problem(&problem))?;
        self.reserve(2 * name.len() + SMALL)?;
        self.xml.push('<');
        self.xml.push_str(name);
        if let Value::Object(content) = value {
            self.attributes(content)?;
        }
        let tag_end = self.xml.len();
        self.xml.push('>');
        match value {
            Value::Object(content) => self.content(content)?,
            scalar => self.text(scalar)?,
        }
        if self.xml.len() == tag_end + 1 {
            self.xml.truncate(tag_end);
            self.xml.push_str("/>");
        } else {
            self.xml.push_str("</");
            self.xml.push_str(name);
            self.xml.push('>');
        }
        self.path.pop();
        Ok(())
    }

    fn attributes(&mut self, content: &'a Map<String, Value>) -> Result<(), String> {
        for (key, value) in content {
            let Some(name) = key.strip_prefix(ATTRIBUTE) else { continue };
            checked_name(name).map_err(|problem| self.problem(&problem))?;
            if value.is_null() {
                continue;
            }
            self.path.push(key);
            self.reserve(name.len() + SMALL)?;
            self.xml.push(' ');
            self.xml.push_str(name);
            self.xml.push_str("=\"");
            self.text(value)?;
            self.xml.push('"');
            self.path.pop();
        }
        Ok(())
    }

    fn content(&mut self, content: &'a Map<String, Value>) -> Result<(), String> {
        for (key, value) in content {
            match value {
                _ if key.starts_with(ATTRIBUTE) => {}
                text if key == TEXT => self.text(text)?,
                Value::Array(same) => same.iter().try_for_each(|value| self.element(key, value))?,
                child => self.element(key, child)?,
            }
        }
        Ok(())
    }

    fn text(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::String(text) => self.escaped(text),
            Value::Null => Ok(()),
            Value::Bool(_) | Value::Number(_) => self.escaped(&value.to_string()),
            Value::Array(_) => {
                Err(self.problem("an array is not allowed here: only a map's elements can be repeated"))
            }
            Value::Object(_) => Err(self.problem("expected a string, not a map")),
        }
    }

    /// Line breaks and tabs that are not escaped are read as spaces in attributes, and a carriage
    /// return as a line break everywhere.
    fn escaped(&mut self, text: &str) -> Result<(), String> {
        let in_attribute = self.path.last().is_some_and(|key| key.starts_with(ATTRIBUTE));
        for character in checked_text(text).map_err(|problem| self.problem(&problem))?.chars() {
            self.reserve(SMALL)?;
            match character {
                '&' => self.xml.push_str("&amp;"),
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                '"' => self.xml.push_str("&quot;"),
                '\r' => self.xml.push_str("&#13;"),
                '\n' if in_attribute => self.xml.push_str("&#10;"),
                '\t' if in_attribute => self.xml.push_str("&#9;"),
                _ => self.xml.push(character),
            }
        }
        Ok(())
    }

    /// Makes place for so many bytes more.
    fn reserve(&mut self, count: usize) -> Result<(), String> {
        if memory::may_reserve(&mut self.xml, count) {
            Ok(())
        } else {
            Err("out of memory".to_owned())
        }
    }

    fn problem(&self, problem: &str) -> String {
        format!("at `{}`: {problem}", self.path.join("."))
    }
}

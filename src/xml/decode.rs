//! XML text → value.

use super::{checked_name, checked_text, ATTRIBUTE, MAX_DEPTH, TEXT};
use crate::place::place;
use quick_xml::escape::{resolve_predefined_entity, EscapeError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};
use rhai_vm::memory::{self, Meter};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// White space, as XML has it.
pub(super) const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// Reads one XML document.
///
/// # Errors
/// What is wrong with it, with line and column, both from 1.
pub(crate) fn decode(xml: &str) -> Result<Value, String> {
    let xml = xml.trim_start_matches('\u{feff}');
    let at = |offset: u64| place(xml, usize::try_from(offset).unwrap_or(usize::MAX));
    let mut reader = Reader::from_str(xml);
    let mut document = Document::default();
    loop {
        let start = reader.buffer_position();
        let event =
            reader.read_event().map_err(|error| format!("{error} at {}", at(reader.error_position())))?;
        if matches!(event, Event::Eof) {
            return document.end().map_err(|problem| format!("{problem} at {}", at(start)));
        }
        document.take(&event).map_err(|problem| format!("{problem} at {}", at(start)))?;
    }
}

/// What was read of a document so far.
#[derive(Default)]
struct Document {
    /// The elements around the place that is read, the root first.
    open: Vec<Element>,
    root: Option<Element>,
    meter: Meter,
}

/// About how many bytes an element takes, and a map of what is in it.
const BYTES_OF_ELEMENT: usize = size_of::<Value>() + size_of::<String>();
const BYTES_OF_MAP: usize = 12 * size_of::<(String, Value)>();
/// What nobody gets to read, see [`memory::may_use`].
const OUT_OF_MEMORY: &str = "out of memory";

struct Element {
    name: String,
    content: Map<String, Value>,
    text: String,
    has_children: bool,
}

impl Document {
    fn take(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::Empty(tag) => {
                self.start(tag)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                match (character, resolve_predefined_entity(reference)) {
                    (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => self.text(text),
                    (None, None) => Err(unknown_entity(reference)),
                }
            }
            Event::DocType(declaration) if declaration.contains("<!ENTITY") => {
                Err("the DOCTYPE declares entities, which are never expanded".to_owned())
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() == MAX_DEPTH {
            return Err(format!("elements are nested deeper than {MAX_DEPTH} levels"));
        }
        if self.root.is_some() {
            return Err("there is a second root element".to_owned());
        }
        self.open.push(Element {
            name: checked_name(tag.name().0)?.to_owned(),
            content: attributes(tag, &self.meter)?,
            text: String::new(),
            has_children: false,
        });
        Ok(())
    }

    /// Closes the innermost element; the reader has seen to it that there is one.
    fn close(&mut self) -> Result<(), String> {
        let Some(element) = self.open.pop() else { return Ok(()) };
        let bytes_of_content = element.content.len().div_ceil(11) * BYTES_OF_MAP;
        let may_go_on = self.meter.may_use(BYTES_OF_ELEMENT + bytes_of_content);
        let is_added = if let Some(parent) = self.open.last_mut() {
            parent.add(element)
        } else {
            self.root = Some(element);
            true
        };
        if may_go_on && is_added {
            Ok(())
        } else {
            Err(OUT_OF_MEMORY.to_owned())
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        match self.open.last_mut() {
            Some(element) => {
                if !self.meter.may_use(text.len()) || !memory::may_reserve(&mut element.text, text.len()) {
                    return Err(OUT_OF_MEMORY.to_owned());
                }
                element.text.push_str(checked_text(text)?);
            }
            None if text.trim_matches(BLANK).is_empty() => {}
            None => return Err("there is text outside the root element".to_owned()),
        }
        Ok(())
    }

    fn end(self) -> Result<Value, String> {
        if let Some(element) = self.open.last() {
            return Err(format!("it ends without `</{}>`", element.name));
        }
        let Some(root) = self.root else {
            return Err("it ends without an element".to_owned());
        };
        Ok(Map::from_iter([(root.name.clone(), root.into_value())]).into())
    }
}

impl Element {
    /// Whether there is memory for it.
    fn add(&mut self, child: Element) -> bool {
        self.has_children = true;
        match self.content.entry(child.name.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(child.into_value());
            }
            Entry::Occupied(entry) => match entry.into_mut() {
                Value::Array(same) => return memory::push(same, child.into_value()),
                first => *first = vec![first.take(), child.into_value()].into(),
            },
        }
        true
    }

    fn into_value(self) -> Value {
        let Self { mut content, text, has_children, .. } = self;
        let text = if has_children { text.trim_matches(BLANK).to_owned() } else { text };
        if content.is_empty() {
            return text.into();
        }
        if !text.is_empty() {
            content.insert(TEXT.to_owned(), text.into());
        }
        content.into()
    }
}

fn attributes(tag: &BytesStart<'_>, meter: &Meter) -> Result<Map<String, Value>, String> {
    let mut attributes = Map::new();
    // The map finds what is there twice; the library's check takes quadratic time.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| format!("in the tag `{}`: {error}", tag.name().0))?;
        let name = checked_name(attribute.key.0)?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| match error {
            Error::Escape(EscapeError::UnrecognizedEntity(_, entity)) => unknown_entity(&entity),
            error => format!("in the attribute `{name}`: {error}"),
        })?;
        let value =
            checked_text(&value).map_err(|problem| format!("in the attribute `{name}`: {problem}"))?;
        if !meter.may_use(BYTES_OF_ELEMENT + name.len() + value.len()) {
            return Err(OUT_OF_MEMORY.to_owned());
        }
        if attributes.insert(format!("{ATTRIBUTE}{name}"), value.into()).is_some() {
            return Err(format!("the attribute `{name}` occurs twice"));
        }
    }
    Ok(attributes)
}

fn unknown_entity(name: &str) -> String {
    format!("unknown entity `&{name};`: only &amp; &lt; &gt; &quot; &apos; and numbers such as &#160; are supported")
}

//! XML in responses.

use crate::query::or;
use crate::table::{Location, Member, Service, Shape, Type};
use crate::{base64, reserve, time, Error, Host, Result, MAX_DEPTH};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rhai_vm::memory::{self, Meter};
use rhai_vm::{Map, Str, Value};

/// An element of a document, without namespaces.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(crate) children: Vec<Element>,
}

/// About so many bytes an element takes.
const ELEMENT: usize = size_of::<Element>() + 32;

/// Reads a document; `None` for an empty body.
pub(crate) fn parse(xml: &[u8]) -> Result<Option<Element>> {
    let xml = std::str::from_utf8(xml).map_err(|_| Error::response("the response is not UTF-8"))?;
    let xml = xml.trim_start_matches('\u{feff}');
    if xml.trim().is_empty() {
        return Ok(None);
    }
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Element> = Vec::new();
    let meter = Meter::new();
    loop {
        let closed = match reader.read_event().map_err(|problem| not_xml(&problem.to_string()))? {
            Event::Start(tag) if open.len() == MAX_DEPTH => {
                return Err(not_xml(&format!("`{}` is nested deeper than {MAX_DEPTH} levels", tag.name().0)));
            }
            Event::Start(tag) => {
                open.push(element(&tag, &meter)?);
                None
            }
            Event::Empty(tag) => Some(element(&tag, &meter)?),
            Event::End(_) => open.pop(),
            Event::Eof => return Err(not_xml("it ends within an element")),
            event => {
                append(open.last_mut(), &event)?;
                None
            }
        };
        match (closed, open.last_mut()) {
            (None, _) => {}
            (Some(root), None) => return Ok(Some(root)),
            (Some(child), Some(parent)) => {
                if !memory::push(&mut parent.children, child) {
                    return Err(Error::OutOfMemory);
                }
            }
        }
    }
}

fn not_xml(problem: &str) -> Error {
    Error::response(format!("the response is not XML: {problem}"))
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn element(tag: &BytesStart<'_>, meter: &Meter) -> Result<Element> {
    let mut element = Element { name: local(tag.name().0).to_owned(), ..Element::default() };
    let mut bytes = ELEMENT;
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|problem| not_xml(&problem.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0);
        let value = value.map_err(|problem| not_xml(&problem.to_string()))?;
        bytes += ELEMENT + value.len();
        element.attributes.push((local(attribute.key.0).to_owned(), value.into_owned()));
    }
    if meter.may_use(bytes) {
        Ok(element)
    } else {
        Err(Error::OutOfMemory)
    }
}

/// Appends what an event says to the text of the element around it.
fn append(around: Option<&mut Element>, event: &Event<'_>) -> Result<()> {
    let Some(element) = around else { return Ok(()) };
    let mut add = |text: &str| {
        reserve(&mut element.text, text.len())?;
        element.text.push_str(text);
        Ok(())
    };
    match event {
        Event::Text(text) => add(&text.xml10_content()),
        Event::CData(text) => add(&text.xml10_content()),
        Event::GeneralRef(reference) => {
            let character = reference.resolve_char_ref().map_err(|problem| not_xml(&problem.to_string()))?;
            match (character, resolve_predefined_entity(reference)) {
                (Some(character), _) => add(character.encode_utf8(&mut [0; 4])),
                (None, Some(text)) => add(text),
                (None, None) => Err(not_xml("it has an entity that XML does not define")),
            }
        }
        _ => Ok(()),
    }
}

impl Element {
    /// Its text, without that of its children.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Gives elements the names and types of the model.
pub(crate) struct Typing<'a> {
    pub(crate) service: &'a Service,
    pub(crate) host: &'a dyn Host,
}

impl Typing<'_> {
    /// The value of an element of this type.
    pub(crate) fn value(&self, of: Type, element: &Element) -> Result<Value> {
        match self.service.shape(of) {
            Some(Shape::Structure(members)) => self.structure(members, element).map(Value::from),
            Some(Shape::List { item, name, .. }) => {
                let name = or(name, "member");
                self.items(*item, element.children.iter().filter(|child| child.name == name))
            }
            Some(Shape::Map { key, value_name, value }) => {
                self.entries((or(key, "key"), or(value_name, "value")), *value, element.children.iter())
            }
            None if element.children.is_empty() => self.scalar(of, &element.text),
            None => unknown(element),
        }
    }

    /// The members of a structure that are in the body; what the model does not know is added as it is.
    pub(crate) fn structure(&self, members: &[Member], element: &Element) -> Result<Map> {
        let mut map = Map::new();
        let is_in_body = |member: &&Member| member.location == Location::Body;
        for member in members {
            let value = match member.location {
                Location::Attribute => self.attribute(member, element)?,
                Location::Body => self.member(member, element)?,
                _ => None,
            };
            map.extend(value.map(|value| (member.name.clone(), value)));
        }
        for child in &element.children {
            if !members.iter().filter(is_in_body).any(|member| member.wire == child.name.as_str()) {
                add(&mut map, &child.name, unknown(child)?)?;
            }
        }
        Ok(map)
    }

    fn attribute(&self, member: &Member, element: &Element) -> Result<Option<Value>> {
        let name = local(&member.wire);
        let found = element.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| self.scalar(member.of, text)).transpose()
    }

    fn member(&self, member: &Member, element: &Element) -> Result<Option<Value>> {
        let mut found = element.children.iter().filter(|child| member.wire == child.name.as_str()).peekable();
        let Some(first) = found.peek() else {
            // The root itself may be a response's only member.
            let is_root = element.children.is_empty()
                && !element.text.is_empty()
                && member.wire == element.name.as_str();
            return if is_root { self.value(member.of, element).map(Some) } else { Ok(None) };
        };
        match self.service.shape(member.of) {
            Some(Shape::List { item, .. }) if member.is_flat => self.items(*item, found).map(Some),
            Some(Shape::Map { key, value_name, value }) if member.is_flat => {
                self.entries((or(key, "key"), or(value_name, "value")), *value, found).map(Some)
            }
            _ => self.value(member.of, first).map(Some),
        }
    }

    fn items<'e>(&self, of: Type, elements: impl Iterator<Item = &'e Element>) -> Result<Value> {
        elements.map(|element| self.value(of, element)).collect()
    }

    fn entries<'e>(
        &self,
        (key, value_name): (&str, &str),
        of: Type,
        elements: impl Iterator<Item = &'e Element>,
    ) -> Result<Value> {
        let mut map = Map::new();
        for entry in elements {
            let name = entry.child(key).map_or("", |key| &key.text);
            let value = entry.child(value_name).map(|value| self.value(of, value)).transpose()?;
            map.insert(name.into(), value.into());
        }
        Ok(map.into())
    }

    fn scalar(&self, of: Type, text: &str) -> Result<Value> {
        let typed = match of {
            Type::Integer => text.trim().parse().ok().map(Value::Int),
            Type::Float => text.trim().parse().ok().map(Value::Float),
            Type::Boolean => text.trim().parse().ok().map(Value::Bool),
            Type::Blob | Type::Stream => base64::decode(text.trim())?.map(Value::blob),
            of if of.is_time() => Some(time::of_text(text, self.host)),
            _ => None,
        };
        Ok(typed.unwrap_or_else(|| text.into()))
    }
}

/// The value of an element that the model does not know.
fn unknown(element: &Element) -> Result<Value> {
    if element.children.is_empty() {
        return Ok(element.text.as_str().into());
    }
    let mut map = Map::new();
    for child in &element.children {
        add(&mut map, &child.name, unknown(child)?)?;
    }
    Ok(map.into())
}

/// Adds a value; those of one name become an array.
fn add(map: &mut Map, name: &str, value: Value) -> Result<()> {
    match map.get_mut(name) {
        None => {
            map.insert(Str::from(name), value);
        }
        Some(Value::Array(items)) => {
            let items = std::rc::Rc::make_mut(items);
            return items.push(value).map_err(|_| Error::OutOfMemory);
        }
        Some(first) => *first = Value::array(vec![std::mem::take(first), value]),
    }
    Ok(())
}

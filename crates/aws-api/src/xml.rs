//! XML in requests.

use crate::query::{or, text};
use crate::table::{Location, Member, Service, Shape, Type};
use crate::time::Form;
use crate::{reserve, Host, Result};
use rhai_vm::{Map, Value};

/// More bytes than what stands around a name, or for a character.
const SMALL: usize = 16;

/// Writes an element of this name, type and namespace.
pub(crate) fn encode(
    service: &Service,
    (name, namespace): (&str, &str),
    of: Type,
    value: &Value,
    host: &dyn Host,
) -> Result<Vec<u8>> {
    let mut writer = Writer { service, host, xml: String::new() };
    writer.value(name, namespace, of, false, value)?;
    Ok(writer.xml.into_bytes())
}

/// Writes an element with the members of a structure that are in the body.
pub(crate) fn encode_body(
    service: &Service,
    (name, namespace): (&str, &str),
    of: Type,
    members: &Map,
    host: &dyn Host,
) -> Result<Vec<u8>> {
    let mut writer = Writer { service, host, xml: String::new() };
    writer.structure(name, namespace, service.members(of), members)?;
    Ok(writer.xml.into_bytes())
}

struct Writer<'a> {
    service: &'a Service,
    host: &'a dyn Host,
    xml: String,
}

impl Writer<'_> {
    fn value(&mut self, name: &str, namespace: &str, of: Type, is_flat: bool, value: &Value) -> Result<()> {
        match (self.service.shape(of), value) {
            (Some(Shape::Structure(members)), Value::Map(map)) => {
                self.structure(name, namespace, members, map)
            }
            (Some(Shape::List { item, name: of_item, namespace: space }), Value::Array(items)) => {
                let of_item = if is_flat { name } else { or(of_item, "member") };
                self.within(name, namespace, is_flat, |writer| {
                    items.iter().try_for_each(|value| writer.value(of_item, space, *item, false, value))
                })
            }
            (Some(Shape::Map { key, value_name, value: of }), Value::Map(map)) => {
                let entry = if is_flat { name } else { "entry" };
                self.within(name, namespace, is_flat, |writer| {
                    map.iter().try_for_each(|(text, value)| {
                        writer.within(entry, "", false, |writer| {
                            writer.value(
                                or(key, "key"),
                                "",
                                Type::String,
                                false,
                                &Value::Str(text.clone()),
                            )?;
                            writer.value(or(value_name, "value"), "", *of, false, value)
                        })
                    })
                })
            }
            _ => {
                let text = text(of, value, Form::Iso, self.host)?;
                self.within(name, namespace, false, |writer| writer.text(&text))
            }
        }
    }

    fn structure(&mut self, name: &str, namespace: &str, members: &[Member], map: &Map) -> Result<()> {
        self.start(name, namespace)?;
        let given = |location: Location| {
            let members = members.iter().filter(move |member| member.location == location);
            members
                .filter_map(|member| Some((member, map.get(&member.name).filter(|value| !value.is_unit())?)))
        };
        for (member, value) in given(Location::Attribute) {
            let value = text(member.of, value, Form::Iso, self.host)?;
            self.attribute(&member.wire, &value)?;
        }
        self.xml.push('>');
        for (member, value) in given(Location::Body) {
            self.value(&member.wire, &member.namespace, member.of, member.is_flat, value)?;
        }
        self.end(name)
    }

    /// Writes an element around what `content` writes, unless it has none.
    fn within(
        &mut self,
        name: &str,
        namespace: &str,
        has_none: bool,
        content: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        if has_none {
            return content(self);
        }
        self.start(name, namespace)?;
        self.xml.push('>');
        content(self)?;
        self.end(name)
    }

    /// Begins a tag, which is left open.
    fn start(&mut self, name: &str, namespace: &str) -> Result<()> {
        reserve(&mut self.xml, 2 * name.len() + SMALL)?;
        self.xml.push('<');
        self.xml.push_str(name);
        match namespace.rsplit_once('|') {
            _ if namespace.is_empty() => Ok(()),
            Some((prefix, uri)) => self.attribute(&format!("xmlns:{prefix}"), uri),
            None => self.attribute("xmlns", namespace),
        }
    }

    fn attribute(&mut self, name: &str, value: &str) -> Result<()> {
        reserve(&mut self.xml, name.len() + SMALL)?;
        self.xml.push(' ');
        self.xml.push_str(name);
        self.xml.push_str("=\"");
        self.text(value)?;
        self.xml.push('"');
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<()> {
        reserve(&mut self.xml, name.len() + SMALL)?;
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push('>');
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        for c in text.chars() {
            reserve(&mut self.xml, SMALL)?;
            match c {
                '&' => self.xml.push_str("&amp;"),
                '<' => self.xml.push_str("&lt;"),
                '>' => self.xml.push_str("&gt;"),
                '"' => self.xml.push_str("&quot;"),
                // A reader would take these for the ends of lines.
                '\r' => self.xml.push_str("&#xD;"),
                '\n' => self.xml.push_str("&#xA;"),
                c => self.xml.push(c),
            }
        }
        Ok(())
    }
}

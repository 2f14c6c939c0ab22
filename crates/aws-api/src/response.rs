//! What the response of an operation says.

use crate::document::{self, Element};
use crate::json;
use crate::table::{Location, Member, Operation, Protocol, Service, Shape, Type};
use crate::{base64, cbor, event_stream, time, Error, Host, Result};
use rhai_vm::{Map, Str, Value};

/// A response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// May be empty.
    pub body: Vec<u8>,
}

/// A member of a response that is its whole body, and can be read while it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Streamed {
    /// A stream of events, with the member's name.
    Events(Str),
    /// Bytes.
    Body(Str),
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Service {
    /// The value of a successful response, in the shape of AWS's SDK for Python.
    ///
    /// # Errors
    /// It is not what the protocol says.
    pub fn response(&self, operation: &Operation, response: Response, host: &dyn Host) -> Result<Map> {
        let decoder = Decoder { service: self, host };
        match self.protocol {
            Protocol::RestJson | Protocol::RestXml => decoder.rest(operation.output, response),
            Protocol::Json if self.events(operation.output).is_some() => {
                decoder.rest(operation.output, response)
            }
            Protocol::Json | Protocol::Cbor => decoder.body(operation.output, &response.body),
            Protocol::Query | Protocol::Ec2 => {
                let document = document::parse(&response.body)?;
                let result = match &document {
                    Some(root) if self.protocol == Protocol::Query => {
                        root.child(&format!("{}Result", operation.name))
                    }
                    root => root.as_ref(),
                };
                let mut map =
                    result.map_or(Ok(Map::new()), |result| decoder.document(operation.output, result))?;
                if self.protocol == Protocol::Ec2 {
                    map.remove("requestId");
                }
                Ok(map)
            }
        }
    }

    /// The members of an error, by the error's code; without what all errors have.
    pub fn error(&self, code: &str, response: &Response, host: &dyn Host) -> Map {
        let decoder = Decoder { service: self, host };
        let modeled = self.errors.iter().find(|(name, error)| *name == code || error.code == code);
        let of = modeled.map_or(Type::Any, |(_, error)| error.of);
        let mut map = decoder.error(of, response).unwrap_or_default();
        for name in ["__type", "Code", "Message", "Type", "RequestId", "HostId", "code", "message"] {
            map.remove(name);
        }
        map
    }

    /// The member of an operation's response that can be read while it arrives, if there is one.
    pub fn streamed(&self, operation: &Operation) -> Option<Streamed> {
        if let Some(member) = self.events(operation.output) {
            return Some(Streamed::Events(member.name.clone()));
        }
        let is_body = |member: &&Member| member.location == Location::Payload && member.of == Type::Stream;
        let member = self.members(operation.output).iter().find(is_body)?;
        Some(Streamed::Body(member.name.clone()))
    }

    /// Whether a parameter of an operation is a string.
    pub fn takes_string(&self, operation: &Operation, parameter: &str) -> bool {
        let member = self.members(operation.input).iter().find(|member| member.name == parameter);
        member.is_some_and(|member| member.of == Type::String)
    }

    /// The members of a successful response beside its body.
    ///
    /// # Errors
    /// They are not what the protocol says.
    pub fn head(&self, operation: &Operation, response: &Response, host: &dyn Host) -> Result<Map> {
        Decoder { service: self, host }.head(self.members(operation.output), response)
    }

    /// Whether the first message of an operation's stream of events has the other members of its response.
    pub fn has_initial_response(&self, operation: &Operation) -> bool {
        self.protocol == Protocol::Json && self.events(operation.output).is_some()
    }

    /// The members in that message.
    ///
    /// # Errors
    /// It is another message, or tells that the stream has failed.
    pub fn initial_response(
        &self,
        operation: &Operation,
        message: &event_stream::Message<'_>,
        host: &dyn Host,
    ) -> Result<Map> {
        if let Some(failure) = failure(message) {
            return Err(failure);
        }
        if !is_initial_response(message) {
            return Err(Error::response("the stream of events does not begin with an initial response"));
        }
        Decoder { service: self, host }.body(operation.output, message.payload)
    }

    /// An event of a stream, as `#{ name: #{ … } }`; `None` if the message is not an event.
    ///
    /// # Errors
    /// It is not what the protocol says, or tells that the stream has failed.
    pub fn event(
        &self,
        operation: &Operation,
        message: &event_stream::Message<'_>,
        host: &dyn Host,
    ) -> Result<Option<Value>> {
        let of = self.events(operation.output).map_or(Type::Any, |member| member.of);
        Decoder { service: self, host }.event(of, message)
    }

    /// The member with the stream of events.
    fn events(&self, of: Type) -> Option<&Member> {
        self.members(of).iter().find(|member| member.location == Location::Events)
    }
}

/// Reads parts of a response.
#[derive(Clone, Copy)]
pub(crate) struct Decoder<'a> {
    pub(crate) service: &'a Service,
    pub(crate) host: &'a dyn Host,
}

impl Decoder<'_> {
    fn typing(&self) -> json::Typing<'_> {
        json::Typing { service: self.service, host: self.host }
    }

    fn is_xml(&self) -> bool {
        matches!(self.service.protocol, Protocol::RestXml | Protocol::Query | Protocol::Ec2)
    }

    /// The members of a structure in the body.
    fn body(&self, of: Type, body: &[u8]) -> Result<Map> {
        if self.is_xml() {
            return document::parse(body)?.map_or(Ok(Map::new()), |root| self.document(of, &root));
        }
        match self.structured(of, body)? {
            None => Ok(Map::new()),
            Some(Value::Map(map)) => Ok(std::rc::Rc::unwrap_or_clone(map)),
            Some(_) => Err(Error::response("the response is not an object")),
        }
    }

    fn document(&self, of: Type, element: &Element) -> Result<Map> {
        document::Typing { service: self.service, host: self.host }
            .structure(self.service.members(of), element)
    }

    /// A body of JSON, CBOR or XML; `None` if it is empty.
    fn structured(&self, of: Type, body: &[u8]) -> Result<Option<Value>> {
        match self.service.protocol {
            Protocol::Cbor => cbor::decode(&self.typing(), of, body),
            _ if self.is_xml() => {
                let typing = document::Typing { service: self.service, host: self.host };
                document::parse(body)?.map(|root| typing.value(of, &root)).transpose()
            }
            _ => json::decode(body)?.map(|value| self.typing().value(of, value, 0)).transpose(),
        }
    }

    fn rest(&self, of: Type, response: Response) -> Result<Map> {
        let members = self.service.members(of);
        let mut map = self.head(members, &response)?;
        let is_payload = |member: &&Member| matches!(member.location, Location::Payload | Location::Events);
        let Some(member) = members.iter().find(is_payload) else {
            // Nothing is known of a response without output, nor wanted of its body.
            map.extend(self.body(of, &response.body)?);
            return Ok(map);
        };
        let value = match member.of {
            of if member.location == Location::Events => Some(self.events(of, &response.body)?),
            of => self.payload(of, response.body)?,
        };
        map.extend(value.map(|value| (member.name.clone(), value)));
        Ok(map)
    }

    /// A body that is one value.
    pub(crate) fn payload(&self, of: Type, body: Vec<u8>) -> Result<Option<Value>> {
        match of {
            Type::Blob if body.is_empty() => Ok(None),
            Type::Blob | Type::Stream => Ok(Some(Value::blob(body))),
            Type::Text => {
                let text =
                    String::from_utf8(body).map_err(|_| Error::response("the response is not UTF-8"))?;
                Ok(Some(text.into()))
            }
            // A structure without members may be no body at all.
            of => Ok(self.structured(of, &body)?.or_else(|| Some(Map::new().into()))),
        }
    }

    fn events(&self, of: Type, body: &[u8]) -> Result<Value> {
        let events = event_stream::messages(body).map(|message| self.event(of, &message?));
        events.filter_map(Result::transpose).collect()
    }

    /// An event as `#{ name: #{ … } }`; `of` is the stream's type.
    fn event(&self, of: Type, message: &event_stream::Message<'_>) -> Result<Option<Value>> {
        if let Some(failure) = failure(message) {
            return Err(failure);
        }
        if is_initial_response(message) {
            return Ok(None);
        }
        let name = message.text(":event-type").unwrap_or_default();
        let member = self.service.members(of).iter().find(|member| member.wire == name);
        let members = member.map_or(&[][..], |member| self.service.members(member.of));
        let mut event = Map::new();
        for member in members.iter().filter(|member| member.location == Location::EventHeader) {
            let header = message.headers.iter().find(|(key, _)| member.wire == *key);
            event.extend(header.map(|(_, value)| (member.name.clone(), value.to_value(self.host))));
        }
        let payload = members.iter().find(|member| member.location == Location::EventPayload);
        match (payload, member) {
            (Some(payload), _) => {
                let value = self.payload(payload.of, message.payload.to_vec())?;
                event.extend(value.map(|value| (payload.name.clone(), value)));
            }
            (None, member) => {
                event.extend(self.body(member.map_or(Type::Any, |member| member.of), message.payload)?);
            }
        }
        Ok(Some(Map::from_entries(vec![(name.into(), event.into())]).into()))
    }

    /// The members in the status and the headers.
    fn head(&self, members: &[Member], response: &Response) -> Result<Map> {
        let mut map = Map::new();
        for member in members {
            let value = match member.location {
                Location::Status => Some(i64::from(response.status).into()),
                Location::Header => {
                    response.header(&member.wire).map(|text| self.header(member.of, text)).transpose()?
                }
                Location::Headers => Some(headers(&response.headers, &member.wire)),
                _ => None,
            };
            map.extend(value.map(|value| (member.name.clone(), value)));
        }
        Ok(map)
    }

    fn header(&self, of: Type, text: &str) -> Result<Value> {
        if let Some(Shape::List { item, .. }) = self.service.shape(of) {
            return list(*item, text).iter().map(|text| self.header(*item, text)).collect();
        }
        let typed = match of {
            Type::Integer => text.trim().parse().ok().map(Value::Int),
            Type::Float => text.trim().parse().ok().map(Value::Float),
            Type::Boolean => text.trim().parse().ok().map(Value::Bool),
            Type::Blob | Type::Stream => base64::decode(text.trim())?.map(Value::blob),
            Type::JsonValue => {
                base64::decode(text.trim())?.and_then(|json| rhai_vm::json::decode(&json).ok())
            }
            of if of.is_time() => Some(time::of_text(text, self.host)),
            _ => None,
        };
        Ok(typed.unwrap_or_else(|| text.into()))
    }

    fn error(&self, of: Type, response: &Response) -> Result<Map> {
        let members = self.service.members(of);
        let mut map = match self.service.protocol {
            Protocol::RestJson | Protocol::RestXml => self.head(members, response)?,
            _ => Map::new(),
        };
        if !self.is_xml() {
            map.extend(self.body(of, &response.body)?);
        } else if let Some(root) = document::parse(&response.body)? {
            map.extend(self.document(of, error_element(&root))?);
        }
        Ok(map)
    }
}

/// Why the stream has failed, if the message says so.
fn failure(message: &event_stream::Message<'_>) -> Option<Error> {
    let name = message.text(":exception-type").or_else(|| message.text(":error-code"))?;
    let said = rhai_vm::json::decode(message.payload).ok();
    let said = said.as_ref().and_then(Value::as_map);
    let said = said.and_then(|map| map.get("message").or_else(|| map.get("Message"))?.as_str());
    let said = said.map(|said| &**said).or_else(|| message.text(":error-message")).unwrap_or("no message");
    Some(Error::Exception { code: name.to_owned(), message: said.to_owned() })
}

fn is_initial_response(message: &event_stream::Message<'_>) -> bool {
    message.text(":event-type") == Some("initial-response")
}

/// The members of an error in XML, whatever the service, and the id of the request; `None` for other documents.
pub fn xml_error(body: &[u8]) -> Option<Vec<(String, String)>> {
    let root = document::parse(body).ok()??;
    let error = error_element(&root);
    error.child("Code")?;
    let request_id = ["RequestId", "RequestID"].into_iter().find_map(|name| root.child(name));
    let members = error.children.iter().chain(request_id);
    Some(members.map(|member| (member.name.clone(), member.text().to_owned())).collect())
}

/// `<ErrorResponse><Error>`, `<Response><Errors><Error>` or `<Error>`.
fn error_element(root: &Element) -> &Element {
    let within = root.child("Errors").unwrap_or(root);
    within.child("Error").unwrap_or(root)
}

fn headers(headers: &[(String, String)], prefix: &str) -> Value {
    let with_prefix = headers.iter().filter_map(|(name, value)| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| (rest.into(), value.as_str().into()))
    });
    with_prefix.collect::<Map>().into()
}

/// The items of a header; a date has a comma of its own, and an item in quotes may have some.
fn list(of: Type, text: &str) -> Vec<String> {
    if matches!(of, Type::Time | Type::TimeHttp) {
        let parts: Vec<_> = text.split(',').map(str::trim).collect();
        return parts.chunks(2).map(|date| date.join(", ")).collect();
    }
    let (mut items, mut item, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => item.extend(characters.next()),
            ',' if !is_quoted => items.push(std::mem::take(&mut item).trim().to_owned()),
            c => item.push(c),
        }
    }
    items.push(item.trim().to_owned());
    items
}

//! The request of an operation.

use crate::query::{self, text};
use crate::table::{Location, Member, Operation, Protocol, Service, Type};
use crate::time::Form;
use crate::{base64, cbor, check, json, reserve, xml, Error, Host, Result};
use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};
use rhai_vm::{Map, Value};

const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const GREEDY_LABEL: &AsciiSet = &LABEL.remove(b'/');

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A request before it has an endpoint and a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, …
    pub method: &'static str,
    /// What goes before the host name.
    pub host_prefix: String,
    /// The path, encoded.
    pub path: String,
    /// Names and values of the query, not encoded.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

impl Request {
    fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
    }

    fn json(&mut self, body: Vec<u8>) {
        self.body = body;
        if !self.headers.iter().any(|(name, _)| name == "content-type") {
            self.header("content-type", "application/json");
        }
    }
}

impl Service {
    /// The request of an operation with these parameters, as AWS's SDK for Python makes it.
    ///
    /// # Errors
    /// A parameter is missing, unknown or of another type.
    pub fn request(&self, operation: &Operation, parameters: &Map, host: &dyn Host) -> Result<Request> {
        check::check(self, operation, parameters, host)?;
        let members = self.members(operation.input);
        let with_tokens = with_tokens(members, parameters, host);
        let parameters = with_tokens.as_ref().unwrap_or(parameters);
        let mut request = Request {
            method: operation.method,
            host_prefix: host_prefix(operation, members, parameters)?,
            path: "/".to_owned(),
            ..Request::default()
        };
        if self.is_query_compatible {
            request.header("x-amzn-query-mode", "true");
        }
        match self.protocol {
            Protocol::Json => {
                request.header("content-type", format!("application/x-amz-json-{}", self.json_version));
                request.header("x-amz-target", format!("{}.{}", self.target, operation.name));
                request.body = json::encode_body(self, operation.input, parameters, host)?;
            }
            Protocol::Cbor => self.cbor(operation, parameters, &mut request, host)?,
            Protocol::Query | Protocol::Ec2 => {
                request.header("content-type", FORM);
                let fields = query::fields(self, operation.input, parameters, host)?;
                request.body = self.form(operation, &fields)?;
            }
            Protocol::RestJson | Protocol::RestXml => {
                Rest { service: self, operation, members, parameters, host }.fill(&mut request)?;
            }
        }
        Ok(request)
    }

    fn cbor(
        &self,
        operation: &Operation,
        parameters: &Map,
        request: &mut Request,
        host: &dyn Host,
    ) -> Result<()> {
        request.path = format!("/service/{}/operation/{}", self.target, operation.name);
        request.header("smithy-protocol", "rpc-v2-cbor");
        request.header("accept", "application/cbor");
        if operation.input != Type::Any {
            request.header("content-type", "application/cbor");
            request.body = cbor::encode(self, operation.input, &Value::map(parameters.clone()), host)?;
        }
        Ok(())
    }

    fn form(&self, operation: &Operation, fields: &query::Fields) -> Result<Vec<u8>> {
        let own = [("Action", operation.name.as_str()), ("Version", &self.version)];
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut form = String::new();
        for (name, value) in own.into_iter().chain(fields) {
            // A byte takes three at most.
            reserve(&mut form, 3 * (name.len() + value.len()) + 2)?;
            if !form.is_empty() {
                form.push('&');
            }
            form.extend(utf8_percent_encode(name, LABEL));
            form.push('=');
            form.extend(utf8_percent_encode(value, LABEL));
        }
        Ok(form.into_bytes())
    }
}

/// The parameters with tokens for what is left out; `None` if nothing is.
fn with_tokens(members: &[Member], parameters: &Map, host: &dyn Host) -> Option<Map> {
    let is_missing =
        |member: &&Member| member.is_token && parameters.get(&member.name).is_none_or(Value::is_unit);
    let mut filled = None;
    for member in members.iter().filter(is_missing) {
        filled.get_or_insert_with(|| parameters.clone()).insert(member.name.clone(), host.token().into());
    }
    filled
}

/// The prefix with its labels filled in, each of which becomes a part of a host name.
fn host_prefix(operation: &Operation, members: &[Member], parameters: &Map) -> Result<String> {
    let mut prefix = operation.host_prefix.to_string();
    for member in members.iter().filter(|member| member.is_host_label) {
        let value = parameters.get(&member.name).and_then(Value::as_str).map_or("", |value| value);
        let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if value.is_empty() || value.len() > 63 || !value.chars().all(is_label) {
            let name = &member.name;
            return Err(Error::parameters(format!(
                "{name} is \"{value}\", but becomes a part of a host name: it must consist of letters, digits and -"
            )));
        }
        prefix = prefix.replace(&format!("{{{}}}", member.name), value);
    }
    Ok(prefix)
}

/// What a request with a path and a method is made of.
struct Rest<'a> {
    service: &'a Service,
    operation: &'a Operation,
    members: &'a [Member],
    parameters: &'a Map,
    host: &'a dyn Host,
}

impl<'a> Rest<'a> {
    fn given(&self, location: Location) -> impl Iterator<Item = (&'a Member, &'a Value)> {
        let parameters = self.parameters;
        let members = self.members.iter().filter(move |member| member.location == location);
        members.filter_map(|member| {
            Some((member, parameters.get(&member.name).filter(|value| !value.is_unit())?))
        })
    }

    fn fill(&self, request: &mut Request) -> Result<()> {
        self.path(request)?;
        self.query(request)?;
        self.headers(request)?;
        self.body(request)?;
        Ok(())
    }

    fn path(&self, request: &mut Request) -> Result<()> {
        let (path, query) = self.operation.path.split_once('?').unwrap_or((&self.operation.path, ""));
        let mut path = path.to_owned();
        for (member, value) in self.given(Location::Path) {
            let value = text(member.of, value, Form::Iso, self.host)?;
            if value.is_empty() {
                return Err(Error::parameters(format!(
                    "{} is empty, but becomes a part of the path",
                    member.name
                )));
            }
            let encoded = |set| utf8_percent_encode(&value, set).to_string();
            path = path.replace(&format!("{{{}}}", member.wire), &encoded(LABEL));
            path = path.replace(&format!("{{{}+}}", member.wire), &encoded(GREEDY_LABEL));
        }
        request.path = path;
        let fields = query.split('&').filter(|field| !field.is_empty());
        let fields = fields.map(|field| field.split_once('=').unwrap_or((field, "")));
        request.query = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(())
    }

    fn query(&self, request: &mut Request) -> Result<()> {
        let mut loose = Vec::new();
        for (member, value) in self.given(Location::Query) {
            let wire = member.wire.to_string();
            match value {
                Value::Map(map) => {
                    for (name, value) in map.iter() {
                        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                        for value in values {
                            loose.push((name.to_string(), text(Type::String, value, Form::Iso, self.host)?));
                        }
                    }
                }
                Value::Array(items) => {
                    let of = self.service.item(member.of);
                    for value in items.iter() {
                        request.query.push((wire.clone(), text(of, value, Form::Iso, self.host)?));
                    }
                }
                value => request.query.push((wire, text(member.of, value, Form::Iso, self.host)?)),
            }
        }
        // What has a parameter of its own comes first.
        loose.retain(|(name, _)| !request.query.iter().any(|(known, _)| known == name));
        request.query.extend(loose);
        Ok(())
    }

    fn headers(&self, request: &mut Request) -> Result<()> {
        for (member, value) in self.given(Location::Header) {
            match value {
                Value::Array(items) if items.is_empty() => {}
                Value::Array(items) => {
                    let of = self.service.item(member.of);
                    let items =
                        items.iter().map(|value| Ok(list_item(of, text(of, value, Form::Http, self.host)?)));
                    request.header(&member.wire, items.collect::<Result<Vec<_>>>()?.join(","));
                }
                value if member.of == Type::JsonValue => {
                    let json = rhai_vm::json::encode(value).map_err(Error::parameters)?;
                    request.header(&member.wire, base64::encode(&json)?);
                }
                value => request.header(&member.wire, text(member.of, value, Form::Http, self.host)?),
            }
        }
        for (member, value) in self.given(Location::Headers) {
            for (name, value) in value.as_map().into_iter().flat_map(Map::iter) {
                let value = text(Type::String, value, Form::Http, self.host)?;
                request.header(&format!("{}{name}", member.wire), value);
            }
        }
        Ok(())
    }

    fn body(&self, request: &mut Request) -> Result<()> {
        let is_xml = self.service.protocol == Protocol::RestXml;
        let is_payload = |member: &&Member| matches!(member.location, Location::Payload | Location::Events);
        if let Some(member) = self.members.iter().find(is_payload) {
            return self.payload(member, request);
        }
        let (service, input, host) = (self.service, self.operation.input, self.host);
        let is_empty = self.given(Location::Body).next().is_none();
        if is_empty && !self.operation.has_empty_body {
            return Ok(());
        }
        if is_xml {
            let (name, namespace) = &self.operation.root;
            request.body = xml::encode_body(service, (name, namespace), input, self.parameters, host)?;
        } else {
            request.json(json::encode_body(service, input, self.parameters, host)?);
        }
        Ok(())
    }

    fn payload(&self, member: &Member, request: &mut Request) -> Result<()> {
        let is_xml = self.service.protocol == Protocol::RestXml;
        let value = self.parameters.get(&member.name).filter(|value| !value.is_unit());
        match (member.of, value) {
            (Type::Text | Type::Blob | Type::Stream, Some(Value::Blob(bytes))) => {
                request.body = copied(bytes)?;
            }
            (Type::Text | Type::Blob | Type::Stream, Some(Value::Str(text))) => {
                request.body = copied(text.as_bytes())?;
            }
            (Type::Text | Type::Blob | Type::Stream, _) => {}
            (of, Some(value)) if is_xml => {
                let name = (&*member.wire, &*member.namespace);
                request.body = xml::encode(self.service, name, of, value, self.host)?;
            }
            (of, Some(value)) => request.json(json::encode(self.service, of, value, self.host)?),
            (_, None) if is_xml => {}
            (_, None) => request.json(b"{}".to_vec()),
        }
        Ok(())
    }
}

fn copied(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    reserve(&mut copy, bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// An item of a header with several: in quotes where it has a comma or quotes itself, unless it is a time.
fn list_item(of: Type, text: String) -> String {
    if of.is_time() || !text.contains([',', '"']) {
        return text;
    }
    format!("\"{}\"", text.replace('"', "\\\""))
}

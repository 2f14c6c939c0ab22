//! JSON: parameters in requests, values of responses.

use crate::table::{Location, Member, Service, Shape, Type};
use crate::time::{self, Form};
use crate::{base64, reserve, Error, Host, Result, MAX_DEPTH};
use rhai_vm::{json, Map, Str, Value};
use std::rc::Rc;

/// More bytes than a number takes, or what stands around a value.
const SMALL: usize = 40;

/// Writes a value of this type, as `{"Name": "value"}`.
pub(crate) fn encode(service: &Service, of: Type, value: &Value, host: &dyn Host) -> Result<Vec<u8>> {
    let mut writer = Writer { service, host, json: Vec::new() };
    writer.value(of, value)?;
    Ok(writer.json)
}

/// Writes the members of a structure that are in the body.
pub(crate) fn encode_body(service: &Service, of: Type, members: &Map, host: &dyn Host) -> Result<Vec<u8>> {
    let mut writer = Writer { service, host, json: Vec::new() };
    writer.structure(service.members(of), members)?;
    Ok(writer.json)
}

/// How a float that JSON cannot say is written in all protocols with text.
pub(crate) fn special_float(number: f64) -> Option<&'static str> {
    match number {
        _ if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

struct Writer<'a> {
    service: &'a Service,
    host: &'a dyn Host,
    json: Vec<u8>,
}

impl Writer<'_> {
    fn value(&mut self, of: Type, value: &Value) -> Result<()> {
        reserve(&mut self.json, SMALL)?;
        match (self.service.shape(of), value) {
            (Some(Shape::Structure(members)), Value::Map(map)) => self.structure(members, map),
            (Some(Shape::Map { value: of, .. }), Value::Map(map)) => {
                self.entries(map.iter().map(|(key, value)| (key, *of, value)))
            }
            (Some(Shape::List { item, .. }), Value::Array(items)) => self.items(*item, items),
            _ => self.scalar(of, value),
        }
    }

    fn structure(&mut self, members: &[Member], map: &Map) -> Result<()> {
        let given = members.iter().filter(|member| member.location == Location::Body);
        let given = given.filter_map(|member| Some((&member.wire, member.of, map.get(&member.name)?)));
        self.entries(given.filter(|(_, _, value)| !value.is_unit()))
    }

    fn entries<'v>(&mut self, entries: impl Iterator<Item = (&'v Str, Type, &'v Value)>) -> Result<()> {
        self.json.push(b'{');
        for (index, (key, of, value)) in entries.enumerate() {
            if index > 0 {
                self.json.push(b',');
            }
            self.plain(&Value::Str(key.clone()))?;
            self.json.push(b':');
            self.value(of, value)?;
        }
        self.json.push(b'}');
        Ok(())
    }

    fn items(&mut self, of: Type, items: &[Value]) -> Result<()> {
        self.json.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.json.push(b',');
            }
            self.value(of, item)?;
        }
        self.json.push(b']');
        Ok(())
    }

    fn scalar(&mut self, of: Type, value: &Value) -> Result<()> {
        match (of, value) {
            (Type::Blob | Type::Stream, Value::Blob(bytes)) => self.plain(&base64::encode(bytes)?.into()),
            (Type::Blob | Type::Stream, Value::Str(text)) => {
                self.plain(&base64::encode(text.as_bytes())?.into())
            }
            (Type::Float, Value::Float(number)) if special_float(*number).is_some() => {
                self.plain(&special_float(*number).into())
            }
            (of, value) if of.is_time() => self.time(of, value),
            _ => self.plain(value),
        }
    }

    fn time(&mut self, of: Type, value: &Value) -> Result<()> {
        let Some(microseconds) = time::microseconds(value, self.host) else { return self.plain(value) };
        let form = Form::of(of, Form::Unix);
        let text = time::text(microseconds, form, self.host)?;
        if form == Form::Unix {
            self.json.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.plain(&text.into())
    }

    /// Writes what needs no model.
    fn plain(&mut self, value: &Value) -> Result<()> {
        let json = json::encode(value).map_err(Error::parameters)?;
        reserve(&mut self.json, json.len())?;
        self.json.extend_from_slice(&json);
        Ok(())
    }
}

/// Reads a JSON value; `None` for an empty body.
pub(crate) fn decode(json: &[u8]) -> Result<Option<Value>> {
    if json.trim_ascii().is_empty() {
        return Ok(None);
    }
    let value = json::decode(json)
        .map_err(|problem| Error::response(format!("the response is not JSON: {problem}")))?;
    Ok(Some(value))
}

/// Gives a value of a response, from JSON or CBOR, the names and types of the model.
pub(crate) struct Typing<'a> {
    pub(crate) service: &'a Service,
    pub(crate) host: &'a dyn Host,
}

impl Typing<'_> {
    /// A value of this type. Members that are null are left out.
    pub(crate) fn value(&self, of: Type, value: Value, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(Error::response(format!("the response is nested deeper than {MAX_DEPTH} levels")));
        }
        if of == Type::Document {
            return Ok(value);
        }
        match value {
            Value::Map(map) => self.map(of, Rc::unwrap_or_clone(map), depth).map(Value::from),
            Value::Array(items) => {
                let item = self.service.item(of);
                let mut items = Rc::unwrap_or_clone(items).into_vec();
                for value in &mut items {
                    *value = self.value(item, std::mem::take(value), depth + 1)?;
                }
                Ok(Value::array(items))
            }
            scalar => self.scalar(of, scalar),
        }
    }

    fn map(&self, of: Type, mut map: Map, depth: usize) -> Result<Map> {
        map.retain(|_, value| !value.is_unit());
        match self.service.shape(of) {
            Some(Shape::Structure(members)) => self.structure(members, map, depth),
            Some(Shape::Map { value: of, .. }) => self.values(*of, map, depth),
            _ => {
                map.remove("__type");
                self.values(Type::Any, map, depth)
            }
        }
    }

    fn values(&self, of: Type, mut map: Map, depth: usize) -> Result<Map> {
        for value in map.values_mut() {
            *value = self.value(of, std::mem::take(value), depth + 1)?;
        }
        Ok(map)
    }

    /// Only members of the body count; what the model does not know stays as it is.
    pub(crate) fn structure(&self, members: &[Member], mut map: Map, depth: usize) -> Result<Map> {
        map.remove("__type");
        let mut known = Vec::new();
        for member in members.iter().filter(|member| member.location == Location::Body) {
            if let Some(value) = map.remove(&member.wire) {
                if !value.is_unit() {
                    known.push((member.name.clone(), self.value(member.of, value, depth + 1)?));
                }
            }
        }
        let mut map = self.values(Type::Any, map, depth)?;
        map.extend(known);
        Ok(map)
    }

    fn scalar(&self, of: Type, value: Value) -> Result<Value> {
        let typed = match (of, &value) {
            (Type::Blob | Type::Stream, Value::Str(text)) => base64::decode(text)?.map(Value::blob),
            (Type::Float, Value::Str(text)) => text.trim().parse().ok().map(Value::Float),
            (of, Value::Str(text)) if of.is_time() => Some(time::of_text(text, self.host)),
            #[allow(clippy::cast_precision_loss)] // seconds are far below the limit
            (of, Value::Int(seconds)) if of.is_time() => time::of_number(*seconds as f64, self.host),
            (of, Value::Float(seconds)) if of.is_time() => time::of_number(*seconds, self.host),
            _ => None,
        };
        Ok(typed.unwrap_or(value))
    }
}

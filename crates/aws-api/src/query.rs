//! The form fields of the query protocols: `Filter.1.Name=…`.
//!
//! See "AWS Query protocol" and "EC2 Query protocol" in the Smithy documentation.

use crate::json::special_float;
use crate::table::{Member, Protocol, Service, Shape, Type};
use crate::time::{self, Form};
use crate::{base64, Error, Host, Result};
use rhai_vm::memory::Meter;
use rhai_vm::{Map, Value};

/// Names and values of the form, not encoded.
pub(crate) type Fields = Vec<(String, String)>;

/// The form fields of the parameters.
pub(crate) fn fields(service: &Service, of: Type, parameters: &Map, host: &dyn Host) -> Result<Fields> {
    let mut form = Writer { service, host, fields: Vec::new(), meter: Meter::new() };
    form.structure("", service.members(of), parameters)?;
    Ok(form.fields)
}

/// A scalar as text.
pub(crate) fn text(of: Type, value: &Value, usual: Form, host: &dyn Host) -> Result<String> {
    if of.is_time() {
        if let Some(microseconds) = time::microseconds(value, host) {
            return time::text(microseconds, Form::of(of, usual), host);
        }
    }
    Ok(match value {
        Value::Blob(bytes) => base64::encode(bytes)?,
        Value::Str(text) if matches!(of, Type::Blob | Type::Stream) => base64::encode(text.as_bytes())?,
        Value::Str(text) => text.to_string(),
        Value::Char(c) => c.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => match special_float(*number) {
            Some(special) => special.to_owned(),
            None => value.to_string(),
        },
        other => {
            return Err(Error::parameters(format!("a value of type {} cannot be sent", other.type_name())))
        }
    })
}

struct Writer<'a> {
    service: &'a Service,
    host: &'a dyn Host,
    fields: Fields,
    meter: Meter,
}

impl Writer<'_> {
    fn is_ec2(&self) -> bool {
        self.service.protocol == Protocol::Ec2
    }

    fn add(&mut self, name: String, value: String) -> Result<()> {
        if !self.meter.may_use(name.len() + value.len() + size_of::<(String, String)>()) {
            return Err(Error::OutOfMemory);
        }
        self.fields.push((name, value));
        Ok(())
    }

    fn structure(&mut self, prefix: &str, members: &[Member], map: &Map) -> Result<()> {
        for member in members {
            match map.get(&member.name) {
                None | Some(Value::Unit) => {}
                Some(value) => self.value(&joined(prefix, &member.wire), member.of, member.is_flat, value)?,
            }
        }
        Ok(())
    }

    /// `name` is that of the field, with all that is before it.
    fn value(&mut self, name: &str, of: Type, is_flat: bool, value: &Value) -> Result<()> {
        match (self.service.shape(of), value) {
            (Some(Shape::Structure(members)), Value::Map(map)) => self.structure(name, members, map),
            (Some(Shape::Map { key, value_name, value: of }), Value::Map(map)) => {
                let entry = if is_flat { name.to_owned() } else { format!("{name}.entry") };
                for ((text, value), number) in map.iter().zip(1..) {
                    self.add(format!("{entry}.{number}.{}", or(key, "key")), text.to_string())?;
                    self.value(&format!("{entry}.{number}.{}", or(value_name, "value")), *of, false, value)?;
                }
                Ok(())
            }
            (Some(Shape::List { item, name: of_item, .. }), Value::Array(items)) => {
                if items.is_empty() && !self.is_ec2() {
                    return self.add(name.to_owned(), String::new());
                }
                let list = if self.is_ec2() {
                    name.to_owned()
                } else if !is_flat {
                    format!("{name}.{}", or(of_item, "member"))
                } else if of_item.is_empty() {
                    name.to_owned()
                } else {
                    joined(name.rsplit_once('.').map_or("", |(outer, _)| outer), of_item)
                };
                items.iter().zip(1..).try_for_each(|(value, number)| {
                    self.value(&format!("{list}.{number}"), *item, false, value)
                })
            }
            _ => self.add(name.to_owned(), text(of, value, Form::Iso, self.host)?),
        }
    }
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

/// A name, or the usual one.
pub(crate) fn or<'a>(name: &'a str, usual: &'a str) -> &'a str {
    if name.is_empty() {
        usual
    } else {
        name
    }
}

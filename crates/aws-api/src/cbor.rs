//! CBOR (RFC 8949), as Smithy's RPC v2 protocol has it.

use crate::cbor_items::{Items, ARRAY, BYTES, MAP, NEGATIVE, TAG, TEXT, TIME_TAG, UNSIGNED};
use crate::json::Typing;
use crate::table::{Service, Shape, Type};
use crate::time;
use crate::{reserve, Error, Host, Result, MAX_DEPTH};
use rhai_vm::memory::{self, Meter};
use rhai_vm::{Map, Str, Value};

/// The additional information of items whose length is not said, and of their end.
const INDEFINITE: u8 = 31;
/// About so many bytes a value takes.
const VALUE: usize = size_of::<Value>() + 16;

/// Writes a value of this type.
pub(crate) fn encode(service: &Service, of: Type, value: &Value, host: &dyn Host) -> Result<Vec<u8>> {
    let mut writer = Writer { service, host, items: Items::default() };
    writer.value(of, value)?;
    Ok(writer.items.0)
}

struct Writer<'a> {
    service: &'a Service,
    host: &'a dyn Host,
    items: Items,
}

impl Writer<'_> {
    fn value(&mut self, of: Type, value: &Value) -> Result<()> {
        match (self.service.shape(of), value) {
            (Some(Shape::Structure(members)), Value::Map(map)) => {
                let entries = members
                    .iter()
                    .filter_map(|member| Some((&member.wire, member.of, map.get(&member.name)?)));
                self.entries(entries)
            }
            (shape, Value::Map(map)) => {
                let of = if let Some(Shape::Map { value, .. }) = shape { *value } else { Type::Any };
                self.entries(map.iter().map(|(key, value)| (key, of, value)))
            }
            (_, Value::Array(items)) => {
                self.items.head(ARRAY, items.len() as u64)?;
                items.iter().try_for_each(|item| self.value(self.service.item(of), item))
            }
            _ => self.scalar(of, value),
        }
    }

    fn entries<'v>(&mut self, entries: impl Iterator<Item = (&'v Str, Type, &'v Value)>) -> Result<()> {
        let given: Vec<_> = entries.filter(|(_, _, value)| !value.is_unit()).collect();
        self.items.head(MAP, given.len() as u64)?;
        given.into_iter().try_for_each(|(key, of, value)| {
            self.items.bytes(TEXT, key.as_bytes())?;
            self.value(of, value)
        })
    }

    fn scalar(&mut self, of: Type, value: &Value) -> Result<()> {
        if of.is_time() {
            if let Some(microseconds) = time::microseconds(value, self.host) {
                return self.items.time(microseconds, self.host);
            }
        }
        match value {
            Value::Unit => self.items.0.push(0xf6),
            Value::Bool(value) => self.items.0.push(if *value { 0xf5 } else { 0xf4 }),
            #[allow(clippy::cast_precision_loss)] // the member is a float
            Value::Int(number) if of == Type::Float => self.items.float(*number as f64)?,
            Value::Int(number) => self.items.integer(*number)?,
            Value::Float(number) => self.items.float(*number)?,
            Value::Char(c) => self.items.bytes(TEXT, c.encode_utf8(&mut [0; 4]).as_bytes())?,
            Value::Str(text) if matches!(of, Type::Blob | Type::Stream) => {
                self.items.bytes(BYTES, text.as_bytes())?;
            }
            Value::Str(text) => self.items.bytes(TEXT, text.as_bytes())?,
            Value::Blob(bytes) => self.items.bytes(BYTES, bytes)?,
            other => {
                return Err(Error::parameters(format!(
                    "a value of type {} cannot be sent",
                    other.type_name()
                )));
            }
        }
        Ok(())
    }
}

/// Reads a value without a model, after which there is nothing else.
///
/// # Errors
/// It is not CBOR.
pub fn decode_whole_cbor(cbor: &[u8], host: &dyn Host) -> Result<Value> {
    let mut reader = Reader { cbor, host, meter: Meter::new() };
    let value = reader.value(0)?;
    if reader.cbor.is_empty() {
        Ok(value)
    } else {
        Err(Error::response("there is more data after the value"))
    }
}

/// Reads a value without a model.
///
/// # Errors
/// It is not CBOR.
pub fn decode_cbor(cbor: &[u8], host: &dyn Host) -> Result<Value> {
    Reader { cbor, host, meter: Meter::new() }.value(0)
}

/// Reads a value of this type; `None` for an empty body.
pub(crate) fn decode(typing: &Typing<'_>, of: Type, cbor: &[u8]) -> Result<Option<Value>> {
    if cbor.is_empty() {
        return Ok(None);
    }
    let value = decode_cbor(cbor, typing.host)?;
    typing.value(of, value, 0).map(Some)
}

struct Reader<'a> {
    cbor: &'a [u8],
    host: &'a dyn Host,
    meter: Meter,
}

fn invalid() -> Error {
    Error::response("the response is not CBOR")
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let (taken, rest) = self.cbor.split_at_checked(count).ok_or_else(invalid)?;
        self.cbor = rest;
        Ok(taken)
    }

    fn number(&mut self, length: usize) -> Result<u64> {
        Ok(self.take(length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The argument of an item's head; `None` if the length is not said.
    fn argument(&mut self, info: u8) -> Result<Option<u64>> {
        match info {
            0..24 => Ok(Some(info.into())),
            24..28 => self.number(1 << (info - 24)).map(Some),
            INDEFINITE => Ok(None),
            _ => Err(invalid()),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(Error::response(format!("the response is nested deeper than {MAX_DEPTH} levels")));
        }
        if !self.meter.may_use(VALUE) {
            return Err(Error::OutOfMemory);
        }
        let head = self.take(1)?[0];
        let (major, info) = (head >> 5, head & 31);
        if major == 7 {
            return self.simple(info);
        }
        let argument = self.argument(info)?;
        match (major, argument) {
            (UNSIGNED, Some(number)) => Ok(integer(number)),
            (NEGATIVE, Some(number)) => Ok(match i64::try_from(number) {
                Ok(number) => Value::Int(!number),
                #[allow(clippy::cast_precision_loss)] // scripts have no larger integers
                Err(_) => Value::Float(-1.0 - number as f64),
            }),
            (BYTES, length) => self.bytes(BYTES, length).map(Value::blob),
            (TEXT, length) => Ok(text(self.bytes(TEXT, length)?)?.into()),
            (ARRAY, length) => self.array(length, depth),
            (MAP, length) => self.map(length, depth),
            (TAG, Some(tag)) => {
                let value = self.value(depth + 1)?;
                Ok(if tag == TIME_TAG { self.time(value) } else { value })
            }
            _ => Err(invalid()),
        }
    }

    fn simple(&mut self, info: u8) -> Result<Value> {
        Ok(match info {
            20 => false.into(),
            21 => true.into(),
            22 | 23 => Value::Unit,
            25 => Value::Float(half(self.number(2)?)),
            26 => Value::Float(f32::from_bits(u32::try_from(self.number(4)?).unwrap_or_default()).into()),
            27 => Value::Float(f64::from_bits(self.number(8)?)),
            _ => return Err(invalid()),
        })
    }

    #[allow(clippy::cast_precision_loss)] // seconds are far below the limit
    fn time(&self, value: Value) -> Value {
        let seconds = value.as_float().or_else(|| value.as_int().map(|seconds| seconds as f64));
        seconds.and_then(|seconds| time::of_number(seconds, self.host)).unwrap_or(value)
    }

    fn is_end(&mut self) -> bool {
        let rest = self.cbor.strip_prefix(&[0xff]);
        self.cbor = rest.unwrap_or(self.cbor);
        rest.is_some()
    }

    /// Calls `read` so often, or until the end.
    fn repeat(&mut self, length: Option<u64>, mut read: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let mut count = 0;
        while length.map_or_else(|| !self.is_end(), |length| count < length) {
            read(self)?;
            count += 1;
        }
        Ok(())
    }

    fn bytes(&mut self, major: u8, length: Option<u64>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(length) = length {
            self.append(&mut bytes, length)?;
            return Ok(bytes);
        }
        self.repeat(None, |reader| {
            let head = reader.take(1)?[0];
            match reader.argument(head & 31)? {
                Some(length) if head >> 5 == major => reader.append(&mut bytes, length),
                _ => Err(invalid()),
            }
        })?;
        Ok(bytes)
    }

    fn append(&mut self, bytes: &mut Vec<u8>, length: u64) -> Result<()> {
        let part = self.take(usize::try_from(length).map_err(|_| invalid())?)?;
        reserve(bytes, part.len())?;
        bytes.extend_from_slice(part);
        Ok(())
    }

    fn array(&mut self, length: Option<u64>, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        self.repeat(length, |reader| {
            let item = reader.value(depth + 1)?;
            if memory::push(&mut items, item) {
                Ok(())
            } else {
                Err(Error::OutOfMemory)
            }
        })?;
        Ok(Value::array(items))
    }

    fn map(&mut self, length: Option<u64>, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        self.repeat(length, |reader| {
            let key = match reader.value(depth + 1)? {
                Value::Str(key) => key,
                Value::Int(number) => number.to_string().into(),
                _ => return Err(Error::response("a key of a map is neither a string nor an integer")),
            };
            map.insert(key, reader.value(depth + 1)?);
            Ok(())
        })?;
        Ok(map.into())
    }
}

fn integer(number: u64) -> Value {
    #[allow(clippy::cast_precision_loss)] // scripts have no larger integers
    i64::try_from(number).map_or_else(|_| Value::Float(number as f64), Value::Int)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| invalid())
}

/// A number with 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 31, bits & 0x3ff);
    #[allow(clippy::cast_precision_loss)] // ten bits
    let fraction = fraction as f64;
    let magnitude = match exponent {
        0 => fraction * (-24_f64).exp2(),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        #[allow(clippy::cast_precision_loss)] // five bits
        _ => (1024.0 + fraction) * (exponent as f64 - 25.0).exp2(),
    };
    if bits & 0x8000 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

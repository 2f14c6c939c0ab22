//! The items of CBOR (RFC 8949), and values without a model.

use crate::time::{self, Form};
use crate::{reserve, Error, Host, Result, MAX_DEPTH};
use rhai_vm::Value;

pub(crate) const UNSIGNED: u8 = 0;
pub(crate) const NEGATIVE: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const TEXT: u8 = 3;
pub(crate) const ARRAY: u8 = 4;
pub(crate) const MAP: u8 = 5;
pub(crate) const TAG: u8 = 6;
/// The tag of a time, as seconds since 1970.
pub(crate) const TIME_TAG: u64 = 1;

/// Items that were written.
#[derive(Default)]
pub(crate) struct Items(pub(crate) Vec<u8>);

impl Items {
    pub(crate) fn head(&mut self, major: u8, number: u64) -> Result<()> {
        reserve(&mut self.0, 9)?;
        let bytes = number.to_be_bytes();
        let (info, length) = match number {
            0..24 => (bytes[7], 0),
            24..0x100 => (24, 1),
            0x100..0x1_0000 => (25, 2),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 8),
        };
        self.0.push(major << 5 | info);
        self.0.extend_from_slice(&bytes[8 - length..]);
        Ok(())
    }

    pub(crate) fn bytes(&mut self, major: u8, bytes: &[u8]) -> Result<()> {
        self.head(major, bytes.len() as u64)?;
        reserve(&mut self.0, bytes.len())?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn integer(&mut self, number: i64) -> Result<()> {
        let major = if number < 0 { NEGATIVE } else { UNSIGNED };
        // A negative number is -1 minus what is written.
        self.head(major, (if number < 0 { !number } else { number }).cast_unsigned())
    }

    pub(crate) fn float(&mut self, number: f64) -> Result<()> {
        reserve(&mut self.0, 9)?;
        if number.is_finite() {
            self.0.push(0xfb);
            self.0.extend_from_slice(&number.to_be_bytes());
            return Ok(());
        }
        // As a half: NaN and the infinities are exact in it.
        let half: u16 = if number.is_nan() {
            0x7e00
        } else if number > 0.0 {
            0x7c00
        } else {
            0xfc00
        };
        self.0.push(0xf9);
        self.0.extend_from_slice(&half.to_be_bytes());
        Ok(())
    }

    /// The time so many microseconds after the beginning of 1970.
    pub(crate) fn time(&mut self, microseconds: i64, host: &dyn Host) -> Result<()> {
        self.head(TAG, TIME_TAG)?;
        let seconds = time::text(microseconds, Form::Unix, host)?;
        match seconds.parse() {
            Ok(whole) => self.integer(whole),
            Err(_) => self.float(seconds.parse().unwrap_or_default()),
        }
    }

    fn value(&mut self, value: &Value, host: &dyn Host, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Error::parameters(format!("the value is nested deeper than {MAX_DEPTH} levels")));
        }
        reserve(&mut self.0, 1)?;
        match value {
            Value::Unit => self.0.push(0xf6),
            Value::Bool(value) => self.0.push(if *value { 0xf5 } else { 0xf4 }),
            Value::Int(number) => self.integer(*number)?,
            Value::Float(number) => self.float(*number)?,
            Value::Char(c) => self.bytes(TEXT, c.encode_utf8(&mut [0; 4]).as_bytes())?,
            Value::Str(text) => self.bytes(TEXT, text.as_bytes())?,
            Value::Blob(bytes) => self.bytes(BYTES, bytes)?,
            Value::Array(items) => {
                self.head(ARRAY, items.len() as u64)?;
                items.iter().try_for_each(|item| self.value(item, host, depth + 1))?;
            }
            Value::Map(map) => {
                self.head(MAP, map.len() as u64)?;
                for (key, value) in map.iter() {
                    self.bytes(TEXT, key.as_bytes())?;
                    self.value(value, host, depth + 1)?;
                }
            }
            Value::Host(object) => match (host.microseconds(value), object.to_plain()) {
                (Some(microseconds), _) => self.time(microseconds, host)?,
                (None, Some(plain)) => self.value(&plain, host, depth + 1)?,
                (None, None) => return Err(refused(value)),
            },
            other => return Err(refused(other)),
        }
        Ok(())
    }
}

fn refused(value: &Value) -> Error {
    Error::parameters(format!("a value of type {} has no CBOR form", value.type_name()))
}

/// Writes a value without a model. Times have their tag, and other objects are written as what they are as plain data.
///
/// # Errors
/// It has no such form, or is nested too deep.
pub fn encode_cbor(value: &Value, host: &dyn Host) -> Result<Vec<u8>> {
    let mut items = Items::default();
    items.value(value, host, 0)?;
    Ok(items.0)
}

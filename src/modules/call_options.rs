//! The options of functions: a map as the last argument, in which `()` is the same as nothing.

use super::arguments::{error, known_options};
use super::options::wrong;
use rhai_vm::function::Call;
use rhai_vm::{Error, Map, Result, Str, Value};
use std::ops::RangeInclusive;

/// The options of a call.
pub(super) struct CallOptions<'a> {
    map: Option<&'a Map>,
    function: &'static str,
}

impl<'a> CallOptions<'a> {
    /// The options that are this argument of the function.
    ///
    /// # Errors
    /// One of them is unknown.
    pub(super) fn of(
        call: &'a Call<'_>,
        number: usize,
        function: &'static str,
        known: &[&str],
    ) -> Result<Self> {
        let map = call.map(number);
        if let Some(map) = map {
            known_options(map, known, function)?;
        }
        Ok(Self { map, function })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_unit())
    }

    pub(super) fn string(&self, name: &str) -> Result<Option<&'a str>> {
        self.read(name, "a string", |value| value.as_str().map(Str::as_str))
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Option<&'a [u8]>> {
        self.read(name, "a string or a blob", |value| match value {
            Value::Str(text) => Some(text.as_bytes()),
            Value::Blob(blob) => Some(blob.as_slice()),
            _ => None,
        })
    }

    /// An integer in this range.
    pub(super) fn integer(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
        let needed = format!("an integer from {} to {}", range.start(), range.end());
        self.read(name, &needed, |value| {
            value.as_int().and_then(|number| number.try_into().ok()).filter(|number| range.contains(number))
        })
    }

    /// A string, or an array of strings.
    pub(super) fn strings(&self, name: &str) -> Result<Option<Vec<&'a str>>> {
        self.read(name, "a string or an array of strings", |value| {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            values.iter().map(|value| value.as_str().map(Str::as_str)).collect()
        })
    }

    /// Reads an option, unless it is missing.
    pub(super) fn read<T>(
        &self,
        name: &str,
        needed: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(self.error(&wrong(name, value, needed))),
        }
    }

    /// The error of options that are wrong.
    pub(super) fn error(&self, problem: &str) -> Error {
        error("MismatchedTypes", format!("options of {}: {problem}", self.function))
    }
}

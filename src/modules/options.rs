//! Maps of options of `http` and `aws`, which are taken out one by one. Errors are messages: a module gives them
//! its type.

use super::arguments::plain_text;
use crate::time;
use crate::value::type_of;
use rhai_vm::{FnPtr, Map, Value};
use std::rc::Rc;
use std::time::Duration;

/// What comes of an option, or what is wrong with it.
type Result<T> = std::result::Result<T, String>;

/// The options that are left, and the names of all that there can be.
pub(super) struct Options {
    left: Map,
    known: Vec<&'static str>,
}

impl Options {
    pub(super) fn new(mut options: Map) -> Self {
        // `()` is the same as nothing: so an option can be left open.
        options.retain(|_, value| !value.is_unit());
        Self { left: options, known: Vec::new() }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        needed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let read = |value: Value| read(&value).ok_or_else(|| wrong(name, &value, needed));
        self.take(name).map(read).transpose()
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        self.read(name, "a string", |value| value.as_str().map(ToString::to_string))
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>> {
        self.read(name, "a boolean", Value::as_bool)
    }

    pub(super) fn function(&mut self, name: &'static str) -> Result<Option<Rc<FnPtr>>> {
        self.read(name, "a function", |value| value.as_fn().cloned())
    }

    /// An integer above 0.
    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<usize>> {
        let count = |value: &Value| usize::try_from(value.as_int()?).ok().filter(|count| *count > 0);
        self.read(name, "an integer above 0", count)
    }

    /// An integer from 0 to `max`.
    pub(super) fn integer(&mut self, name: &'static str, max: u32) -> Result<Option<u32>> {
        let integer = |value: &Value| u32::try_from(value.as_int()?).ok().filter(|integer| *integer <= max);
        self.read(name, &format!("an integer from 0 to {max}"), integer)
    }

    /// A number of seconds, or a duration.
    pub(super) fn seconds(&mut self, name: &'static str) -> Result<Option<Duration>> {
        self.read(name, "a number of seconds, or a duration, above 0", seconds)
    }

    /// A map's names and values.
    pub(super) fn pairs(&mut self, name: &'static str) -> Result<Vec<(String, String)>> {
        self.take(name).map_or(Ok(Vec::new()), |value| pairs(name, value))
    }

    /// One of several options of which there may be only one, with its name.
    pub(super) fn body<const N: usize>(
        &mut self,
        names: [&'static str; N],
    ) -> Result<Option<(&'static str, Value)>> {
        let given = names.map(|name| (name, self.take(name)));
        let mut given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let first = given.next();
        match (&first, given.next()) {
            (Some((name, _)), Some((other, _))) => {
                Err(format!("a request has one body, but both `{name}` and `{other}` are given"))
            }
            _ => Ok(first),
        }
    }

    /// Nobody has asked for what is left.
    pub(super) fn end(self) -> Result<()> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("unknown option `{name}`; the options are {}", self.known.join(", "))),
        }
    }
}

/// A number of seconds, or a duration, above 0.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    if let Some(duration) = value.as_host::<time::Duration>() {
        return Some(duration.unsigned()).filter(|duration| !duration.is_zero());
    }
    #[allow(clippy::cast_precision_loss)] // nobody waits for so many seconds
    let seconds = value.as_float().or_else(|| value.as_int().map(|seconds| seconds as f64));
    let seconds = seconds.filter(|seconds| *seconds > 0.0)?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// The names and values of a map. An array stands for several values of one name, `()` for none.
pub(super) fn pairs(option: &str, value: Value) -> Result<Vec<(String, String)>> {
    let kind = type_of(&value);
    let Value::Map(map) = value else {
        return Err(format!("`{option}` must be a map, not {kind}"));
    };
    let mut pairs = Vec::with_capacity(map.len());
    for (name, value) in map.iter() {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values.iter().filter(|value| !value.is_unit()) {
            // Times in headers have a form of their own, which differs from one header to the other.
            let (text, needed) = match option {
                "headers" if time::to_text(value).is_some() => (None, "a string made by time::format"),
                "headers" => (plain_text(value), "a string, a number or an array of these"),
                _ => (plain_text(value), "a string, a number, a time or an array of these"),
            };
            let text = text.ok_or_else(|| wrong(&format!("{option}.{name}"), value, needed))?;
            pairs.push((name.to_string(), text));
        }
    }
    Ok(pairs)
}

/// What is wrong with an option: its value where that is a number or a duration, or else its type.
pub(super) fn wrong(option: &str, value: &Value, needed: &str) -> String {
    if matches!(value, Value::Int(_) | Value::Float(_)) {
        return format!("`{option}` must be {needed}, not {value}");
    }
    if let Some(text) = time::to_text(value) {
        return format!("`{option}` must be {needed}, not {text}");
    }
    format!("`{option}` must be {needed}, not {}", type_of(value))
}

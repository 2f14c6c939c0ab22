//! The options of functions: a map, often the last argument, out of which they are taken one by one.

use super::arguments::{error, plain_text};
use crate::time;
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{Error, FnPtr, Map, Value};
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;

/// The options that are left, and the names of all that there can be.
pub(super) struct Options<E = String> {
    left: Map,
    known: Vec<&'static str>,
    about: About,
    /// The error that an option is wrong.
    invalid: Box<dyn Fn(String) -> E>,
}

impl Options {
    /// Options whose errors are messages: the module gives them a type.
    pub(super) fn new(options: Map) -> Self {
        Self::with(options, |problem| problem)
    }
}

impl Options<Error> {
    /// The options that are this argument of a function.
    pub(super) fn of(call: &Call<'_>, number: usize, function: &'static str) -> Self {
        let options = call.map(number).cloned().unwrap_or_default();
        Self::with(options, move |problem| {
            error("MismatchedTypes", format!("options of {function}: {problem}"))
        })
    }
}

impl<E> Options<E> {
    pub(super) fn with(mut options: Map, invalid: impl Fn(String) -> E + 'static) -> Self {
        // `()` is the same as nothing: so an option can be left open.
        options.retain(|_, value| !value.is_unit());
        Self { left: options, known: Vec::new(), about: About::All, invalid: Box::new(invalid) }
    }

    /// Whatever there is.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.about = About::Value(name);
        self.left.remove(name)
    }

    /// Takes an option that `read` understands; otherwise the error says what is needed.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        needed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, E> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match read(&value) {
            Some(read) => Ok(Some(read)),
            None => Err(self.error(wrong(name, &value, needed))),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, E> {
        self.read(name, "a string", |value| value.as_str().map(ToString::to_string))
    }

    /// A string that is not empty.
    pub(super) fn filled(&mut self, name: &'static str) -> Result<Option<String>, E> {
        match self.text(name)? {
            Some(text) if text.is_empty() => Err(self.error(format!("`{name}` is empty"))),
            text => Ok(text),
        }
    }

    /// A string, or an array of strings.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, E> {
        self.read(name, "a string or an array of strings", |value| {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            values.iter().map(|value| value.as_str().map(ToString::to_string)).collect()
        })
    }

    pub(super) fn bytes(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, E> {
        self.read(name, "a string or a blob", |value| match value {
            Value::Str(text) => Some(text.as_bytes().to_vec()),
            Value::Blob(blob) => Some(blob.to_vec()),
            _ => None,
        })
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, E> {
        self.read(name, "a boolean", Value::as_bool)
    }

    pub(super) fn function(&mut self, name: &'static str) -> Result<Option<Rc<FnPtr>>, E> {
        self.read(name, "a function", |value| value.as_fn().cloned())
    }

    pub(super) fn map(&mut self, name: &'static str) -> Result<Option<Map>, E> {
        self.read(name, "a map", |value| value.as_map().cloned())
    }

    /// An integer above 0.
    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<usize>, E> {
        let count = |value: &Value| usize::try_from(value.as_int()?).ok().filter(|count| *count > 0);
        self.read(name, "an integer above 0", count)
    }

    pub(super) fn integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, E> {
        let integer =
            |value: &Value| u32::try_from(value.as_int()?).ok().filter(|number| range.contains(number));
        self.read(name, &format!("an integer from {} to {}", range.start(), range.end()), integer)
    }

    /// A number of seconds, or a duration.
    pub(super) fn seconds(&mut self, name: &'static str) -> Result<Option<Duration>, E> {
        self.read(name, "a number of seconds, or a duration, above 0", seconds)
    }

    /// A map's names and values.
    pub(super) fn pairs(&mut self, name: &'static str) -> Result<Vec<(String, String)>, E> {
        let Some(value) = self.take(name) else { return Ok(Vec::new()) };
        pairs(name, value).map_err(|problem| self.error(problem))
    }

    /// One of several options of which there may be only one, with its name.
    pub(super) fn body<const N: usize>(
        &mut self,
        names: [&'static str; N],
    ) -> Result<Option<(&'static str, Value)>, E> {
        let given = names.map(|name| (name, self.take(name)));
        let mut given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let first = given.next();
        let Some((name, _)) = &first else { return Ok(None) };
        if let Some((other, _)) = given.next() {
            let problem = format!("a request has one body, but both `{name}` and `{other}` are given");
            return Err(self.conflict(problem));
        }
        self.about = About::Value(name);
        Ok(first)
    }

    /// The error of an option that is wrong.
    pub(super) fn error(&self, problem: impl Into<String>) -> E {
        (self.invalid)(problem.into())
    }

    /// The error of options that do not go together, or of one that needs another.
    pub(super) fn conflict(&mut self, problem: impl Into<String>) -> E {
        self.about = About::All;
        self.error(problem)
    }

    /// The names of all that was asked for.
    pub(super) fn names(&self) -> &[&'static str] {
        &self.known
    }

    /// Which option an error is about that was returned while these options were read: the one that was read last, or
    /// after [`Options::end`] one that is unknown. `None` if it is about all of them.
    pub(super) fn wrong(&self) -> Option<Wrong> {
        match self.about {
            About::All => None,
            About::Value(name) => Some(Wrong::Value(name)),
            About::Left => self.left.keys().next().map(|name| Wrong::Name(name.to_string())),
        }
    }

    /// Nobody has asked for what is left. Options that are missing, or do not go together, are looked for after this: a
    /// name that is misspelt explains them.
    pub(super) fn end(&mut self) -> Result<(), E> {
        self.about = About::Left;
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let known = self.known.join(", ");
                Err(self.error(format!("unknown option `{name}`; the options are {known}")))
            }
        }
    }
}

/// What the next error is about.
enum About {
    All,
    Value(&'static str),
    /// Options that nobody has asked for, if there are any.
    Left,
}

/// What is wrong with an option.
pub(super) enum Wrong {
    /// Its name, which is unknown.
    Name(String),
    Value(&'static str),
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
pub(super) fn pairs(option: &str, value: Value) -> Result<Vec<(String, String)>, String> {
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

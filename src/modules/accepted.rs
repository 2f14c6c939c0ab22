//! Which options functions accept, without calling them: for tools that look at scripts. What reads the options here is
//! what reads them when the function is called.

use super::arguments::{error, known_fields};
use super::options::{Options, Wrong};
use rhai_vm::module::{OptionsProblem, OptionsRead};
use rhai_vm::{Error, ErrorKind, Map, Value};

/// An error that reading options can return.
pub(crate) trait Invalid: Sized + 'static {
    fn new(message: String) -> Self;
    fn message(self) -> String;
}

impl Invalid for String {
    fn new(message: String) -> Self {
        message
    }

    fn message(self) -> String {
        self
    }
}

impl Invalid for Error {
    fn new(message: String) -> Self {
        error("MismatchedTypes", message)
    }

    fn message(self) -> String {
        match self.into_kind() {
            ErrorKind::Runtime(Value::Map(thrown)) => {
                thrown.get("message").map(ToString::to_string).unwrap_or_default()
            }
            kind => kind.to_string(),
        }
    }
}

impl Invalid for ::aws::Error {
    fn new(message: String) -> Self {
        Self::invalid_argument(message)
    }

    fn message(self) -> String {
        self.failure().map_or_else(|| self.to_string(), |failure| failure.message.clone())
    }
}

/// Reads options as a function does.
pub(super) fn read<T, E: Invalid>(
    options: Map,
    read: impl FnOnce(&mut Options<E>) -> Result<T, E>,
) -> OptionsRead {
    let mut options = Options::with(options, E::new);
    let problem = read(&mut options).err().map(|error| {
        let (option, is_name) = match options.wrong() {
            Some(Wrong::Name(name)) => (Some(name), true),
            Some(Wrong::Value(name)) => (Some(name.to_owned()), false),
            None => (None, false),
        };
        OptionsProblem { message: error.message(), option, is_name }
    });
    OptionsRead { names: options.names().to_vec(), problem }
}

/// Reads a map of fields, such as a message: each by itself, and then all of them.
pub(super) fn fields(
    map: &Map,
    names: &[&'static str],
    what: &str,
    field: impl Fn(&Map, &str) -> rhai_vm::Result<()>,
    whole: impl Fn(&Map) -> rhai_vm::Result<()>,
) -> OptionsRead {
    let problem = |option: Option<&str>, is_name: bool, error: Error| {
        let option = option.map(str::to_owned);
        Some(OptionsProblem { message: error.message(), option, is_name })
    };
    let is_unknown = |name: &&rhai_vm::Str| !names.contains(&name.as_str());
    let problem = if let Err(error) = known_fields(map, names, what) {
        problem(map.keys().find(is_unknown).map(rhai_vm::Str::as_str), true, error)
    } else {
        let wrong = map.keys().find_map(|name| Some((name, field(map, name).err()?)));
        match wrong {
            Some((name, error)) => problem(Some(name), false, error),
            None => whole(map).err().and_then(|error| problem(None, false, error)),
        }
    };
    OptionsRead { names: names.to_vec(), problem }
}

//! Which options functions accept, without calling them: for tools that look at scripts. What reads the options here is
//! what reads them when the function is called.

use super::arguments::error;
use super::options::{Options, Wrong};
use super::{
    aes_gcm, aws, csv, derive, events, flags, http, idempotency, jwt, log, markdown, number, parameters,
    password, postgres, redis, router, smtp, sql, template, totp, validate, websocket, zip,
};
use rhai_vm::{Error, ErrorKind, Map, Value};

/// The maps of options of all functions.
pub(crate) fn all() -> impl Iterator<Item = &'static Accepted> {
    let modules: [&[Accepted]; 26] = [
        aes_gcm::OPTIONS,
        aws::check::OPTIONS,
        csv::OPTIONS,
        derive::OPTIONS,
        events::batch::OPTIONS,
        flags::OPTIONS,
        http::OPTIONS,
        idempotency::OPTIONS,
        jwt::OPTIONS,
        log::OPTIONS,
        markdown::OPTIONS,
        number::OPTIONS,
        parameters::OPTIONS,
        password::OPTIONS,
        postgres::OPTIONS,
        postgres::methods::OPTIONS,
        redis::OPTIONS,
        redis::methods::OPTIONS,
        router::OPTIONS,
        smtp::OPTIONS,
        sql::OPTIONS,
        template::OPTIONS,
        totp::OPTIONS,
        validate::OPTIONS,
        websocket::OPTIONS,
        zip::OPTIONS,
    ];
    modules.into_iter().flatten()
}

/// A parameter of a function that is a map of options, or an array of such maps.
pub(crate) struct Accepted {
    /// As in `json::encode`, or for a method of a type as in `Router.get`.
    pub(crate) function: &'static str,
    pub(crate) parameter: &'static str,
    /// Another parameter, by which this form of the function differs from others.
    pub(crate) beside: Option<&'static str>,
    pub(crate) read: fn(Map) -> Read,
}

impl Accepted {
    pub(super) const fn new(function: &'static str, parameter: &'static str, read: fn(Map) -> Read) -> Self {
        Self { function, parameter, beside: None, read }
    }

    /// The same of the form of the function that also has this parameter.
    pub(super) const fn beside(self, parameter: &'static str) -> Self {
        Self { beside: Some(parameter), ..self }
    }
}

/// What came of reading options.
pub struct Read {
    /// The names of all that were asked for.
    pub names: Vec<&'static str>,
    /// What is wrong.
    pub problem: Option<Problem>,
}

/// What is wrong with options.
pub struct Problem {
    /// What is wrong, in a sentence.
    pub message: String,
    /// With which option; `None` if it is about all of them, such as one that is missing.
    pub option: Option<String>,
    /// Whether it is the option's name, which is unknown.
    pub is_name: bool,
}

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
pub(super) fn read<T, E: Invalid>(options: Map, read: impl FnOnce(&mut Options<E>) -> Result<T, E>) -> Read {
    let mut options = Options::with(options, E::new);
    let problem = read(&mut options).err().map(|error| {
        let (option, is_name) = match options.wrong() {
            Some(Wrong::Name(name)) => (Some(name), true),
            Some(Wrong::Value(name)) => (Some(name.to_owned()), false),
            None => (None, false),
        };
        Problem { message: error.message(), option, is_name }
    });
    Read { names: options.names().to_vec(), problem }
}

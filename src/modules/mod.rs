//! What scripts can use beside Rhai's own functions: one file a module, each with `register`.
//!
//! To add a module: write its file, call its `register` below, describe it in the user's guide.

mod aws;
mod base64;
mod cache;
mod clock;
mod csv;
mod env;
mod fs;
mod gzip;
mod hash;
mod hex;
mod http;
mod http_event;
mod ids;
mod json;
mod log;
mod metrics;
mod padding;
mod random;
mod regex;
mod time;
mod toml;
mod url;
mod xml;

pub(crate) use env::TraceId;
pub(crate) use http::http_error;
pub(crate) use http_event::{headers_and_cookies, Front};
pub(crate) use log::Printed;
pub(crate) use metrics::Metrics;

use crate::deadline::Deadline;
use crate::response;
use crate::settings::FunctionInfo;
use crate::value::type_of;
use rhai::{
    Blob, Dynamic, DynamicReadLock, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext, Position,
    INT,
};
use std::ops::Deref;
use std::path::Path;
use std::rc::Rc;

/// What modules share with the runtime. It lives as long as the environment, whatever becomes of
/// the engine.
pub(crate) struct Host {
    /// The folder of the function's own files.
    task_root: Rc<Path>,
    /// The text that a whole-file script prints.
    pub(crate) printed: Printed,
    /// The running invocation's trace id.
    pub(crate) trace_id: TraceId,
    /// Who sent the running event, for its answer.
    pub(crate) front: Front,
    /// What is measured.
    pub(crate) metrics: Metrics,
    /// The values of `cache`.
    cache: cache::Store,
    /// The connections of `http`.
    http: http::Shared,
    /// The most bytes that `gzip` unpacks.
    unpacked_limit: usize,
}

impl Host {
    pub(crate) fn new(task_root: &Path, function: &FunctionInfo) -> Self {
        Self {
            task_root: task_root.into(),
            printed: Printed::default(),
            trace_id: TraceId::default(),
            front: Front::default(),
            metrics: Metrics::new(function),
            cache: cache::Store::default(),
            http: http::Shared::default(),
            unpacked_limit: gzip::limit(function.memory_mb),
        }
    }
}

/// Makes a module known to an engine.
type Register<'a> = &'a dyn Fn(&mut Engine);

/// Makes the modules known to an engine. The larger ones are left out where a script of this text
/// cannot get at them, for they take time at the start: those that it doesn't name, if it has neither
/// imports nor an `eval`.
pub(crate) fn register(engine: &mut Engine, deadline: &Deadline, host: &Host, script: &str) {
    log::register(engine, &host.printed);
    json::register(engine);
    env::register(engine, &host.trace_id);
    cache::register(engine, &host.cache);
    clock::register(engine, deadline);
    ids::register(engine);
    base64::register(engine);
    http_event::register(engine, &host.front);
    padding::register(engine);

    let larger: [(&[&str], Register<'_>); 15] = [
        (&["time"], &time::register),
        (&["regex"], &regex::register),
        (&["hex"], &hex::register),
        (&["sha", "md5", "secure_equals"], &hash::register),
        (&["random"], &random::register),
        (&["url"], &url::register),
        (&["gzip"], &|engine| gzip::register(engine, deadline, host.unpacked_limit)),
        (&["csv"], &|engine| csv::register(engine, deadline)),
        (&["xml"], &xml::register),
        (&["toml"], &toml::register),
        (&["fs"], &|engine| fs::register(engine, &host.task_root)),
        (&["http", "aws"], &response::register),
        (&["http"], &|engine| http::register(engine, &host.http, deadline)),
        (&["aws"], &|engine| aws::register(engine, deadline, &host.trace_id)),
        (&["metrics"], &|engine| metrics::register(engine, &host.metrics)),
    ];
    let is_open = script.contains("import") || script.contains("eval");
    for (names, register) in larger {
        if is_open || names.iter().any(|name| script.contains(name)) {
            register(engine);
        }
    }
}

/// What functions for scripts return.
type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

#[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
/// An error as `throw #{ type, message }` makes it.
pub(crate) fn error(kind: &str, message: impl Into<String>) -> Box<EvalAltResult> {
    let mut thrown = Map::new();
    thrown.insert("type".into(), kind.into());
    thrown.insert("message".into(), message.into().into());
    EvalAltResult::ErrorRuntime(thrown.into(), Position::NONE).into()
}

/// Gives an error the place of the call: Rhai does so for its global functions, but not for those
/// of modules.
fn at<T>(call: &NativeCallContext<'_>, result: Result<T>) -> Result<T> {
    result.map_err(|mut error| {
        if error.position().is_none() {
            error.set_position(call.call_position());
        }
        error
    })
}

/// Whether a number is a status that an HTTP response can have.
pub(crate) fn is_http_status(status: INT) -> bool {
    (100..=599).contains(&status)
}

/// The bytes of a text or a blob, without a copy.
enum Bytes<'a> {
    Text(ImmutableString),
    Blob(DynamicReadLock<'a, Blob>),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Blob(blob) => blob,
        }
    }
}

/// The bytes of a text or a blob, which is what the argument of this function must be.
fn bytes<'a>(value: &'a Dynamic, function: &str) -> Result<Bytes<'a>> {
    if let Some(blob) = value.read_lock::<Blob>() {
        return Ok(Bytes::Blob(blob));
    }
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(Bytes::Text(text.clone())),
        Err(_) => Err(error(
            "MismatchedTypes",
            format!("the argument of {function} is of type {}; a text or a blob is needed", type_of(value)),
        )),
    }
}

/// The text of a value that has one in a table or a query: a text, a number, a bool, a time or a
/// duration.
fn plain_text(value: &Dynamic) -> Option<String> {
    if value.is_string() || value.is_int() || value.is_float() || value.is_bool() || value.is_char() {
        return Some(value.to_string());
    }
    crate::time::to_text(value)
}

/// The text of a format such as "XML"; if it is none, an error of this type.
fn utf8<'a>(bytes: &'a [u8], format: &str, error_type: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|problem| {
        error(error_type, format!("not {format}: not UTF-8 at byte {}", problem.valid_up_to() + 1))
    })
}

/// What a function `decode` returns, beside which there is `decode_blob`.
fn decoded_text(bytes: Vec<u8>, module: &str, error_type: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|problem| {
        let byte = problem.utf8_error().valid_up_to() + 1;
        let message =
            format!("what was decoded is no text (not UTF-8 at byte {byte}); use {module}::decode_blob");
        error(error_type, message)
    })
}

/// Checks that options have no other names than these.
fn known_options(options: &Map, known: &[&str], function: &str) -> Result<()> {
    match options.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(error(
            "MismatchedTypes",
            format!("{function} has no option `{name}`; it has {}", known.join(", ")),
        )),
    }
}

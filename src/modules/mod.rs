//! What scripts can use beside Rhai's own functions: one file a module, each with `register`.
//!
//! To add a module: write its file, call its `register` below, describe it in the user's guide.

mod base64;
mod cache;
mod env;
mod http;
mod http_event;
mod ids;
mod json;
mod log;
mod time;

pub(crate) use env::TraceId;
pub(crate) use http::http_error;
pub(crate) use log::Printed;

use crate::deadline::Deadline;
use rhai::{Dynamic, Engine, EvalAltResult, Map, NativeCallContext, Position, INT};

/// What modules share with the runtime. It lives as long as the environment, whatever becomes of
/// the engine.
#[derive(Default)]
pub(crate) struct Host {
    /// The text that a whole-file script prints.
    pub(crate) printed: Printed,
    /// The running invocation's trace id.
    pub(crate) trace_id: TraceId,
    /// The values of `cache`.
    cache: cache::Store,
    /// The connections of `http`.
    http: http::Shared,
}

/// Makes every module known to an engine.
pub(crate) fn register(engine: &mut Engine, deadline: &Deadline, host: &Host) {
    log::register(engine, &host.printed);
    json::register(engine);
    env::register(engine, &host.trace_id);
    cache::register(engine, &host.cache);
    time::register(engine, deadline);
    ids::register(engine);
    base64::register(engine);
    http::register(engine, &host.http, deadline);
    http_event::register(engine);
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

/// The bytes of a text or a blob, which is what `what` must be.
fn bytes(value: Dynamic, what: &str) -> Result<Vec<u8>> {
    if value.is_blob() {
        return Ok(value.into_blob().unwrap_or_default());
    }
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(text.as_bytes().to_vec()),
        Err(kind) => {
            Err(error("MismatchedTypes", format!("{what} is of type {kind}; a text or a blob is needed")))
        }
    }
}

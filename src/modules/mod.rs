//! What scripts can use beside Rhai's own functions: one file a module, each with `register`.
//!
//! To add a module: write its file, call its `register` below, describe it in the user's guide.

mod aws;
mod base64;
mod cache;
mod clock;
mod env;
mod fs;
mod http;
mod http_event;
mod ids;
mod json;
mod log;
mod metrics;
mod time;
mod xml;

pub(crate) use env::TraceId;
pub(crate) use http::http_error;
pub(crate) use http_event::Front;
pub(crate) use log::Printed;
pub(crate) use metrics::Metrics;

use crate::deadline::Deadline;
use crate::settings::FunctionInfo;
use rhai::{Dynamic, Engine, EvalAltResult, Map, NativeCallContext, Position, INT};
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
        }
    }
}

/// Makes every module known to an engine. The larger ones are left out where a script of this text
/// cannot get at them, for they take time at the start: those that it doesn't name, if it has neither
/// imports nor an `eval`.
pub(crate) fn register(engine: &mut Engine, deadline: &Deadline, host: &Host, script: &str) {
    let is_open = script.contains("import") || script.contains("eval");
    let needs = |module: &str| is_open || script.contains(module);
    log::register(engine, &host.printed);
    json::register(engine);
    env::register(engine, &host.trace_id);
    cache::register(engine, &host.cache);
    clock::register(engine, deadline);
    if needs("time") {
        time::register(engine);
    }
    if needs("fs") {
        fs::register(engine, &host.task_root);
    }
    ids::register(engine);
    base64::register(engine);
    http_event::register(engine, &host.front);
    xml::register(engine);
    if needs("metrics") {
        metrics::register(engine, &host.metrics);
    }
    if needs("http::") {
        http::register(engine, &host.http, deadline);
    }
    if needs("aws::") {
        aws::register(engine, deadline, &host.trace_id);
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

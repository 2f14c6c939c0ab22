//! What scripts can use beside Rhai's own functions: one file a module, each with tables of its functions.
//!
//! To add a module, write its file and list it here, in `mod` and in `modules!`.

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
mod random;
mod regex;
mod time;
mod toml;
mod url;
mod xml;

pub(crate) use env::TraceId;

pub(crate) use http_event::{headers_and_cookies, Front};
pub(crate) use log::Printed;
pub(crate) use metrics::Metrics;

use crate::deadline::Deadline;
use crate::logging;
use crate::settings::FunctionInfo;
use crate::value::type_of;
use ::log::Level;
use rhai_vm::function::Call;
use rhai_vm::module::Chapter;
use rhai_vm::vm::Library;
use rhai_vm::{Error, Map, Result, Value};
use std::path::Path;
use std::rc::Rc;

/// The tables and the documentation of modules, each in this order.
macro_rules! modules {
    ($($($part:ident)::+),* $(,)?) => {
        /// All that scripts can use beside the functions of the language.
        pub(crate) static LIBRARY: Library = &[$(&$($part)::+::MODULE),*];

        /// Its documentation.
        pub static REFERENCE: &[&Chapter] = &[$(&$($part)::+::CHAPTER),*];
    };
}

modules! {
    log,
    crate::context,
    json,
    env,
    cache,
    base64,
    hex,
    gzip,
    hash,
    regex,
    url,
    csv,
    toml,
    xml,
    aws,
    time,
    clock,
    fs,
    http,
    http::response,
    http_event,
    crate::script::stream,
    metrics,
    ids,
    random,
}

/// What modules share with the runtime. It lives as long as the environment, whatever becomes of
/// the machine.
pub(crate) struct Host {
    /// When the running script must have ended.
    pub(crate) deadline: Deadline,
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
    /// The patterns of `regex`.
    patterns: regex::Patterns,
    /// The connections of `http`.
    http: http::Shared,
    /// The client of `aws`.
    aws: aws::Shared,
    /// The most bytes of a file that `fs` reads.
    file_limit: usize,
    /// The most bytes that `gzip` unpacks.
    unpacked_limit: usize,
}

impl Host {
    pub(crate) fn new(task_root: &Path, function: &FunctionInfo, deadline: Deadline) -> Self {
        let trace_id = TraceId::default();
        let memory = function.memory();
        Self {
            deadline,
            task_root: task_root.into(),
            printed: Printed::default(),
            aws: aws::Shared::new(trace_id.clone()),
            trace_id,
            front: Front::default(),
            metrics: Metrics::new(function),
            cache: cache::Store::default(),
            patterns: regex::Patterns::new(memory),
            http: http::Shared::default(),
            file_limit: fs::limit(memory),
            unpacked_limit: memory / gzip::PART_OF_MEMORY,
        }
    }

    /// A script printed this.
    pub(crate) fn print(&self, text: &str) {
        self.printed.print(text);
    }

    /// Empties `cache`; whether there was anything in it.
    pub(crate) fn clear_cache(&self) -> bool {
        self.cache.clear()
    }

    /// A script debugged this.
    #[allow(clippy::unused_self)] // the log is everybody's
    pub(crate) fn debug(&self, text: &str) {
        logging::script(Level::Debug, text, &[]);
    }
}

/// The host of a call.
fn host<'a>(call: &Call<'a>) -> &'a Host {
    call.vm.host_state()
}

/// An error as `throw #{ type, message }` makes it.
pub(crate) fn error(kind: &str, message: impl Into<String>) -> Error {
    Error::thrown(kind, message)
}

/// Whether a number is a status that an HTTP response can have.
pub(crate) fn is_http_status(status: i64) -> bool {
    (100..=599).contains(&status)
}

/// The bytes of a string or a blob, which is what the argument of this function must be.
fn bytes<'a>(value: &'a Value, function: &str) -> Result<&'a [u8]> {
    match value {
        Value::Blob(blob) => Ok(blob),
        Value::Str(text) => Ok(text.as_bytes()),
        other => Err(error(
            "MismatchedTypes",
            format!("the argument of {function} is of type {}; a text or a blob is needed", type_of(other)),
        )),
    }
}

/// The string of a value that has one in a table or a query: a string, a number, a bool, a time or a
/// duration.
fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Char(_) => {
            Some(value.to_string())
        }
        other => crate::time::to_text(other),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::function::Function;

    fn check(functions: &[Function], of: &str) {
        for (number, function) in functions.iter().enumerate() {
            let optional = function.params.iter().map(|param| param.optional);
            assert!(optional.is_sorted(), "{of}{}: parameters that are needed come first", function.name);
            let is_same = |other: &&Function| {
                let kinds =
                    |function: &Function| function.params.iter().map(|param| param.kind).collect::<Vec<_>>();
                other.name == function.name && kinds(other) == kinds(function)
            };
            let count = functions[number + 1..].iter().filter(is_same).count();
            assert_eq!(count, 0, "{of}{} is there twice", function.name);
        }
    }

    #[test]
    fn tables_are_in_order() {
        for module in LIBRARY {
            check(module.functions, "");
            for namespace in module.namespaces {
                check(namespace.functions, &format!("{}::", namespace.name));
            }
        }
    }
}

//! What `print` prints, and `log_trace` to `log_error`, each also with a map of fields; `log::…` for what the lines
//! of an invocation have in common.

use super::accepted::read;
use super::arguments::error;
use super::correlation;
use super::host::{Host, ModuleState};
use super::options::Options;
use crate::logging::{self, Buffering};
use crate::value;
use ::log::Level;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{memory, module, Map, Result, Value};
use std::cell::RefCell;

/// Where printed text goes: to the log at once, or kept while a whole-file script runs, for it may
/// be the response.
#[derive(Default)]
pub(crate) struct Printed(RefCell<Option<Vec<String>>>);

impl ModuleState for Printed {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

/// Text that a script printed while it was kept.
pub(crate) struct Lines(Vec<String>);

impl Printed {
    /// Keeps text from now on.
    pub(crate) fn capture(&self) {
        self.0.replace(Some(Vec::new()));
    }

    /// What was kept; from now on text goes to the log.
    pub(crate) fn release(&self) -> Lines {
        Lines(self.0.take().unwrap_or_default())
    }

    pub(crate) fn print(&self, text: &str) {
        match &mut *self.0.borrow_mut() {
            Some(lines) => lines.push(text.to_owned()),
            None => logging::script(Level::Info, text, &[]),
        }
    }
}

impl Lines {
    /// The lines with `separator` between them.
    pub(crate) fn join(&self, separator: &str) -> String {
        self.0.join(separator)
    }

    /// Logs them.
    pub(crate) fn log(&self) {
        for line in &self.0 {
            logging::script(Level::Info, line, &[]);
        }
    }
}

module! {
    /// These functions write to the function's log, as Rhai's `print` (level INFO) and `debug` (level DEBUG) do.
    ///
    /// Fields are keys beside `message` in the JSON format, and `key=value` after the message in the text format. In the JSON
    /// format, a field whose name the entry uses itself (`message`, `level`, `timestamp`, `requestId`, `tenantId`) gets an
    /// underscore before its name: `_message`. A message that is not a string is logged as JSON.
    "`log`"

    functions {
        /// Logs a message at level TRACE.
        ///
        /// ```rhai
        /// log_trace("entered") // → null
        /// ```
        new "log_trace" (message: Any; fields: Map) -> Unit = |call| log(call, Level::Trace);

        /// Logs a message at level DEBUG.
        ///
        /// ```rhai
        /// log_debug("found", #{ count: 3 }) // → null
        /// ```
        new "log_debug" (message: Any; fields: Map) -> Unit = |call| log(call, Level::Debug);

        /// Logs a message at level INFO.
        ///
        /// ```rhai
        /// log_info("paid", #{ order: 7 }) // → null
        /// ```
        new "log_info" (message: Any; fields: Map) -> Unit = |call| log(call, Level::Info);

        /// Logs a message at level WARN.
        ///
        /// ```rhai
        /// log_warn("paid late", #{ days: 12 }) // → null
        /// ```
        new "log_warn" (message: Any; fields: Map) -> Unit = |call| log(call, Level::Warn);

        /// Logs a message at level ERROR.
        ///
        /// ```rhai
        /// log_error("not paid") // → null
        /// ```
        new "log_error" (message: Any; fields: Map) -> Unit = |call| log(call, Level::Error);
    }

    namespace "log" {
        /// Adds fields to every line that the script logs in this invocation, and to the line of its error; at the script's top
        /// level, in every invocation. A field that is `()` is removed. A line's own field of the same name takes precedence.
        /// Throws `LogError` if the fields have more than 64 KB.
        ///
        /// ```rhai
        /// log::fields(#{ order: 7, tenant: "blue" }) // → null
        /// log::fields(#{ tenant: () }) // → null
        /// log::fields(#{ page: "x".repeat(70_000) }) // ✗ LogError
        /// ```
        new "fields" (fields: Map) -> Unit throws LogError = |call| {
            let fields = call.take_map(0)?;
            set_fields(&fields).map(Value::from)
        };

        /// Adds the correlation ID of an event as the field `correlation_id`, and returns it. It is the request ID of API Gateway
        /// and of function URLs, the header `x-amzn-trace-id` for load balancers, VPC Lattice and AppSync, `id` for EventBridge, and
        /// `xAmzRequestId` for S3 Object Lambda. Other events have none: the function returns `()` and adds no field.
        ///
        /// ```rhai
        /// log::correlate(#{ requestContext: #{ requestId: "JKJaXmPLvHcESHA=" } }) // → "JKJaXmPLvHcESHA="
        /// log::correlate(#{ order: 7 }) // → null
        /// ```
        new "correlate" (event: Any) -> Any "string | ()" throws LogError = |call| {
            let Some(id) = correlation::id(call.value(0)) else {
                return Ok(Value::Unit);
            };
            set_fields(&Map::from_iter([("correlation_id".into(), id.clone())]))?;
            Ok(id)
        };

        /// Keeps lines of low levels in memory, and writes them only if the invocation fails or logs an error; at the script's top
        /// level, in every invocation. The options are those of Powertools:
        ///
        /// - `buffer_at_verbosity` is the highest level that is kept: `"DEBUG"`, which is the default, `"INFO"` or `"WARNING"`. Lines
        ///   are kept even if they are below the function's log level.
        /// - `max_bytes` is the size of the buffer, 20,480 by default and 1 MB at most. The oldest lines are dropped, and a line in
        ///   the log says how many.
        /// - `flush_on_error_log: false` does not write them when the script logs an error.
        ///
        /// Throws `LogError` if an option is invalid.
        ///
        /// ```rhai
        /// log::buffer() // → null
        /// log::buffer(#{ buffer_at_verbosity: "INFO", max_bytes: 50_000 }) // → null
        /// log::buffer(#{ buffer_at_verbosity: "ERROR" }) // ✗ LogError
        /// ```
        new "buffer" (; options: Map) -> Unit throws LogError = |call| {
            let mut options = Options::new(call.take_map(0)?);
            logging::set_buffering(buffering(&mut options).map_err(|problem| error("LogError", problem))?);
            Ok(Value::Unit)
        };

        /// Writes the lines that `log::buffer` keeps.
        ///
        /// ```rhai
        /// log::flush() // → null
        /// ```
        new "flush" () -> Unit = |_| {
            logging::flush();
            Ok(Value::Unit)
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("log::buffer", "options", |options| read(options, buffering))];

fn set_fields(fields: &Map) -> Result<()> {
    let value = |value: &Value| if value.is_unit() { Ok(None) } else { json(value).map(Some) };
    let fields = fields.iter().map(|(name, field)| Ok((name.to_string(), value(field)?)));
    logging::set_fields(fields.collect::<Result<_>>()?).map_err(|bytes| {
        let most = logging::MAX_FIELDS;
        let message =
            format!("the fields have {bytes} bytes, but at most {most} can be in every line; log them once");
        error("LogError", message)
    })
}

fn buffering(options: &mut Options) -> std::result::Result<Buffering, String> {
    let at = match options.text("buffer_at_verbosity")?.as_deref() {
        None | Some("DEBUG") => Level::Debug,
        Some("INFO") => Level::Info,
        Some("WARNING" | "WARN") => Level::Warn,
        Some(other) => {
            return Err(format!(
                "`buffer_at_verbosity` must be \"DEBUG\", \"INFO\" or \"WARNING\", not \"{other}\""
            ))
        }
    };
    let max_bytes = options.count("max_bytes")?.unwrap_or(logging::DEFAULT_BYTES);
    if max_bytes > logging::MAX_BYTES {
        return Err(format!("`max_bytes` must be at most {}, not {max_bytes}", logging::MAX_BYTES));
    }
    let flush_on_error = options.boolean("flush_on_error_log")?.unwrap_or(true);
    options.end()?;
    Ok(Buffering { at, max_bytes, flush_on_error })
}

fn log(call: &Call<'_>, level: Level) -> Result<Value> {
    if logging::script_enabled(level) {
        let fields = call.map(1).into_iter().flatten();
        let fields: Vec<_> =
            fields.map(|(name, value)| Ok((name.to_string(), json(value)?))).collect::<Result<_>>()?;
        let message = value::to_text(call.value(0))?;
        let bytes = message.len() + fields.iter().map(|(_, json)| json.len()).sum::<usize>();
        memory::needs(2 * bytes)?;
        logging::script(level, &message, &fields);
    }
    Ok(Value::Unit)
}

/// A field's value; what has no JSON form is logged as text, a log line is not worth an error.
fn json(field: &Value) -> Result<String> {
    match value::encode(field).ok().and_then(|json| String::from_utf8(json).ok()) {
        Some(json) => Ok(json),
        None => Ok(serde_json::Value::from(value::to_text(field)?).to_string()),
    }
}

//! What `print` prints, and `log_trace` to `log_error`, each also with a map of fields.

use crate::{logging, value};
use ::log::Level;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// Where printed text goes: to the log at once, or kept while a whole-file script runs, for it may
/// be the response.
#[derive(Clone, Default)]
pub(crate) struct Printed(Rc<RefCell<Option<Vec<String>>>>);

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

    pub(super) fn print(&self, text: &str) {
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

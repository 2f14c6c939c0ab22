//! `print`, `debug`, and `log_trace` to `log_error`, each also with a map of fields.

use crate::{logging, value};
use ::log::Level;
use rhai::{Dynamic, Engine, Map};
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

    fn print(&self, text: &str) {
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

pub(super) fn register(engine: &mut Engine, printed: &Printed) {
    let printed = printed.clone();
    engine.on_print(move |text| printed.print(text));
    engine.on_debug(|text, _, _| logging::script(Level::Debug, text, &[]));
    for (name, level) in [
        ("log_trace", Level::Trace),
        ("log_debug", Level::Debug),
        ("log_info", Level::Info),
        ("log_warn", Level::Warn),
        ("log_error", Level::Error),
    ] {
        engine.register_fn(name, move |message: Dynamic| log(level, &message, &Map::new()));
        engine.register_fn(name, move |message: Dynamic, fields: Map| log(level, &message, &fields));
    }
}

fn log(level: Level, message: &Dynamic, fields: &Map) {
    if logging::script_enabled(level) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.to_string(), json(value))).collect();
        logging::script(level, &value::to_text(message), &fields);
    }
}

/// A field's value; what has no JSON form is logged as text, a log line is not worth an error.
fn json(field: &Dynamic) -> String {
    value::encode(field)
        .ok()
        .and_then(|json| String::from_utf8(json).ok())
        .unwrap_or_else(|| serde_json::Value::from(field.to_string()).to_string())
}

//! The log, in the two forms Lambda knows: text and JSON, one line an entry on stderr.
//!
//! See "Configuring JSON and plain text log formats" in the AWS Lambda developer guide. `line` is the forms,
//! `invocation` what the lines of an invocation have in common, `buffer` the lines that wait for an error.

mod buffer;
mod invocation;
mod line;

pub(crate) use buffer::{Buffering, DEFAULT_BYTES, MAX_BYTES};
pub(crate) use invocation::{
    begin_invocation, begin_script, end_invocation, flush, set_buffering, set_fields, MAX_FIELDS,
};

use crate::failure::Failure;
use crate::settings::{LogFilter, LogFormat, LogSettings};
use invocation::Way;
use line::{write_json, write_text, Fields};
use log::{Level, LevelFilter, Record};
use serde_json::{Map, Value as Json};
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::SystemTime;

/// What scripts log goes to this target, so that `RUST_LOG=script=debug` chooses it.
const SCRIPT: &str = "script";
/// An error that ended an invocation goes to this one, as it is the script's, too.
const UNCAUGHT: &str = "script::uncaught";

/// How lines are written, once [`init`] has been called.
static LOG: OnceLock<Log> = OnceLock::new();

/// What holds for all lines.
struct Log {
    format: LogFormat,
    /// The share of invocations that log at level DEBUG, from 0 to 1.
    sample_rate: f64,
}

/// Sets the process's log up. Later calls change nothing.
pub fn init(settings: &LogSettings) {
    let format = settings.format;
    let mut builder = env_logger::Builder::new();
    match &settings.filter {
        LogFilter::Level(level) => builder.filter_level(*level),
        // What a script logs is never fatal.
        LogFilter::Fatal => builder.filter_level(LevelFilter::Error).filter_module(SCRIPT, LevelFilter::Off),
        LogFilter::Directives(directives) => builder.parse_filters(directives),
    };
    builder.format(move |out, record| {
        if is_of_the_wire(record) {
            return Ok(());
        }
        invocation::with_labels(|labels| match format {
            LogFormat::Text => write_text(out, record, labels, SystemTime::now()),
            LogFormat::Json => write_json(out, record, labels, SystemTime::now()),
        })
    });
    if builder.try_init().is_ok() {
        let _ = LOG.set(Log { format, sample_rate: settings.sample_rate });
    }
}

/// Whether it tells what goes over a connection: keys and tokens are in that.
fn is_of_the_wire(record: &Record<'_>) -> bool {
    ["ureq", "rustls"].iter().any(|library| record.target().starts_with(library))
}

/// Whether the lines are JSON.
pub fn is_json() -> bool {
    LOG.get().is_some_and(|log| log.format == LogFormat::Json)
}

/// Logs what a script says, with fields whose values are JSON texts.
pub fn script(level: Level, message: &str, fields: &[(String, String)]) {
    if level == Level::Error {
        invocation::flush_for_error();
    }
    let with_common = invocation::with_common_fields(fields);
    let fields = with_common.as_deref().unwrap_or(fields);
    match invocation::way(level) {
        Way::Log => entry(SCRIPT, level, message, fields),
        Way::Write => write(&formatted(level, message, fields)),
        Way::Keep(buffering) => invocation::keep(&buffering, formatted(level, message, fields)),
    }
}

/// Whether a line of this level from a script would be written, or kept for an error.
pub fn script_enabled(level: Level) -> bool {
    !matches!(invocation::way(level), Way::Log) || log::log_enabled!(target: SCRIPT, level)
}

fn entry(target: &str, level: Level, message: &str, fields: &[(String, String)]) {
    log::logger().log(
        &Record::builder()
            .level(level)
            .target(target)
            .args(format_args!("{message}"))
            .key_values(&Fields(fields))
            .build(),
    );
}

/// The line of an entry that is written whatever the process's level is.
fn formatted(level: Level, message: &str, fields: &[(String, String)]) -> Vec<u8> {
    let mut line = Vec::new();
    let args = format_args!("{message}");
    let fields = Fields(fields);
    let record = Record::builder().level(level).target(SCRIPT).args(args).key_values(&fields).build();
    let now = SystemTime::now();
    // Nothing can go wrong in memory.
    let _ = invocation::with_labels(|labels| {
        if is_json() {
            write_json(&mut line, &record, labels, now)
        } else {
            write_text(&mut line, &record, labels, now)
        }
    });
    line
}

/// Writes lines at once, so that lines of several workers don't mix. There is nowhere to report a failure.
fn write(lines: &[u8]) {
    let _ = io::stderr().lock().write_all(lines);
}

/// Writes a line that is JSON already, such as metrics, whatever the format and the level.
///
/// In the JSON format Lambda itself drops what is below the function's level, and takes a line without
/// a level for `INFO`: so the line says a level that passes. Above `WARN` that is `FATAL`, which is
/// nothing else's here, so that no alarm on errors sees it.
pub fn document(mut document: Map<String, Json>) {
    if is_json() {
        let level = match log::max_level() {
            LevelFilter::Off | LevelFilter::Error => "FATAL",
            LevelFilter::Warn => "WARN",
            _ => "INFO",
        };
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        document.entry("timestamp").or_insert_with(|| time.into());
        document.entry("level").or_insert_with(|| level.into());
    }
    write((Json::Object(document).to_string() + "\n").as_bytes());
}

/// Logs an error in full, after the lines that waited for one: the platform prints none of what is posted to it.
pub fn failure(failure: &Failure) {
    flush();
    let (message, fields) = if is_json() {
        let fields = failure.to_map().into_iter().map(|(name, value)| (name, value.to_string()));
        (failure.to_string(), fields.collect())
    } else {
        (failure.to_text(), Vec::new())
    };
    let with_common = invocation::with_common_fields(&fields);
    entry(UNCAUGHT, Level::Error, &message, &with_common.unwrap_or(fields));
}

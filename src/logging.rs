//! The log, in the two forms Lambda knows: text and JSON, one line an entry on stderr.
//!
//! See "Configuring JSON and plain text log formats" in the AWS Lambda developer guide.

use crate::failure::Failure;
use crate::settings::{LogFilter, LogFormat, LogSettings};
use log::kv::{self, Key, Source, Value, VisitSource};
use log::{Level, LevelFilter, Record};
use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::SystemTime;

/// What scripts log goes to this target, so that `RUST_LOG=script=debug` chooses it.
const SCRIPT: &str = "script";
/// An error that ended an invocation goes to this one, as it is the script's, too.
const UNCAUGHT: &str = "script::uncaught";

/// The form of the lines, once [`init`] has been called.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

thread_local! {
    /// Which invocation this thread's lines belong to.
    static INVOCATION: RefCell<Labels> = RefCell::default();
}

/// What marks a line as one invocation's.
#[derive(Debug, Default)]
struct Labels {
    request_id: String,
    tenant_id: Option<String>,
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
    builder.format(move |line, record| {
        if is_of_the_wire(record) {
            return Ok(());
        }
        INVOCATION.with_borrow(|labels| match format {
            LogFormat::Text => write_text(line, record, labels, SystemTime::now()),
            LogFormat::Json => write_json(line, record, labels, SystemTime::now()),
        })
    });
    if builder.try_init().is_ok() {
        let _ = FORMAT.set(format);
    }
}

/// Whether it tells what goes over a connection: keys and tokens are in that.
fn is_of_the_wire(record: &Record<'_>) -> bool {
    ["ureq", "rustls"].iter().any(|library| record.target().starts_with(library))
}

/// Whether the lines are JSON.
pub fn is_json() -> bool {
    matches!(FORMAT.get(), Some(LogFormat::Json))
}

/// From now on this thread's lines carry this invocation's ids.
pub fn begin_invocation(request_id: &str, tenant_id: Option<&str>) {
    INVOCATION.with_borrow_mut(|labels| {
        labels.request_id.clear();
        labels.request_id.push_str(request_id);
        labels.tenant_id = tenant_id.map(str::to_owned);
    });
}

/// Logs what a script says, with fields whose values are JSON texts.
pub fn script(level: Level, message: &str, fields: &[(String, String)]) {
    entry(SCRIPT, level, message, fields);
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

/// Whether a line of this level from a script would be written.
pub fn script_enabled(level: Level) -> bool {
    log::log_enabled!(target: SCRIPT, level)
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
    let line = Json::Object(document).to_string() + "\n";
    // In one write, so that lines of several workers don't mix. There is nowhere to report a failure.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Logs an error in full: the platform prints none of what is posted to it.
pub fn failure(failure: &Failure) {
    if is_json() {
        let fields = failure.to_map().into_iter().map(|(name, value)| (name, value.to_string()));
        entry(UNCAUGHT, Level::Error, &failure.to_string(), &fields.collect::<Vec<_>>());
    } else {
        entry(UNCAUGHT, Level::Error, &failure.to_text(), &[]);
    }
}

/// Names with JSON texts, as key-values of a record.
struct Fields<'a>(&'a [(String, String)]);

impl Source for Fields<'_> {
    fn visit<'kvs>(&'kvs self, visitor: &mut dyn VisitSource<'kvs>) -> Result<(), kv::Error> {
        for (name, json) in self.0 {
            visitor.visit_pair(Key::from_str(name), Value::from(json.as_str()))?;
        }
        Ok(())
    }
}

/// Calls `each` with every field's name and JSON text.
fn for_each_field(record: &Record<'_>, each: impl FnMut(&str, &str) -> io::Result<()>) -> io::Result<()> {
    struct Visitor<F>(F, io::Result<()>);
    impl<'kvs, F: FnMut(&str, &str) -> io::Result<()>> VisitSource<'kvs> for Visitor<F> {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
            if self.1.is_ok() {
                self.1 = (self.0)(key.as_str(), value.to_borrowed_str().unwrap_or("null"));
            }
            Ok(())
        }
    }
    let mut visitor = Visitor(each, Ok(()));
    let _ = record.key_values().visit(&mut visitor);
    visitor.1
}

/// `timestamp \t request id \t level \t message key=value`; line breaks inside become `\r`, which
/// keeps an entry together in `CloudWatch`.
fn write_text(out: &mut impl Write, record: &Record<'_>, labels: &Labels, now: SystemTime) -> io::Result<()> {
    let time = humantime::format_rfc3339_millis(now);
    let id = if labels.request_id.is_empty() { "-" } else { &labels.request_id };
    write!(out, "{time}\t{id}\t{}\t", record.level())?;
    let mut text = record.args().to_string();
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    for_each_field(record, |name, json| {
        // A string without white space and quotes is easier to read, and to search for, bare.
        let bare = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = bare.filter(|text| !text.is_empty() && !text.contains([' ', '"', '\\', '=']));
        text.extend([" ", name, "=", bare.unwrap_or(json)]);
        Ok(())
    })?;
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    writeln!(out, "{text}")
}

/// One JSON object. A script's field with the name of one of ours gets an underscore before it.
fn write_json(out: &mut impl Write, record: &Record<'_>, labels: &Labels, now: SystemTime) -> io::Result<()> {
    let time = humantime::format_rfc3339_millis(now);
    write!(out, r#"{{"timestamp":"{time}","level":"{}""#, record.level())?;
    if !labels.request_id.is_empty() {
        write!(out, r#","requestId":{}"#, quoted(&labels.request_id))?;
    }
    if let Some(tenant) = &labels.tenant_id {
        write!(out, r#","tenantId":{}"#, quoted(tenant))?;
    }
    write!(out, r#","message":{}"#, quoted(&record.args().to_string()))?;
    for_each_field(record, |name, json| match name {
        "timestamp" | "level" | "requestId" | "tenantId" | "message" => write!(out, ",\"_{name}\":{json}"),
        _ => write!(out, ",{}:{json}", quoted(name)),
    })?;
    writeln!(out, "}}")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    type Writer = fn(&mut Vec<u8>, &Record<'_>, &Labels, SystemTime) -> io::Result<()>;

    fn line(write: Writer, request_id: &str, message: &str, fields: &[(&str, &str)]) -> String {
        let fields: Vec<_> =
            fields.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect();
        let fields = Fields(&fields);
        let labels = Labels { request_id: request_id.into(), tenant_id: None };
        let mut out = Vec::new();
        let now = UNIX_EPOCH + Duration::from_millis(1_795_307_967_924);
        write(
            &mut out,
            &Record::builder().level(Level::Info).args(format_args!("{message}")).key_values(&fields).build(),
            &labels,
            now,
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_lines() {
        assert_eq!(line(write_text, "r-1", "hello", &[]), "2026-11-22T00:39:27.924Z\tr-1\tINFO\thello\n");
        assert_eq!(
            line(write_text, "", "a\nb\r\nc\n", &[("n", "7"), ("s", "\"x\""), ("t", "\"x y\"")]),
            "2026-11-22T00:39:27.924Z\t-\tINFO\ta\rb\rc n=7 s=x t=\"x y\"\n"
        );
    }

    #[test]
    fn json_lines() {
        assert_eq!(
            line(write_json, "r-1", "a\nb \"c\"", &[("n", "7"), ("level", "\"x\"")]),
            "{\"timestamp\":\"2026-11-22T00:39:27.924Z\",\"level\":\"INFO\",\"requestId\":\"r-1\",\
             \"message\":\"a\\nb \\\"c\\\"\",\"n\":7,\"_level\":\"x\"}\n"
        );
        assert!(!line(write_json, "", "x", &[]).contains("requestId"));
    }
}

//! A line of the log in its two forms.

use super::invocation::Labels;
use log::kv::{self, Key, Source, Value, VisitSource};
use log::Record;
use std::io::{self, Write};
use std::time::SystemTime;

/// Names that an entry in JSON has itself.
const OWN_NAMES: [&str; 5] = ["timestamp", "level", "requestId", "tenantId", "message"];

/// Names with JSON texts, as key-values of a record.
pub(super) struct Fields<'a>(pub(super) &'a [(String, String)]);

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
pub(super) fn write_text(
    out: &mut impl Write,
    record: &Record<'_>,
    labels: &Labels,
    now: SystemTime,
) -> io::Result<()> {
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
pub(super) fn write_json(
    out: &mut impl Write,
    record: &Record<'_>,
    labels: &Labels,
    now: SystemTime,
) -> io::Result<()> {
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
        _ if OWN_NAMES.contains(&name) => write!(out, ",\"_{name}\":{json}"),
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
    use log::Level;
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

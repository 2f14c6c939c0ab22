//! Decoders and encoders of text formats, as scripts use them.

use crate::run::{run, Folder};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::json;

/// The script: the function of the format decodes, encodes and decodes again, and compares.
const SCRIPT: &str = include_str!("formats.rhai");

/// The functions of the script, and the errors that they may throw.
const FORMATS: [(&str, &[&str]); 22] = [
    ("xml", &["XmlError"]),
    ("csv", &["CsvError"]),
    ("csv_with_header", &["CsvError"]),
    ("toml", &["TomlError"]),
    ("json", &["JsonError"]),
    ("url", &["UrlError"]),
    ("query", &["UrlError"]),
    ("base64", &["Base64Error"]),
    ("hex", &["HexError"]),
    ("gzip", &["GzipError"]),
    ("regex", &["RegexError"]),
    ("time", &["TimeError"]),
    ("response", &["HttpResponseError"]),
    ("yaml", &["YamlError"]),
    ("zip", &["ZipError"]),
    ("multipart", &["MultipartError"]),
    ("cbor", &["CborError"]),
    ("jmespath", &["JmesPathError"]),
    ("markdown", &[]),
    ("template", &["TemplateError"]),
    ("numbers", &["DecimalError"]),
    ("rows", &["CsvError", "JsonError", "MaskError"]),
];

/// The first byte chooses the format, the others are the data.
pub fn formats(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else {
        return;
    };
    let (format, errors) = FORMATS[usize::from(choice) % FORMATS.len()];
    let event = json!({
        "string": String::from_utf8_lossy(data),
        "base64": BASE64_STANDARD.encode(data),
        "event": serde_json::from_slice::<serde_json::Value>(data).unwrap_or_default(),
    });
    let event = if format == "response" { event["event"].to_string() } else { event.to_string() };
    for result in run(&Folder::with(SCRIPT), &format!("main.{format}"), &[event]) {
        let Err(failure) = result else {
            continue;
        };
        let error_type = failure.error_type.as_str();
        let is_expected = errors.contains(&error_type);
        let is_limit = matches!(error_type, "Runtime.Timeout" | "Runtime.OutOfMemory");
        assert!(is_expected || is_limit, "{format}: {}", String::from_utf8_lossy(&failure.to_json()));
    }
}

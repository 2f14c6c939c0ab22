//! JSON schemas with values, and feature flags.

use crate::run::{run, Folder};
use serde_json::json;

const SCRIPT: &str = include_str!("schemas.rhai");

/// The first line is a schema and the rest a value; without a second line it is a document of feature flags.
pub fn schemas(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let event = match text.split_once('\n') {
        Some((schema, value)) => json!({ "schema": schema, "value": value }),
        None => json!({ "flags": text }),
    };
    for result in run(&Folder::with(SCRIPT), "main.handler", &[event.to_string()]) {
        let Err(failure) = result else {
            continue;
        };
        let is_expected = matches!(
            failure.error_type.as_str(),
            "JsonError" | "SchemaError" | "FlagsError" | "Runtime.Timeout" | "Runtime.OutOfMemory"
        );
        assert!(is_expected, "{}", String::from_utf8_lossy(&failure.to_json()));
    }
}

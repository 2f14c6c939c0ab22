//! Tokens, keys, key sets and hashes of passwords.

use crate::run::{run, Folder};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::json;

const SCRIPT: &str = include_str!("tokens.rhai");

/// The functions of the script, and the errors that they may throw, or how these begin.
const KINDS: [(&str, &[&str]); 7] = [
    ("token", &["Jwt."]),
    ("claims", &["Jwt."]),
    ("key", &["KeyError"]),
    ("jwks", &["Jwt.", "KeyError", "JsonError", "MismatchedTypes"]),
    ("password", &["PasswordError", "ScryptError"]),
    ("totp", &["KeyError"]),
    ("encrypted", &["DecryptionError"]),
];

/// The first byte chooses what the others are.
pub fn tokens(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else {
        return;
    };
    let (kind, errors) = KINDS[usize::from(choice) % KINDS.len()];
    let event = json!({ "string": String::from_utf8_lossy(data), "base64": BASE64_STANDARD.encode(data) });
    for result in run(&Folder::with(SCRIPT), &format!("main.{kind}"), &[event.to_string()]) {
        let Err(failure) = result else {
            continue;
        };
        let error_type = failure.error_type.as_str();
        let is_expected = errors.iter().any(|error| error_type.starts_with(error));
        let is_limit = matches!(error_type, "Runtime.Timeout" | "Runtime.OutOfMemory");
        assert!(is_expected || is_limit, "{kind}: {}", String::from_utf8_lossy(&failure.to_json()));
    }
}

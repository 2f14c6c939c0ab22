//! Keys as scripts have them: strings, blobs and maps.

use super::arguments::error;
use crate::crypto::{is_pem, Key};
use crate::value::{self, type_of};
use rhai_vm::{Error, Result, Value};

/// The longest key, in bytes: an RSA key of 8192 bits has 6,500 in PEM.
const MAX_BYTES: usize = 64 << 10;

/// An error about a key, which has nothing of the key in it.
pub(super) fn key_error(problem: impl Into<String>) -> Error {
    error("KeyError", problem)
}

/// A key: PEM or JWK as a string, PEM or DER as a blob, or a JWK as a map.
pub(super) fn key(value: &Value) -> Result<Key> {
    let size = value.as_str().map_or(0, |text| text.len()).max(value.as_blob().map_or(0, Vec::len));
    if size > MAX_BYTES {
        return Err(key_error(format!("the key has {size} bytes. At most {MAX_BYTES} are accepted")));
    }
    let read = match value {
        Value::Str(text) => from_text(text),
        Value::Blob(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if is_pem(bytes) => Key::from_pem(text),
            _ => Key::from_der(bytes),
        },
        Value::Map(map) if map.contains_key("keys") => {
            Err("it is a set of keys. Pass one of them, or the set as `jwks` of jwt::verify".to_owned())
        }
        Value::Map(map) => Key::from_jwk(map),
        other => {
            let kind = type_of(other);
            return Err(error(
                "MismatchedTypes",
                format!("a key must be a string (PEM or JWK), a blob (DER) or a map (JWK), not {kind}"),
            ));
        }
    };
    read.map_err(|problem| key_error(format!("the key is invalid: {problem}")))
}

fn from_text(text: &str) -> std::result::Result<Key, String> {
    if !text.trim_start().starts_with('{') {
        return Key::from_pem(text);
    }
    match value::decode(text.as_bytes()) {
        Ok(Value::Map(map)) => Key::from_jwk(&map),
        _ => Err("it begins as a JWK, but is not valid JSON".to_owned()),
    }
}

/// The secret of an HMAC. A key for other algorithms is refused: whoever knows a public key could sign with it.
pub(super) fn secret(bytes: &[u8]) -> Result<Vec<u8>> {
    let is_key = is_pem(bytes)
        || bytes.starts_with(b"ssh-")
        || Key::from_der(bytes).is_ok()
        || std::str::from_utf8(bytes).is_ok_and(|text| from_text(text).is_ok());
    if is_key {
        return Err(key_error("the secret is a key in PEM, DER or JWK format. Pass it as `key`"));
    }
    if bytes.is_empty() {
        return Err(key_error("the secret is empty. Pass at least 32 random bytes"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(key_error(format!(
            "the secret has {} bytes. At most {MAX_BYTES} are accepted",
            bytes.len()
        )));
    }
    Ok(bytes.to_vec())
}

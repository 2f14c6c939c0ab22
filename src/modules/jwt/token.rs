//! Tokens in their compact form (RFC 7515): header, claims and signature.

use crate::crypto::{from_base64url, quoted, to_base64url, Algorithm};
use crate::modules::arguments::error;
use crate::value;
use rhai_vm::{memory, Error, Map, Result, Str, Value};
use std::rc::Rc;

/// The longest token, in bytes. HTTP servers accept headers of some kilobytes.
const MAX_BYTES: usize = 256 << 10;

/// The parts of a token, of which nothing is verified.
pub(super) struct Token<'a> {
    pub(super) header: Rc<Map>,
    payload: Vec<u8>,
    /// What was signed.
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

/// The error of a token that no program should have made.
pub(super) fn invalid(problem: impl Into<String>) -> Error {
    error("Jwt.InvalidToken", problem)
}

impl<'a> Token<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self> {
        if token.len() > MAX_BYTES {
            return Err(invalid(format!(
                "the token has {} bytes. At most {MAX_BYTES} are accepted",
                token.len()
            )));
        }
        let parts: Vec<_> = token.splitn(6, '.').collect();
        let [header, claims, signature] = *parts else {
            return Err(invalid(match parts.len() {
                5 => "the token is encrypted (JWE), which is not supported. Use a signed token (JWS)"
                    .to_owned(),
                _ if token.is_empty() => "the token is empty. Pass it without `Bearer`".to_owned(),
                _ => "the token does not have three parts, separated by points. Pass it without `Bearer`"
                    .to_owned(),
            }));
        };
        let bytes = |part: &str, name: &str| {
            from_base64url(part).ok_or_else(|| {
                invalid(format!(
                    "the {name} of the token is not base64url without padding. Pass the token unchanged"
                ))
            })
        };
        Ok(Self {
            header: object(&bytes(header, "header")?, "header")?,
            payload: bytes(claims, "payload")?,
            signed: &token[..header.len() + 1 + claims.len()],
            signature: bytes(signature, "signature")?,
        })
    }

    pub(super) fn claims(&self) -> Result<Rc<Map>> {
        object(&self.payload, "payload")
    }

    /// The algorithm that the header names. It only counts where the key and the caller allow it.
    pub(super) fn algorithm(&self) -> Result<Algorithm> {
        if self.header.contains_key("crit") {
            return Err(invalid("the header of the token requires an extension (`crit`). None is supported"));
        }
        let name = self.header.get("alg").and_then(Value::as_str);
        let name =
            name.ok_or_else(|| invalid("the header of the token has no string `alg`. Use a signed token"))?;
        Algorithm::parse(name).map_err(|problem| error("Jwt.InvalidAlgorithm", problem))
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str).map(Str::as_str)
    }
}

fn object(json: &[u8], part: &str) -> Result<Rc<Map>> {
    match value::decode(json) {
        Ok(Value::Map(map)) => Ok(map),
        Ok(other) => {
            let kind = value::type_of(&other);
            Err(invalid(format!(
                "the {part} of the token is not a JSON object, but {kind}. Use another token"
            )))
        }
        Err(problem) => Err(memory::stopped().unwrap_or_else(|| {
            invalid(format!("the {part} of the token is not JSON: {problem}. Pass the token unchanged"))
        })),
    }
}

/// A token with this header and these claims, up to its signature.
pub(super) fn encode(header: &Map, claims: &Map) -> Result<String> {
    let json = |map: &Map, part: &str| {
        value::encode_map(map).map_err(|problem| {
            let problem = format!("the {part} cannot be JSON: {problem}");
            memory::stopped().unwrap_or_else(|| invalid(problem))
        })
    };
    let claims = json(claims, "claims")?;
    memory::needs(claims.len() / 3 * 4)?;
    Ok(format!("{}.{}", to_base64url(&json(header, "headers")?), to_base64url(&claims)))
}

/// A foreign value in an error.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => quoted(text),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => value.to_string(),
        other => value::type_of(other).to_owned(),
    }
}

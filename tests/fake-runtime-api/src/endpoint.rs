//! Which call of the Runtime API a request is.

use crate::Request;

/// A call of the Runtime API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// `/runtime/invocation/next`
    Next,
    /// `/runtime/invocation/{id}/response`, with the request id, percent-decoded.
    Response(String),
    /// `/runtime/invocation/{id}/error`, with the request id, percent-decoded.
    Error(String),
    /// `/runtime/init/error`
    InitError,
    /// `/runtime/restore/next`
    RestoreNext,
    /// `/runtime/restore/error`
    RestoreError,
    /// No call of the Runtime API.
    Unknown,
}

impl Endpoint {
    /// Which call a request is, where the API is served under `prefix`.
    pub fn of(request: &Request, prefix: &str) -> Self {
        let path = request.path.strip_prefix(prefix);
        let Some(path) = path.and_then(|path| path.strip_prefix("/2018-06-01/runtime/")) else {
            return Self::Unknown;
        };
        match (request.method.as_str(), path) {
            ("GET", "invocation/next") => Self::Next,
            ("POST", "init/error") => Self::InitError,
            ("GET", "restore/next") => Self::RestoreNext,
            ("POST", "restore/error") => Self::RestoreError,
            ("POST", path) => Self::of_answer(path).unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    fn of_answer(path: &str) -> Option<Self> {
        let (id, call) = path.strip_prefix("invocation/")?.split_once('/')?;
        match call {
            "response" => Some(Self::Response(percent_decode(id)?)),
            "error" => Some(Self::Error(percent_decode(id)?)),
            _ => None,
        }
    }
}

/// `None` where the text is not well encoded.
fn percent_decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let code = u8::from_str_radix(part.get(..2)?, 16).ok()?;
        bytes.push(code);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_percent_decoded() {
        assert_eq!(percent_decode("a%2Fb%20%C3%A4").as_deref(), Some("a/b ä"));
        assert_eq!(percent_decode("plain-1").as_deref(), Some("plain-1"));
        assert_eq!(percent_decode("a%2"), None);
    }

    #[test]
    fn an_unencoded_slash_in_a_request_id_is_no_call_of_the_api() {
        assert_eq!(Endpoint::of_answer("invocation/a/b/response"), None);
    }
}

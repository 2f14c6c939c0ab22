//! What a single request does wrong, whatever came before it.

use crate::endpoint::Endpoint;
use crate::Request;

/// The violations of the protocol in one request, each as a phrase.
pub fn violations(request: &Request, endpoint: &Endpoint) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |fine: bool, phrase: &str| {
        if !fine {
            found.push(phrase.to_owned());
        }
    };
    let has = |name| request.header(name).is_some();
    let length = has("content-length");

    check(*endpoint != Endpoint::Unknown, "no call of the Runtime API");
    check(has("host"), "no Host");
    check(has("user-agent"), "no User-Agent");
    check(!has("expect"), "an Expect header");
    if request.method == "POST" {
        let framed = length || request.is_chunked();
        check(framed, "neither Content-Length nor chunked");
        check(!(length && request.is_chunked()), "two kinds of framing");
    } else {
        check(request.body.is_empty(), "a GET with a body");
    }
    if let Endpoint::Error(_) | Endpoint::InitError = endpoint {
        let error_type = request.error_type_header().unwrap_or_default();
        check(is_error_type(error_type), "an error type that Lambda makes Unknown");
    }
    let declared = request.header("trailer").unwrap_or_default();
    for (name, _) in &request.trailers {
        let mut names = declared.split(',').map(str::trim);
        check(names.any(|declared| declared.eq_ignore_ascii_case(name)), "an undeclared trailer");
    }
    found
}

/// `(Runtime|Function)\.[A-Z][A-Za-z]+`
fn is_error_type(text: &str) -> bool {
    let name = text.strip_prefix("Runtime.").or_else(|| text.strip_prefix("Function."));
    name.is_some_and(|name| {
        name.len() >= 2
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|other| other.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::is_error_type;

    #[test]
    fn error_types_are_those_that_lambda_takes() {
        assert!(is_error_type("Runtime.HandlerNotFound"));
        assert!(is_error_type("Function.Unhandled"));
        for wrong in ["", "Runtime.", "Runtime.X", "Runtime.lower", "Other.Error", "Runtime.E1"] {
            assert!(!is_error_type(wrong), "{wrong}");
        }
    }
}

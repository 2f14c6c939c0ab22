//! `urlencode`, `urldecode`; `url::parse`, `url::params`, `url::query`.

use super::arguments::{bytes, error, plain_text};
use crate::value::type_of;
use fluent_uri::pct_enc::EStr;
use fluent_uri::{IriRef, ParseErrorKind};
use net::url::COMPONENT;
use percent_encoding::{percent_decode, percent_encode};
use rhai_vm::memory::{self, Meter};
use rhai_vm::{module, Map, Result, Value};
use std::borrow::Cow;
use std::rc::Rc;

module! {
    /// URLs, queries and percent-encoding.
    "`url`"

    functions {
        /// Percent-encodes all bytes except letters, digits and `-._~`, for use in a path or a query.
        ///
        /// ```rhai
        /// urlencode("a b&c") // → "a%20b%26c"
        /// ```
        new "urlencode" (data: Any "string | blob") -> String = |call| {
            let data = bytes(call.value(0), "urlencode")?;
            memory::needs(percent_encode(data, COMPONENT).map(str::len).sum())?;
            Ok(percent_encode(data, COMPONENT).to_string().into())
        };

        /// Decodes percent-encoding. A `+` stays a `+`. Throws `UrlError` if the decoded bytes are not valid UTF-8.
        ///
        /// ```rhai
        /// urldecode("a%20b%26c") // → "a b&c"
        /// urldecode("%FF") // ✗ UrlError
        /// ```
        new "urldecode" (string: Any "string | blob") -> String throws UrlError = |call| {
            decoded(bytes(call.value(0), "urldecode")?).map(Value::from)
        };
    }

    namespace "url" {
        /// Decodes a string from a query, a form, or a key in an event of S3: a plus sign is a space, and `%E4` is a byte. Throws
        /// `UrlError` if the decoded bytes are not valid UTF-8.
        ///
        /// ```rhai
        /// url::unquote_plus("my+file%20%C3%A4.jpg") // → "my file ä.jpg"
        /// url::unquote_plus("%FF") // ✗ UrlError
        /// ```
        new "unquote_plus" (text: Any "string | blob") -> String throws UrlError = |call| {
            let text = bytes(call.value(0), "url::unquote_plus")?;
            let spaced: Vec<_> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            decoded(&spaced).map(Value::from)
        };

        /// Parses a URL (RFC 3986 and 3987) or a path, and returns a map with `scheme`, `username`, `password`, `host`, `port`
        /// (an integer), `path`, `query`, `params` (as `url::params` returns them) and `fragment`. Parts that are missing are
        /// `()`. The scheme and the host are in lower case; the user name, the password and the params are decoded; the path,
        /// the query and the fragment are not. Throws `UrlError`, with the place, for characters that a URL cannot have.
        ///
        /// ```rhai
        /// let url = url::parse("https://example.com:8443/books?page=2&tag=a&tag=b#top");
        /// [url.scheme, url.host, url.port, url.path] // → ["https", "example.com", 8443, "/books"]
        /// url.params // → {"page": "2", "tag": ["a", "b"]}
        /// url::parse("https://example.com/a b") // ✗ UrlError
        /// ```
        new "parse" (url: String) -> Map throws UrlError = |call| {
            parse(call.str(0)).map(Value::from)
        };

        /// Parses a query or the body of a form (`application/x-www-form-urlencoded`) and returns a map. A name that is repeated
        /// has an array of values.
        ///
        /// ```rhai
        /// url::params("name=Ada+L&tag=a&tag=b") // → {"name": "Ada L", "tag": ["a", "b"]}
        /// ```
        new "params" (query: Any "string | blob") -> Map throws UrlError = |call| {
            Ok(params(bytes(call.value(0), "url::params")?)?.into())
        };

        /// Encodes a map as a query. A param that is `()` is omitted. Throws `UrlError` for values other than strings, numbers,
        /// booleans, times, durations and arrays of them.
        ///
        /// ```rhai
        /// url::query(#{ name: "Ada L", tag: ["a", "b"], page: () }) // → "name=Ada+L&tag=a&tag=b"
        /// url::query(#{ name: #{} }) // ✗ UrlError
        /// ```
        new "query" (params: Map) -> String throws UrlError = |call| {
            query(&call.take_map(0)?).map(Value::from)
        };
    }
}

fn decoded(text: &[u8]) -> Result<String> {
    memory::needs(text.len())?;
    let decoded = percent_decode(text).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|problem| {
        let byte = problem.valid_up_to() + 1;
        error("UrlError", format!("the decoded bytes are not valid UTF-8 (at byte {byte})"))
    })
}

fn parse(text: &str) -> Result<Map> {
    let url = IriRef::parse(text).map_err(|problem| {
        let (before, rest) = text.split_at(text.floor_char_boundary(problem.index()));
        let what = match (problem.kind(), rest.chars().next()) {
            (ParseErrorKind::InvalidPctEncodedOctet, _) => "a % without two hex digits".to_owned(),
            (ParseErrorKind::InvalidIpv6Addr, _) => "the IPv6 address is invalid".to_owned(),
            (ParseErrorKind::UnexpectedChar, Some(character)) => {
                format!("{character:?} must be percent-encoded")
            }
            (ParseErrorKind::UnexpectedChar, None) => "it ends".to_owned(),
        };
        error("UrlError", format!("not a URL: {what} at character {}", before.chars().count() + 1))
    })?;
    let (user, host, port) = match url.authority() {
        Some(authority) => (authority.userinfo(), Some(authority.host()), authority.port()),
        None => (None, None, None),
    };
    let user = user.map(|user| user.as_str().split_once(':').unwrap_or((user.as_str(), "")));
    let (username, password) = user.unzip();
    let query = url.query().map(EStr::as_str);
    let mut parts = Map::new();
    let mut put = |name: &str, value: Option<Value>| parts.insert(name.into(), value.unwrap_or_default());
    put("scheme", url.scheme().map(|scheme| scheme.as_str().to_ascii_lowercase().into()));
    put("username", username.map(decoded_part).transpose()?);
    put("password", password.filter(|password| !password.is_empty()).map(decoded_part).transpose()?);
    put("host", host.map(|host| host.to_lowercase().into()));
    put("port", port.map(EStr::as_str).filter(|port| !port.is_empty()).map(port_number).transpose()?);
    put("path", Some(url.path().as_str().into()));
    put("query", query.map(Into::into));
    put("params", Some(params(query.unwrap_or_default().as_bytes())?.into()));
    put("fragment", url.fragment().map(|fragment| fragment.as_str().into()));
    Ok(parts)
}

fn decoded_part(text: &str) -> Result<Value> {
    decoded(text.as_bytes()).map(Value::from)
}

fn port_number(port: &str) -> Result<Value> {
    let number: std::result::Result<u16, _> = port.parse();
    number
        .map(|number| i64::from(number).into())
        .map_err(|_| error("UrlError", format!("not a URL: the port {port} is invalid")))
}

/// A query's or a form's names and values; an array of values, where a name is repeated.
pub(super) fn params(query: &[u8]) -> Result<Map> {
    let mut params = Map::new();
    let meter = Meter::new();
    for (name, value) in form_urlencoded::parse(query) {
        meter.needs(memory::size_of_text(&name) + memory::size_of_text(&value))?;
        let value = Value::from(value.into_owned());
        match params.get_mut(&name) {
            None => *params.get_or_insert(&name.as_ref().into())? = value,
            Some(Value::Array(values)) => Rc::make_mut(values).push(value)?,
            Some(first) => *first = Value::array(vec![std::mem::take(first), value]),
        }
    }
    Ok(params)
}

fn query(params: &Map) -> Result<String> {
    let mut query = String::new();
    for (name, value) in params {
        match value {
            Value::Array(values) => {
                for value in values.iter() {
                    append(&mut query, name, value)?;
                }
            }
            other => append(&mut query, name, other)?,
        }
    }
    Ok(query)
}

/// The most bytes that one becomes when it is encoded.
const BYTES_ENCODED: usize = 3;

fn append(query: &mut String, name: &str, value: &Value) -> Result<()> {
    if value.is_unit() {
        return Ok(());
    }
    let text = plain_text(value).ok_or_else(|| {
        let kind = type_of(value);
        error(
            "UrlError",
            format!("the parameter `{name}` must be a string, a number, a bool or a time, not {kind}"),
        )
    })?;
    memory::reserve(query, BYTES_ENCODED * (name.len() + text.len()) + "&=".len())?;
    form_urlencoded::Serializer::for_suffix(query, 0).append_pair(name, &text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_come_back(text in any::<String>()) {
            let encoded = percent_encode(text.as_bytes(), COMPONENT).to_string();
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(encoded.as_bytes()).unwrap(), text);
        }

        #[test]
        fn params_come_back(names in prop::collection::btree_map(any::<String>(), prop::collection::vec(any::<String>(), 2..4), 0..4)) {
            let map: Map = names.into_iter().map(|(name, values)| {
                (name.into(), values.into_iter().map(Value::from).collect())
            }).collect();
            let url = format!("https://example.com/?{}", query(&map).unwrap());
            let read = parse(&url).unwrap();
            prop_assert_eq!(format!("{:?}", read.get("params").unwrap()), format!("{:?}", Value::from(map)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "([a-z]{0,3}:)?(//)?([a-z@:%ü\\[\\] 0-9]{0,8})[/?#a-z&=%\u{0}-\u{ff}]{0,8}") {
            let _ = parse(&text);
        }
    }
}

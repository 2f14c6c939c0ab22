//! What a script says of a request, checked and made ready to be sent.

use super::{http_error, Result};
use crate::modules::arguments::plain_text;
use crate::value::type_of;
use crate::{time, value};
use net::url;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{memory, Error, ErrorKind, Map, Value};
use std::rc::Rc;
use std::time::Duration;

/// What can be said of a request, in the order in which an error lists it.
const OPTIONS: [&str; 11] = [
    "method",
    "url",
    "headers",
    "query",
    "body",
    "json",
    "form",
    "timeout",
    "retries",
    "redirects",
    "stream",
];
/// How long a request may take if nothing else is said: as long as the gateways in front of functions
/// wait for them.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_RETRIES: i64 = 10;
const REDIRECTS: u32 = 10;
const MAX_REDIRECTS: i64 = 50;

/// A request, and how often it is sent again.
pub(super) struct Request {
    pub(super) inner: net::Request,
    pub(super) retries: u32,
    /// Whether the script reads the body of the response while it arrives.
    pub(super) stream: bool,
}

impl Request {
    /// The request of `http::get(url, options)` and its like.
    pub(super) fn of(method: &str, url: &str, body: Option<Value>, mut options: Map) -> Result<Self> {
        for (name, argument) in [("method", Some(method.into())), ("url", Some(url.into())), ("body", body)] {
            let Some(argument) = argument else {
                continue;
            };
            if options.contains_key(name) {
                let message = format!(
                    "the options contain `{name}`, which http::{} sets itself",
                    method.to_ascii_lowercase()
                );
                return Err(http_error(&message, url));
            }
            options.insert(name.into(), argument);
        }
        Self::parse(options.into())
    }

    /// The request that a map describes, or a text that is a URL.
    pub(super) fn parse(request: Value) -> Result<Self> {
        let kind = type_of(&request);
        let mut options = match request {
            Value::Str(_) => Map::from_iter([("url".into(), request)]),
            Value::Map(options) => Rc::unwrap_or_clone(options),
            _ => {
                let message = format!("a request must be a URL or a map of options, not {kind}");
                return Err(http_error(&message, ""));
            }
        };
        let url = match options.remove("url") {
            Some(Value::Str(url)) => url,
            Some(url) => {
                return Err(http_error(&format!("`url` must be a string, not {}", type_of(&url)), ""))
            }
            None => return Err(http_error("a request requires `url`", "")),
        };
        let result = Self::build(&url, options);
        result.map_err(|problem| http_error(&problem, &url))
    }

    /// The same for a request whose response is read as a whole.
    pub(super) fn parse_whole(request: Value) -> Result<Self> {
        let request = Self::parse(request)?;
        if request.stream {
            let message = "`stream` is not supported here, because all responses are read completely. \
                           Use http::request to stream one";
            return Err(http_error(message, &request.inner.url));
        }
        Ok(request)
    }

    fn build(url: &str, mut options: Map) -> std::result::Result<Self, String> {
        if let Some(unknown) = options.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
            return Err(format!("unknown option `{unknown}`; the options are {}", OPTIONS.join(", ")));
        }
        // `()` is the same as nothing: so an option can be left open.
        options.retain(|_, value| !value.is_unit());
        let method = match options.remove("method") {
            None => "GET".to_owned(),
            Some(Value::Str(method)) => method.to_ascii_uppercase(),
            Some(method) => return Err(wrong("method", &method, "a string")),
        };
        let mut inner = net::Request::new(method, url::encode(url));
        if let Some(query) = options.remove("query") {
            inner.url = with_query(&inner.url, &pairs("query", query)?);
        }
        inner.headers =
            options.remove("headers").map_or(Ok(Vec::new()), |headers| pairs("headers", headers))?;
        set_body(&mut inner, &mut options)?;
        inner.timeout =
            Some(options.remove("timeout").map_or(Ok(TIMEOUT), |timeout| seconds("timeout", &timeout))?);
        inner.redirects = options
            .remove("redirects")
            .map_or(Ok(REDIRECTS), |value| number("redirects", &value, MAX_REDIRECTS))?;
        let retries =
            options.remove("retries").map_or(Ok(0), |value| number("retries", &value, MAX_RETRIES))?;
        let stream = match options.remove("stream") {
            None => false,
            Some(Value::Bool(stream)) => stream,
            Some(stream) => return Err(wrong("stream", &stream, "a boolean")),
        };
        let has = |inner: &net::Request, wanted: &str| {
            inner.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        // Whoever says which encodings are accepted wants to see them.
        inner.decode = !has(&inner, "accept-encoding");
        inner.repeatable |= has(&inner, "idempotency-key");
        for (name, value) in [
            ("user-agent", concat!("rhambda/", env!("CARGO_PKG_VERSION"))),
            ("accept", "*/*"),
            ("accept-encoding", "gzip"),
        ] {
            if !has(&inner, name) {
                inner.headers.push((name.into(), value.into()));
            }
        }
        Ok(Self { inner, retries, stream })
    }
}

/// Says in an error which of several requests it is about.
pub(super) fn name_place(error: Error, index: usize) -> Error {
    let mut kind = error.into_kind();
    if let ErrorKind::Runtime(Value::Map(thrown)) = &mut kind {
        let thrown = Rc::make_mut(thrown);
        let message = thrown.get("message").map(ToString::to_string).unwrap_or_default();
        thrown.insert("message".into(), format!("request {index} of http::all: {message}").into());
    }
    Error::new(kind)
}

fn set_body(request: &mut net::Request, options: &mut Map) -> std::result::Result<(), String> {
    let mut given =
        ["body", "json", "form"].into_iter().filter_map(|name| Some((name, options.remove(name)?)));
    let Some((name, value)) = given.next() else {
        return Ok(());
    };
    if let Some((other, _)) = given.next() {
        return Err(format!("a request has one body, but both `{name}` and `{other}` are given"));
    }
    if !memory::may_use(memory::own_bytes(&value)) {
        return Err("out of memory".to_owned());
    }
    let json =
        |value: &Value| value::encode(value).map_err(|problem| format!("`{name}` cannot be sent: {problem}"));
    let (body, content_type) = match (name, value) {
        ("form", value) => {
            (encode(&pairs(name, value)?, "+").into_bytes(), "application/x-www-form-urlencoded")
        }
        ("json", value) | (_, value @ (Value::Map(_) | Value::Array(_))) => {
            (json(&value)?, "application/json")
        }
        (_, Value::Str(text)) => (text.into_string().into_bytes(), "text/plain; charset=utf-8"),
        (_, Value::Blob(blob)) => (Rc::unwrap_or_clone(blob), "application/octet-stream"),
        (_, value) => {
            return Err(wrong(
                "body",
                &value,
                "a string, a blob, a map or an array (`json` accepts any value)",
            ))
        }
    };
    request.body = body;
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        request.headers.push(("content-type".into(), content_type.into()));
    }
    Ok(())
}

/// The names and values of a map. An array stands for several values of one name, `()` for none.
pub(in crate::modules) fn pairs(
    option: &str,
    value: Value,
) -> std::result::Result<Vec<(String, String)>, String> {
    let kind = type_of(&value);
    let Value::Map(map) = value else {
        return Err(format!("`{option}` must be a map, not {kind}"));
    };
    let mut pairs = Vec::with_capacity(map.len());
    for (name, value) in map.iter() {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values.iter().filter(|value| !value.is_unit()) {
            // Times in headers have a form of their own, which differs from one header to the other.
            let (text, needed) = match option {
                "headers" if time::to_text(value).is_some() => (None, "a string made by time::format"),
                "headers" => (plain_text(value), "a string, a number or an array of these"),
                _ => (plain_text(value), "a string, a number, a time or an array of these"),
            };
            let text = text.ok_or_else(|| wrong(&format!("{option}.{name}"), value, needed))?;
            pairs.push((name.to_string(), text));
        }
    }
    Ok(pairs)
}

fn encode(pairs: &[(String, String)], space: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, url::COMPONENT).to_string().replace("%20", space);
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A URL with some more in its query.
fn with_query(url: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return url.to_owned();
    }
    let (url, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let separator = match url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{separator}{}{fragment}", encode(pairs, "%20"))
}

/// A number of seconds, or a duration.
pub(in crate::modules) fn seconds(option: &str, value: &Value) -> std::result::Result<Duration, String> {
    let needed = "a number of seconds, or a duration, above 0";
    if let Some(duration) = value.as_host::<time::Duration>() {
        let duration = Some(duration.unsigned()).filter(|duration| !duration.is_zero());
        return duration.ok_or_else(|| wrong(option, value, needed));
    }
    #[allow(clippy::cast_precision_loss)] // nobody waits for so many seconds
    let seconds = value.as_float().or_else(|| value.as_int().map(|seconds| seconds as f64));
    let seconds = seconds.filter(|seconds| *seconds > 0.0);
    let time = seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    time.ok_or_else(|| wrong(option, value, needed))
}

fn number(option: &str, value: &Value, max: i64) -> std::result::Result<u32, String> {
    let number = value.as_int().filter(|number| (0..=max).contains(number));
    let number = number.and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| wrong(option, value, &format!("an integer from 0 to {max}")))
}

/// What is wrong with an option: its value where that is a number or a duration, or else its type.
pub(in crate::modules) fn wrong(option: &str, value: &Value, needed: &str) -> String {
    if matches!(value, Value::Int(_) | Value::Float(_)) {
        return format!("`{option}` must be {needed}, not {value}");
    }
    if let Some(text) = time::to_text(value) {
        return format!("`{option}` must be {needed}, not {text}");
    }
    format!("`{option}` must be {needed}, not {}", type_of(value))
}

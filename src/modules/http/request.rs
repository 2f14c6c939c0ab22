//! What a script says of a request, checked and made ready to be sent.

use super::{http_error, Result};
use crate::modules::options::{pairs, wrong, Options};
use crate::value;
use crate::value::type_of;
use net::url;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{memory, Error, ErrorKind, Map, Value};
use std::rc::Rc;
use std::time::Duration;

/// How long a request may take if nothing else is said: as long as the gateways in front of functions
/// wait for them.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_RETRIES: u32 = 10;
const REDIRECTS: u32 = 10;
const MAX_REDIRECTS: u32 = 50;

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

    pub(super) fn build(url: &str, options: Map) -> std::result::Result<Self, String> {
        let mut options = Options::new(options);
        let method = options.text("method")?.map_or("GET".to_owned(), |method| method.to_ascii_uppercase());
        let mut inner = net::Request::new(method, url::encode(url));
        // It has been taken out.
        options.take("url");
        inner.headers = options.pairs("headers")?;
        inner.url = with_query(&inner.url, &options.pairs("query")?);
        if let Some((name, value)) = options.body(["body", "json", "form"])? {
            set_body(&mut inner, name, value)?;
        }
        inner.timeout = options.seconds("timeout")?.or(Some(TIMEOUT));
        let retries = options.integer("retries", 0..=MAX_RETRIES)?.unwrap_or(0);
        inner.redirects = options.integer("redirects", 0..=MAX_REDIRECTS)?.unwrap_or(REDIRECTS);
        let stream = options.boolean("stream")?.unwrap_or(false);
        options.end()?;
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

fn set_body(request: &mut net::Request, name: &str, value: Value) -> std::result::Result<(), String> {
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

//! What a script says of a request, checked and made ready to be sent.

use super::{http_error, Result};
use crate::modules::accepted;
use crate::modules::options::{pairs, wrong, Options};
use crate::value;
use crate::value::type_of;
use net::url;
use percent_encoding::utf8_percent_encode;
use rhai_vm::module::{OptionsProblem, OptionsRead};
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
        match set_arguments(&mut options, method, url, body) {
            None => Self::parse(options.into()),
            Some(problem) => Err(http_error(&problem.message, url)),
        }
    }

    /// What [`Request::of`] makes of these options.
    pub(super) fn check(method: &str, body: Option<Value>, mut options: Map) -> OptionsRead {
        let mut own = Map::new();
        set_arguments(&mut own, method, "", body.clone());
        let problem = set_arguments(&mut options, method, "", body);
        let mut read = accepted::read(options, Self::build);
        read.names.retain(|name| !own.contains_key(name));
        OptionsRead { problem: problem.or(read.problem), ..read }
    }

    /// The request that a map describes, or a text that is a URL.
    pub(super) fn parse(request: Value) -> Result<Self> {
        let kind = type_of(&request);
        let options = match request {
            Value::Str(_) => Map::from_iter([("url".into(), request)]),
            Value::Map(options) => Rc::unwrap_or_clone(options),
            _ => {
                let message = format!("a request must be a URL or a map of options, not {kind}");
                return Err(http_error(&message, ""));
            }
        };
        let url = options.get("url").and_then(Value::as_str).cloned().unwrap_or_default();
        let result = Self::build(&mut Options::new(options));
        result.map_err(|problem| http_error(&problem, &url))
    }

    /// The same for a request whose response is read as a whole.
    pub(super) fn parse_whole(request: Value) -> Result<Self> {
        let request = Self::parse(request)?;
        let url = request.inner.url.clone();
        request.whole().map_err(|problem| http_error(&problem, &url))
    }

    /// Itself, if its response is read completely.
    pub(super) fn whole(self) -> std::result::Result<Self, String> {
        if self.stream {
            return Err("`stream` is not supported here, because all responses are read completely. \
                        Use http::request to stream one"
                .to_owned());
        }
        Ok(self)
    }

    pub(super) fn build(options: &mut Options) -> std::result::Result<Self, String> {
        let method = options.text("method")?.map_or("GET".to_owned(), |method| method.to_ascii_uppercase());
        let url = options.text("url")?;
        let mut inner = net::Request::new(method, url::encode(url.as_deref().unwrap_or_default()));
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
        if url.is_none() {
            return Err("a request requires `url`".to_owned());
        }
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

/// Adds the arguments of a function to its options, or says which of them these contain already.
fn set_arguments(options: &mut Map, method: &str, url: &str, body: Option<Value>) -> Option<OptionsProblem> {
    for (name, argument) in [("method", Some(method.into())), ("url", Some(url.into())), ("body", body)] {
        let Some(argument) = argument else {
            continue;
        };
        if options.contains_key(name) {
            let function = method.to_ascii_lowercase();
            let message = format!("the options contain `{name}`, which http::{function} sets itself");
            return Some(OptionsProblem { message, option: Some(name.to_owned()), is_name: true });
        }
        options.insert(name.into(), argument);
    }
    None
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

//! Responses, as scripts have them.

use super::body::Body;
use super::http_error;
use crate::value;
use net::url;
use rhai_vm::{memory, Error, ErrorKind, Map, Object, Result, Value};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// What a script can ask a response for.
pub(crate) const NAMES: [&str; 6] = ["status", "ok", "headers", "cookies", "url", "error"];
/// What it can call.
const METHODS: [&str; 7] = ["text", "json", "blob", "chunks", "lines", "events", "close"];

/// A response, or why there is none. Clones are cheap.
#[derive(Clone)]
pub struct Response(Rc<Outcome>);

enum Outcome {
    Came(Came),
    Failed { error: net::Error, url: String },
}

struct Came {
    response: net::Response<()>,
    body: RefCell<Content>,
}

enum Content {
    /// All of the body, or what was left of it when it was asked for. It is shared with the blobs that scripts make
    /// of it: it may be half of the function's memory.
    Whole(Rc<Vec<u8>>),
    /// The script reads the body while it arrives.
    Streamed(Rc<RefCell<Body>>),
}

impl Response {
    /// What `type_of` says.
    pub const TYPE_NAME: &'static str = "Response";

    /// The response to a request to this URL, or why there is none.
    pub fn new(result: std::result::Result<net::Response, net::Error>, url: &str) -> Self {
        Self(Rc::new(match result {
            Ok(response) => {
                let (response, body) = response.into_parts();
                Outcome::Came(Came { response, body: RefCell::new(Content::Whole(Rc::new(body))) })
            }
            Err(error) => Outcome::Failed { error, url: url.to_owned() },
        }))
    }

    /// A response whose body the script reads while it arrives.
    pub(super) fn streamed(response: net::Response<()>, body: Rc<RefCell<Body>>) -> Self {
        Self(Rc::new(Outcome::Came(Came { response, body: RefCell::new(Content::Streamed(body)) })))
    }

    /// All of it as a map, as it is written to JSON. A body that is not text is a base64 string, as a blob is; one that
    /// has not been read is omitted.
    pub fn to_map(&self) -> Map {
        let mut map = Map::new();
        for name in NAMES {
            let value = self.get(name).unwrap_or_default();
            if !value.is_unit() {
                map.insert(name.into(), value);
            }
        }
        if let Outcome::Came(Came { body, .. }) = &*self.0 {
            if let Content::Whole(bytes) = &*body.borrow() {
                let body = self.decoded(bytes).map_or_else(|_| Value::Blob(Rc::clone(bytes)), Value::from);
                map.insert("body".into(), body);
            }
        }
        map
    }

    /// The response.
    ///
    /// # Errors
    /// Why there is none, as it would have been thrown.
    fn came(&self) -> Result<&Came> {
        match &*self.0 {
            Outcome::Came(came) => Ok(came),
            Outcome::Failed { error, url } => Err(http_error(&error.message, url)),
        }
    }

    fn get(&self, name: &str) -> Option<Value> {
        let came = self.came().ok().map(|came| &came.response);
        Some(match name {
            "status" => i64::from(came.map_or(0, |response| response.status)).into(),
            "ok" => came.is_some_and(|response| (200..=299).contains(&response.status)).into(),
            "headers" => came.map(headers).unwrap_or_default().into(),
            "cookies" => came.map(cookies).unwrap_or_default().into(),
            "url" => match &*self.0 {
                Outcome::Came(came) => came.response.url.clone().into(),
                Outcome::Failed { url, .. } => url.clone().into(),
            },
            "error" => match self.came() {
                Ok(_) => Value::Unit,
                Err(error) => error.caught(""),
            },
            _ => return None,
        })
    }

    /// The body, or what is left of it.
    pub(super) fn blob(&self) -> Result<Rc<Vec<u8>>> {
        let content = &self.came()?.body;
        let bytes = match &*content.borrow() {
            Content::Whole(bytes) => return Ok(Rc::clone(bytes)),
            Content::Streamed(body) => body.borrow_mut().remainder()?,
        };
        content.replace(Content::Whole(Rc::clone(&bytes)));
        Ok(bytes)
    }

    /// The body, to read it piece by piece.
    pub(super) fn body(&self) -> Result<Rc<RefCell<Body>>> {
        Ok(match &*self.came()?.body.borrow() {
            Content::Whole(bytes) => Rc::new(RefCell::new(Body::whole(Rc::clone(bytes)))),
            Content::Streamed(body) => Rc::clone(body),
        })
    }

    pub(super) fn close(&self) -> Result<()> {
        if let Content::Streamed(body) = &*self.came()?.body.borrow() {
            body.borrow_mut().close("the response was closed: its body cannot be read any more");
        }
        Ok(())
    }

    pub(super) fn text(&self) -> Result<String> {
        let body = self.blob()?;
        // In UTF-8, a byte of another character set becomes two.
        memory::needs(2 * body.len())?;
        self.decoded(&body)
    }

    fn decoded(&self, body: &[u8]) -> Result<String> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        self.decode(body).map_err(|valid| {
            let place = valid + 1;
            self.unreadable(&format!("is not valid UTF-8 (at byte {place}); use .blob() for the bytes"))
        })
    }

    /// A part of the body as text.
    ///
    /// # Errors
    /// How many bytes of it are UTF-8.
    pub(super) fn decode(&self, bytes: &[u8]) -> std::result::Result<String, usize> {
        let kind = self.came().ok().and_then(|came| came.response.header("content-type"));
        if kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("charset=iso-8859-1")) {
            return Ok(bytes.iter().copied().map(char::from).collect());
        }
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|problem| problem.valid_up_to())
    }

    pub(super) fn json(&self) -> Result<Value> {
        let body = self.blob()?;
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&body);
        if body.is_empty() {
            return Err(self.unreadable("is empty, where JSON was expected"));
        }
        value::decode(body).map_err(|problem| self.unreadable(&format!("is not JSON: {problem}")))
    }

    /// The error of a body that is not what the script takes it for.
    pub(super) fn unreadable(&self, what: &str) -> Error {
        match &*self.0 {
            Outcome::Failed { error, url } => http_error(&error.message, url),
            Outcome::Came(Came { response, .. }) => {
                let kind = response.header("content-type").unwrap_or("without a content-type");
                let message = format!("the body of the response (status {}, {kind}) {what}", response.status);
                http_error(&message, &response.url)
            }
        }
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Outcome::Came(Came { response, body }) => {
                write!(f, "HTTP {} from {}, ", response.status, url::shown(&response.url))?;
                match &*body.borrow() {
                    Content::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
                    Content::Streamed(_) => f.write_str("streamed"),
                }
            }
            Outcome::Failed { error, url } => write!(f, "no response from {}: {error}", url::shown(url)),
        }
    }
}

/// Names in lower case; the values of a header that came several times are joined.
fn headers(response: &net::Response<()>) -> Map {
    let mut map = Map::new();
    for (name, value) in &response.headers {
        let value = match map.get(name.as_str()) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.clone(),
        };
        map.insert(name.as_str().into(), value.into());
    }
    map
}

/// The values of `set-cookie`, which cannot be joined.
fn cookies(response: &net::Response<()>) -> Vec<Value> {
    let cookies = response.headers.iter().filter(|(name, _)| name == "set-cookie");
    cookies.map(|(_, value)| value.clone().into()).collect()
}

impl Object for Response {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn property(&self, name: &str) -> Option<Result<Value>> {
        Some(self.get(name).ok_or_else(|| no_property(name)))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(self.to_map().into())
    }
}

impl From<Response> for Value {
    fn from(response: Response) -> Self {
        Self::host(response)
    }
}

fn no_property(name: &str) -> Error {
    let message = if METHODS.contains(&name) {
        format!("`{name}` of a response is a method: write `.{name}()`")
    } else {
        let methods = METHODS.map(|name| format!("{name}()")).join(", ");
        format!(
            "a response has no property `{name}`; its properties are {}, and its methods {methods}",
            NAMES.join(", ")
        )
    };
    Error::new(ErrorKind::PropertyNotFound(message))
}

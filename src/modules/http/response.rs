//! The response object of the module `http`.

use super::body::Body;
use super::http_error;
use super::items::{self, Items, Kind};
use crate::sse::Events;
use crate::value;
use net::url;
use rhai_vm::{memory, module, Error, ErrorKind, Map, Object, Result, Value};
use std::cell::{Cell, RefCell};
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
    fn blob(&self) -> Result<Rc<Vec<u8>>> {
        let content = &self.came()?.body;
        let bytes = match &*content.borrow() {
            Content::Whole(bytes) => return Ok(Rc::clone(bytes)),
            Content::Streamed(body) => body.borrow_mut().remainder()?,
        };
        content.replace(Content::Whole(Rc::clone(&bytes)));
        Ok(bytes)
    }

    /// The lines, for `for`.
    pub(in crate::modules) fn lines(&self) -> Result<Value> {
        self.items(Kind::Lines(Cell::default()))
    }

    /// What `for` can go through.
    fn items(&self, kind: Kind) -> Result<Value> {
        let body = match &*self.came()?.body.borrow() {
            Content::Whole(bytes) => Rc::new(RefCell::new(Body::whole(Rc::clone(bytes)))),
            Content::Streamed(body) => Rc::clone(body),
        };
        Ok(Value::host(Items::new(self.clone(), body, kind)))
    }

    fn close(&self) -> Result<()> {
        if let Content::Streamed(body) = &*self.came()?.body.borrow() {
            body.borrow_mut().close("the response was closed: its body cannot be read any more");
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
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

    fn json(&self) -> Result<Value> {
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

module! {
    /// What the functions of `http`, `aws::request` and `aws::s3_get` return. A response has these properties:
    ///
    /// | property | is |
    /// |---|---|
    /// | `status` | the status; 0 if `http::all` got no response |
    /// | `ok` | whether the status is 200 to 299 |
    /// | `headers` | a map with names in lower case; several values of a name are joined by `, ` |
    /// | `cookies` | an array of the values of `set-cookie` |
    /// | `url` | the URL, after redirects |
    /// | `error` | why `http::all` got no response, otherwise `()` |
    ///
    /// A handler that returns a response returns a map of these, with its `body`.
    ///
    /// With the option `stream: true`, a request returns its response when the status and the headers have arrived, and the
    /// script reads the body while it arrives. Every byte can be read once: `chunks()`, `lines()` and `events()` continue where
    /// the last one stopped, and `text()`, `json()` and `blob()` read the rest. Such a response has no `body` in JSON until the
    /// rest is read.
    ///
    /// - **Errors in the body** are thrown by the loop, as `HttpError`: the connection breaks, the server sends nothing for longer
    ///   than `timeout`, or the body is invalid.
    /// - **Memory** contains only what the script has not read yet. A line or an event must fit into the function's memory, and so
    ///   must the rest of the body for `text()`, `json()` and `blob()`. If they do not, the script ends with `Runtime.OutOfMemory`.
    /// - **The connection** is reused when the body has been read to its end. Otherwise Rhambda closes it when nothing refers to
    ///   the response any more, or when the script calls `close()`. A `break` in a loop over `http::get(…).lines()` closes it
    ///   immediately; if the response is in a variable, call `close()` after the loop.
    /// - **At the end of the invocation**, Rhambda closes all connections of streamed responses. A response in `cache` or in a
    ///   global variable then throws `HttpError` when the script reads more of it.
    "Responses"

    functions {
        /// Returns the body as a string. It must be valid UTF-8, or ISO-8859-1 if its `content-type` says so; otherwise throws
        /// `HttpError`.
        ///
        /// ```rhai
        /// http::get("https://api.example.com/users/2").text() // → "no such user"
        /// http::get("https://api.example.com/avatar.png").text() // ✗ HttpError
        /// ```
        new "text" (self: Host(Response::TYPE_NAME)) -> String throws HttpError = |call| call.host::<Response>(0)?.text().map(Value::from);

        /// Decodes the body as JSON. Throws `HttpError` if it is not valid JSON.
        ///
        /// ```rhai
        /// let response = http::get("https://api.example.com/users/1");
        /// response.json() // → {"id":1,"name":"Ada"}
        /// response.headers["content-type"] // → "application/json"
        /// response.url // → "https://api.example.com/users/1"
        /// http::get("https://api.example.com/avatar.png").json() // ✗ HttpError
        /// ```
        new "json" (self: Host(Response::TYPE_NAME)) -> Any throws HttpError = |call| call.host::<Response>(0)?.json();

        /// Returns the body as a blob.
        ///
        /// ```rhai
        /// http::get("https://api.example.com/avatar.png").blob().to_array() // → [137, 80, 78, 71]
        /// ```
        new "blob" (self: Host(Response::TYPE_NAME)) -> Blob throws HttpError = |call| {
            call.host::<Response>(0)?.blob().map(Value::Blob)
        };

        /// Returns the chunks of the body for `for`, as blobs, each as soon as it arrives. Without the option `stream`, the body is
        /// one chunk. The loop throws `HttpError` if the body breaks off.
        ///
        /// ```rhai
        /// let size = 0;
        /// for chunk in http::get("https://api.example.com/avatar.png", #{ stream: true }).chunks() { size += chunk.len(); }
        /// size // → 4
        /// ```
        new "chunks" (self: Host(Response::TYPE_NAME)) -> Host(items::TYPE_NAME) throws HttpError = |call| {
            call.host::<Response>(0)?.items(Kind::Chunks)
        };

        /// Returns the lines of the body for `for`, as strings without their ends (LF or CRLF), each as soon as it arrives. The last
        /// line may have no end. The encoding is that of `text()`; the loop throws `HttpError` for a line that is invalid.
        ///
        /// ```rhai
        /// let found = [];
        /// for (line, index) in http::get("https://api.example.com/users.csv", #{ stream: true }).lines() {
        ///     if index > 0 { found.push(line.split(",")[1]); }
        /// }
        /// found // → ["Ada","Grace"]
        ///
        /// // A large object of S3
        /// aws::s3_put("photos", "names.txt", "Ada\nGrace\n");
        /// let count = 0;
        /// let url = aws::presign("s3", "GET", "/photos/names.txt");
        /// for name in http::get(url, #{ stream: true }).lines() { count += 1; }
        /// count // → 2
        /// ```
        new "lines" (self: Host(Response::TYPE_NAME)) -> Host(items::TYPE_NAME) throws HttpError = |call| {
            call.host::<Response>(0)?.lines()
        };

        /// Returns the server-sent events of the body (`text/event-stream`) for `for`, each as soon as it arrives. An event is a map
        /// with `data`; `event`, which is `"message"` if the server sends no type; `id`, the last one that the server sent, or `""`;
        /// and `retry`, the last reconnection time that it sent, in milliseconds, or `()`. An incomplete event at the end is
        /// ignored.
        ///
        /// ```rhai
        /// let found = "";
        /// for event in http::get("https://api.example.com/tokens", #{ stream: true }).events() {
        ///     if event.data == "[DONE]" { break; }
        ///     found += json::decode(event.data).token;
        /// }
        /// found // → "Hello, Ada"
        /// ```
        new "events" (self: Host(Response::TYPE_NAME)) -> Host(items::TYPE_NAME) throws HttpError = |call| {
            call.host::<Response>(0)?.items(Kind::Events(RefCell::new(Events::default())))
        };

        /// Closes the connection of a streamed response, so that the server stops sending. What is left of the body cannot be read.
        ///
        /// ```rhai
        /// let response = http::get("https://api.example.com/tokens", #{ stream: true });
        /// response.close();
        /// response.text() // ✗ HttpError
        /// ```
        new "close" (self: Host(Response::TYPE_NAME)) -> Unit throws HttpError = |call| call.host::<Response>(0)?.close().map(Value::from);
    }
}

//! The response object of the module `http`.

use super::http_error;
use crate::net::{self, url};
use crate::value;
use rhai_vm::{memory, module, Error, ErrorKind, Map, Object, Result, Value};
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// What a script can ask a response for.
const NAMES: [&str; 6] = ["status", "ok", "headers", "cookies", "url", "error"];
/// What it can call.
const METHODS: [&str; 3] = ["text", "json", "blob"];

/// A response, or why there is none. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Response(Rc<Outcome>);

#[derive(Debug)]
enum Outcome {
    Came(Came),
    Failed { error: net::Error, url: String },
}

#[derive(Debug)]
struct Came {
    /// Without its body.
    response: net::Response,
    /// Shared with the blobs that scripts make of it: it may be half of the function's memory.
    body: Rc<Vec<u8>>,
}

impl Response {
    /// What `type_of` says.
    pub const TYPE_NAME: &'static str = "Response";

    /// The response to a request to this URL, or why there is none.
    pub fn new(result: std::result::Result<net::Response, net::Error>, url: &str) -> Self {
        Self(Rc::new(match result {
            Ok(mut response) => {
                let body = Rc::new(std::mem::take(&mut response.body));
                Outcome::Came(Came { response, body })
            }
            Err(error) => Outcome::Failed { error, url: url.to_owned() },
        }))
    }

    /// All of it as a map, as it is written to JSON. A body that is not text is in base64, as a
    /// blob is.
    pub fn to_map(&self) -> Map {
        let mut map = Map::new();
        for name in NAMES {
            let value = self.get(name).unwrap_or_default();
            if !value.is_unit() {
                map.insert(name.into(), value);
            }
        }
        if let Outcome::Came(came) = &*self.0 {
            let body = self.decoded().map_or_else(|_| Value::Blob(Rc::clone(&came.body)), Value::from);
            map.insert("body".into(), body);
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

    fn text(&self) -> Result<String> {
        // In UTF-8, a byte of another character set becomes two.
        memory::needs(2 * self.came()?.body.len())?;
        self.decoded()
    }

    fn decoded(&self) -> Result<String> {
        let Came { response, body } = self.came()?;
        let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
        if kind.contains("charset=iso-8859-1") {
            return Ok(body.iter().copied().map(char::from).collect());
        }
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let text = std::str::from_utf8(body).map_err(|problem| {
            let place = problem.valid_up_to() + 1;
            self.unreadable(&format!("is not UTF-8 text, see byte {place}; .blob() takes it as it is"))
        })?;
        Ok(text.to_owned())
    }

    fn json(&self) -> Result<Value> {
        let body = &self.came()?.body;
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        if body.is_empty() {
            return Err(self.unreadable("is empty, where JSON was expected"));
        }
        value::decode(body).map_err(|problem| self.unreadable(&format!("is not JSON: {problem}")))
    }

    /// The error of a body that is not what the script takes it for.
    fn unreadable(&self, what: &str) -> Error {
        match &*self.0 {
            Outcome::Failed { error, url } => http_error(&error.message, url),
            Outcome::Came(Came { response, .. }) => {
                let kind = response.header("content-type").unwrap_or("without a content-type");
                let message = format!("the body of the answer (status {}, {kind}) {what}", response.status);
                http_error(&message, &response.url)
            }
        }
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Outcome::Came(Came { response, body }) => {
                let (status, length) = (response.status, body.len());
                write!(f, "HTTP {status} from {}, {length} bytes", url::shown(&response.url))
            }
            Outcome::Failed { error, url } => write!(f, "no answer from {}: {error}", url::shown(url)),
        }
    }
}

/// Names in lower case; the values of a header that came several times are joined.
fn headers(response: &net::Response) -> Map {
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
fn cookies(response: &net::Response) -> Vec<Value> {
    let cookies = response.headers.iter().filter(|(name, _)| name == "set-cookie");
    cookies.map(|(_, value)| value.clone().into()).collect()
}

impl Object for Response {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn as_any(&self) -> &dyn Any {
        self
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
            "`{name}` is no property of a response; it has {} and the methods {methods}",
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
            Ok(Value::Blob(Rc::clone(&call.host::<Response>(0)?.came()?.body)))
        };
    }
}

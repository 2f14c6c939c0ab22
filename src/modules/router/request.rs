//! The request that handlers of routes receive.

use super::error::router_error;
use super::source::{self, Source};
use super::{agent, query};
use crate::modules::fields::{has_base64_body, text};
use crate::modules::validate;
use crate::value;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use json_schema::Schema;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Error, ErrorKind, Map, Object, Result, Str, Value};
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

/// The properties of every request.
pub(crate) const NAMES: [&str; 10] =
    ["method", "path", "route", "params", "query", "headers", "cookies", "body", "event", "context"];

/// A request. Clones are the same.
#[derive(Clone)]
pub(super) struct Request(Rc<Parts>);

struct Parts {
    event: Rc<Map>,
    context: Value,
    source: Source,
    method: String,
    path: String,
    headers: OnceCell<Value>,
    /// The query parameters, once they were converted.
    query: OnceCell<Value>,
    /// The decoded body.
    json: OnceCell<Value>,
    /// The pattern of the route, and the values of its parameters.
    route: RefCell<(Str, Value)>,
    /// What the script has set.
    further: RefCell<Map>,
}

impl Request {
    pub(super) const TYPE_NAME: &'static str = "Request";

    /// Reads an event. `base` is what its path begins with and routes do not.
    ///
    /// # Errors
    /// `RouterError` if it is not a request.
    pub(super) fn read(event: Value, context: Value, base: &str) -> Result<Self> {
        let source = Source::of(&event)?;
        let Value::Map(event) = event else {
            return Err(router_error("the event is not a map; pass the handler's event unchanged"));
        };
        let map = &*event;
        let missing =
            |what| router_error(format!("the event has no {what}; pass the handler's event unchanged"));
        let method = source.method(map).ok_or_else(|| missing("method"))?.to_ascii_uppercase();
        let path = source.path(map).ok_or_else(|| missing("path"))?;
        let path = path.into_owned();
        let path =
            path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(&path);
        let path = if path.is_empty() { "/" } else { path }.to_owned();
        let route = RefCell::default();
        let (headers, query, json) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let further = RefCell::default();
        Ok(Self(Rc::new(Parts {
            event,
            context,
            source,
            method,
            path,
            headers,
            query,
            json,
            route,
            further,
        })))
    }

    pub(super) fn source(&self) -> Source {
        self.0.source
    }

    pub(super) fn method(&self) -> &str {
        &self.0.method
    }

    pub(super) fn path(&self) -> &str {
        &self.0.path
    }

    pub(super) fn event(&self) -> &Map {
        &self.0.event
    }

    pub(super) fn set_route(&self, pattern: &str, params: Map) {
        *self.0.route.borrow_mut() = (pattern.into(), params.into());
    }

    /// A path parameter as a string.
    pub(super) fn param(&self, name: &str) -> Option<String> {
        self.0.route.borrow().1.as_map()?.get(name).map(ToString::to_string)
    }

    /// A header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(self.headers().as_map()?, name)
    }

    fn headers(&self) -> &Value {
        self.0.headers.get_or_init(|| source::headers(self.event()).into())
    }

    fn cookies(&self) -> Map {
        self.headers().as_map().map(|headers| source::cookies(self.event(), headers)).unwrap_or_default()
    }

    fn get(&self, name: &str) -> Result<Value> {
        let parts = &*self.0;
        Ok(match name {
            "method" => parts.method.as_str().into(),
            "path" => parts.path.as_str().into(),
            "route" => parts.route.borrow().0.clone().into(),
            "params" => parts.route.borrow().1.clone(),
            "query" => match parts.query.get() {
                Some(query) => query.clone(),
                None => source::query(parts.source, self.event())?.into(),
            },
            "headers" => self.headers().clone(),
            "cookies" => self.cookies().into(),
            "body" => self.body()?,
            "event" => Value::Map(Rc::clone(&parts.event)),
            "context" => parts.context.clone(),
            _ => match parts.further.borrow().get(name) {
                Some(value) => value.clone(),
                None => return Err(self.no_property(name)),
            },
        })
    }

    #[cold]
    fn no_property(&self, name: &str) -> Error {
        let further: Vec<_> = self.0.further.borrow().keys().map(ToString::to_string).collect();
        let names = NAMES.iter().map(ToString::to_string).chain(further).collect::<Vec<_>>().join(", ");
        let message = format!(
            "a request has no property `{name}`; its properties are {names}, and .set(name, value) adds one"
        );
        Error::new(ErrorKind::PropertyNotFound(message))
    }

    /// The body: a string, a blob where it is binary, and `()` where there is none.
    fn body(&self) -> Result<Value> {
        if self.0.source == Source::BedrockAgent {
            return Ok(agent::body(self.event()));
        }
        let event = self.event();
        let body = event.get("body").cloned().unwrap_or_default();
        let is_encoded = has_base64_body(event);
        let Some(text) = body.as_str().filter(|_| is_encoded) else { return Ok(body) };
        memory::needs(text.len() / 4 * 3)?;
        let bytes = BASE64_STANDARD.decode(text.as_bytes());
        let bytes = bytes.map_err(|_| bad_request("the body of the request is not valid base64"))?;
        Ok(String::from_utf8(bytes).map_or_else(|error| Value::blob(error.into_bytes()), Value::from))
    }

    fn text(&self) -> Result<Str> {
        match self.body()? {
            Value::Str(text) => Ok(text),
            Value::Unit => Ok(Str::default()),
            Value::Blob(_) => Err(bad_request("the body of the request is not valid UTF-8")),
            other => {
                let json = value::encode(&other).map_err(|problem| bad_request(&problem))?;
                Ok(String::from_utf8_lossy(&json).into_owned().into())
            }
        }
    }

    /// Checks the body against a schema.
    ///
    /// # Errors
    /// `RequestError` with the status 422 if it does not match, and as [`Self::json`].
    pub(super) fn check_body(&self, call: &Call<'_>, schema: &Schema) -> Result<()> {
        check("the body", &self.json()?, call, schema)
    }

    /// Converts the query parameters as the source of a schema says, and checks them against it.
    ///
    /// # Errors
    /// `RequestError` with the status 422 if they do not match.
    pub(super) fn check_query(&self, call: &Call<'_>, schema: &Schema, source: &Value) -> Result<()> {
        let query = source::query(self.0.source, self.event())?;
        let query = self.0.query.get_or_init(|| query::converted(query, source).into());
        check("the query", query, call, schema)
    }

    fn json(&self) -> Result<Value> {
        if let Some(json) = self.0.json.get() {
            return Ok(json.clone());
        }
        let json = self.decode()?;
        Ok(self.0.json.get_or_init(|| json).clone())
    }

    fn decode(&self) -> Result<Value> {
        if self.0.source == Source::BedrockAgent {
            return self.body();
        }
        let text = self.text()?;
        if text.is_empty() {
            return Err(bad_request("the body of the request is empty, where JSON was expected"));
        }
        value::decode(text.as_bytes()).map_err(|problem| {
            memory::stopped()
                .unwrap_or_else(|| bad_request(&format!("the body of the request is not JSON: {problem}")))
        })
    }
}

fn check(what: &str, value: &Value, call: &Call<'_>, schema: &Schema) -> Result<()> {
    let failures = schema.failures(value, &|| call.check())?;
    if failures.is_empty() {
        return Ok(());
    }
    let mut thrown = request_error(422, &validate::told(what, &failures));
    thrown.insert("errors".into(), validate::listed(&failures));
    Err(Error::new(ErrorKind::Runtime(thrown.into())))
}

/// The error of a request that the client must change: the router responds with 400.
fn bad_request(message: &str) -> Error {
    Error::new(ErrorKind::Runtime(request_error(400, message).into()))
}

fn request_error(status: i64, message: &str) -> Map {
    let mut thrown = Map::new();
    thrown.insert("type".into(), "RequestError".into());
    thrown.insert("message".into(), message.into());
    thrown.insert("status".into(), Value::Int(status));
    thrown
}

impl Object for Request {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method, self.0.path)
    }

    fn property(&self, name: &str) -> Option<Result<Value>> {
        Some(self.get(name))
    }
}

module! {
    /// What handlers of a [router](#router) receive. A request has these properties:
    ///
    /// | property | is |
    /// |---|---|
    /// | `method`, `path` | the method, and the path without the stage |
    /// | `route`, `params` | the pattern of the route, and a map of its path parameters |
    /// | `query` | a map; a name that is repeated has an array of strings |
    /// | `headers` | a map with names in lower case; several values of a name are joined by `, ` |
    /// | `cookies` | a map |
    /// | `body` | a string, a blob if the body is binary, or `()` |
    /// | `event`, `context` | what the handler of the function received |
    "Requests of a router"

    functions {
        /// Decodes the body as JSON. Throws `RequestError` if it is not valid JSON: the router then responds with the status 400.
        ///
        /// ```rhai
        /// let api = router::create().post("/sum", |request| { let n = request.json(); #{ sum: n.a + n.b } });
        /// let event = #{ version: "2.0", rawPath: "/sum", requestContext: #{ http: #{ method: "POST" } }, body: `{"a":1,"b":2}` };
        /// api.handle(event).body // → "{\"sum\":3}"
        /// event.body = "{";
        /// api.handle(event).statusCode // → 400
        /// ```
        new "json" (self: Host(Request::TYPE_NAME)) -> Any throws RequestError = |call| call.host::<Request>(0)?.json();

        /// Returns the body as a string; `""` if there is none. Throws `RequestError` if it is not valid UTF-8.
        ///
        /// ```rhai
        /// let api = router::create().post("/", |request| request.text().to_upper());
        /// let event = #{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "POST" } }, body: "aGk=", isBase64Encoded: true };
        /// api.handle(event).body // → "HI"
        /// ```
        new "text" (self: Host(Request::TYPE_NAME)) -> String throws RequestError = |call| call.host::<Request>(0)?.text().map(Value::from);

        /// Decodes the body as a form (`application/x-www-form-urlencoded`) and returns a map, as `url::params` does. Throws
        /// `RequestError` if it is not valid UTF-8.
        ///
        /// ```rhai
        /// let api = router::create().post("/", |request| request.form().name);
        /// let event = #{ version: "2.0", rawPath: "/", requestContext: #{ http: #{ method: "POST" } }, body: "name=Ada+L" };
        /// api.handle(event).body // → "Ada L"
        /// ```
        new "form" (self: Host(Request::TYPE_NAME)) -> Map throws RequestError = |call| {
            crate::modules::url::params(call.host::<Request>(0)?.text()?.as_bytes()).map(Value::from)
        };

        /// Adds a property, so that functions of `before` can pass something on to handlers. Throws `RouterError` for the name of a
        /// property that every request has.
        ///
        /// ```rhai
        /// let api = router::create().before(|request| { request.set("user", "ada"); }).get("/me", |request| request.user);
        /// api.handle(#{ version: "2.0", rawPath: "/me", requestContext: #{ http: #{ method: "GET" } } }).body // → "ada"
        /// ```
        new "set" (self: Host(Request::TYPE_NAME), name: String, value: Any) -> Unit throws RouterError = |call| {
            let (name, value) = (call.take_str(1), call.take(2));
            if NAMES.contains(&name.as_str()) {
                let message = format!("a request has the property {:?} already; choose another name", name.as_str());
                return Err(router_error(message));
            }
            call.host::<Request>(0)?.0.further.borrow_mut().insert(name, value);
            Ok(Value::Unit)
        };
    }
}

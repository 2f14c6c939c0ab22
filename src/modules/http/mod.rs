//! `http`: requests to other servers. `get`, `delete`, `head` `(url[, options])`; `post`, `put`,
//! `patch` `(url, body[, options])`; `request(options)`; `all([requests])`.

mod all;
mod body;
mod items;
pub(super) mod methods;
mod request;
pub(super) mod response;
mod retry;
mod traced;

use super::accepted;
use super::host::{host, Host, ModuleState};
use super::streams::{Stream, Streams};
use crate::network;
pub(super) use all::at_once;
use all::Received;
use body::Body;
pub(super) use items::{lines, TYPE_NAME as LINES};
use net::{url, Client};
use request::Request;
use response::Response;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, ErrorKind, Map, Result, Value};
use std::cell::{Cell, OnceCell, RefCell};

/// What requests share, made at the first one.
#[derive(Default)]
struct Shared {
    /// The client of all requests, which keeps its connections from one invocation to the next.
    client: OnceCell<Client>,
}

impl ModuleState for Shared {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("http::get", "options", |options| Request::check("GET", None, options)),
    OptionsParam::new("http::delete", "options", |options| Request::check("DELETE", None, options)),
    OptionsParam::new("http::head", "options", |options| Request::check("HEAD", None, options)),
    OptionsParam::new("http::post", "options", |options| Request::check("POST", Some(Value::Unit), options)),
    OptionsParam::new("http::put", "options", |options| Request::check("PUT", Some(Value::Unit), options)),
    OptionsParam::new("http::patch", "options", |options| {
        Request::check("PATCH", Some(Value::Unit), options)
    }),
    OptionsParam::new("http::request", "options", |options| accepted::read(options, Request::build)),
    OptionsParam::new("http::all", "requests", |options| {
        accepted::read(options, |options| Request::build(options)?.whole())
    }),
];

/// The client of all requests.
pub(super) fn client(host: &Host) -> &Client {
    host.state::<Shared>().client.get_or_init(|| {
        let config = network::config(|name| host.world.variable(name));
        Client::new(move || config.clone())
    })
}

impl Stream for RefCell<Body> {
    fn close(&self, why: &str) {
        self.borrow_mut().close(why);
    }
}

/// The response with its body, which the script reads while it arrives.
pub(super) fn streamed(host: &Host, response: net::Response<net::Body>) -> Response {
    let (head, body) = response.into_parts();
    let body = Body::arriving(body, &head.url, host.deadline.clone());
    Response::streamed(head, host.state::<Streams>().open(RefCell::new(body)))
}

/// An error of this module.
pub(crate) fn http_error(message: &str, from: &str) -> Error {
    let mut thrown = Map::new();
    thrown.insert("type".into(), "HttpError".into());
    thrown.insert("message".into(), message.into());
    thrown.insert("url".into(), url::shown(from).into());
    Error::new(ErrorKind::Runtime(thrown.into()))
}

module! {
    /// Requests to other servers, over HTTP/1.1, with TLS for URLs that begin with `https`.
    ///
    /// A status is never an error: look at `.ok` or `.status`. If there is no response, because the host is unknown, the
    /// connection fails, the certificate is not trusted or the timeout expires, these functions throw `HttpError`, a map with
    /// `type`, `message` and `url` (without what may be secret in it). A request that is invalid is an `HttpError` as well.
    ///
    /// | option | is |
    /// |---|---|
    /// | `headers` | a map; an array as a value stands for several headers of that name. Convert a time to the form that the header requires: [`time::format`](#timeformattime-time-format-string---string) has HTTP's among its examples |
    /// | `query` | a map that is added to the URL's query; an array stands for several values of that name, a time for its string |
    /// | `body` | a string, a blob, or a map or an array, which is sent as JSON |
    /// | `json` | any value, sent as JSON |
    /// | `form` | a map, sent as a form |
    /// | `timeout` | the seconds, or the duration, that a request may take, from looking up the host to the end of the body; the default is 30 |
    /// | `retries` | how often the request is retried, from 0 to 10; the default is 0 |
    /// | `redirects` | how many redirects are followed, from 0 to 50; the default is 10. More are an error, but with 0 a redirect is a response like any other |
    /// | `stream` | whether the call returns when the status and the headers have arrived, so that the script can read the body of the [response](#responses) while it arrives; the default is `false`. `timeout` then limits the time until the headers have arrived, and after that each wait for more of the body. An error in the body is not retried |
    ///
    /// An option that is `()` is ignored. `content-type` is set according to the body unless the headers have it; `user-agent`,
    /// `accept` and `accept-encoding` can be set, too. Bodies that are gzipped are decoded.
    ///
    /// - **The deadline ends every call.** At the function's deadline, the script is stopped with `Runtime.Timeout`, whatever
    ///   the timeouts are.
    /// - **Retries** follow after 0.1 s, which doubles each time, or after the seconds that `retry-after` says, but after 10 s
    ///   at most. Rhambda retries requests that the server cannot have processed (unknown host, no connection); and for `GET`,
    ///   `HEAD`, `PUT`, `DELETE`, `OPTIONS`, and requests with an `idempotency-key`, also after timeouts, broken connections and
    ///   the statuses 429, 502, 503 and 504. `timeout` is for each attempt.
    /// - **Connections are reused** by the next requests, also of later invocations. One that the server has closed is replaced.
    /// - **Redirects** from `https` to `http` are an error. Headers with `auth`, `cookie`, `credential`, `key`, `password`,
    ///   `secret`, `session` or `token` in their names are not sent to another host. After 303, and for `POST` after 301 and
    ///   302, the method is `GET`.
    /// - **Bodies** of responses may be as large as half of the function's memory, also when they are decoded. Streamed
    ///   bodies may be of any size.
    /// - **Certificates** are verified with Mozilla's list of authorities, which is built in (from the crate `webpki-roots`,
    ///   under CDLA-Permissive-2.0). `RHAMBDA_EXTRA_CA_CERTS` names a PEM file with certificates to trust as well;
    ///   `SSL_CERT_FILE` and `SSL_CERT_DIR` name those to trust instead.
    /// - **Proxies** are those of `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY`, in lower case too, of the form
    ///   `http://user:password@host:port`. `NO_PROXY` lists hosts that are connected to directly, with all below them
    ///   (`example.com`), and networks (`10.0.0.0/8`); this machine always is.
    /// - **Names** are looked up in `/etc/hosts` and by the servers of `/etc/resolv.conf`.
    "`http`"

    namespace "http" {
        /// Sends a `GET` request.
        ///
        /// ```rhai
        /// let user = http::get("https://api.example.com/users/1");
        /// user.status // → 200
        /// user.json().name // → "Ada"
        /// http::get("https://api.example.com/users", #{ query: #{ name: "Ada" } }).json() // → [{"id":1,"name":"Ada"}]
        /// http::get("https://api.example.com/users/2").ok // → false
        /// http::get("https://nowhere.example.com/") // ✗ HttpError
        /// http::get("https://api.example.com/", #{ timeuot: 5 }) // ✗ HttpError
        /// ```
        new "get" (url: String; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| without_body(call, "GET");

        /// Sends a `DELETE` request.
        ///
        /// ```rhai
        /// http::delete("https://api.example.com/users/1").status // → 204
        /// ```
        new "delete" (url: String; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| without_body(call, "DELETE");

        /// Sends a `HEAD` request: the response has headers but no body.
        ///
        /// ```rhai
        /// http::head("https://api.example.com/users/1").headers["content-type"] // → "application/json"
        /// ```
        new "head" (url: String; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| without_body(call, "HEAD");

        /// Sends a `POST` request with a body. With the option `json` or `form`, `body` must be `()`.
        ///
        /// ```rhai
        /// let created = http::post("https://api.example.com/users", #{ name: "Grace" });
        /// created.status // → 201
        /// created.json() // → {"id":2,"name":"Grace"}
        ///
        /// let token = http::post("https://api.example.com/token", (), #{ form: #{ grant_type: "client_credentials" } });
        /// token.json().token_type // → "bearer"
        /// ```
        new "post" (url: String, body: Any; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| with_body(call, "POST");

        /// Sends a `PUT` request with a body.
        ///
        /// ```rhai
        /// http::put("https://api.example.com/users/1", #{ name: "Grace" }, #{ retries: 3 }).json() // → {"id":1,"name":"Grace"}
        /// ```
        new "put" (url: String, body: Any; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| with_body(call, "PUT");

        /// Sends a `PATCH` request with a body.
        ///
        /// ```rhai
        /// http::patch("https://api.example.com/users/1", #{ name: "Grace" }).json() // → {"id":1,"name":"Grace"}
        /// ```
        new "patch" (url: String, body: Any; options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| with_body(call, "PATCH");

        /// Sends a request with any method, `GET` by default. `method` and `url` are among the options.
        ///
        /// ```rhai
        /// http::request(#{ method: "OPTIONS", url: "https://api.example.com/users" }).headers.allow // → "GET, POST"
        /// ```
        new "request" (options: Map) -> Host(Response::TYPE_NAME) throws HttpError = |call| {
            let request = Request::parse(call.take(0))?;
            send(host(call), request)
        };

        /// Sends requests at the same time, up to 16, and returns their responses in the same order. A request is a URL, or a
        /// map of options as for `http::request`. A request that fails does not affect the others: its response has the status 0
        /// and the property `error`, which its `text()`, `json()` and `blob()` throw.
        ///
        /// ```rhai
        /// let responses = http::all([
        ///     "https://api.example.com/users/1",
        ///     #{ url: "https://api.example.com/users", method: "POST", json: #{ name: "Grace" } },
        ///     "https://nowhere.example.com/",
        /// ]);
        /// responses.map(|response| response.status) // → [200, 201, 0]
        /// responses[2].error.type // → "HttpError"
        /// responses[2].json() // ✗ HttpError
        /// ```
        new "all" (requests: Array) -> Array throws HttpError = |call| {
            let requests = call.take_array(0)?;
            send_all(call, requests)
        };
    }

    options OPTIONS;
}

fn without_body(call: &mut Call<'_>, method: &str) -> Result<Value> {
    let options = call.take_map(1)?;
    send(host(call), Request::of(method, call.str(0), None, options)?)
}

fn with_body(call: &mut Call<'_>, method: &str) -> Result<Value> {
    let (body, options) = (call.take(1), call.take_map(2)?);
    send(host(call), Request::of(method, call.str(0), Some(body), options)?)
}

fn send(host: &Host, mut request: Request) -> Result<Value> {
    let span = traced::begin(&host.tracer, &mut request);
    let request = &request;
    let until = host.deadline.until();
    let wait = |time| until.wait(time);
    let client = || client(host);
    let response = if let Some(response) = replaced(host, request) {
        traced::end(span, &response);
        response.map(|response| Response::new(Ok(response), &request.inner.url))
    } else if request.stream {
        let response = retry::send(request, until, wait, |request| client().open(request, until));
        traced::end(span, &response);
        response.map(|response| streamed(host, response))
    } else {
        let response = retry::send(request, until, wait, |request| client().send(request, until));
        traced::end(span, &response);
        response.map(|response| Response::new(Ok(response), &request.inner.url))
    };
    response.map(Value::from).map_err(|error| thrown(|| host.cut(), &error, &request.inner.url))
}

/// The response that the world has for a request, in place of the server's.
fn replaced(host: &Host, request: &Request) -> Option<std::result::Result<net::Response, net::Error>> {
    let first = Cell::new(Some(host.world.http(&request.inner)?));
    let until = host.deadline.until();
    let send = |request: &net::Request| {
        let response = first.take().or_else(|| host.world.http(request));
        response.unwrap_or_else(|| client(host).send(request, until))
    };
    Some(retry::send(request, until, |time| host.world.wait(time, until), send))
}

fn send_all(call: &Call<'_>, requests: Vec<Value>) -> Result<Value> {
    let host = host(call);
    // There may be very many.
    let requests = requests.into_iter().enumerate().map(|(index, request)| {
        call.check()?;
        Request::parse_whole(request).map_err(|error| request::name_place(error, index))
    });
    let mut requests = requests.collect::<Result<Vec<_>>>()?;
    let spans: Vec<_> = requests.iter_mut().map(|request| traced::begin(&host.tracer, request)).collect();
    let responses: Vec<_> =
        requests.iter().map(|request| replaced(host, request).map(Received::now)).collect();
    let left = requests.iter().zip(&responses).filter(|(_, response)| response.is_none());
    let left: Vec<_> = left.map(|(request, _)| request).collect();
    let mut sent = Vec::new();
    if !left.is_empty() {
        sent = all::send(client(host), &left, host.deadline.until());
    }
    host.deadline.check()?;
    let mut sent = sent.into_iter();
    let results = responses.into_iter().map_while(|response| response.or_else(|| sent.next()));
    let results = results.zip(spans).map(|(received, span)| {
        traced::end_at(span, received.began, received.ended, &received.result);
        received.result
    });
    let responses = requests.iter().zip(results).map(|(request, result)| match result {
        Err(error) if error.kind == net::ErrorKind::Deadline => {
            Err(thrown(|| host.cut(), &error, &request.inner.url))
        }
        result => Ok(Value::from(Response::new(result, &request.inner.url))),
    });
    responses.collect::<Result<Vec<_>>>().map(Value::from)
}

/// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
fn thrown(cut: impl FnOnce() -> Error, error: &net::Error, url: &str) -> Error {
    if error.kind == net::ErrorKind::Deadline {
        return cut();
    }
    http_error(&error.message, url)
}

//! `websocket::connect(url[, options])`: messages to and from another server.

pub(super) mod methods;

use super::databases::{self, invalid, thrown};
use super::host::{host, Host};
use super::options::Options;
use super::streams::{Stream, Streams};
use ::clients::websocket::Socket;
use net::url;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Object, Result, Value};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// What `type_of` says.
const TYPE_NAME: &str = "WebSocket";
const ERROR: &str = "WebSocketError";
const TIMEOUT: Duration = Duration::from_secs(30);

/// A connection, as scripts have it.
struct Connection(Rc<RefCell<State>>);

/// The connection, or why there is none any more.
enum State {
    Open(Box<Socket>),
    Closed(String),
}

impl Object for Connection {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TYPE_NAME)
    }
}

impl Stream for RefCell<State> {
    fn close(&self, _: &str) {
        let why = "a WebSocket ends with the invocation, or the initialization, that opened it";
        self.replace(State::Closed(why.to_owned()));
    }
}

module! {
    /// A client for WebSockets: messages to and from another server, as long as the invocation lasts. For the WebSocket APIs of API Gateway, in which your
    /// function is the server, see [`router`](#router).
    ///
    /// Certificates and names are those of [`http`](#http); proxies are not used, and redirects are an error. Functions here throw `WebSocketError`, a map with `type`,
    /// `message` and `code`: the status with which the server refuses the connection, such as `403`, or `InvalidArgument`, `ConnectionFailed`, `ConnectionClosed`, `Timeout`, `ProtocolError` or
    /// `ResponseTooLarge`.
    "`websocket`"

    namespace "websocket" {
        /// Connects to a URL, `wss://` or, without TLS, `ws://`. Options: `headers`, a map; and `timeout`, how many seconds, or the duration, connecting and each wait for a message may take; the default is 30.
        ///
        /// ```rhai
        /// let socket = websocket::connect(env::get("WEBSOCKET_URL"), #{ headers: #{ authorization: "Bearer secret" }, timeout: 5 });
        /// socket.send("hello");
        /// socket.receive() // → "hello"
        /// websocket::connect("https://127.0.0.1") // ✗ WebSocketError
        /// ```
        new "connect" (url: String; options: Map) -> Host(TYPE_NAME) throws WebSocketError = connect;
    }

    options OPTIONS;
}

fn connect(call: &mut Call<'_>) -> Result<Value> {
    let options = call.take_map(1)?;
    let (headers, timeout) = read(&mut Options::new(options)).map_err(|why| invalid(ERROR, why))?;
    let host = host(call);
    host.world.connect(&url::shown(call.str(0)))?;
    let (network, until) = (databases::network(host), host.deadline.until());
    let socket = Socket::connect(&network, call.str(0), &headers, timeout, until);
    let socket = socket.map_err(|error| thrown(host, ERROR, error))?;
    Ok(Value::host(Connection(host.state::<Streams>().open(RefCell::new(State::Open(Box::new(socket)))))))
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("websocket::connect", "options", |options| super::accepted::read(options, read))];

fn read(options: &mut Options) -> std::result::Result<(Vec<(String, String)>, Duration), String> {
    let headers = options.pairs("headers")?;
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    options.end()?;
    Ok((headers, timeout))
}

/// Does something with the connection of a method, which must be open.
fn with_socket<T>(
    call: &Call<'_>,
    work: impl FnOnce(&mut Socket, net::Until) -> ::clients::Result<T>,
) -> Result<T> {
    let host = host(call);
    let mut state = call.host::<Connection>(0)?.0.borrow_mut();
    match &mut *state {
        State::Open(socket) => {
            work(socket, host.deadline.until()).map_err(|error| thrown(host, ERROR, error))
        }
        State::Closed(why) => Err(closed(host, why)),
    }
}

fn closed(host: &Host, why: &str) -> Error {
    thrown(host, ERROR, ::clients::Error::closed(why))
}

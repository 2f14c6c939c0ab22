//! `websocket::connect(url[, options])`: messages to and from another server.

use super::databases::{invalid, thrown};
use super::host::{host, Host};
use super::options::{seconds, wrong, Options};
use super::streams::Stream;
use ::clients::websocket::{Message, Socket};
use net::url;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Error, Map, Object, Result, Value};
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

    functions {
        /// Sends a message: a string, or a blob.
        ///
        /// ```rhai
        /// let socket = websocket::connect(env::get("WEBSOCKET_URL"));
        /// socket.send("hello");
        /// socket.receive() // → "hello"
        /// ```
        new "send" (self: Host(TYPE_NAME), message: Any "string | blob") -> Unit throws WebSocketError = |call| {
            let message = match call.value(1) {
                Value::Str(text) => Message::Text(text.to_string()),
                Value::Blob(bytes) => Message::Bytes(bytes.to_vec()),
                other => return Err(invalid(ERROR, wrong("message", other, "a string or a blob"))),
            };
            with_socket(call, |socket, until| socket.send(message, until)).map(|()| Value::Unit)
        };

        /// Waits for the next message and returns it: a string, or a blob. Returns `()` when the server has closed the connection. `timeout` is how many seconds, or the
        /// duration, it waits; the default is that of the connection. After the error `Timeout`, the connection can be used as before.
        ///
        /// ```rhai
        /// let socket = websocket::connect(env::get("WEBSOCKET_URL"));
        /// socket.send(blob(2, 7));
        /// socket.receive().len() // → 2
        /// socket.receive(0.1) // ✗ WebSocketError
        /// ```
        new "receive" (self: Host(TYPE_NAME); timeout: Any "int | float | duration") -> Any "string | blob | ()" throws WebSocketError = receive;

        /// Closes the connection. Otherwise, it is closed at the end of the invocation.
        ///
        /// ```rhai
        /// let socket = websocket::connect(env::get("WEBSOCKET_URL"));
        /// socket.close();
        /// socket.send("hello") // ✗ WebSocketError
        /// ```
        new "close" (self: Host(TYPE_NAME)) -> Unit = |call| {
            let closed = State::Closed("the script has closed the connection".to_owned());
            let state = call.host::<Connection>(0)?.0.replace(closed);
            if let State::Open(mut socket) = state {
                socket.close(host(call).deadline.until());
            }
            Ok(Value::Unit)
        };
    }

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
}

fn connect(call: &mut Call<'_>) -> Result<Value> {
    let options = call.take_map(1)?;
    let (headers, timeout) = read(options).map_err(|why| invalid(ERROR, why))?;
    let host = host(call);
    host.world.connect(&url::shown(call.str(0))).map_err(|why| invalid(ERROR, why))?;
    let (network, until) = (host.databases.network(host), host.deadline.until());
    let socket = Socket::connect(&network, call.str(0), &headers, timeout, until);
    let socket = socket.map_err(|error| thrown(host, ERROR, error))?;
    Ok(Value::host(Connection(host.streams.open(RefCell::new(State::Open(Box::new(socket)))))))
}

fn read(options: Map) -> std::result::Result<(Vec<(String, String)>, Duration), String> {
    let mut options = Options::new(options);
    let headers = options.pairs("headers")?;
    let timeout = options.seconds("timeout")?.unwrap_or(TIMEOUT);
    options.end()?;
    Ok((headers, timeout))
}

fn receive(call: &mut Call<'_>) -> Result<Value> {
    let timeout = match call.value(1) {
        Value::Unit => None,
        value => Some(seconds(value).ok_or_else(|| {
            invalid(ERROR, wrong("timeout", value, "a number of seconds, or a duration, above 0"))
        })?),
    };
    Ok(match with_socket(call, |socket, until| socket.receive(timeout, until))? {
        None => Value::Unit,
        Some(Message::Text(text)) => {
            memory::needs(text.len())?;
            text.into()
        }
        Some(Message::Bytes(bytes)) => Value::blob(bytes),
    })
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

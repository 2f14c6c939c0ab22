//! What a script does with a connection: messages.

use super::{invalid, with_socket, Connection, State, ERROR, TYPE_NAME};
use crate::modules::host::host;
use crate::modules::options::{seconds, wrong};
use ::clients::websocket::Message;
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Result, Value};

module! {
    /// What `websocket::connect` returns.
    "WebSocket messages"

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

//! What a script does with a response: methods.

use super::items::{self, Items, Kind};
use super::response::Response;
use crate::sse::Events;
use rhai_vm::{module, Value};
use std::cell::RefCell;

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
            Items::of(call.host::<Response>(0)?, Kind::Chunks)
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
            items::lines(call.host::<Response>(0)?)
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
            Items::of(call.host::<Response>(0)?, Kind::Events(RefCell::new(Events::default())))
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

//! The `stream` of a handler with three parameters: the response goes out bit by bit.
//!
//! For HTTP the response begins with a prelude that has status, headers and cookies, as "Response
//! streaming for Lambda functions" in the AWS Lambda developer guide describes it.

use super::arguments::{error, is_http_status};
use super::http_event::headers_and_cookies;
use crate::deadline::Deadline;
use crate::value;
use net::Until;
use rhai_vm::{module, Error, Map, Object, Result, Value};
use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::rc::Rc;

/// What `type_of` says.
const TYPE_NAME: &str = "Stream";
/// The content type that makes function URLs and API Gateway read a prelude.
const HTTP_INTEGRATION: &str = "application/vnd.awslambda.http-integration-response";
/// What is said of a stream that a script kept in `cache`.
const ENDED: &str = "the invocation of this stream is over";
/// What is between the prelude and the body.
const PRELUDE_END: [u8; 8] = [0; 8];

/// Where a streamed response goes.
pub trait Sink {
    /// Begins the response.
    ///
    /// # Errors
    /// When it cannot be sent, or not in time.
    fn begin(&self, content_type: &str, until: Until) -> io::Result<()>;

    /// Sends a part of it at once.
    ///
    /// # Errors
    /// When it cannot be sent, or not in time.
    fn write(&self, data: &[u8], until: Until) -> io::Result<()>;
}

/// The `stream` object. Clones are the same stream.
#[derive(Clone)]
pub(crate) struct Stream(Rc<State>);

struct State {
    sink: Rc<dyn Sink>,
    deadline: Deadline,
    phase: RefCell<Phase>,
}

/// What has been said of the response so far.
enum Phase {
    /// Nothing.
    New,
    /// Its content type.
    Typed(String),
    /// Status, headers and cookies, as JSON.
    Started(Vec<u8>),
    /// It is on its way.
    Begun,
    /// Its invocation is over.
    Ended,
}

impl Stream {
    pub(crate) fn new(sink: Rc<dyn Sink>, deadline: Deadline) -> Self {
        Self(Rc::new(State { sink, deadline, phase: RefCell::new(Phase::New) }))
    }

    /// Ends the stream after the handler's call, whose value counts only if nothing was written: it is
    /// the body then of what was started.
    pub(crate) fn finish(&self, result: Result<Value>) -> Result<Value> {
        let is_prepared = matches!(*self.0.phase.borrow(), Phase::Started(_) | Phase::Typed(_));
        if let (true, Ok(value)) = (is_prepared, &result) {
            self.write_body(value)?;
        }
        // A script may have kept the stream: there is nothing to be done with it any more.
        let streamed = matches!(self.0.phase.replace(Phase::Ended), Phase::Begun);
        result.map(|value| if streamed { Value::Unit } else { value })
    }

    fn start(&self, response: &Map) -> Result<()> {
        let problem = match *self.0.phase.borrow() {
            Phase::New => None,
            Phase::Typed(_) => {
                Some("stream.content_type was called before; with stream.start it is a header")
            }
            Phase::Started(_) => Some("it was called before"),
            Phase::Begun => Some("data was already written"),
            Phase::Ended => Some(ENDED),
        };
        if let Some(problem) = problem {
            return Err(error(
                "StreamError",
                format!("call stream.start only once, before the first write: {problem}"),
            ));
        }
        self.0.phase.replace(Phase::Started(prelude(response)?));
        Ok(())
    }

    fn content_type(&self, content_type: &str) -> Result<()> {
        if content_type.is_empty() || content_type.contains(char::is_control) || !content_type.is_ascii() {
            return Err(error("StreamError", format!("{content_type:?} is not a content type")));
        }
        if !matches!(*self.0.phase.borrow(), Phase::New | Phase::Typed(_)) {
            let message = "call stream.content_type before the first write, and without stream.start";
            return Err(error("StreamError", message));
        }
        self.0.phase.replace(Phase::Typed(content_type.to_owned()));
        Ok(())
    }

    fn write(&self, data: &[u8]) -> Result<()> {
        self.begin()?;
        // An empty chunk would be the end.
        if data.is_empty() {
            return Ok(());
        }
        self.send(data)
    }

    /// Writes the body that a value makes, as with `http_response`.
    fn write_body(&self, value: &Value) -> Result<()> {
        match value {
            Value::Blob(blob) => self.write(blob),
            Value::Str(text) => self.write(text.as_bytes()),
            Value::Unit => self.write(&[]),
            other => self.write(&value::encode(other).map_err(|problem| error("StreamError", problem))?),
        }
    }

    fn begin(&self) -> Result<()> {
        let begin = |content_type: &str| {
            let begun = self.0.sink.begin(content_type, self.0.deadline.until());
            begun.map_err(|error| self.broken(&error))
        };
        match self.0.phase.replace(Phase::Begun) {
            Phase::Begun => Ok(()),
            Phase::Ended => {
                self.0.phase.replace(Phase::Ended);
                Err(error("StreamError", ENDED))
            }
            Phase::New => begin("application/octet-stream"),
            Phase::Typed(content_type) => begin(&content_type),
            Phase::Started(prelude) => {
                begin(HTTP_INTEGRATION)?;
                self.send(&prelude)?;
                self.send(&PRELUDE_END)
            }
        }
    }

    /// The error of a write that failed: the reader was too slow, or is gone.
    fn broken(&self, problem: &io::Error) -> Error {
        match problem.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => self.0.deadline.cut(),
            _ => error(
                "StreamError",
                format!("the response cannot be sent; the client may have disconnected: {problem}"),
            ),
        }
    }

    fn send(&self, data: &[u8]) -> Result<()> {
        self.0.deadline.check()?;
        self.0.sink.write(data, self.0.deadline.until()).map_err(|error| self.broken(&error))
    }
}

/// `#{ statusCode, headers, cookies }` as the JSON that goes before the body.
fn prelude(response: &Map) -> Result<Vec<u8>> {
    let refuse = |message: String| Err(refused(&message));
    if let Some(name) =
        response.keys().find(|name| !matches!(name.as_str(), "statusCode" | "headers" | "cookies"))
    {
        return refuse(format!("unknown key `{name}`; the keys are statusCode, headers and cookies"));
    }
    let status = match response.get("statusCode") {
        None => 200,
        Some(Value::Int(status)) if is_http_status(*status) => *status,
        Some(Value::Int(status)) => {
            return refuse(format!("statusCode is {status}, not an HTTP status from 100 to 599"))
        }
        Some(other) => {
            let kind = value::type_of(other);
            return refuse(format!("statusCode must be a number from 100 to 599, not {kind}"));
        }
    };
    let headers = part(response, "headers", Value::as_map, "a map")?;
    let cookies = part(response, "cookies", Value::as_array, "an array")?;
    let mut prelude = headers_and_cookies(headers, &cookies)?;
    prelude.insert("statusCode".into(), status.into());
    value::encode_map(&prelude).map_err(|problem| error("StreamError", problem))
}

/// What `stream.start` is given under this name, or nothing of that type.
fn part<T: Clone + Default>(
    response: &Map,
    name: &str,
    cast: fn(&Value) -> Option<&T>,
    needed: &str,
) -> Result<T> {
    let Some(given) = response.get(name) else {
        return Ok(T::default());
    };
    let part = cast(given).cloned();
    part.ok_or_else(|| refused(&format!("{name} must be {needed}, not {}", value::type_of(given))))
}

fn refused(message: &str) -> Error {
    error("StreamError", format!("stream.start: {message}"))
}

impl Object for Stream {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }
}

impl From<Stream> for Value {
    fn from(stream: Stream) -> Self {
        Self::host(stream)
    }
}

module! {
    /// A handler with three parameters gets a stream as its third: see [Events and responses](events.md#streaming).
    "Streams"

    functions {
        /// Sets the status, the headers and the cookies of an HTTP response, before the first write. Throws `StreamError` if the
        /// stream has begun, or if the map is not such a response.
        new "start" (self: Host(TYPE_NAME), response: Map) -> Unit throws StreamError = |call| {
            let response = call.take_map(1)?;
            call.host::<Stream>(0)?.start(&response).map(Value::from)
        };

        /// Sets the content type of a response that is not for HTTP, before the first write; the default is
        /// `application/octet-stream`. Throws `StreamError` if the stream has begun.
        new "content_type" (self: Host(TYPE_NAME), content_type: String) -> Unit throws StreamError = |call| {
            call.host::<Stream>(0)?.content_type(call.str(1)).map(Value::from)
        };

        /// Sends data immediately. Throws `StreamError` if the client has disconnected.
        new "write" (self: Host(TYPE_NAME), data: Any "string | blob") -> Unit throws StreamError = |call| {
            let stream = call.host::<Stream>(0)?;
            match call.value(1) {
                Value::Str(text) => stream.write(text.as_bytes()).map(Value::from),
                Value::Blob(blob) => stream.write(blob).map(Value::from),
                other => {
                    let kind = value::type_of(other);
                    let message = format!("stream.write expects a string or a blob, not {kind}");
                    Err(error("StreamError", message))
                }
            }
        };
    }
}

//! The `stream` of a handler with three parameters: the response goes out bit by bit.
//!
//! For HTTP the response begins with a prelude that has status, headers and cookies, as "Response
//! streaming for Lambda functions" in the AWS Lambda developer guide describes it.

use crate::deadline::Deadline;
use crate::modules::{error, headers_and_cookies, is_http_status};
use crate::value;
use rhai::{Array, Blob, Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

/// The content type that makes function URLs and API Gateway read a prelude.
const HTTP_INTEGRATION: &str = "application/vnd.awslambda.http-integration-response";
/// What is said of a stream that a script kept in `cache`.
const ENDED: &str = "the invocation that this stream belongs to is over";
/// What is between the prelude and the body.
const PRELUDE_END: [u8; 8] = [0; 8];

/// Where a streamed response goes.
pub trait Sink {
    /// Begins the response.
    ///
    /// # Errors
    /// When it cannot be sent.
    fn begin(&self, content_type: &str) -> io::Result<()>;

    /// Sends a part of it at once.
    ///
    /// # Errors
    /// When it cannot be sent, or not within this time.
    fn write(&self, data: &[u8], within: Option<Duration>) -> io::Result<()>;
}

/// The `stream` object. Clones are the same stream.
#[derive(Clone)]
pub(super) struct Stream(Rc<State>);

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

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

impl Stream {
    pub(super) fn new(sink: Rc<dyn Sink>, deadline: Deadline) -> Self {
        Self(Rc::new(State { sink, deadline, phase: RefCell::new(Phase::New) }))
    }

    /// Ends the stream after the handler's call, whose value counts only if nothing was written: it is
    /// the body then of what was started.
    pub(super) fn finish(&self, result: Result<Dynamic>) -> Result<Dynamic> {
        let is_prepared = matches!(*self.0.phase.borrow(), Phase::Started(_) | Phase::Typed(_));
        if let (true, Ok(value)) = (is_prepared, &result) {
            self.write(&body(value)?)?;
        }
        // A script may have kept the stream: there is nothing to be done with it any more.
        let streamed = matches!(self.0.phase.replace(Phase::Ended), Phase::Begun);
        result.map(|value| if streamed { Dynamic::UNIT } else { value })
    }

    fn start(&self, response: &Map) -> Result<()> {
        let problem = match *self.0.phase.borrow() {
            Phase::New => None,
            Phase::Typed(_) => {
                Some("stream.content_type was called before; with stream.start it is a header")
            }
            Phase::Started(_) => Some("it was called before"),
            Phase::Begun => Some("something was written before"),
            Phase::Ended => Some(ENDED),
        };
        if let Some(problem) = problem {
            return Err(error("StreamError", format!("stream.start comes once and first: {problem}")));
        }
        self.0.phase.replace(Phase::Started(prelude(response)?));
        Ok(())
    }

    fn content_type(&self, content_type: &str) -> Result<()> {
        if content_type.is_empty() || content_type.contains(char::is_control) || !content_type.is_ascii() {
            return Err(error("StreamError", format!("{content_type:?} is not a content type")));
        }
        if !matches!(*self.0.phase.borrow(), Phase::New | Phase::Typed(_)) {
            let message = "stream.content_type comes before the first write, and not with stream.start";
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

    fn begin(&self) -> Result<()> {
        let begin = |content_type: &str| self.0.sink.begin(content_type).map_err(|error| self.broken(&error));
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
    #[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
    fn broken(&self, problem: &io::Error) -> Box<EvalAltResult> {
        match problem.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => self.0.deadline.cut(),
            _ => error(
                "StreamError",
                format!("the response cannot be sent on, its reader may be gone: {problem}"),
            ),
        }
    }

    fn send(&self, data: &[u8]) -> Result<()> {
        // Taken before the question, so that it is not zero.
        let remaining = self.0.deadline.remaining();
        self.0.deadline.check()?;
        self.0.sink.write(data, remaining).map_err(|error| self.broken(&error))
    }
}

/// The body that a value makes, as with `http_response`.
fn body(value: &Dynamic) -> Result<Vec<u8>> {
    if let Some(blob) = value.read_lock::<Blob>() {
        return Ok(blob.clone());
    }
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(text.as_bytes().to_vec()),
        Err(_) if value.is_unit() => Ok(Vec::new()),
        Err(_) => value::encode(value).map_err(|problem| error("StreamError", problem)),
    }
}

/// `#{ statusCode, headers, cookies }` as the JSON that goes before the body.
fn prelude(response: &Map) -> Result<Vec<u8>> {
    let refuse = |message: String| Err(error("StreamError", format!("stream.start: {message}")));
    if let Some(name) =
        response.keys().find(|name| !matches!(name.as_str(), "statusCode" | "headers" | "cookies"))
    {
        return refuse(format!("there is no `{name}`; it takes statusCode, headers and cookies"));
    }
    let status = response.get("statusCode").cloned().unwrap_or(Dynamic::from_int(200));
    match status.as_int() {
        Ok(status) if is_http_status(status) => {}
        Ok(status) => return refuse(format!("statusCode is {status}, not an HTTP status from 100 to 599")),
        Err(kind) => {
            return refuse(format!("statusCode is of type {kind}; a number from 100 to 599 is needed"))
        }
    }
    let headers = match response.get("headers") {
        None => Map::new(),
        Some(given) => match given.read_lock::<Map>() {
            Some(given) => given.clone(),
            None => return refuse(format!("headers is of type {}, not a map", value::type_of(given))),
        },
    };
    let cookies = match response.get("cookies") {
        None => Array::new(),
        Some(given) => match given.read_lock::<Array>() {
            Some(given) => given.clone(),
            None => return refuse(format!("cookies is of type {}, not an array", value::type_of(given))),
        },
    };
    let mut prelude = headers_and_cookies(headers, &cookies)?;
    prelude.insert("statusCode".into(), status);
    value::encode(&prelude.into()).map_err(|problem| error("StreamError", problem))
}

/// Makes the type known to scripts.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Stream>("Stream");
    engine.register_fn("start", |stream: &mut Stream, response: Map| stream.start(&response));
    engine
        .register_fn("content_type", |stream: &mut Stream, text: ImmutableString| stream.content_type(&text));
    engine.register_fn("write", |stream: &mut Stream, text: ImmutableString| stream.write(text.as_bytes()));
    engine.register_fn("write", |stream: &mut Stream, blob: Blob| stream.write(&blob));
    engine.register_fn("write", |_: &mut Stream, value: Dynamic| -> Result<()> {
        let message =
            format!("stream.write takes a text or a blob, not a value of type {}", value::type_of(&value));
        Err(error("StreamError", message))
    });
}

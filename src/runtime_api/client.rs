//! The calls of the Runtime API, and the rules for when one may be made again.

use super::http::{Broken, Connection, Response};
use super::invocation::Invocation;
use crate::failure::Failure;
use crate::settings::ApiAddress;
use anyhow::{anyhow, bail, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use net::url::COMPONENT;
use net::Until;
use percent_encoding::utf8_percent_encode;
use std::fmt::Write as _;
use std::io::{self, IoSlice};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// Pauses before a connection is tried again, and before `/next` is asked again after a 204.
const PAUSES_MS: [u64; 5] = [10, 20, 50, 100, 500];

/// So long at least the receipt of a streamed response is waited for. It does not depend on the reader.
const LEAST_WAIT_FOR_RECEIPT: Duration = Duration::from_secs(1);

const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";
const NEXT: &str = "/runtime/invocation/next";

/// A client of the Runtime API over one kept-alive connection.
pub struct Client {
    address: ApiAddress,
    connection: Option<Connection>,
    next_request: Vec<u8>,
    /// The streamed response that is on its way: its path and connection, or why it broke off.
    streaming: Option<Result<(String, Connection), String>>,
}

/// What became of a response to an invocation.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Lambda took it.
    Done,
    /// Lambda did not want it (any more); the reason. The environment goes on.
    Refused(String),
}

impl Client {
    /// A client of the API at this address. Opens no connection yet.
    pub fn new(address: ApiAddress) -> Self {
        let mut client = Self { address, connection: None, next_request: Vec::new(), streaming: None };
        client.next_request = client.head("GET", NEXT, "");
        client
    }

    /// Opens the connection ahead of its first use. That it fails means nothing yet: the first
    /// call tries again.
    pub fn connect(&mut self) {
        self.connection = Connection::open(self.address.socket).ok();
    }

    /// Waits for the next invocation, for hours if need be.
    ///
    /// The event is asked for once: Lambda delivers the same event again to a second request, so
    /// one whose response got lost on its way is not repeated.
    ///
    /// # Errors
    /// When the API says that the environment is at its end, or cannot be reached or understood:
    /// the process must exit.
    #[allow(clippy::should_implement_trait)] // it is the name of the call
    pub fn next(&mut self) -> Result<Invocation> {
        let mut pauses = PAUSES_MS.iter().chain(std::iter::repeat(&1000));
        loop {
            let request = std::mem::take(&mut self.next_request);
            let response = self.exchange(&request, &[]);
            self.next_request = request;
            let response = response.map_err(|broken| self.gone(NEXT, broken))?;
            match response.status {
                200 => {
                    return Invocation::new(response.headers, response.body, SystemTime::now()).ok_or_else(
                        || {
                            anyhow!(
                                "the Runtime API sent an invocation without Lambda-Runtime-Aws-Request-Id"
                            )
                        },
                    )
                }
                204 => pauses.by_ref().take(1).for_each(|ms| sleep(Duration::from_millis(*ms))),
                _ => bail!("the Runtime API refused GET {NEXT}: {}", describe(&response)),
            }
        }
    }

    /// Responds to an invocation with the handler's result.
    ///
    /// # Errors
    /// When the environment is broken: the process must exit.
    pub fn respond(&mut self, invocation: &Invocation, body: &[u8]) -> Result<Delivery> {
        let headers = "Content-Type: application/json\r\n";
        self.post(&invocation_path(invocation, "response"), echo(headers, invocation), body)
    }

    /// Responds to an invocation with an error.
    ///
    /// # Errors
    /// When the environment is broken: the process must exit.
    pub fn fail(&mut self, invocation: &Invocation, failure: &Failure) -> Result<Delivery> {
        let directory = std::env::current_dir().unwrap_or_default();
        let cause = failure.xray_cause(&directory.to_string_lossy());
        let headers =
            format!("{}Lambda-Runtime-Function-XRay-Error-Cause: {cause}\r\n", error_headers(failure));
        let headers = echo(&headers, invocation);
        self.post(&invocation_path(invocation, "error"), headers, &failure.to_json())
    }

    /// Begins to respond to an invocation piece by piece.
    ///
    /// # Errors
    /// When the connection is gone, or does not accept it in time.
    pub fn begin_stream(
        &mut self,
        invocation: &Invocation,
        content_type: &str,
        until: Until,
    ) -> io::Result<()> {
        let path = invocation_path(invocation, "response");
        let headers = format!(
            "Content-Type: {content_type}\r\n\
             Lambda-Runtime-Function-Response-Mode: streaming\r\n\
             Transfer-Encoding: chunked\r\n\
             Trailer: {ERROR_TYPE}, {ERROR_BODY}\r\n"
        );
        let head = self.head("POST", &path, &echo(&headers, invocation));
        let connection = self.take_idle().map_or_else(|| self.open(), Ok);
        let begun = connection.and_then(|mut connection| {
            connection.send(&mut [IoSlice::new(&head)], until)?;
            Ok((path, connection))
        });
        self.keep_streaming(begun)
    }

    /// Sends a part of a streamed response: a chunk, which must not be empty.
    ///
    /// # Errors
    /// When the connection is gone, or does not accept it in time. The stream is at its end then.
    pub fn stream(&mut self, data: &[u8], until: Until) -> io::Result<()> {
        let size = format!("{:x}\r\n", data.len());
        let mut parts = [IoSlice::new(size.as_bytes()), IoSlice::new(data), IoSlice::new(b"\r\n")];
        self.continue_stream(|connection| connection.send(&mut parts, until))
    }

    /// Whether a streamed response has begun, even if it broke off since.
    pub fn is_streaming(&self) -> bool {
        self.streaming.is_some()
    }

    /// Ends a streamed response; with a failure, in the trailers that Lambda has for it. A reader that has
    /// not taken it in time gets no end.
    ///
    /// # Errors
    /// When the environment is broken: the process must exit.
    pub fn end_stream(&mut self, failure: Option<&Failure>, until: Until) -> Result<Delivery> {
        let trailers = failure.map(|failure| {
            let body = BASE64_STANDARD.encode(failure.to_json());
            format!("{ERROR_TYPE}: {}\r\n{ERROR_BODY}: {body}\r\n", failure.header())
        });
        let end = format!("0\r\n{}\r\n", trailers.unwrap_or_default());
        // That it fails is kept in `streaming`.
        let _ = self.continue_stream(|connection| {
            connection.send(&mut [IoSlice::new(end.as_bytes())], until)?;
            connection.limit_reads(until.left().map(|left| left.max(LEAST_WAIT_FOR_RECEIPT)))
        });
        match self.streaming.take() {
            Some(Ok((path, mut connection))) => {
                let response = connection.receive();
                let is_kept = connection.kept && connection.limit_reads(None).is_ok();
                self.connection = Some(connection).filter(|_| is_kept);
                self.delivery(&path, response)
            }
            Some(Err(why)) => Ok(Delivery::Refused(why)),
            None => bail!("no stream is open"),
        }
    }

    fn continue_stream(&mut self, send: impl FnOnce(&mut Connection) -> io::Result<()>) -> io::Result<()> {
        let state = match self.streaming.take() {
            Some(Ok((path, mut connection))) => send(&mut connection).map(|()| (path, connection)),
            Some(Err(why)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, why)),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        self.keep_streaming(state)
    }

    fn keep_streaming(&mut self, state: io::Result<(String, Connection)>) -> io::Result<()> {
        match state {
            Ok(open) => {
                self.streaming = Some(Ok(open));
                Ok(())
            }
            Err(error) => {
                self.streaming = Some(Err(format!("the stream was cut off: {error}")));
                Err(error)
            }
        }
    }

    /// Says that the environment may be frozen into a snapshot, and waits until one is thawed out of
    /// it. Nothing of the connection is left then.
    ///
    /// # Errors
    /// When the API refuses or cannot be reached: the process must exit.
    pub fn wait_for_restore(&mut self) -> Result<()> {
        let path = "/runtime/restore/next";
        let head = self.head("GET", path, "");
        let response = self.exchange(&head, &[]).map_err(|broken| self.gone(path, broken))?;
        self.connection = None;
        match response.status {
            200..300 => Ok(()),
            _ => bail!("the Runtime API refused GET {path}: {}", describe(&response)),
        }
    }

    /// Reports that the function could not go on from a snapshot. The process must exit afterwards.
    ///
    /// # Errors
    /// When the environment is broken.
    pub fn fail_restore(&mut self, failure: &Failure) -> Result<Delivery> {
        self.post("/runtime/restore/error", error_headers(failure), &failure.to_json())
    }

    /// Reports that the function could not be initialised. The process must exit afterwards.
    ///
    /// # Errors
    /// When the environment is broken.
    pub fn fail_init(&mut self, failure: &Failure) -> Result<Delivery> {
        // It may be posted once only, and over a new connection nothing is sent again.
        self.connection = None;
        self.post("/runtime/init/error", error_headers(failure), &failure.to_json())
    }

    fn post(&mut self, path: &str, mut headers: String, body: &[u8]) -> Result<Delivery> {
        let _ = write!(headers, "Content-Length: {}\r\n", body.len());
        let head = self.head("POST", path, &headers);
        let response = self.exchange(&head, body);
        self.delivery(path, response)
    }

    fn delivery(&self, path: &str, response: Result<Response, Broken>) -> Result<Delivery> {
        match response {
            Ok(response) => match response.status {
                200..300 => Ok(Delivery::Done),
                500.. => bail!("the Runtime API failed at POST {path}: {}", describe(&response)),
                _ => Ok(Delivery::Refused(describe(&response))),
            },
            // Whether the response was taken is not known, and it must not be given twice. Whether
            // the API is gone for good shows at the next call.
            Err(broken) => Ok(Delivery::Refused(self.gone(path, broken).to_string())),
        }
    }

    /// One request and its response. A connection kept from an earlier request may have died
    /// meanwhile, unnoticed (a thaw after a freeze): when not one byte of a response comes over
    /// it, the request is made again over a new one, once.
    fn exchange(&mut self, head: &[u8], body: &[u8]) -> Result<Response, Broken> {
        if let Some(mut kept) = self.take_idle() {
            match kept.exchange(head, body) {
                Err(Broken::NoResponse(_)) => {}
                Err(broken) => return Err(broken),
                Ok(response) => {
                    self.connection = Some(kept).filter(|kept| kept.kept);
                    return Ok(response);
                }
            }
        }
        let mut fresh = self.open().map_err(Broken::NoResponse)?;
        let response = fresh.exchange(head, body)?;
        self.connection = Some(fresh).filter(|fresh| fresh.kept);
        Ok(response)
    }

    /// The connection of an earlier request, if it can be used again.
    fn take_idle(&mut self) -> Option<Connection> {
        self.connection.take().filter(Connection::is_idle)
    }

    fn open(&self) -> io::Result<Connection> {
        for pause in PAUSES_MS {
            if let Ok(connection) = Connection::open(self.address.socket) {
                return Ok(connection);
            }
            sleep(Duration::from_millis(pause));
        }
        Connection::open(self.address.socket)
    }

    fn head(&self, method: &str, path: &str, headers: &str) -> Vec<u8> {
        let ApiAddress { host, prefix, .. } = &self.address;
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "{method} {prefix}/2018-06-01{path} HTTP/1.1\r\n\
             Host: {host}\r\nUser-Agent: rhambda/{version}\r\n{headers}\r\n"
        )
        .into_bytes()
    }

    fn gone(&self, path: &str, broken: Broken) -> anyhow::Error {
        let host = &self.address.host;
        match broken {
            Broken::NoResponse(error) => {
                anyhow!("the Runtime API at {host} did not respond to {path}: {error}")
            }
            Broken::Partial(error) => {
                anyhow!("the Runtime API at {host} cut off its response to {path}: {error}")
            }
        }
    }
}

fn invocation_path(invocation: &Invocation, call: &str) -> String {
    let id = utf8_percent_encode(&invocation.request_id, COMPONENT);
    format!("/runtime/invocation/{id}/{call}")
}

/// `headers` and, where one came, the id of the attempt.
fn echo(headers: &str, invocation: &Invocation) -> String {
    match &invocation.invocation_id {
        Some(id) => format!("{headers}Lambda-Runtime-Invocation-Id: {id}\r\n"),
        None => headers.to_owned(),
    }
}

fn error_headers(failure: &Failure) -> String {
    format!("Content-Type: application/json\r\n{ERROR_TYPE}: {}\r\n", failure.header())
}

/// Status and the beginning of the body, on one line.
fn describe(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body[..response.body.len().min(500)]);
    format!("status {} {}", response.status, body.trim().replace(['\r', '\n'], " "))
}

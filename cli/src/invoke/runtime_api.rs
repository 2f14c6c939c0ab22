//! The Runtime API, served to one runtime for one invocation.
//!
//! Here are the forms of the calls; what they mean, and when, is up to `environment`.
//! See "Using the Lambda runtime API for custom runtimes" in the AWS Lambda developer guide.

use super::credentials::{self, Credentials};
use super::http_response::{response, HttpResponse};
use super::outcome::MAX_RESPONSE;
use anyhow::{Context as _, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// The server. It runs as long as the tokio runtime it was started on.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
}

/// A call of the runtime.
pub(crate) struct Call {
    pub(crate) content: Content,
    pub(crate) reply: Reply,
}

/// The reply to a call, which waits for it. When this is dropped, the connection is closed.
pub(crate) struct Reply(oneshot::Sender<HttpResponse>);

/// What the runtime says with a call.
pub(crate) enum Content {
    /// It is ready for the next invocation.
    Next,
    /// The function's response.
    Response(Bytes),
    /// A response that begins now and comes in parts.
    Stream(mpsc::Receiver<Part>),
    /// The function failed: the error's JSON.
    Error(Bytes),
    /// The function could not be initialised.
    InitError { error_type: String, body: Bytes },
}

/// A part of a streamed response. When none comes after [`Part::Data`], the connection broke.
pub(crate) enum Part {
    /// Some bytes of it.
    Data(Bytes),
    /// Its end, and the error it broke off with: its JSON.
    End(Option<Bytes>),
}

impl RuntimeApi {
    /// Listens on a free port of this machine, for calls about this invocation.
    ///
    /// # Errors
    /// When there is no port.
    pub(crate) async fn start(request_id: &str, credentials: Credentials) -> Result<Self> {
        let listening = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            Ok::<_, std::io::Error>((listener.local_addr()?, listener))
        };
        let (address, listener) = listening.await.context("the Runtime API cannot be served on 127.0.0.1")?;
        let (sender, calls) = mpsc::channel(1);
        tokio::spawn(accept(listener, request_id.to_owned(), credentials, sender));
        Ok(Self { address, calls })
    }

    /// Where it is served.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for a call.
    ///
    /// # Panics
    /// When the server has ended, which it doesn't.
    pub(crate) async fn call(&mut self) -> Call {
        self.calls.recv().await.expect("a server that runs")
    }
}

impl Reply {
    /// Delivers the event.
    pub(crate) fn deliver(self, headers: HeaderMap, event: &str) {
        let mut response = Response::new(event.to_owned().into());
        *response.headers_mut() = headers;
        self.send(response);
    }

    /// Takes what the runtime said.
    pub(crate) fn accept(self) {
        self.send(response(StatusCode::ACCEPTED, &json!({ "status": "OK" })));
    }

    /// Refuses a call that is not one to make now.
    pub(crate) fn refuse(self) {
        self.send(refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", "Transition is not allowed"));
    }

    /// Refuses a response for its size.
    pub(crate) fn refuse_size(self) {
        let why = format!("Exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).");
        self.send(refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &why));
    }

    fn send(self, response: HttpResponse) {
        // When the runtime is gone there is nothing to do: its end is noticed as such.
        let _ = self.0.send(response);
    }
}

async fn accept(
    listener: TcpListener,
    request_id: String,
    credentials: Credentials,
    calls: mpsc::Sender<Call>,
) {
    // An error means that the connection was gone before it was accepted: that is the runtime's
    // affair, which opens another one or ends.
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let (request_id, credentials, calls) = (request_id.clone(), credentials.clone(), calls.clone());
            let service = service_fn(move |request| {
                serve(request, request_id.clone(), credentials.clone(), calls.clone())
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }
}

/// One call and its reply. An error closes the connection.
async fn serve(
    request: Request<Incoming>,
    request_id: String,
    credentials: Credentials,
    calls: mpsc::Sender<Call>,
) -> Result<HttpResponse> {
    let (head, body) = request.into_parts();
    if (&head.method, head.uri.path()) == (&Method::GET, credentials::PATH) {
        return Ok(credentials.response(&head.headers).await);
    }
    let path = head.uri.path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
    let steps: Vec<&str> = path.split('/').collect();
    if head.method == Method::POST
        && is_streamed(&head.headers)
        && steps == ["invocation", &*request_id, "response"]
    {
        return stream(body, &calls).await;
    }
    let body = body.collect().await?.to_bytes();
    let content = match (&head.method, &steps[..]) {
        (&Method::GET, ["invocation", "next"]) => Content::Next,
        (&Method::POST, ["init", "error"]) => {
            Content::InitError { error_type: error_type(&head.headers), body }
        }
        (&Method::POST, ["invocation", id, "response" | "error"]) if *id != request_id => {
            let why = format!("Invalid request ID: {id}");
            return Ok(refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", &why));
        }
        (&Method::POST, ["invocation", _, "response"]) => Content::Response(body),
        (&Method::POST, ["invocation", _, "error"]) => Content::Error(body),
        _ => return Ok(refusal(StatusCode::NOT_FOUND, "NotFound", "Unknown path")),
    };
    let (reply, replied) = oneshot::channel();
    calls.send(Call { content, reply: Reply(reply) }).await?;
    Ok(replied.await?)
}

/// A streamed response: the call is there with its head, and its parts follow.
async fn stream(mut body: Incoming, calls: &mpsc::Sender<Call>) -> Result<HttpResponse> {
    let (sender, parts) = mpsc::channel(1);
    let (reply, replied) = oneshot::channel();
    calls.send(Call { content: Content::Stream(parts), reply: Reply(reply) }).await?;
    let mut error = None;
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) => sender.send(Part::Data(data)).await?,
            Err(other) => error = other.trailers_ref().and_then(stream_error),
        }
    }
    sender.send(Part::End(error)).await?;
    Ok(replied.await?)
}

fn is_streamed(headers: &HeaderMap) -> bool {
    headers.get("lambda-runtime-function-response-mode").is_some_and(|mode| mode == "streaming")
}

/// The error in the trailers of a streamed response.
fn stream_error(trailers: &HeaderMap) -> Option<Bytes> {
    let body = trailers.get("lambda-runtime-function-error-body")?;
    BASE64_STANDARD.decode(body).ok().map(Bytes::from)
}

fn error_type(headers: &HeaderMap) -> String {
    let value = headers.get("lambda-runtime-function-error-type");
    value.and_then(|value| value.to_str().ok()).unwrap_or("Runtime.Unknown").to_owned()
}

fn refusal(status: StatusCode, error_type: &str, why: &str) -> HttpResponse {
    response(status, &json!({ "errorMessage": why, "errorType": error_type }))
}

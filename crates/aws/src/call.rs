//! Calls of operations by their names: parameters → request → response → value.

use crate::client::{Client, Options};
use crate::draft::Draft;
use crate::error::{codes, Error, Failure, Result};
use crate::events::Events;
use crate::found::{of_net, Found};
use crate::{operations, services};
use aws_api::Streamed;
use net::Until;
use rhai_vm::{json, Map, Str, Value};
use std::rc::Rc;
use std::time::Duration;

/// The status of a response of the environment.
const OK: u16 = 200;

/// What a caller wants of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it, unless it is a stream of events.
    Whole,
    /// Its body, while it arrives.
    Stream,
    /// Its stream of events.
    Events,
}

/// What an operation returns while a part of it arrives.
#[derive(Debug)]
pub struct Opened {
    /// The members that have arrived.
    pub result: Map,
    /// The name of the member that arrives, and where it is read.
    pub stream: Option<(Str, Stream)>,
}

/// A member of a response that is read while it arrives.
#[derive(Debug)]
pub enum Stream {
    /// A stream of events.
    Events(Events),
    /// Bytes, with the headers of their response.
    Body(net::Response<net::Body>),
}

impl Client {
    /// Calls an operation of a service, and returns what its response says.
    ///
    /// # Errors
    /// Whatever comes in between, see [`Error`].
    pub fn call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        options: &Options,
        until: Until,
    ) -> Result<Map> {
        let call = || -> Result<Map> {
            let found = self.find(service, operation)?.with(options)?;
            Ok(self.send_call(&found, parameters, options, until)?.1)
        };
        call().map_err(|error| error.of(service, operation))
    }

    /// As [`Client::call`], but a stream of events, or what is wanted, is read while it arrives.
    ///
    /// # Errors
    /// As there; that the response has nothing of what is wanted.
    pub fn open_call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        wanted: Wanted,
        options: &Options,
        until: Until,
    ) -> Result<Opened> {
        let open = || {
            let found = self.find(service, operation)?.with(options)?;
            match (found.api.streamed(found.operation()), wanted) {
                (Some(Streamed::Events(member)), _) => {
                    let draft = found.draft(parameters)?;
                    if let Some(result) = found.replaced(parameters) {
                        return Ok(Opened { result: result?, stream: None });
                    }
                    let response = self.open(&draft, options, until)?;
                    let (result, events) = Events::open(found, service, response)?;
                    Ok(Opened { result, stream: Some((member, Stream::Events(events))) })
                }
                (Some(Streamed::Body(member)), Wanted::Stream) => {
                    let draft = found.draft(parameters)?;
                    if let Some(result) = found.replaced(parameters) {
                        return Ok(Opened { result: result?, stream: None });
                    }
                    let (head, body) = self.open(&draft, options, until)?.into_parts();
                    let result = found.head(&head)?;
                    Ok(Opened { result, stream: Some((member, Stream::Body(head.with_body(body)))) })
                }
                (_, Wanted::Stream) => Err(Error::invalid_argument(format!(
                    "the response of {operation} has no body that can be streamed: remove the option `stream` or `to`"
                ))),
                (_, Wanted::Events) => Err(Error::invalid_argument(format!(
                    "the response of {operation} has no stream of events: remove the option `each`"
                ))),
                (_, Wanted::Whole) => {
                    let (_, result) = self.send_call(&found, parameters, options, until)?;
                    Ok(Opened { result, stream: None })
                }
            }
        };
        open().map_err(|error| error.of(service, operation))
    }

    /// As [`Client::call`], with JSON: blobs in base64, times in the form of RFC 3339.
    ///
    /// # Errors
    /// As there; that the parameters are not an object.
    pub fn call_json(
        &self,
        service: &str,
        operation: &str,
        parameters: &serde_json::Value,
        options: &Options,
    ) -> Result<serde_json::Value> {
        let Ok(Value::Map(parameters)) = json::from_json(parameters.clone()) else {
            return Err(Error::invalid_argument("the parameters must be a map").of(service, operation));
        };
        let result = self.call(service, operation, &parameters, options, Until::NEVER)?;
        json::to_json(&result.into()).map_err(Error::invalid_argument)
    }

    /// A URL which whoever has it can use for that long to call this operation.
    ///
    /// # Errors
    /// As for [`Client::call`]; that the parameters do not fit into a URL.
    pub fn presign_call(
        &self,
        service: &str,
        operation: &str,
        parameters: &Map,
        expires: Duration,
        options: &Options,
        until: Until,
    ) -> Result<String> {
        let presign = || {
            let found = self.find(service, operation)?;
            let changed = found.changed(parameters)?;
            let parameters = changed.as_ref().unwrap_or(parameters);
            let mut request = found.request(parameters)?;
            if !move_into_url(&found, &mut request) {
                let message =
                    format!("{operation} has its parameters in the body, which is no part of a URL");
                return Err(Error::invalid_argument(message));
            }
            let request = Draft::of_presigned(found.service, found.operation(), request, parameters);
            self.presigned(&request, expires, options, until)
        };
        presign().map_err(|error| error.of(service, operation))
    }

    /// The members of an error beside code and message, such as `CancellationReasons`.
    pub fn error_members(&self, failure: &Failure) -> Map {
        let Some(response) = &failure.response else { return Map::new() };
        let api =
            services::find(&failure.service).ok().and_then(|service| self.operations.of(service.name()));
        api.map_or(Map::new(), |api| {
            api.error(&failure.code, &of_net((**response).clone()), self.environment.values())
        })
    }

    /// Makes one call. Returns the status and what the response says.
    pub(crate) fn send_call(
        &self,
        found: &Found,
        parameters: &Map,
        options: &Options,
        until: Until,
    ) -> Result<(u16, Map)> {
        let draft = found.draft(parameters)?;
        if let Some(result) = found.replaced(parameters) {
            return Ok((OK, result?));
        }
        let response = self.send(&draft, options, until)?;
        Ok((response.status, found.result(response)?))
    }

    /// An operation by its name.
    pub(crate) fn find(&self, service: &str, operation: &str) -> Result<Found> {
        let (service, api) = self.operations.service(service)?;
        let number = operations::find(service, &api, operation)?;
        Ok(Found { service, api, number, environment: Rc::clone(&self.environment), is_plain: false })
    }
}

/// Makes a request one whose URL says everything; whether that can be.
fn move_into_url(found: &Found, request: &mut aws_api::Request) -> bool {
    let is_form = matches!(found.api.protocol, aws_api::Protocol::Query | aws_api::Protocol::Ec2);
    let body = std::mem::take(&mut request.body);
    request.headers.retain(|(name, _)| name != "content-type" || !is_form);
    if is_form {
        request.method = "GET";
        request.query = form_urlencoded::parse(&body).into_owned().collect();
        return true;
    }
    // Whoever has a URL of S3 sends a body of their own.
    body.is_empty() || found.service.name() == "s3" && found.operation().has_stream
}

impl From<aws_api::Error> for Error {
    fn from(error: aws_api::Error) -> Self {
        match error {
            aws_api::Error::Parameters(message) => Self::invalid_argument(message),
            aws_api::Error::Response(message) => Self::new(codes::INVALID_RESPONSE, message),
            aws_api::Error::Exception { code, message } => Self::new(&code, message),
            aws_api::Error::OutOfMemory => Self::new(codes::TOO_LARGE, error.to_string()),
        }
    }
}

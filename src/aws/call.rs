//! Calls of operations by their names: parameters → request → response → value.

use super::client::{Client, Options};
use super::customizations;
use super::draft::{self, Draft};
use super::error::{codes, Error, Failure, Result};
use super::operations::Values;
use super::services::{self, Protocol, Service};
use crate::likeness::likeness;
use crate::net;
use crate::value;
use aws_api::{Operation, Response};
use rhai_vm::{Map, Value};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// So many names are suggested for one that does not exist.
const SUGGESTIONS: usize = 3;

/// An operation of a service.
struct Found {
    service: Service,
    api: Rc<aws_api::Service>,
    number: usize,
}

impl Found {
    fn operation(&self) -> &Operation {
        &self.api.operations[self.number]
    }

    fn request(&self, parameters: &Map) -> Result<aws_api::Request> {
        let operation = self.operation();
        let changed = customizations::parameters(self.service.name(), &operation.name, parameters);
        let mut request = self.api.request(operation, changed.as_ref().unwrap_or(parameters), &Values)?;
        let headers = customizations::headers(self.service.name()).iter();
        request.headers.extend(headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Ok(request)
    }
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
        until: Option<Instant>,
    ) -> Result<Map> {
        let call = || -> Result<Map> {
            let found = self.find(service, operation)?;
            let request = found.request(parameters)?;
            let draft = Draft::of_operation(found.service, found.operation(), request)?;
            let response = self.send(&draft, options, until)?;
            let (status, id) = (response.status, response.header("x-amzn-requestid").map(str::to_owned));
            let result = found.api.response(found.operation(), of_net(response), &Values);
            let mut result = result.map_err(|error| invalid_response(error, status, id))?;
            customizations::decode(found.service.name(), operation, &mut result);
            Ok(result)
        };
        call().map_err(|error| error.of(service, operation))
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
        let Ok(Value::Map(parameters)) = value::from_json(parameters.clone()) else {
            return Err(Error::invalid_argument("the parameters must be a map").of(service, operation));
        };
        let result = self.call(service, operation, &parameters, options, None)?;
        value::to_json(&result.into()).map_err(Error::invalid_argument)
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
        until: Option<Instant>,
    ) -> Result<String> {
        let presign = || {
            let found = self.find(service, operation)?;
            let mut request = found.request(parameters)?;
            if !move_into_url(&found, &mut request) {
                let message =
                    format!("{operation} has its parameters in the body, which is no part of a URL");
                return Err(Error::invalid_argument(message));
            }
            let request = Draft::of_presigned(found.service, found.operation(), request);
            self.presigned(&request, expires, options, until)
        };
        presign().map_err(|error| error.of(service, operation))
    }

    /// The members of an error beside code and message, such as `CancellationReasons`.
    pub fn error_members(&self, failure: &Failure) -> Map {
        let Some(response) = &failure.response else { return Map::new() };
        let api =
            services::find(&failure.service).ok().and_then(|service| self.operations.of(service.name()));
        api.map_or(Map::new(), |api| api.error(&failure.code, &of_net((**response).clone()), &Values))
    }

    fn find(&self, service: &str, operation: &str) -> Result<Found> {
        let service = services::find(service)?;
        if service.protocol() == Protocol::Unsupported {
            return Err(draft::unsupported(service));
        }
        let api = self.operations.of(service.name()).ok_or_else(|| unknown(service, operation, &[]))?;
        let number = api.operations.binary_search_by(|it| it.name.as_str().cmp(operation));
        match number {
            Ok(number) => Ok(Found { service, api, number }),
            Err(_) => Err(unknown(service, operation, &api.operations)),
        }
    }
}

fn unknown(service: Service, name: &str, operations: &[Operation]) -> Error {
    let mut likely: Vec<_> =
        operations.iter().map(|it| (likeness(name, &it.name), it.name.as_str())).collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0));
    let names: Vec<_> = likely.iter().take(SUGGESTIONS).map(|(_, name)| *name).collect();
    let name = name.chars().take(100).collect::<String>();
    let message =
        format!("{} has no operation \"{name}\"; similar names are {}", service.name(), names.join(", "));
    Error::new(codes::UNKNOWN_OPERATION, message)
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

fn of_net(response: net::Response) -> Response {
    let net::Response { status, headers, body, .. } = response;
    Response { status, headers, body }
}

fn invalid_response(error: aws_api::Error, status: u16, request_id: Option<String>) -> Error {
    match Error::from(error) {
        Error::Failed(failure) => Failure { status: Some(status), request_id, ..*failure }.into(),
        Error::Deadline => Error::Deadline,
    }
}

impl From<aws_api::Error> for Error {
    fn from(error: aws_api::Error) -> Self {
        match error {
            aws_api::Error::Parameters(message) => Self::invalid_argument(message),
            aws_api::Error::Response(message) => Self::new(codes::INVALID_ANSWER, message),
            aws_api::Error::OutOfMemory => Self::new(codes::TOO_LARGE, error.to_string()),
        }
    }
}

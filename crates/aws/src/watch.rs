//! What may watch calls: a trace.

use crate::error::Error;
use crate::response;
use net::Response;
use rhai_vm::{Map, Str, Value};
use std::time::SystemTime;

/// The parameter that says what an operation of these services is about, and the name that traces have for it.
const RESOURCES: [(&str, &str, &str); 6] = [
    ("dynamodb", "TableName", "table_name"),
    ("sqs", "QueueUrl", "queue_url"),
    ("sns", "TopicArn", "topic_arn"),
    ("s3", "Bucket", "bucket_name"),
    ("lambda", "FunctionName", "function_name"),
    ("kinesis", "StreamName", "stream_name"),
];

/// A request that is about to be sent, as often as it takes.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The name of the service.
    pub service: &'a str,
    /// The name of the operation, or the method of a request with a path of the caller's own.
    pub operation: &'a str,
    /// The region of the endpoint.
    pub region: &'a str,
    /// What the operation is about: a name such as `table_name`, and its value.
    pub resource: Option<(&'static str, &'a str)>,
}

/// What became of it.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// AWS's ID of the request.
    pub request_id: Option<String>,
    /// Why it failed.
    pub error: Option<&'a Error>,
    /// How often it was sent again.
    pub retries: u32,
    /// When that was known.
    pub at: SystemTime,
}

/// Watches one request. One that is dropped before its end did not get that far.
pub trait Watch {
    /// The value of the header `x-amzn-trace-id`, if it is not that of the environment.
    fn header(&self) -> Option<String>;

    /// The request has ended.
    fn end(self: Box<Self>, outcome: Outcome<'_>);
}

impl<'a> Outcome<'a> {
    pub(crate) fn received<B>(response: &Response<B>, retries: u32, at: SystemTime) -> Self {
        let (status, request_id) = (Some(response.status), response::request_id(response));
        Self { status, request_id, error: None, retries, at }
    }

    pub(crate) fn failed(error: &'a Error, retries: u32, at: SystemTime) -> Self {
        let failure = error.failure();
        Self {
            status: failure.and_then(|failure| failure.status),
            request_id: failure.and_then(|failure| failure.request_id.clone()),
            error: Some(error),
            retries,
            at,
        }
    }
}

/// What an operation of a service is about, according to its parameters.
pub(crate) fn resource(service: &str, parameters: &Map) -> Option<(&'static str, Str)> {
    let (_, parameter, name) = RESOURCES.iter().find(|(known, ..)| *known == service)?;
    let value = parameters.get(parameter).and_then(Value::as_str)?;
    Some((name, value.clone()))
}

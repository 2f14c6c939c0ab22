//! `aws`: calls of AWS's services. `call(service, action, parameters[, options])`; `request` and
//! `presign` `(service, method, path[, options])`; S3's `s3_…`; `lambda_invoke`.

mod lambda;
mod options;
mod s3;

use super::env::TraceId;
use super::{host, Result};
use crate::aws::{self, Client};
use crate::deadline::Deadline;
use crate::net;
use crate::response::Response;
use crate::value;
use options::Options;
use rhai_vm::function::{optional, param, Call, Function, Namespace, Param};
use rhai_vm::{Error, ErrorKind, Kind, Map, Value};
use std::cell::OnceCell;
use std::time::Duration;

/// How long a URL is good for if nothing else is said.
const EXPIRES: Duration = Duration::from_mins(15);

/// What every call of AWS shares, made at the first one.
pub(super) struct Shared {
    trace_id: TraceId,
    client: OnceCell<Client>,
}

impl Shared {
    pub(super) fn new(trace_id: TraceId) -> Self {
        Self { trace_id, client: OnceCell::new() }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let http = net::Client::new(|| aws::config(|name| std::env::var(name).ok()));
            let trace_id = self.trace_id.clone();
            Client::new(http, move |name| trace_id.variable(name))
        })
    }
}

const OPTIONS: Param = optional("options", Kind::Map);
const REQUEST: &[Param] =
    &[param("service", Kind::String), param("method", Kind::String), param("path", Kind::String), OPTIONS];

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "aws",
    functions: &[
        Function::new(
            "call",
            &[
                param("service", Kind::String),
                param("action", Kind::String),
                param("parameters", Kind::Map),
                OPTIONS,
            ],
            Kind::Any,
            |call| {
                let (parameters, options) = (call.take(2), call.take_map(3)?);
                Caller::of(call).call(call.str(0), call.str(1), parameters, options)
            },
        ),
        Function::new("request", REQUEST, Kind::Host(Response::TYPE_NAME), |call| {
            let options = call.take_map(3)?;
            Caller::of(call).request(call.str(0), call.str(1), call.str(2), options).map(Value::from)
        }),
        Function::new("presign", REQUEST, Kind::String, |call| {
            let options = call.take_map(3)?;
            Caller::of(call).presign(call.str(0), call.str(1), call.str(2), options).map(Value::from)
        }),
        s3::GET,
        s3::HEAD,
        s3::DELETE,
        s3::PUT,
        s3::LIST,
        lambda::INVOKE,
    ],
    constants: &[],
};

/// What calls AWS for a script.
#[derive(Clone, Copy)]
struct Caller<'a> {
    client: &'a Client,
    deadline: &'a Deadline,
}

impl<'a> Caller<'a> {
    fn of(call: &Call<'a>) -> Self {
        let host = host(call);
        Self { client: host.aws.client(), deadline: &host.deadline }
    }
}

impl Caller<'_> {
    fn call(&self, service: &str, action: &str, parameters: Value, options: Map) -> Result<Value> {
        let call = || {
            let parameters = options::json(parameters)?;
            let mut options = Options::new(options);
            let common = options.common()?;
            options.end()?;
            self.client.call(service, action, &parameters, &common, self.deadline.at())
        };
        let answer = call().map_err(|error| self.thrown(error, service, action))?;
        value::from_json(answer).map_err(|problem| self.thrown(invalid(problem), service, action))
    }

    fn request(&self, service: &str, method: &str, path: &str, options: Map) -> Result<Response> {
        let mut rest = aws::Rest::new(method, path);
        let action = rest.action();
        let request = || {
            let mut options = Options::new(options);
            options.rest(&mut rest)?;
            self.send(service, &rest, options)
        };
        let response = request().map_err(|error| self.thrown(error, service, &action))?;
        Ok(Response::new(Ok(response), ""))
    }

    fn presign(&self, service: &str, method: &str, path: &str, options: Map) -> Result<String> {
        let mut rest = aws::Rest::new(method, path);
        let action = rest.action();
        let presign = || {
            let mut options = Options::new(options);
            let expires = options.seconds("expires")?.unwrap_or(EXPIRES);
            rest.query = options.pairs("query")?;
            rest.headers = options.pairs("headers")?;
            let common = options.common()?;
            options.end()?;
            self.client.presign(service, &rest, expires, &common, self.deadline.at())
        };
        presign().map_err(|error| self.thrown(error, service, &action))
    }

    /// Sends a request with what is left of the options.
    fn send(&self, service: &str, rest: &aws::Rest, mut options: Options) -> aws::Result<net::Response> {
        let common = options.common()?;
        options.end()?;
        self.client.request(service, rest, &common, self.deadline.at())
    }

    /// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
    fn thrown(&self, error: aws::Error, service: &str, action: &str) -> Error {
        let failure = match error.of(service, action) {
            aws::Error::Deadline => return self.deadline.cut(),
            aws::Error::Failed(failure) => failure,
        };
        let mut thrown = Map::new();
        let mut set = |name: &str, value: Value| thrown.insert(name.into(), value);
        set("type", "AwsError".into());
        set("service", failure.service.into());
        set("action", failure.action.into());
        set("code", failure.code.into());
        set("message", failure.message.into());
        set("status", failure.status.map(i64::from).into());
        set("request_id", failure.request_id.into());
        Error::new(ErrorKind::Runtime(thrown.into()))
    }
}

/// An error about an argument.
fn invalid(message: impl Into<String>) -> aws::Error {
    aws::Error::invalid_argument(message)
}

//! `aws`: calls of AWS's services. `call(service, action, parameters[, options])`; `request` and
//! `presign` `(service, method, path[, options])`; S3's `s3_…`; `lambda_invoke`.

mod lambda;
mod options;
mod s3;

use super::env::TraceId;
use super::{at, Result};
use crate::aws::{self, Client, Error};
use crate::deadline::Deadline;
use crate::net;
use crate::response::Response;
use crate::value;
use options::Options;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, Module, NativeCallContext, Position, INT};
use std::rc::Rc;
use std::time::Duration;

/// How long a URL is good for if nothing else is said.
const EXPIRES: Duration = Duration::from_mins(15);

/// What calls AWS for one script.
#[derive(Clone)]
struct Caller {
    client: Rc<Client>,
    deadline: Deadline,
}

pub(super) fn register(engine: &mut Engine, deadline: &Deadline, trace_id: &TraceId) {
    // The environment is read at the first request, which most scripts never make.
    let http = net::Client::new(|| aws::config(|name| std::env::var(name).ok()));
    let trace_id = trace_id.clone();
    let client = Client::new(http, move |name| trace_id.variable(name));
    let caller = Caller { client: client.into(), deadline: deadline.clone() };
    let mut module = Module::new();
    let call = caller.clone();
    register_with_options(
        &mut module,
        "call",
        move |service: ImmutableString, action: ImmutableString, parameters: Map, options: Map| {
            call.call(&service, &action, parameters, options)
        },
    );
    let request = caller.clone();
    register_with_options(
        &mut module,
        "request",
        move |service: ImmutableString, method: ImmutableString, path: ImmutableString, options: Map| {
            request.request(&service, &method, &path, options)
        },
    );
    let presign = caller.clone();
    register_with_options(
        &mut module,
        "presign",
        move |service: ImmutableString, method: ImmutableString, path: ImmutableString, options: Map| {
            presign.presign(&service, &method, &path, options)
        },
    );
    s3::register(&mut module, &caller);
    lambda::register(&mut module, &caller);
    engine.register_static_module("aws", module.into());
}

/// Registers a function of three arguments, and the same with a map of options.
fn register_with_options<A, B, C, T>(
    module: &mut Module,
    name: &str,
    function: impl Fn(A, B, C, Map) -> Result<T> + Clone + 'static,
) where
    A: rhai::Variant + Clone,
    B: rhai::Variant + Clone,
    C: rhai::Variant + Clone,
    T: rhai::Variant + Clone,
{
    let with_options = function.clone();
    module.set_native_fn(name, move |call: NativeCallContext<'_>, a: A, b: B, c: C| {
        at(&call, function(a, b, c, Map::new()))
    });
    module.set_native_fn(name, move |call: NativeCallContext<'_>, a: A, b: B, c: C, options: Map| {
        at(&call, with_options(a, b, c, options))
    });
}

impl Caller {
    fn call(&self, service: &str, action: &str, parameters: Map, options: Map) -> Result<Dynamic> {
        let call = || {
            let parameters = options::json(parameters.into())?;
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
    #[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
    fn thrown(&self, error: Error, service: &str, action: &str) -> Box<EvalAltResult> {
        let failure = match error.of(service, action) {
            Error::Deadline => return self.deadline.cut(),
            Error::Failed(failure) => failure,
        };
        let mut thrown = Map::new();
        let mut set = |name: &str, value: Dynamic| thrown.insert(name.into(), value);
        set("type", "AwsError".into());
        set("service", failure.service.into());
        set("action", failure.action.into());
        set("code", failure.code.into());
        set("message", failure.message.into());
        set("status", failure.status.map_or(Dynamic::UNIT, |status| INT::from(status).into()));
        set("request_id", failure.request_id.map_or(Dynamic::UNIT, Dynamic::from));
        EvalAltResult::ErrorRuntime(thrown.into(), Position::NONE).into()
    }
}

/// An error about an argument.
fn invalid(message: impl Into<String>) -> Error {
    Error::invalid_argument(message)
}

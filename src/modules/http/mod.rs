//! `http`: requests to other servers. `get`, `delete`, `head` `(url[, options])`; `post`, `put`,
//! `patch` `(url, body[, options])`; `request(options)`; `all([requests])`.

mod all;
mod request;
mod retry;

use super::{host, Host, Result};
use crate::net::{self, url, Client, Config};
use crate::response::Response;
use request::Request;
pub(super) use request::{pairs, seconds, wrong};
use rhai_vm::function::{optional, param, Call, Function, Namespace, Param};
use rhai_vm::{Error, ErrorKind, Kind, Map, Value};
use std::time::Instant;

/// The client of all requests, which keeps its connections from one invocation to the next.
pub(super) struct Shared(Client);

impl Default for Shared {
    fn default() -> Self {
        // The environment is read at the first request, which most scripts never make.
        Self(Client::new(|| Config::read(|name| std::env::var(name).ok())))
    }
}

/// An error of this module.
pub(crate) fn http_error(message: &str, from: &str) -> Error {
    let mut thrown = Map::new();
    thrown.insert("type".into(), "HttpError".into());
    thrown.insert("message".into(), message.into());
    thrown.insert("url".into(), url::shown(from).into());
    Error::new(ErrorKind::Runtime(thrown.into()))
}

const WITHOUT_BODY: &[Param] = &[param("url", Kind::String), optional("options", Kind::Map)];
const WITH_BODY: &[Param] =
    &[param("url", Kind::String), param("body", Kind::Any), optional("options", Kind::Map)];
const RESPONSE: Kind = Kind::Host(Response::TYPE_NAME);

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "http",
    functions: &[
        Function::new("get", WITHOUT_BODY, RESPONSE, |call| without_body(call, "GET")),
        Function::new("delete", WITHOUT_BODY, RESPONSE, |call| without_body(call, "DELETE")),
        Function::new("head", WITHOUT_BODY, RESPONSE, |call| without_body(call, "HEAD")),
        Function::new("post", WITH_BODY, RESPONSE, |call| with_body(call, "POST")),
        Function::new("put", WITH_BODY, RESPONSE, |call| with_body(call, "PUT")),
        Function::new("patch", WITH_BODY, RESPONSE, |call| with_body(call, "PATCH")),
        Function::new("request", &[param("options", Kind::Map)], RESPONSE, |call| {
            let request = Request::parse(call.take(0))?;
            send(host(call), &request)
        }),
        Function::new("all", &[param("requests", Kind::Array)], Kind::Array, |call| {
            let requests = call.take_array(0);
            send_all(call, requests)
        }),
    ],
    constants: &[],
};

fn without_body(call: &mut Call<'_>, method: &str) -> Result<Value> {
    let options = call.take_map(1);
    send(host(call), &Request::of(method, call.str(0), None, options)?)
}

fn with_body(call: &mut Call<'_>, method: &str) -> Result<Value> {
    let (body, options) = (call.take(1), call.take_map(2));
    send(host(call), &Request::of(method, call.str(0), Some(body), options)?)
}

fn send(host: &Host, request: &Request) -> Result<Value> {
    let result = retry::send(&host.http.0, request, host.deadline.at());
    match result {
        Ok(response) => Ok(Response::new(Ok(response), &request.inner.url).into()),
        Err(error) => Err(thrown(host, &error, &request.inner.url)),
    }
}

fn send_all(call: &Call<'_>, requests: Vec<Value>) -> Result<Value> {
    let host = host(call);
    // There may be very many.
    let requests = requests.into_iter().enumerate().map(|(index, request)| {
        call.check()?;
        Request::parse(request).map_err(|error| request::name_place(error, index))
    });
    let requests = requests.collect::<Result<Vec<_>>>()?;
    let results = all::send(&host.http.0, &requests, host.deadline.at());
    host.deadline.check()?;
    let responses = requests.iter().zip(results).map(|(request, result)| match result {
        Err(error) if error.kind == net::ErrorKind::Deadline => Err(thrown(host, &error, &request.inner.url)),
        result => Ok(Value::from(Response::new(result, &request.inner.url))),
    });
    responses.collect::<Result<Vec<_>>>().map(Value::from)
}

/// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
fn thrown(host: &Host, error: &net::Error, url: &str) -> Error {
    if error.kind == net::ErrorKind::Deadline {
        return host.deadline.cut();
    }
    http_error(&error.message, url)
}

/// The time until then; `None` without an end.
fn left(until: Option<Instant>) -> Option<std::time::Duration> {
    until.map(|until| until.saturating_duration_since(Instant::now()))
}

//! `http`: requests to other servers. `get`, `delete`, `head` `(url[, options])`; `post`, `put`,
//! `patch` `(url, body[, options])`; `request(options)`; `all([requests])`.

mod all;
mod request;
mod retry;

use super::{at, error, Result};
use crate::deadline::Deadline;
use crate::net::{url, Client, Config, Error, ErrorKind};
use crate::response::Response;
use request::Request;
pub(super) use request::{pairs, seconds, wrong};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, Module, NativeCallContext};
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
#[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
pub(crate) fn http_error(message: &str, from: &str) -> Box<EvalAltResult> {
    let mut error = error("HttpError", message);
    if let EvalAltResult::ErrorRuntime(thrown, _) = &mut *error {
        if let Some(mut thrown) = thrown.write_lock::<Map>() {
            thrown.insert("url".into(), url::shown(from).into());
        }
    }
    error
}

pub(super) fn register(engine: &mut Engine, shared: &Shared, deadline: &Deadline) {
    let caller = Caller { client: shared.0.clone(), deadline: deadline.clone() };
    let mut module = Module::new();
    for method in ["GET", "DELETE", "HEAD"] {
        caller.register_without_body(&mut module, method);
    }
    for method in ["POST", "PUT", "PATCH"] {
        caller.register_with_body(&mut module, method);
    }
    let request = caller.clone();
    module.set_native_fn("request", move |call: NativeCallContext<'_>, options: Map| {
        at(&call, Request::parse(options.into()).and_then(|parsed| request.send(&parsed)))
    });
    module.set_native_fn("all", move |call: NativeCallContext<'_>, requests: Array| {
        at(&call, caller.send_all(requests))
    });
    engine.register_static_module("http", module.into());
}

/// What sends the requests of one script.
#[derive(Clone)]
struct Caller {
    client: Client,
    deadline: Deadline,
}

impl Caller {
    fn register_without_body(&self, module: &mut Module, method: &'static str) {
        let name = method.to_ascii_lowercase();
        let caller = self.clone();
        module.set_native_fn(&*name, move |call: NativeCallContext<'_>, url: ImmutableString| {
            at(&call, caller.call(method, &url, None, Map::new()))
        });
        let caller = self.clone();
        module.set_native_fn(
            &*name,
            move |call: NativeCallContext<'_>, url: ImmutableString, options: Map| {
                at(&call, caller.call(method, &url, None, options))
            },
        );
    }

    fn register_with_body(&self, module: &mut Module, method: &'static str) {
        let name = method.to_ascii_lowercase();
        let caller = self.clone();
        module.set_native_fn(
            &*name,
            move |call: NativeCallContext<'_>, url: ImmutableString, body: Dynamic| {
                at(&call, caller.call(method, &url, Some(body), Map::new()))
            },
        );
        let caller = self.clone();
        module.set_native_fn(
            &*name,
            move |call: NativeCallContext<'_>, url: ImmutableString, body: Dynamic, options: Map| {
                at(&call, caller.call(method, &url, Some(body), options))
            },
        );
    }

    fn call(
        &self,
        method: &str,
        url: &ImmutableString,
        body: Option<Dynamic>,
        options: Map,
    ) -> Result<Response> {
        self.send(&Request::of(method, url, body, options)?)
    }

    fn send(&self, request: &Request) -> Result<Response> {
        let result = retry::send(&self.client, request, self.deadline.at());
        match result {
            Ok(response) => Ok(Response::new(Ok(response), &request.inner.url)),
            Err(error) => Err(self.thrown(&error, &request.inner.url)),
        }
    }

    fn send_all(&self, requests: Array) -> Result<Array> {
        let requests = requests.into_iter().enumerate().map(|(index, request)| {
            Request::parse(request).map_err(|mut error| {
                request::name_place(&mut error, index);
                error
            })
        });
        let requests = requests.collect::<Result<Vec<_>>>()?;
        let results = all::send(&self.client, &requests, self.deadline.at());
        let responses = requests.iter().zip(results).map(|(request, result)| match result {
            Err(error) if error.kind == ErrorKind::Deadline => Err(self.thrown(&error, &request.inner.url)),
            result => Ok(Dynamic::from(Response::new(result, &request.inner.url))),
        });
        responses.collect()
    }

    /// What a script gets of an error. At the deadline, and when the environment is to end, it is stopped.
    #[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
    fn thrown(&self, error: &Error, url: &str) -> Box<EvalAltResult> {
        if error.kind == ErrorKind::Deadline {
            return self.deadline.cut();
        }
        http_error(&error.message, url)
    }
}

/// The time until then; `None` without an end.
fn left(until: Option<Instant>) -> Option<std::time::Duration> {
    until.map(|until| until.saturating_duration_since(Instant::now()))
}

//! A request's way through a router.

use super::error::router_error;
use super::reply::Reply;
use super::request::Request;
use super::routes::{Route, Router, Settings, Target};
use super::source::Source;
use super::{cors, files, openapi, pattern};
use crate::modules::arguments::is_http_status;
use rhai_vm::function::Call;
use rhai_vm::{Error, ErrorKind, FnPtr, Map, Result, Value};
use std::rc::Rc;

/// Serves the event: `router.handle(event, context)`.
pub(super) fn handle(call: &mut Call<'_>) -> Result<Value> {
    let router = call.host::<Router>(0)?.clone();
    let (event, context) = (call.take(1), call.take(2));
    let settings = router.settings();
    let request = Request::read(event, context, &settings.base_path)?;
    if request.source() == Source::WebSocket {
        return web_socket(call, &router, &request);
    }
    let mut reply = respond(call, &router, &settings, &request)?;
    for function in &settings.after {
        let map = Value::from(reply.into_map());
        let changed = call.invoke(function, [map.clone(), request_value(&request)])?;
        reply = Reply::read(if changed.is_unit() { map } else { changed })?;
    }
    if let Some(cors) = &settings.cors {
        cors.allow(&request, &mut reply);
    }
    if settings.compress {
        reply.compress(request.header("accept-encoding").unwrap_or_default())?;
    }
    if request.method() == "HEAD" {
        reply.body = Value::Unit;
    }
    reply.into_response(request.source(), request.event())
}

fn request_value(request: &Request) -> Value {
    Value::host(request.clone())
}

/// The response before functions of `after` see it.
fn respond(call: &mut Call<'_>, router: &Router, settings: &Settings, request: &Request) -> Result<Reply> {
    let source = request.source();
    let path = request.path();
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let encoded = path.split('/').filter(|_| !path.is_empty());
    let Some(segments) = encoded.map(|segment| source.decoded(segment)).collect::<Option<Vec<_>>>() else {
        return Reply::problem(400, "the path is not valid UTF-8");
    };
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let (route, methods) = router.find(&segments, request.method());
    if let Some(cors) = settings.cors.as_ref().filter(|_| cors::is_preflight(request)) {
        // A route that serves `OPTIONS` is one for any method.
        let methods = if route.is_some() { vec!["*".to_owned()] } else { methods.clone() };
        if !methods.is_empty() {
            return Ok(cors.preflight(request, &cors::methods(&methods)));
        }
    }
    let Some(route) = route else {
        return no_route(call, settings, request, &methods);
    };
    request.set_route(&route.pattern, params(&route, &segments)?);
    match run(call, router, settings, request, &route) {
        Err(error) if error.is_catchable() => fail(call, settings, request, error),
        result => result,
    }
}

/// The values of a route's parameters.
fn params(route: &Route, segments: &[&str]) -> Result<Map> {
    let mut params = Map::new();
    for (number, segment) in route.segments.iter().enumerate() {
        let pattern::Segment::Param(name, kind) = segment else { continue };
        let value = match kind {
            pattern::Kind::Rest => Some(segments[number..].join("/").into()),
            kind => kind.read(segments[number]),
        };
        let missing = || router_error(format!("the parameter {name:?} has no value"));
        params.insert(name.as_str().into(), value.ok_or_else(missing)?);
    }
    Ok(params)
}

/// The response where no route is for the path and the method.
fn no_route(
    call: &mut Call<'_>,
    settings: &Settings,
    request: &Request,
    methods: &[String],
) -> Result<Reply> {
    if methods.is_empty() {
        return not_found(call, settings, request);
    }
    let mut reply = if request.method() == "OPTIONS" {
        Reply::empty(204)
    } else {
        Reply::problem(405, &format!("{} is not allowed here", request.method()))?
    };
    reply.set("allow", cors::methods(methods));
    Ok(reply)
}

fn not_found(call: &mut Call<'_>, settings: &Settings, request: &Request) -> Result<Reply> {
    match &settings.not_found {
        Some(function) => {
            let value = invoke(call, function, request)?;
            let has_status = value.as_map().is_some_and(|map| map.contains_key("statusCode"));
            let mut reply = Reply::read(value)?;
            if !has_status {
                reply.status = 404;
            }
            Ok(reply)
        }
        None => Reply::problem(404, "not found"),
    }
}

fn run(
    call: &mut Call<'_>,
    router: &Router,
    settings: &Settings,
    request: &Request,
    route: &Route,
) -> Result<Reply> {
    for function in &settings.before {
        let early = invoke(call, function, request)?;
        if !early.is_unit() {
            return Reply::read(early);
        }
    }
    match &route.target {
        Target::Function(function) => {
            if let (Some(schema), Some(source)) = (&route.schemas.query, route.operation.query()) {
                request.check_query(call, schema, source)?;
            }
            if let Some(schema) = &route.schemas.body {
                request.check_body(call, schema)?;
            }
            Reply::read(invoke(call, function, request)?)
        }
        Target::Files(folder) => {
            let name = request.param("path").unwrap_or_default();
            match files::serve(call, folder, &name, request)? {
                Some(reply) => Ok(reply),
                None => not_found(call, settings, request),
            }
        }
        Target::OpenApi(about) => {
            Reply::read(openapi::document(about, &settings.base_path, &router.routes())?)
        }
        Target::Docs(about) => Ok(openapi::page(about, &router.routes())),
    }
}

/// Calls a function with the request, or without if it has no parameter.
fn invoke(call: &mut Call<'_>, function: &Rc<FnPtr>, request: &Request) -> Result<Value> {
    if call.takes(function, 0) {
        call.invoke(function, [])
    } else {
        call.invoke(function, [request_value(request)])
    }
}

/// The response to an error that a function has thrown; otherwise the error itself.
fn fail(call: &mut Call<'_>, settings: &Settings, request: &Request, error: Error) -> Result<Reply> {
    if let Some(function) = &settings.on_error {
        let value = call.invoke(function, [error.caught(""), request_value(request)])?;
        if !value.is_unit() {
            return Reply::read(value);
        }
    }
    let ErrorKind::Runtime(Value::Map(thrown)) = error.kind() else { return Err(error) };
    let status = thrown.get("status").and_then(Value::as_int).filter(|status| is_http_status(*status));
    match status.filter(|_| !is_of_client(thrown)) {
        Some(status) => {
            let message = thrown.get("message").map(ToString::to_string).unwrap_or_default();
            let errors = thrown.get("errors").filter(|_| is_of_router(thrown));
            Reply::problem_with(status, &message, errors)
        }
        None => Err(error),
    }
}

/// Whether the error is that of a request which is not as its route needs it.
fn is_of_router(thrown: &Map) -> bool {
    thrown.get("type").and_then(Value::as_str).is_some_and(|kind| *kind == "RequestError")
}

/// Whether the status is that of another server's response, which is not for the client to see.
fn is_of_client(thrown: &Map) -> bool {
    let kind = thrown.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| ["AwsError", "HttpError"].contains(&kind.as_str()))
}

/// Serves an event of a WebSocket API: its route key says which function is called.
fn web_socket(call: &mut Call<'_>, router: &Router, request: &Request) -> Result<Value> {
    let key = request.path().to_owned();
    let Some(function) = router.web_socket(&key) else {
        let message =
            format!("no function serves the route key {key:?} of the WebSocket API; add one with .websocket");
        return Err(router_error(message));
    };
    request.set_route(&key, Map::new());
    let reply = match invoke(call, &function, request)? {
        Value::Unit => Reply::empty(200),
        value => Reply::read(value)?,
    };
    reply.into_response(request.source(), request.event())
}

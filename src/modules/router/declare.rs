//! What the functions that declare routes do.

use super::cors::{Attributes, Cors};
use super::error::router_error;
use super::operation::{Description, Operation};
use super::reply::Reply;
use super::routes::{Router, Schemas, Settings, Target};
use crate::modules::accepted::read;
use crate::modules::host;
use crate::modules::options::Options;
use crate::modules::validate::Schemas as CompiledSchemas;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{FnPtr, Map, Result, Value};
use std::rc::Rc;

/// A router without routes.
pub(super) fn create(options: Map) -> Result<Value> {
    let base_path = base_path(&mut Options::new(options))
        .map_err(|problem| router_error(format!("router::create: {problem}")))?;
    let router = Router::default();
    router.change(|settings| settings.base_path = base_path);
    Ok(Value::host(router))
}

fn base_path(options: &mut Options) -> std::result::Result<String, String> {
    let path = options.text("base_path")?.unwrap_or_default();
    options.end()?;
    Ok(path.trim_end_matches('/').to_owned())
}

/// A response that redirects.
pub(super) fn redirect(url: &str, status: i64) -> Result<Value> {
    if ![301, 302, 303, 307, 308].contains(&status) {
        return Err(router_error(format!(
            "the status {status} does not redirect; use 301, 302, 303, 307 or 308"
        )));
    }
    if url.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!(
            "the URL {url:?} has characters that must be percent-encoded; use urlencode for its parts"
        );
        return Err(router_error(message));
    }
    let mut reply = Reply::empty(status);
    reply.set("location", url);
    let mut response = reply.into_map();
    response.insert("body".into(), "".into());
    Ok(response.into())
}

/// A function that must have one of these numbers of parameters.
pub(super) fn function(call: &Call<'_>, number: usize, what: &str, counts: &[usize]) -> Result<Rc<FnPtr>> {
    let function = call.function(number)?;
    if counts.iter().any(|count| call.takes(&function, *count)) {
        return Ok(function);
    }
    let needed = match counts {
        [2] if what == "after" => "two parameters, the response and the request",
        [2] => "two parameters, the error and the request",
        _ => "one parameter, the request, or none",
    };
    let shown = if function.is_anonymous() {
        "the closure".to_owned()
    } else {
        format!("{:?}", function.name.as_str())
    };
    Err(router_error(format!("the function of {what} must have {needed}; {shown} has not")))
}

/// Adds a route with a function.
pub(super) fn route(call: &mut Call<'_>, method: &str) -> Result<Value> {
    let function = function(call, 2, call.str(1), &[0, 1])?;
    let options = call.take_map(3)?;
    let operation = Operation::read(&mut Options::new(options))
        .map_err(|problem| router_error(format!("{method} {:?}: {problem}", call.str(1))))?;
    let compile = |schema| host(call).state::<CompiledSchemas>().compiled(schema, true, &Value::Unit);
    let schemas = Schemas {
        body: operation.body().map(compile).transpose()?,
        query: operation.query().map(compile).transpose()?,
    };
    call.host::<Router>(0)?.add(method, call.str(1), Target::Function(function), operation, schemas)?;
    Ok(call.take(0))
}

/// Changes what holds for all routes.
pub(super) fn change(call: &mut Call<'_>, change: impl FnOnce(&mut Settings)) -> Result<Value> {
    call.host::<Router>(0)?.change(change);
    Ok(call.take(0))
}

/// Adds the routes of the `OpenAPI` document and its page.
pub(super) fn openapi(call: &mut Call<'_>) -> Result<Value> {
    let described = description_and_docs(&mut Options::new(call.take_map(2)?));
    let (about, docs) = described.map_err(|problem| router_error(format!("openapi: {problem}")))?;
    let about = Rc::new(about);
    let router = call.host::<Router>(0)?;
    router.add(
        "GET",
        call.str(1),
        Target::OpenApi(Rc::clone(&about)),
        Operation::default(),
        Schemas::default(),
    )?;
    if let Some(path) = docs {
        router.add("GET", &path, Target::Docs(about), Operation::default(), Schemas::default())?;
    }
    Ok(call.take(0))
}

/// What the document says about the API, and the path of the page.
fn description_and_docs(options: &mut Options) -> std::result::Result<(Description, Option<String>), String> {
    let described = (Description::read(options)?, options.text("docs")?);
    options.end()?;
    Ok(described)
}

pub(super) const OPTIONS: &[OptionsParam] = &[
    OptionsParam::new("Router.get", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.post", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.put", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.patch", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.delete", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.any", "options", |options| read(options, Operation::read)),
    OptionsParam::new("Router.cors", "options", |options| read(options, Cors::parse)),
    OptionsParam::new("Router.openapi", "options", |options| read(options, description_and_docs)),
    OptionsParam::new("router::create", "options", |options| read(options, base_path)),
    OptionsParam::new("router::cookie", "options", |options| read(options, Attributes::read)),
];

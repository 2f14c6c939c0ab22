//! The `OpenAPI` 3.1 document of a router, and a page that shows it.

use super::pattern::{self, Kind, Segment};
use super::query;
use super::reply::Reply;
use super::Route;
use crate::modules::options::Options;
use rhai_vm::{Map, Result, Value};
use std::fmt::Write as _;
use std::rc::Rc;

/// What the document says about the API.
pub(super) struct Description {
    title: String,
    version: String,
    text: Option<String>,
}

impl Description {
    pub(super) fn read(options: &mut Options) -> std::result::Result<Self, String> {
        let title = options.text("title")?.unwrap_or_else(|| "API".to_owned());
        let version = options.text("version")?.unwrap_or_else(|| "1.0.0".to_owned());
        Ok(Self { title, version, text: options.text("description")? })
    }

    fn info(&self) -> Map {
        let mut info = Map::new();
        info.insert("title".into(), self.title.as_str().into());
        info.insert("version".into(), self.version.as_str().into());
        if let Some(description) = &self.text {
            info.insert("description".into(), description.as_str().into());
        }
        info
    }
}

/// What the document says about a route.
#[derive(Default)]
pub(super) struct Operation {
    fields: Map,
    /// The schema of the request's body.
    body: Option<Value>,
    /// That of its query parameters.
    query: Option<Value>,
}

impl Operation {
    /// # Errors
    /// What is wrong with the options.
    pub(super) fn read(options: Map) -> std::result::Result<Self, String> {
        let mut options = Options::new(options);
        let mut operation = Map::new();
        for (option, field) in
            [("summary", "summary"), ("description", "description"), ("operation_id", "operationId")]
        {
            if let Some(text) = options.text(option)? {
                operation.insert(field.into(), text.into());
            }
        }
        if let Some(tags) = options.take("tags") {
            operation.insert("tags".into(), tags);
        }
        let body = options.take("body");
        if let Some(schema) = body.clone() {
            let content = one("application/json", one("schema", schema));
            operation.insert(
                "requestBody".into(),
                Map::from_iter([("required".into(), true.into()), ("content".into(), content)]).into(),
            );
        }
        let query = options.take("query");
        if let Some(responses) = options.take("responses") {
            let Value::Map(responses) = responses else {
                return Err("`responses` must be a map of statuses and descriptions".to_owned());
            };
            let responses: Map =
                responses.iter().map(|(status, value)| (status.clone(), response(value))).collect();
            operation.insert("responses".into(), responses.into());
        }
        options.end()?;
        Ok(Self { fields: operation, body, query })
    }

    pub(super) fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    pub(super) fn query(&self) -> Option<&Value> {
        self.query.as_ref()
    }
}

/// A response: its description, or the whole of it.
fn response(value: &Value) -> Value {
    match value {
        Value::Str(_) => one("description", value.clone()),
        other => other.clone(),
    }
}

fn one(name: &str, value: Value) -> Value {
    Map::from_iter([(name.into(), value)]).into()
}

/// The document.
pub(super) fn document(about: &Description, routes: &[Rc<Route>]) -> Result<Value> {
    let mut paths = Map::new();
    for route in routes.iter().filter(|route| route.is_documented()) {
        let segments = pattern::parse(&route.pattern)?;
        let path = paths.get_or_insert(&path(&segments).into())?;
        if path.is_unit() {
            *path = Map::new().into();
        }
        let Value::Map(path) = path else { continue };
        Rc::make_mut(path).insert(route.method.to_lowercase().into(), operation(route, &segments).into());
    }
    let mut document = Map::new();
    document.insert("openapi".into(), "3.1.0".into());
    document.insert("info".into(), about.info().into());
    document.insert("paths".into(), paths.into());
    Ok(document.into())
}

fn path(segments: &[Segment]) -> String {
    let parts = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Param(name, _) => format!("/{{{name}}}"),
    });
    let path: String = parts.collect();
    if path.is_empty() {
        "/".to_owned()
    } else {
        path
    }
}

fn operation(route: &Route, segments: &[Segment]) -> Map {
    let mut operation = route.operation.fields.clone();
    let in_query = route.operation.query().map(query::parameters).unwrap_or_default();
    let parameters: Vec<Value> = segments.iter().filter_map(parameter).chain(in_query).collect();
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if !operation.contains_key("responses") {
        operation.insert("responses".into(), one("default", one("description", "The response".into())));
    }
    operation
}

fn parameter(segment: &Segment) -> Option<Value> {
    let Segment::Param(name, kind) = segment else { return None };
    let mut schema = Map::new();
    schema.insert("type".into(), if *kind == Kind::Int { "integer" } else { "string" }.into());
    match kind {
        Kind::Int => drop(schema.insert("format".into(), "int64".into())),
        Kind::Uuid => drop(schema.insert("format".into(), "uuid".into())),
        Kind::Text | Kind::Rest => {}
    }
    let mut parameter = Map::new();
    parameter.insert("name".into(), name.as_str().into());
    parameter.insert("in".into(), "path".into());
    parameter.insert("required".into(), true.into());
    parameter.insert("schema".into(), schema.into());
    Some(parameter.into())
}

/// A page with all routes, without scripts.
pub(super) fn page(about: &Description, routes: &[Rc<Route>]) -> Reply {
    let title = escaped(&about.title);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}\
         code{{background:#eee;padding:.1rem .3rem}}</style><h1>{title} <small>{}</small></h1>",
        escaped(&about.version)
    );
    if let Some(description) = &about.text {
        let _ = write!(page, "<p>{}</p>", escaped(description));
    }
    for route in routes.iter().filter(|route| route.is_documented()) {
        let text = |name: &str| {
            route.operation.fields.get(name).map(|text| escaped(&text.to_string())).unwrap_or_default()
        };
        let _ = write!(
            page,
            "<h2><code>{} {}</code> {}</h2>",
            escaped(&route.method),
            escaped(&route.pattern),
            text("summary")
        );
        let _ = write!(page, "<p>{}</p>", text("description"));
    }
    Reply::new(200, "text/html; charset=utf-8", page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

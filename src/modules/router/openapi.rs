//! The `OpenAPI` 3.1 document of a router, and a page that shows it.

use super::operation::{one, Description, DESCRIPTION};
use super::pattern::{self, Kind, Segment};
use super::query;
use super::reply::Reply;
use super::routes::Route;
use net::url::COMPONENT;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{Map, Result, Str, Value};
use std::fmt::Write as _;
use std::rc::Rc;

/// The document. `base_path` is what the paths of clients begin with and those of routes do not.
pub(super) fn document(about: &Description, base_path: &str, routes: &[Rc<Route>]) -> Result<Value> {
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
    if !base_path.is_empty() {
        document.insert("servers".into(), Value::array(vec![one("url", base_path.into())]));
    }
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
    if let Some(schema) = route.operation.body() {
        let place = format!("{}/requestBody/content/application~1json/schema", place(route, segments));
        let schema = anchored(schema, &place);
        let content = one("application/json", one("schema", schema));
        let body = Map::from_iter([("required".into(), true.into()), ("content".into(), content)]);
        operation.insert("requestBody".into(), body.into());
    }
    let mut parameters: Vec<Value> = segments.iter().filter_map(parameter).collect();
    if let Some(schema) = route.operation.query() {
        let place = format!("{}/parameters", place(route, segments));
        parameters.extend(query_parameters(schema, &place, parameters.len()));
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if !operation.contains_key("responses") {
        operation.insert("responses".into(), one("default", one("description", DESCRIPTION.into())));
    }
    operation
}

/// The reference to a route's operation within the document.
fn place(route: &Route, segments: &[Segment]) -> String {
    let path = path(segments).replace('~', "~0").replace('/', "~1");
    let (path, method) = (utf8_percent_encode(&path, COMPONENT), route.method.to_lowercase());
    format!("#/paths/{path}/{method}")
}

/// A parameter for each property that the schema of a query has. They come after `before` others, which are at `place`.
fn query_parameters(schema: &Value, place: &str, before: usize) -> Vec<Value> {
    let field = |name: &str| schema.as_map().and_then(|schema| schema.get(name));
    let required = field("required").and_then(Value::as_array);
    let parameter = |(number, (name, property)): (usize, (&Str, &Value))| {
        let is_required =
            required.is_some_and(|names| names.iter().any(|other| other.as_str() == Some(name)));
        let refers = refers(property);
        let mut property = property.clone();
        if let (true, Value::Map(property), Some(definitions)) = (refers, &mut property, field("$defs")) {
            Rc::make_mut(property).insert("$defs".into(), definitions.clone());
        }
        let mut parameter = Map::new();
        parameter.insert("name".into(), name.clone().into());
        parameter.insert("in".into(), "query".into());
        parameter.insert("required".into(), is_required.into());
        parameter
            .insert("schema".into(), anchored(&property, &format!("{place}/{}/schema", before + number)));
        parameter.into()
    };
    let properties = query::properties(schema);
    properties.map(|properties| properties.iter().enumerate().map(parameter).collect()).unwrap_or_default()
}

/// Whether a schema has references to itself.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(refers),
        Value::Map(map) => map.contains_key("$ref") || map.iter().any(|(_, value)| refers(value)),
        _ => false,
    }
}

/// A schema whose references to itself are those to its place in the document.
fn anchored(schema: &Value, place: &str) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(|item| anchored(item, place)).collect(),
        // It says itself what its references are relative to.
        Value::Map(map) if map.contains_key("$id") => schema.clone(),
        Value::Map(map) => {
            let entry = |(name, value): (&Str, &Value)| {
                let inner =
                    value.as_str().filter(|_| *name == "$ref").and_then(|text| text.strip_prefix('#'));
                let value = match inner.filter(|inner| inner.is_empty() || inner.starts_with('/')) {
                    Some(inner) => format!("{place}{inner}").into(),
                    None => anchored(value, place),
                };
                (name.clone(), value)
            };
            map.iter().map(entry).collect::<Map>().into()
        }
        other => other.clone(),
    }
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

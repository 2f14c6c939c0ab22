//! Requests of Amazon Bedrock agents, and responses to them: "Lambda input event from Amazon Bedrock" and "Lambda
//! response event to Amazon Bedrock" in the Amazon Bedrock user guide.
//!
//! Action groups have an API schema, or else function details: a function is a `POST` request whose path is its name and whose
//! body has its parameters.

use crate::modules::fields::{child, text};
use crate::modules::http_event;
use net::url::COMPONENT;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{Map, Result, Value};

/// Whether a Bedrock agent sent an event.
pub(in crate::modules) fn is_agent(event: &Map) -> bool {
    event.contains_key("actionGroup") && (event.contains_key("apiPath") || event.contains_key("function"))
}

/// The function that an event calls; `None` for an operation of an API schema.
fn function(event: &Map) -> Option<&str> {
    text(event, "function")
}

pub(super) fn method(event: &Map) -> Option<&str> {
    text(event, "httpMethod").or_else(|| function(event).map(|_| "POST"))
}

/// The path: the agent sends that of the API schema, and the values of its parameters beside it.
pub(super) fn path(event: &Map) -> Option<String> {
    if let Some(function) = function(event) {
        return Some(format!("/{}", utf8_percent_encode(function, COMPONENT)));
    }
    let mut path = text(event, "apiPath")?.to_owned();
    for (name, value) in parameters(event) {
        let value = utf8_percent_encode(&value.to_string(), COMPONENT).to_string();
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    Some(path)
}

/// The parameters that are not in the path.
pub(super) fn query(event: &Map) -> Map {
    if function(event).is_some() {
        return Map::new();
    }
    let path = text(event, "apiPath").unwrap_or_default();
    let parameters = parameters(event).filter(|(name, _)| !path.contains(&format!("{{{name}}}")));
    parameters.map(|(name, value)| (name.into(), value.clone())).collect()
}

fn parameters(event: &Map) -> impl Iterator<Item = (&str, &Value)> {
    named(event.get("parameters")).filter_map(|map| Some((text(map, "name")?, map.get("value")?)))
}

fn named(list: Option<&Value>) -> impl Iterator<Item = &Map> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_map)
}

/// The body: a map of the properties that the agent sends, or of the parameters of a function, with the types that it names.
pub(in crate::modules) fn body(event: &Map) -> Value {
    let is_function = function(event).is_some();
    let content = child(event, "requestBody").and_then(|body| child(body, "content"));
    let properties = match content.and_then(|content| child(content, "application/json")) {
        Some(json) => json.get("properties"),
        None => event.get("parameters").filter(|_| is_function),
    };
    let body: Map = named(properties)
        .filter_map(|property| {
            let value = property.get("value")?;
            let kind = text(property, "type").unwrap_or_default();
            Some((text(property, "name")?.into(), typed(value, kind)))
        })
        .collect();
    if body.is_empty() && !is_function {
        Value::Unit
    } else {
        body.into()
    }
}

fn typed(value: &Value, kind: &str) -> Value {
    let Value::Str(text) = value else { return value.clone() };
    let read = match kind {
        "integer" => text.parse().ok().map(Value::Int),
        "number" => text.parse().ok().map(Value::Float),
        "boolean" => text.parse().ok().map(Value::Bool),
        "array" | "object" => crate::value::decode(text.as_bytes()).ok(),
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

/// The response that the agent expects. The headers have names in lower case.
pub(super) fn response(event: &Map, status: i64, headers: &Map, body: Value) -> Result<Value> {
    let body = match body {
        Value::Blob(bytes) => http_event::base64(&bytes)?.into(),
        Value::Unit => "".into(),
        other => other,
    };
    let mut response = match function(event) {
        Some(_) => of_function(status, body),
        None => of_operation(status, text(headers, "content-type"), body),
    };
    for name in ["actionGroup", "apiPath", "httpMethod", "function"] {
        if let Some(value) = event.get(name) {
            response.insert(name.into(), value.clone());
        }
    }
    let mut whole = Map::new();
    whole.insert("messageVersion".into(), "1.0".into());
    whole.insert("response".into(), response.into());
    for name in ["sessionAttributes", "promptSessionAttributes"] {
        if let Some(attributes) = event.get(name) {
            whole.insert(name.into(), attributes.clone());
        }
    }
    Ok(whole.into())
}

fn of_operation(status: i64, content_type: Option<&str>, body: Value) -> Map {
    let content_type =
        content_type.map_or("application/json", |kind| kind.split(';').next().unwrap_or(kind).trim());
    Map::from_iter([
        ("httpStatusCode".into(), status.into()),
        ("responseBody".into(), pair(content_type, pair("body", body))),
    ])
}

/// Functions have no status: the agent asks the user again after an error of the client, and fails after others.
fn of_function(status: i64, body: Value) -> Map {
    let mut response = Map::from_iter([("responseBody".into(), pair("TEXT", pair("body", body)))]);
    match status {
        400..500 => drop(response.insert("responseState".into(), "REPROMPT".into())),
        500.. => drop(response.insert("responseState".into(), "FAILURE".into())),
        _ => {}
    }
    Map::from_iter([("functionResponse".into(), response.into())])
}

fn pair(name: &str, value: Value) -> Value {
    Map::from_iter([(name.into(), value)]).into()
}

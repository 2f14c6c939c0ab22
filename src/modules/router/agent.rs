//! Requests of Amazon Bedrock agents, and responses to them: "Lambda input event from Amazon Bedrock" and "Lambda
//! response event to Amazon Bedrock" in the Amazon Bedrock user guide.

use super::reply::Reply;
use super::source::text;
use net::url::COMPONENT;
use percent_encoding::utf8_percent_encode;
use rhai_vm::{Map, Result, Value};

/// The path: the agent sends that of the API schema, and the values of its parameters beside it.
pub(super) fn path(event: &Map) -> Option<String> {
    let mut path = text(event, "apiPath")?.to_owned();
    for (name, value) in parameters(event) {
        let value = utf8_percent_encode(&value.to_string(), COMPONENT).to_string();
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    Some(path)
}

/// The parameters that are not in the path.
pub(super) fn query(event: &Map) -> Map {
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

/// The body: a map of the properties that the agent sends, with the types that it names.
pub(super) fn body(event: &Map) -> Value {
    let content =
        event.get("requestBody").and_then(Value::as_map).and_then(|body| body.get("content")?.as_map());
    let json = content.and_then(|content| content.get("application/json")?.as_map());
    let properties = named(json.and_then(|json| json.get("properties")));
    let body: Map = properties
        .filter_map(|property| {
            let value = property.get("value")?;
            let kind = text(property, "type").unwrap_or_default();
            Some((text(property, "name")?.into(), typed(value, kind)))
        })
        .collect();
    if body.is_empty() {
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

/// The response that the agent expects.
pub(super) fn response(event: &Map, reply: Reply) -> Result<Value> {
    let mut fields = reply.into_map();
    let body = fields.remove("body").unwrap_or_default();
    let status = fields.remove("statusCode").unwrap_or_default();
    let content_type = fields
        .get("headers")
        .and_then(Value::as_map)
        .and_then(|headers| text(headers, "content-type"))
        .map_or("application/json", |kind| kind.split(';').next().unwrap_or(kind).trim());
    let text = match body {
        Value::Blob(bytes) => super::reply::base64(&bytes)?.into(),
        Value::Unit => "".into(),
        other => other,
    };
    let pair = |name: &str, value: Value| Value::from(Map::from_iter([(name.into(), value)]));
    let mut response = Map::new();
    for name in ["actionGroup", "apiPath", "httpMethod"] {
        response.insert(name.into(), event.get(name).cloned().unwrap_or_default());
    }
    response.insert("httpStatusCode".into(), status);
    response.insert("responseBody".into(), pair(content_type, pair("body", text)));
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

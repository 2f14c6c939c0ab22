//! What sent an event, and how such an event says its method, path, headers, query and body.
//!
//! HTTP APIs pass the path decoded, REST APIs, function URLs, load balancers and VPC Lattice as it came; load balancers do not
//! decode the query either.

use super::agent;
use super::error::router_error;
use crate::modules::fields::{child, is_vpc_lattice, is_vpc_lattice_v1, text};
use percent_encoding::percent_decode_str;
use rhai_vm::{Map, Result, Value};
use std::borrow::Cow;

/// The services that send requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// HTTP APIs with format 2.0.
    HttpApi,
    /// Function URLs.
    FunctionUrl,
    /// HTTP APIs with format 1.0.
    HttpApiV1,
    RestApi,
    LoadBalancer,
    VpcLattice,
    VpcLatticeV1,
    /// Action groups of Amazon Bedrock agents.
    BedrockAgent,
    WebSocket,
}

impl Source {
    /// # Errors
    /// `RouterError` if the event is of another kind.
    pub(super) fn of(event: &Value) -> Result<Self> {
        let unknown = || {
            router_error(
                "the event is not an HTTP request; router::handle accepts events of API Gateway, function URLs, \
                 load balancers, VPC Lattice and Bedrock agents",
            )
        };
        let event = event.as_map().ok_or_else(unknown)?;
        if agent::is_agent(event) {
            return Ok(Self::BedrockAgent);
        }
        if is_vpc_lattice(event) {
            return Ok(if is_vpc_lattice_v1(event) { Self::VpcLatticeV1 } else { Self::VpcLattice });
        }
        let context = child(event, "requestContext").ok_or_else(unknown)?;
        let version = text(event, "version").unwrap_or_default();
        let domain = text(context, "domainName").unwrap_or_default();
        if context.contains_key("connectionId") {
            Ok(Self::WebSocket)
        } else if version == "2.0" && text(event, "rawPath").is_some() {
            Ok(if domain.contains(".lambda-url.") { Self::FunctionUrl } else { Self::HttpApi })
        } else if text(event, "path").is_none() || text(event, "httpMethod").is_none() {
            Err(unknown())
        } else if context.contains_key("elb") {
            Ok(Self::LoadBalancer)
        } else {
            Ok(if version == "1.0" { Self::HttpApiV1 } else { Self::RestApi })
        }
    }

    pub(super) fn method(self, event: &Map) -> Option<&str> {
        match self {
            Self::HttpApi | Self::FunctionUrl => {
                text(child(child(event, "requestContext")?, "http")?, "method")
            }
            Self::WebSocket => Some("WEBSOCKET"),
            Self::BedrockAgent => agent::method(event),
            Self::VpcLattice | Self::VpcLatticeV1 => text(event, "method"),
            _ => text(event, "httpMethod"),
        }
    }

    /// The path without the stage, as its parts may still be encoded.
    pub(super) fn path(self, event: &Map) -> Option<Cow<'_, str>> {
        match self {
            Self::HttpApi => Some(without_stage(event, text(event, "rawPath")?).into()),
            Self::FunctionUrl => Some(text(event, "rawPath")?.into()),
            Self::WebSocket => Some(text(child(event, "requestContext")?, "routeKey")?.into()),
            Self::BedrockAgent => Some(agent::path(event)?.into()),
            Self::VpcLatticeV1 => text(event, "raw_path")?.split('?').next().map(Into::into),
            _ => Some(text(event, "path")?.into()),
        }
    }

    /// A segment of a path, decoded; `None` if it is not UTF-8 then.
    pub(super) fn decoded(self, segment: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::HttpApi | Self::HttpApiV1 | Self::WebSocket => Some(segment.into()),
            _ => percent_decode_str(segment).decode_utf8().ok(),
        }
    }
}

/// HTTP APIs put the name of a stage before the path, except for `$default`.
fn without_stage<'a>(event: &Map, path: &'a str) -> &'a str {
    let context = child(event, "requestContext");
    let stage = context.and_then(|context| text(context, "stage")).filter(|stage| *stage != "$default");
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

/// The headers with names in lower case; several values are joined.
pub(super) fn headers(event: &Map) -> Map {
    let mut headers = Map::new();
    let single = child(event, "headers");
    let multiple = child(event, "multiValueHeaders");
    for (name, value) in single.into_iter().chain(multiple).flatten() {
        let value = match value {
            Value::Array(values) => {
                values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ").into()
            }
            other => other.clone(),
        };
        headers.insert(name.to_lowercase().into(), value);
    }
    headers
}

/// The cookies by their names.
pub(super) fn cookies(event: &Map, headers: &Map) -> Map {
    let listed = event.get("cookies").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let listed = listed.iter().filter_map(Value::as_str).map(rhai_vm::Str::as_str);
    let in_header = text(headers, "cookie").filter(|_| !event.contains_key("cookies")).unwrap_or_default();
    let pairs = listed.chain(in_header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let mut cookies = Map::new();
    for (name, value) in pairs {
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        // Browsers send the most specific one first.
        if !cookies.contains_key(name) {
            cookies.insert(name.into(), value.into());
        }
    }
    cookies
}

/// The query: strings, or arrays of strings where a name is repeated.
pub(super) fn query(source: Source, event: &Map) -> Result<Map> {
    match source {
        Source::HttpApi | Source::FunctionUrl => {
            crate::modules::url::params(text(event, "rawQueryString").unwrap_or_default().as_bytes())
        }
        Source::BedrockAgent => Ok(agent::query(event)),
        _ => {
            let mut query = Map::new();
            let of_lattice = child(event, "query_string_parameters");
            let single = child(event, "queryStringParameters").or(of_lattice);
            let multiple = child(event, "multiValueQueryStringParameters");
            for (name, value) in single.into_iter().chain(multiple).flatten() {
                let value = match value {
                    Value::Array(values) if values.len() == 1 => values[0].clone(),
                    other => other.clone(),
                };
                if source == Source::LoadBalancer {
                    query.insert(unquoted(name).into(), unquoted_value(&value));
                } else {
                    query.insert(name.clone(), value);
                }
            }
            Ok(query)
        }
    }
}

fn unquoted_value(value: &Value) -> Value {
    match value {
        Value::Str(text) => unquoted(text).into(),
        Value::Array(values) => values.iter().map(unquoted_value).collect(),
        other => other.clone(),
    }
}

fn unquoted(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

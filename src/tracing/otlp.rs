//! Spans for a collector of OpenTelemetry, over OTLP/HTTP with JSON.
//!
//! See "OpenTelemetry Protocol" and "Environment Variable Specification" of OpenTelemetry; attributes have the names of
//! its semantic conventions.

use super::record::{Record, Subject};
use super::sampler::Sampler;
use crate::settings::FunctionInfo;
use net::{Client, Request, Until};
use percent_encoding::percent_decode_str;
use serde_json::{json, Value as Json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long an export may take if the environment does not say.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Less time than this is not worth an attempt.
const LEAST_TIME: Duration = Duration::from_millis(5);
/// So many bytes of spans wait for an export at most.
const MAX_WAITING: usize = 1 << 20;
/// The span of an invocation, of something within it, and of a request.
const SERVER: u8 = 2;
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;

/// A collector, and the spans that it has not got yet.
pub(super) struct Collector {
    url: String,
    headers: Vec<(String, String)>,
    timeout: Duration,
    pub(super) sampler: Sampler,
    /// What all spans have in common, as JSON.
    resource: String,
    /// Spans as JSON, with commas between them.
    waiting: String,
    dropped: usize,
}

impl Collector {
    /// The collector that the environment names.
    pub(super) fn new(set: &impl Fn(&str) -> Option<String>, function: &FunctionInfo) -> Option<Self> {
        let url = set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| {
            let base = set("OTEL_EXPORTER_OTLP_ENDPOINT")?;
            Some(format!("{}/v1/traces", base.trim_end_matches('/')))
        })?;
        let either = |name: &str| {
            set(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"))
                .or_else(|| set(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        if let Some(protocol) = either("PROTOCOL").filter(|protocol| protocol != "http/json") {
            log::warn!("traces are exported with the protocol http/json, not \"{protocol}\"");
        }
        let timeout =
            either("TIMEOUT").and_then(|text| text.parse().ok()).map_or(TIMEOUT, Duration::from_millis);
        let headers = either("HEADERS").map_or(Vec::new(), |list| pairs(&list));
        let resource = resource(set, function).to_string();
        let sampler = Sampler::new(set);
        Some(Self { url, headers, timeout, sampler, resource, waiting: String::new(), dropped: 0 })
    }

    /// Adds a span to those that wait.
    pub(super) fn add(&mut self, trace_id: &str, record: &Record) {
        let span = span(trace_id, record).to_string();
        if self.waiting.len() + span.len() >= MAX_WAITING {
            self.dropped += 1;
            return;
        }
        if !self.waiting.is_empty() {
            self.waiting.push(',');
        }
        self.waiting.push_str(&span);
    }

    /// Sends the spans that wait. Without time, they wait for the next invocation.
    pub(super) fn export(&mut self, until: Until, client: impl FnOnce() -> Client) {
        if self.waiting.is_empty() || until.is_over() || until.left().is_some_and(|left| left < LEAST_TIME) {
            return;
        }
        let spans = std::mem::take(&mut self.waiting);
        if self.dropped > 0 {
            log::warn!("{} spans were dropped: at most {MAX_WAITING} bytes wait for an export", self.dropped);
            self.dropped = 0;
        }
        let scope = json!({ "name": "rhambda", "version": env!("CARGO_PKG_VERSION") });
        let resource = &self.resource;
        let body = format!(
            r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"scope":{scope},"spans":[{spans}]}}]}}]}}"#
        );
        let mut request = Request::new("POST", net::url::encode(&self.url));
        request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        request.headers.extend(self.headers.iter().cloned());
        request.body = body.into_bytes();
        request.timeout = Some(self.timeout);
        let problem = match client().send(&request, until) {
            Ok(response) if (200..300).contains(&response.status) => return,
            Ok(response) => format!("the status is {}", response.status),
            Err(error) => error.message,
        };
        log::warn!("traces could not be exported to {}: {problem}", net::url::shown(&self.url));
    }
}

/// `name=value,…` with what is percent-encoded in the values.
fn pairs(list: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    let pairs = list.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), decoded(value))).collect()
}

fn resource(set: &impl Fn(&str) -> Option<String>, function: &FunctionInfo) -> Json {
    let mut attributes = Attributes::default();
    attributes.add("cloud.provider", "aws");
    attributes.add("cloud.platform", "aws_lambda");
    attributes.extend("cloud.region", set("AWS_REGION"));
    attributes.extend("faas.name", function.name.clone());
    attributes.extend("faas.version", function.version.clone());
    attributes.extend("faas.instance", function.log_stream.clone());
    // In bytes.
    attributes.extend("faas.max_memory", function.memory_mb.map(|mb| mb << 20));
    for (name, value) in set("OTEL_RESOURCE_ATTRIBUTES").map_or(Vec::new(), |list| pairs(&list)) {
        attributes.add(&name, value);
    }
    let service = set("OTEL_SERVICE_NAME").or_else(|| {
        let is_named = attributes.0.iter().any(|attribute| attribute["key"] == "service.name");
        let function = function.name.clone().unwrap_or_else(|| "unknown_service:rhambda".to_owned());
        (!is_named).then_some(function)
    });
    attributes.extend("service.name", service);
    json!({ "attributes": attributes.0 })
}

fn span(trace_id: &str, record: &Record) -> Json {
    let mut attributes = Attributes::default();
    let kind = match &record.subject {
        Subject::Invocation { request_id, function_arn, is_cold } => {
            attributes.add("faas.invocation_id", request_id.as_str());
            attributes.extend("cloud.resource_id", function_arn.clone());
            attributes.add("faas.coldstart", *is_cold);
            SERVER
        }
        Subject::Function => INTERNAL,
        Subject::Http { method, url, content_length } => {
            attributes.add("http.request.method", method.as_str());
            attributes.add("url.full", url.as_str());
            attributes.add("server.address", record.name.as_str());
            attributes.extend("http.response.body.size", content_length.map(|size| json!(size)));
            CLIENT
        }
        Subject::Database { system, .. } => {
            attributes.add("db.system.name", *system);
            attributes.add("server.address", record.name.as_str());
            let code = record.problem.as_ref().map(|problem| problem.error_type.as_str());
            attributes.extend("db.response.status_code", code);
            CLIENT
        }
        Subject::Aws { service, operation, region, resource, request_id, .. } => {
            attributes.add("rpc.system", "aws-api");
            attributes.add("rpc.service", service.as_str());
            attributes.add("rpc.method", operation.as_str());
            attributes.add("cloud.region", region.as_str());
            attributes.extend("aws.request_id", request_id.clone());
            if let Some((name, value)) = resource {
                match *name {
                    "table_name" => attributes.add("aws.dynamodb.table_names", json!([value])),
                    "bucket_name" => attributes.add("aws.s3.bucket", value.as_str()),
                    name => attributes.add(&format!("aws.{name}"), value.as_str()),
                }
            }
            CLIENT
        }
    };
    attributes.extend("http.response.status_code", record.status);
    for (name, value) in &record.annotations {
        attributes.add(name, value.clone());
    }
    for (name, value) in &record.metadata {
        attributes.add(name, value.clone());
    }
    let mut span = json!({
        "traceId": trace_id,
        "spanId": format!("{:016x}", record.id),
        "name": name(record),
        "kind": kind,
        "startTimeUnixNano": nanoseconds(record.start),
        "endTimeUnixNano": nanoseconds(record.end),
    });
    if let Some(parent) = record.parent {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    if let Some(problem) = &record.problem {
        attributes.add("error.type", problem.error_type.as_str());
        let mut exception = Attributes::default();
        exception.add("exception.type", problem.error_type.as_str());
        exception.add("exception.message", problem.message.as_str());
        let time = nanoseconds(record.end);
        span["events"] = json!([{ "timeUnixNano": time, "name": "exception", "attributes": exception.0 }]);
        span["status"] = json!({ "code": 2, "message": problem.message });
    } else if let Some(status) = record.status.filter(|status| *status >= 400) {
        attributes.add("error.type", status.to_string());
        span["status"] = json!({ "code": 2 });
    }
    span["attributes"] = Json::Array(attributes.0);
    span
}

/// Names of requests are of few kinds, so that a collector can group them.
fn name(record: &Record) -> String {
    match &record.subject {
        Subject::Http { method, .. } => method.clone(),
        Subject::Aws { service, operation, .. } => format!("{service}/{operation}"),
        Subject::Database { system, .. } => (*system).to_owned(),
        Subject::Invocation { .. } | Subject::Function => record.name.clone(),
    }
}

/// Nanoseconds since 1970; a string, as JSON has 64-bit integers in Protocol Buffers.
fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

#[derive(Default)]
struct Attributes(Vec<Json>);

impl Attributes {
    fn add(&mut self, name: &str, value: impl Into<Json>) {
        self.0.retain(|attribute| attribute["key"] != name);
        self.0.push(json!({ "key": name, "value": any_value(value.into()) }));
    }

    fn extend(&mut self, name: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}

/// A value as `AnyValue`.
fn any_value(value: Json) -> Json {
    match value {
        Json::Null => json!({}),
        Json::Bool(value) => json!({ "boolValue": value }),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => json!({ "intValue": integer.to_string() }),
            None => json!({ "doubleValue": number }),
        },
        Json::String(text) => json!({ "stringValue": text }),
        Json::Array(items) => {
            let values: Vec<_> = items.into_iter().map(any_value).collect();
            json!({ "arrayValue": { "values": values } })
        }
        Json::Object(map) => {
            let values = map.into_iter().map(|(key, value)| json!({ "key": key, "value": any_value(value) }));
            json!({ "kvlistValue": { "values": values.collect::<Vec<_>>() } })
        }
    }
}

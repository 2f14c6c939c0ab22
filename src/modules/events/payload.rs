//! What events and records carry, decoded.
//!
//! The shapes are those of the pages on each service in the AWS Lambda developer guide.

use crate::modules::arguments::error;
use crate::modules::fields::{child, has_base64_body, is_vpc_lattice, text};
use crate::modules::gzip;
use crate::modules::host::Host;
use crate::modules::router::agent;
use crate::value;
use aws::attributes;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhai_vm::{memory, Error, Map, Result, Value};

/// Messages are unpacked as deep as this: an event of `EventBridge` through SNS in SQS has three layers.
const MAX_LAYERS: usize = 4;

pub(super) fn event_error(message: impl Into<String>) -> Error {
    error("EventError", message)
}

/// The service that sent an event or a record.
pub(super) fn source(event: &Map) -> Option<&'static str> {
    if let Some(first) = event.get("Records").and_then(Value::as_array).and_then(|records| records.first()) {
        return source(first.as_map()?);
    }
    let named = text(event, "eventSource").or_else(|| text(event, "EventSource"));
    match named {
        Some("aws:sqs") => return Some("sqs"),
        Some("aws:sns") => return Some("sns"),
        Some("aws:s3") => return Some("s3"),
        Some("aws:kinesis") => return Some("kinesis"),
        Some("aws:dynamodb") => return Some("dynamodb"),
        Some("aws:kafka" | "SelfManagedKafka") => return Some("kafka"),
        Some("aws:mq" | "aws:rmq") => return Some("mq"),
        _ => {}
    }
    let context = child(event, "requestContext");
    let has = |name: &str| event.contains_key(name);
    if child(event, "awslogs").is_some() {
        Some("logs")
    } else if has("detail-type") && has("detail") {
        Some("eventbridge")
    } else if has("topic") && has("partition") && has("offset") {
        Some("kafka")
    } else if has("deliveryStreamArn") || (has("recordId") && has("approximateArrivalTimestamp")) {
        Some("firehose")
    } else if has("data") && (has("messageID") || has("basicProperties")) {
        Some("mq")
    } else if agent::is_agent(event) {
        Some("bedrock_agent")
    } else if context.is_some_and(|context| context.contains_key("connectionId")) {
        Some("websocket")
    } else if context.is_some_and(|context| context.contains_key("elb")) {
        Some("load_balancer")
    } else if has("rawPath") {
        let domain = context.and_then(|context| text(context, "domainName")).unwrap_or_default();
        Some(if domain.contains(".lambda-url.") { "function_url" } else { "http_api" })
    } else if context.is_some() && has("httpMethod") {
        Some(if text(event, "version") == Some("1.0") { "http_api" } else { "rest_api" })
    } else if is_vpc_lattice(event) {
        Some("vpc_lattice")
    } else {
        None
    }
}

/// What an event or a record carries.
pub(super) fn body(host: &Host, event: &Map) -> Result<Value> {
    if super::records_of(event).is_some() {
        return Err(event_error(
            "the event has records, each with a body of its own; use event::records(event)",
        ));
    }
    match source(event) {
        Some("sqs") => unpacked(text(event, "body").unwrap_or_default().into(), 0),
        Some("sns") => {
            let message = child(event, "Sns").and_then(|sns| text(sns, "Message"));
            unpacked(message.unwrap_or_default().into(), 0)
        }
        Some("kinesis") => {
            let data = child(event, "kinesis").and_then(|kinesis| text(kinesis, "data"));
            bytes_value(host, decoded(data.unwrap_or_default(), "data")?)
        }
        Some("kafka") => match text(event, "value") {
            Some(value) => bytes_value(host, decoded(value, "value")?),
            None => Ok(Value::Unit),
        },
        Some("firehose" | "mq") => {
            bytes_value(host, decoded(text(event, "data").unwrap_or_default(), "data")?)
        }
        Some("dynamodb") => change(event),
        Some("s3") => object(event),
        Some("eventbridge") => Ok(event.get("detail").cloned().unwrap_or_default()),
        Some("logs") => {
            let data = child(event, "awslogs").and_then(|logs| text(logs, "data")).unwrap_or_default();
            let packed = Value::blob(decoded(data, "awslogs.data")?);
            let json = gzip::decode(&packed, &host.deadline, gzip::limit(host))?;
            value::decode(&json)
                .map_err(|problem| event_error(format!("awslogs.data is not JSON: {problem}")))
        }
        Some("bedrock_agent") => Ok(agent::body(event)),
        Some(_) => http_body(event),
        None => Err(event_error(
            "the event is of no source that event::body knows; its fields are those that the sender sent",
        )),
    }
}

/// The body of a request: JSON where its content type says so.
fn http_body(event: &Map) -> Result<Value> {
    let Some(body) = text(event, "body") else { return Ok(Value::Unit) };
    let body = if has_base64_body(event) {
        let bytes = decoded(body, "body")?;
        String::from_utf8(bytes).map_or_else(|error| Value::blob(error.into_bytes()), Value::from)
    } else {
        body.into()
    };
    let is_json =
        ["headers", "multiValueHeaders"].iter().filter_map(|name| child(event, name)).flatten().any(
            |(name, value)| {
                name.eq_ignore_ascii_case("content-type")
                    && value.to_string().to_ascii_lowercase().contains("json")
            },
        );
    match &body {
        Value::Str(text) if is_json && !text.is_empty() => json(text.as_bytes()).ok_or_else(|| {
            memory::stopped()
                .unwrap_or_else(|| event_error("the body is not JSON, but its content type says so"))
        }),
        _ => Ok(body),
    }
}

/// What a message carries: JSON is decoded, and what SNS and `EventBridge` put around it is taken off.
fn unpacked(message: Value, layers: usize) -> Result<Value> {
    let message = match &message {
        Value::Str(text) if text.trim_start().starts_with(['{', '[']) => match json(text.as_bytes()) {
            Some(value) => value,
            None => return memory::stopped().map_or(Ok(message), Err),
        },
        _ => message,
    };
    let Some(map) = message.as_map().filter(|_| layers < MAX_LAYERS) else { return Ok(message) };
    if text(map, "Type") == Some("Notification") && map.contains_key("TopicArn") {
        return unpacked(map.get("Message").cloned().unwrap_or_default(), layers + 1);
    }
    if map.contains_key("detail-type") && map.contains_key("source") && map.contains_key("detail") {
        return Ok(map.get("detail").cloned().unwrap_or_default());
    }
    Ok(message)
}

fn json(bytes: &[u8]) -> Option<Value> {
    value::decode(bytes).ok()
}

/// Bytes of a stream: JSON where they are, or else a string, or else a blob. gzip is unpacked: so do the logs of
/// `CloudWatch` come through a stream.
fn bytes_value(host: &Host, bytes: Vec<u8>) -> Result<Value> {
    let bytes = if is_gzip(&bytes) {
        gzip::decode(&Value::blob(bytes), &host.deadline, gzip::limit(host))?
    } else {
        bytes
    };
    match String::from_utf8(bytes) {
        Ok(text) => unpacked(text.into(), 0),
        Err(error) => Ok(Value::blob(error.into_bytes())),
    }
}

/// Whether bytes begin as gzip does (RFC 1952, section 2.3). Encrypted ones should not by chance, so all fixed bits count.
fn is_gzip(bytes: &[u8]) -> bool {
    matches!(bytes, [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0)
}

fn decoded(text: &str, field: &str) -> Result<Vec<u8>> {
    memory::needs(text.len() / 4 * 3)?;
    BASE64_STANDARD.decode(text.as_bytes()).map_err(|_| {
        event_error(format!(
            "the field {field} of the event is not valid base64; pass the event as Lambda sends it"
        ))
    })
}

/// The change of an item in `DynamoDB`.
fn change(record: &Map) -> Result<Value> {
    let mut change = Map::new();
    change.insert("event".into(), record.get("eventName").cloned().unwrap_or_default());
    let stream = child(record, "dynamodb");
    for (field, name) in [("Keys", "keys"), ("NewImage", "new_image"), ("OldImage", "old_image")] {
        let value = match stream.and_then(|stream| stream.get(field)) {
            Some(image) => {
                let whole = Map::from_iter([("M".into(), image.clone())]).into();
                attributes::decode(&whole)
                    .map_err(|problem| memory::stopped().unwrap_or_else(|| event_error(problem)))?
            }
            None => Value::Unit,
        };
        change.insert(name.into(), value);
    }
    Ok(change.into())
}

/// An object in S3, with its key decoded.
fn object(record: &Map) -> Result<Value> {
    let s3 = child(record, "s3");
    let bucket = s3.and_then(|s3| child(s3, "bucket"));
    let object = s3.and_then(|s3| child(s3, "object"));
    let field =
        |map: Option<&Map>, name: &str| map.and_then(|map| map.get(name)).cloned().unwrap_or_default();
    let mut found = Map::new();
    found.insert("event".into(), record.get("eventName").cloned().unwrap_or_default());
    found.insert("bucket".into(), field(bucket, "name"));
    found.insert("size".into(), field(object, "size"));
    let key = object.and_then(|object| text(object, "key")).unwrap_or_default().replace('+', " ");
    let key = percent_encoding::percent_decode_str(&key).decode_utf8();
    let key = key.map_err(|_| event_error("the key of the object is not valid UTF-8"))?;
    found.insert("key".into(), key.as_ref().into());
    Ok(found.into())
}

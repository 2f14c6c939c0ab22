//! `event`: who sent an event, its records, and what they carry. `batch` works on the same records.

pub(super) mod batch;
mod payload;

use super::host::host;
use payload::event_error;
use rhai_vm::{module, Map, Result, Value};

module! {
    /// What events carry, decoded: you do not need to know how each service wraps it.
    "`event`"

    namespace "event" {
        /// Returns who sent an event or a record: `"sqs"`, `"sns"`, `"s3"`, `"kinesis"`, `"dynamodb"`, `"kafka"`, `"mq"` (Amazon MQ),
        /// `"firehose"`, `"eventbridge"`, `"logs"` (CloudWatch Logs), `"http_api"`, `"rest_api"`, `"function_url"`, `"load_balancer"`, `"vpc_lattice"`,
        /// `"websocket"` or `"bedrock_agent"`; `()` for anything else.
        ///
        /// ```rhai
        /// event::source(#{ Records: [#{ eventSource: "aws:sqs", body: "hi" }] }) // → "sqs"
        /// event::source(#{ name: "Ada" }) // → null
        /// ```
        new "source" (event: Any) -> Any = |call| Ok(call.map(0).and_then(payload::source).into());

        /// Returns the records of an event as an array: those of SQS, SNS, S3, Kinesis, DynamoDB streams, Firehose and ActiveMQ, those of
        /// all partitions of Kafka, and those of all queues of RabbitMQ. Throws `EventError` if it has none.
        ///
        /// ```rhai
        /// event::records(#{ Records: [#{ eventSource: "aws:sqs", body: "hi" }] }).len // → 1
        /// event::records(#{ name: "Ada" }) // ✗ EventError
        /// ```
        new "records" (event: Any) -> Array throws EventError = |call| records(call.value(0)).map(Value::from);

        /// Returns what an event or a record carries:
        ///
        /// | source | body |
        /// |---|---|
        /// | SQS, SNS | the message: JSON objects and arrays decoded, otherwise a string; of a message of SNS or EventBridge in a queue, what is inside |
        /// | Kinesis, Kafka, Amazon MQ, Firehose | the data: JSON objects and arrays decoded, otherwise a string, or a blob if it is not UTF-8; gzip is decompressed |
        /// | DynamoDB streams | `#{ event, keys, new_image, old_image }` as plain values; `()` for an image that the stream does not have |
        /// | S3 | `#{ event, bucket, key, size }`, the key decoded |
        /// | EventBridge | `detail` |
        /// | CloudWatch Logs | the decompressed map with `logEvents` |
        /// | Bedrock agents | a map with the properties of the body, or with the parameters of a function; `()` if the body has none |
        /// | HTTP requests | the body: decoded if its content type is JSON, otherwise a string or a blob; `()` if there is none |
        ///
        /// Throws `EventError` for other events, and for data that is not valid base64; and `GzipError` for data that begins as gzip and
        /// is damaged.
        ///
        /// ```rhai
        /// let notification = json::encode(#{ Type: "Notification", TopicArn: "arn:aws:sns:eu-central-1:123456789012:t", Message: `{"id":7}` });
        /// event::body(#{ eventSource: "aws:sqs", body: notification }) // → {"id": 7}
        /// event::body(#{ eventSource: "aws:s3", s3: #{ bucket: #{ name: "b" }, object: #{ key: "my+file%20%C3%A4.jpg", size: 3 } } }).key // → "my file ä.jpg"
        /// event::body(#{ eventSource: "aws:kinesis", kinesis: #{ data: "eyJuIjoxfQ==" } }) // → {"n": 1}
        /// event::body(#{ eventSource: "aws:kinesis", kinesis: #{ data: "%" } }) // ✗ EventError
        /// ```
        new "body" (event: Any) -> Any throws EventError, GzipError = |call| {
            let event = call.map(0).ok_or_else(|| event_error("event::body expects an event or a record, a map"))?;
            payload::body(host(call), event)
        };
    }
}

/// The records of an event.
fn records(event: &Value) -> Result<Vec<Value>> {
    event.as_map().and_then(records_of).ok_or_else(|| {
        event_error(
            "the event has no records; pass an event of SQS, SNS, S3, Kinesis, DynamoDB, Kafka, Amazon MQ or Firehose",
        )
    })
}

fn records_of(event: &Map) -> Option<Vec<Value>> {
    let list = |name: &str| Some(event.get(name)?.as_array()?.clone());
    let grouped = |name: &str| Some(in_groups(event.get(name)?.as_map()?));
    list("Records").or_else(|| match payload::source(event)? {
        "kafka" => grouped("records"),
        "firehose" => list("records"),
        "mq" => list("messages").or_else(|| grouped("rmqMessagesByQueue")),
        _ => None,
    })
}

/// The records of Kafka's partitions, or of `RabbitMQ`'s queues.
fn in_groups(groups: &Map) -> Vec<Value> {
    groups.values().filter_map(Value::as_array).flatten().cloned().collect()
}

//! `batch` and `event`, with events as AWS's documentation shows them.

use crate::function::Function;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use fake_runtime_api::{FakeRuntimeApi, Invocation};
use serde_json::{json, Value};
use std::time::Duration;

const SCRIPT: &str = r#"
fn handler(event) { batch::process(event, Fn("work")) }
fn work(record) {
    let body = record.body;
    if type_of(body) == "map" { body = body.todo; }
    switch body {
        "throw" => throw "no",
        "exit" => exit(),
        "loop" => loop {},
        "null" => record.nothing.at.all,
        _ => log_info(`did ${body}`),
    }
}
"#;

fn process(event: &Value) -> (Value, String) {
    let outcome = Function::main(SCRIPT).invoke(event.to_string());
    (outcome.answer.json(), outcome.log)
}

fn sqs(queue: &str, id: &str, group: &str, body: &str) -> Value {
    json!({ "messageId": id, "receiptHandle": "AQEB", "body": body, "attributes": { "ApproximateReceiveCount": "3",
        "SentTimestamp": "1795338866123", "SenderId": "AIDA", "ApproximateFirstReceiveTimestamp": "1795338866130", "MessageGroupId": group },
        "messageAttributes": {}, "md5OfBody": "x", "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:eu-central-1:123456789012:{queue}"), "awsRegion": "eu-central-1" })
}

fn kinesis(number: &str, data: &str) -> Value {
    json!({ "kinesis": { "kinesisSchemaVersion": "1.0", "partitionKey": "p", "sequenceNumber": number, "data": data,
        "approximateArrivalTimestamp": 1_545_084_650.987 }, "eventSource": "aws:kinesis", "eventVersion": "1.0",
        "eventID": "shardId-0:1", "eventName": "aws:kinesis:record", "eventSourceARN": "arn:aws:kinesis:x" })
}

fn failed(response: &Value) -> Vec<Value> {
    response["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["itemIdentifier"].clone())
        .collect()
}

#[test]
fn only_failed_messages_come_again() {
    let bodies = ["throw", "fine", "exit", "null", r#"{"todo":"throw"}"#, r#"{"todo":"also fine"}"#];
    let records: Vec<_> =
        bodies.iter().enumerate().map(|(number, body)| sqs("q", &number.to_string(), "g", body)).collect();
    let (response, log) = process(&json!({ "Records": records }));
    assert_eq!(failed(&response), ["0", "2", "3", "4"]);
    assert!(log.contains("did fine") && log.contains("did also fine"), "{log}");
    assert!(log.contains("the function called `exit`") && log.contains("reason=no"), "{log}");
}

#[test]
fn a_fifo_group_stops_at_its_first_failure() {
    let records =
        [("a", "1", "one"), ("b", "1", "throw"), ("c", "2", "two"), ("d", "1", "three"), ("e", "2", "four")];
    let records: Vec<_> = records.iter().map(|(id, group, body)| sqs("q.fifo", id, group, body)).collect();
    let (response, log) = process(&json!({ "Records": records }));
    assert_eq!(failed(&response), ["b", "d"]);
    assert!(log.contains("did four") && !log.contains("did three"), "{log}");
}

#[test]
fn a_stream_stops_at_its_first_failure() {
    // "one", "throw", "two"; and what is not base64.
    let records = [kinesis("1", "b25l"), kinesis("2", "dGhyb3c="), kinesis("3", "dHdv")];
    let (response, log) = process(&json!({ "Records": records }));
    assert_eq!(failed(&response), ["2", "3"]);
    assert!(!log.contains("did two"), "{log}");
    assert_eq!(failed(&process(&json!({ "Records": [kinesis("1", "b25l"), kinesis("2", "%")] })).0), ["2"]);
    let change = |number: &str, todo: &str| {
        json!({ "eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb",
        "dynamodb": { "Keys": { "id": { "N": "1" } }, "NewImage": { "todo": { "S": todo } }, "SequenceNumber": number } })
    };
    let script = r#"fn handler(event) { batch::process(event, |record| if record.body.new_image.todo == "throw" || record.body.keys.id != 1 { throw "no" }) }"#;
    let event = json!({ "Records": [change("10", "fine"), change("11", "throw")] });
    assert_eq!(failed(&Function::main(script).invoke(event.to_string()).answer.json()), ["11"]);
}

#[test]
fn a_partition_of_kafka_stops_at_its_first_failure() {
    let record = |partition: i64, offset: i64, value: &str| {
        json!({ "topic": "t", "partition": partition, "offset": offset,
        "timestamp": 1, "timestampType": "CREATE_TIME", "key": "a2V5", "value": value, "headers": [] })
    };
    let event = json!({ "eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:x", "bootstrapServers": "b:9092", "records": {
        "t-0": [record(0, 5, "dGhyb3c="), record(0, 6, "b25l")], "t-1": [record(1, 7, "dHdv")] } });
    let (response, log) = process(&event);
    assert_eq!(
        failed(&response),
        [json!({ "partition": "t-0", "offset": 5 }), json!({ "partition": "t-0", "offset": 6 })]
    );
    assert!(log.contains("did two") && !log.contains("did one"), "{log}");
}

#[test]
fn a_record_that_does_not_end_costs_nobody_else_their_success() {
    let records: Vec<_> = ["first", "loop", "last"].iter().map(|body| sqs("q", body, "g", body)).collect();
    let event = json!({ "Records": records }).to_string();
    let short = Invocation::new(event.as_str()).deadline_in(Duration::from_millis(1500));
    let api = FakeRuntimeApi::new()
        .invocation(short)
        .event(json!({ "Records": [sqs("q", "x", "g", "next")] }).to_string())
        .start();
    let process = Function::main(SCRIPT).start(&api);
    let answers = api.wait_for_answers(2);
    let log = process.stop();
    assert_eq!(failed(&answers[0].json()), ["loop", "last"], "{log}");
    assert_eq!(failed(&answers[1].json()), [json!(null); 0]);
    assert!(
        log.contains("did first") && log.contains("Runtime.Timeout") && log.contains("ran out of time"),
        "{log}"
    );
}

#[test]
fn poison_messages_are_given_up() {
    let event = json!({ "Records": [sqs("q", "a", "g", "throw"), sqs("q", "b", "g", "keep")] }).to_string();
    let run = |options: &str| {
        let script = format!(
            "fn handler(event) {{ batch::process(event, |record| throw `${{record.body}} ${{record.attempts}}`, {options}) }}"
        );
        let outcome = Function::main(&script).invoke(event.as_str());
        (failed(&outcome.answer.json()), outcome.log)
    };
    assert_eq!(run("#{ max_attempts: 4 }").0, ["a", "b"]);
    let (ids, log) = run(
        r#"#{ max_attempts: 3, on_give_up: |record, error| { log_warn(`stored ${record.id}: ${error}`); if record.id == "b" { throw "full" } } }"#,
    );
    assert_eq!(ids, ["b"]);
    assert!(log.contains("stored a: throw 3") && log.contains("on_give_up failed"), "{log}");
}

#[test]
fn what_is_no_batch_is_refused() {
    for event in [
        "{}",
        "7",
        r#"{"Records":[]}"#,
        r#"{"Records":[7]}"#,
        r#"{"Records":[{"eventSource":"aws:sns"}]}"#,
        r#"{"Records":[{"eventSource":"aws:sqs"}]}"#,
    ] {
        let (kind, message, _) = Function::main(SCRIPT).invoke(event).error();
        assert_eq!(kind, "BatchError", "{event}: {message}");
    }
    for (code, message) in [
        ("batch::process(#{}, || 1)", "must have one parameter, the record"),
        ("batch::process(#{}, |r| 1, #{ reserv: 1 })", "unknown option `reserv`"),
        ("batch::process(#{}, |r| 1, #{ on_give_up: |r, e| 1 })", "`on_give_up` needs `max_attempts`"),
    ] {
        let error = super::error(code);
        assert!(error.starts_with("BatchError: ") && error.contains(message), "{code}: {error}");
    }
}

#[test]
fn images_of_dynamodb_streams_have_all_types() {
    let image = json!({ "text": { "S": "tea" }, "blob": { "B": "AP8=" }, "blobs": { "BS": ["AP8=", ""] }, "numbers": { "NS": ["1", "2.5"] },
        "list": { "L": [{ "B": "aGk=" }, { "NULL": true }] }, "map": { "M": { "yes": { "BOOL": true } } } });
    let record = |image: Value| {
        json!({ "eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": { "Keys": { "id": { "B": "aWQ=" } },
            "NewImage": image, "SequenceNumber": "1" } })
    };
    let script = r"
        fn handler(event) {
            let body = event::body(event);
            let image = body.new_image;
            let raw = dynamodb::decode(#{ M: event.dynamodb.NewImage });
            [body.keys.id.as_string(), type_of(image.blob), image.blobs.items.map(|item| item.len), image.list[0].as_string(), raw == image, image]
        }
    ";
    let outcome = Function::main(script).invoke(record(image).to_string());
    let image = json!({ "text": "tea", "blob": "AP8=", "blobs": ["AP8=", ""], "numbers": [1, 2.5], "list": ["aGk=", null], "map": { "yes": true } });
    assert_eq!(outcome.answer.json(), json!(["id", "blob", [2, 0], "hi", true, image]));
    let (kind, message, _) =
        Function::main(script).invoke(record(json!({ "blob": { "B": "%" } })).to_string()).error();
    assert_eq!((&*kind, &*message), ("EventError", "`blob` is not valid base64"));
}

#[test]
fn only_what_is_gzip_is_decompressed() {
    let invoke = |data: &[u8]| {
        let record = kinesis("1", &BASE64_STANDARD.encode(data));
        Function::main("fn handler(event) { [event::body(event)] }").invoke(record.to_string())
    };
    // Bytes that are encrypted may begin as gzip does.
    for data in [&[0x1f, 0x8b][..], &[0x1f, 0x8b, 7, 0, 1], &[0x1f, 0x8b, 8, 0xe0, 1]] {
        assert_eq!(invoke(data).answer.json(), json!([BASE64_STANDARD.encode(data)]));
    }
    assert_eq!(invoke(&[0x1f, 0x8b, 8, 0, 1]).error().0, "GzipError");
}

#[test]
fn bodies_are_decoded_for_each_source() {
    let body = |event: Value| {
        let outcome = Function::main("fn handler(event) { [event::source(event), event::body(event)] }")
            .invoke(event.to_string());
        outcome.answer.json()
    };
    let detail = json!({ "version": "0", "id": "i", "detail-type": "Paid", "source": "shop", "account": "1", "detail": { "n": 1 } });
    let through_sns = json!({ "Type": "Notification", "TopicArn": "arn:aws:sns:x", "MessageId": "m", "Message": detail.to_string() });
    assert_eq!(body(sqs("q", "a", "g", &through_sns.to_string())), json!(["sqs", { "n": 1 }]));
    assert_eq!(body(sqs("q", "a", "g", "{broken")), json!(["sqs", "{broken"]));
    assert_eq!(body(detail), json!(["eventbridge", { "n": 1 }]));
    assert_eq!(body(json!({ "EventSource": "aws:sns", "Sns": { "Message": "[1]" } })), json!(["sns", [1]]));
    // printf '{"logEvents":[]}' | gzip -n | base64
    let logs = "H4sIAAAAAAAAA6tWyslPdy1LzSspVrKKjq0FADn+t+UQAAAA";
    let got = body(json!({ "awslogs": { "data": logs } }));
    assert_eq!(got, json!(["logs", { "logEvents": [] }]));
    let http = json!({ "version": "2.0", "rawPath": "/", "headers": { "Content-Type": "application/json" }, "requestContext": {},
        "body": "eyJuIjoxfQ==", "isBase64Encoded": true });
    assert_eq!(body(http), json!(["http_api", { "n": 1 }]));
    let records = |event: Value| {
        let script = "fn handler(event) { [event::source(event), event::records(event).map(|r| [event::source(r), event::body(r)])] }";
        Function::main(script).invoke(event.to_string()).answer.json()
    };
    // {"n":1} and hi
    let (first, second) = ("eyJuIjoxfQ==", "aGk=");
    let record = |data: &str| json!({ "recordId": "r", "approximateArrivalTimestamp": 1, "data": data });
    let firehose = json!({ "invocationId": "i", "deliveryStreamArn": "arn:aws:firehose:x", "records": [record(first), record(second)] });
    assert_eq!(records(firehose), json!(["firehose", [["firehose", { "n": 1 }], ["firehose", "hi"]]]));
    let message = |data: &str| json!({ "messageID": "m", "messageType": "jms/text-message", "data": data });
    let active =
        json!({ "eventSource": "aws:mq", "eventSourceArn": "arn:aws:mq:x", "messages": [message(first)] });
    assert_eq!(records(active), json!(["mq", [["mq", { "n": 1 }]]]));
    let message = |data: &str| json!({ "basicProperties": {}, "redelivered": false, "data": data });
    let rabbit = json!({ "eventSource": "aws:rmq", "rmqMessagesByQueue": { "a::/": [message(first)], "b::/": [message(second)] } });
    assert_eq!(records(rabbit), json!(["mq", [["mq", { "n": 1 }], ["mq", "hi"]]]));
    let agent = json!({ "actionGroup": "g", "apiPath": "/", "httpMethod": "POST", "parameters": [], "requestBody": { "content": {
        "application/json": { "properties": [{ "name": "n", "type": "integer", "value": "1" }] } } } });
    assert_eq!(body(agent), json!(["bedrock_agent", { "n": 1 }]));
    for event in [json!({ "awslogs": { "data": "%" } }), json!({ "Records": [] }), json!({ "a": 1 })] {
        let outcome = Function::main("fn handler(event) { event::body(event) }").invoke(event.to_string());
        assert_eq!(outcome.error().0, "EventError", "{event}");
    }
}

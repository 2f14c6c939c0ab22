//! `batch::process`: the records of a queue or a stream one by one, and the response that names those that failed.

use super::payload;
use crate::deadline::{Deadline, Stop};
use crate::logging;
use crate::modules::accepted;
use crate::modules::arguments::error;
use crate::modules::fields::{child, text};
use crate::modules::host::host;
use crate::modules::options::Options;
use log::Level;
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, ErrorKind, FnPtr, Map, Result, Value};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// So much time is left for the response unless the script says otherwise.
const RESERVE: Duration = Duration::from_millis(500);

module! {
    /// Batches of records from SQS, Kinesis, DynamoDB streams and Kafka. Turn on `ReportBatchItemFailures` in the function's event
    /// source mapping: otherwise Lambda ignores the response, and failed records are lost.
    "`batch`"

    namespace "batch" {
        /// Calls a function for each record of a batch, and returns the response that tells Lambda which records failed, so that it
        /// sends only those again. A record is a map:
        ///
        /// | entry | is |
        /// |---|---|
        /// | `id` | the message ID or the sequence number; for Kafka the topic, the partition and the offset |
        /// | `body` | what the record carries, as `event::body` returns it |
        /// | `group` | the message group of a FIFO queue, the shard's partition key, or the topic and partition |
        /// | `attempts` | how often SQS has delivered the message; `()` for other sources |
        /// | `record` | the record as Lambda sent it |
        ///
        /// - **A record fails** if the function throws an error or calls `exit`, or if its data is not valid base64. Rhambda logs each
        ///   failure.
        /// - **Order.** After a failed record, the later records of the same group of a FIFO queue, of the whole batch of Kinesis or
        ///   DynamoDB, and of the same partition of Kafka fail without being processed: so they come again in order.
        /// - **Time.** A record that is not done `reserve` seconds (0.5 by default) before the deadline is stopped, and fails, as do
        ///   all that are left. The other records' success is not lost.
        /// - **Poison messages.** With the option `max_attempts`, a message of SQS that fails and was delivered so often is given up:
        ///   it does not come again. `on_give_up` is called with the record and the error, and can store it elsewhere; if it throws
        ///   an error, the message comes again. Prefer a dead-letter queue where you can.
        ///
        /// Throws `BatchError` if the event is not a batch, or if an option is wrong.
        ///
        /// ```rhai
        /// let record = |id, body| #{ messageId: id, body: body, eventSource: "aws:sqs", eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:q" };
        /// let event = #{ Records: [record.call("a", `{"amount":5}`), record.call("b", `{"amount":-1}`)] };
        /// batch::process(event, |record| if record.body.amount < 0 { throw "no amount" }) // → {"batchItemFailures": [{"itemIdentifier": "b"}]}
        /// batch::process(#{}, |record| ()) // ✗ BatchError
        /// ```
        new "process" (event: Any, function: Fn; options: Map) -> Map throws BatchError = |call| process(call).map(Value::from);
    }

    options OPTIONS;
}

fn batch_error(message: impl Into<String>) -> Error {
    error("BatchError", message)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Sqs,
    Kinesis,
    DynamoDb,
    Kafka,
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("batch::process", "options", |options| accepted::read(options, Settings::read))];

struct Settings {
    reserve: Duration,
    max_attempts: Option<usize>,
    on_give_up: Option<Rc<FnPtr>>,
}

impl Settings {
    fn read(options: &mut Options) -> std::result::Result<Self, String> {
        let reserve = options.seconds("reserve")?.unwrap_or(RESERVE);
        let max_attempts = options.count("max_attempts")?;
        let on_give_up = options.function("on_give_up")?;
        options.end()?;
        if on_give_up.is_some() && max_attempts.is_none() {
            return Err("`on_give_up` needs `max_attempts`".to_owned());
        }
        Ok(Self { reserve, max_attempts, on_give_up })
    }
}

/// A record, and what tells it from others.
struct Record {
    value: Value,
    identifier: Value,
    /// After a failure, no other record of this group is processed.
    group: Option<String>,
    attempts: Option<i64>,
}

impl Record {
    fn read(source: Source, value: Value) -> Result<Self> {
        let invalid = |field: &str| {
            batch_error(format!("a record of the event has no {field}; pass the event as Lambda sends it"))
        };
        let map = value.as_map().ok_or_else(|| {
            batch_error("a record of the event is not a map; pass the event as Lambda sends it")
        })?;
        let attributes = child(map, "attributes");
        let (identifier, group) = match source {
            Source::Sqs => {
                let id = text(map, "messageId").ok_or_else(|| invalid("messageId"))?;
                let is_fifo = text(map, "eventSourceARN").is_some_and(|arn| arn.ends_with(".fifo"));
                let group = attributes.and_then(|attributes| text(attributes, "MessageGroupId"));
                (id.into(), is_fifo.then(|| group.unwrap_or_default().to_owned()))
            }
            Source::Kinesis => {
                let number = child(map, "kinesis").and_then(|kinesis| text(kinesis, "sequenceNumber"));
                (number.ok_or_else(|| invalid("kinesis.sequenceNumber"))?.into(), Some(String::new()))
            }
            Source::DynamoDb => {
                let number = child(map, "dynamodb").and_then(|stream| text(stream, "SequenceNumber"));
                (number.ok_or_else(|| invalid("dynamodb.SequenceNumber"))?.into(), Some(String::new()))
            }
            Source::Kafka => {
                let topic = text(map, "topic").ok_or_else(|| invalid("topic"))?;
                let partition =
                    map.get("partition").and_then(Value::as_int).ok_or_else(|| invalid("partition"))?;
                let offset = map.get("offset").and_then(Value::as_int).ok_or_else(|| invalid("offset"))?;
                let partition = format!("{topic}-{partition}");
                let id = Map::from_iter([
                    ("partition".into(), partition.as_str().into()),
                    ("offset".into(), offset.into()),
                ]);
                (id.into(), Some(partition))
            }
        };
        let attempts =
            attributes.and_then(|attributes| text(attributes, "ApproximateReceiveCount")?.parse().ok());
        Ok(Self { value, identifier, group, attempts })
    }

    /// What the script's function receives.
    fn to_map(&self, call: &Call<'_>) -> Result<Map> {
        let map = self.value.as_map().ok_or_else(|| batch_error("a record is not a map"))?;
        let shown_group = child(map, "kinesis").and_then(|kinesis| text(kinesis, "partitionKey"));
        let shown_group = shown_group.or(self.group.as_deref()).filter(|group| !group.is_empty());
        let body = payload::body(host(call), map)?;
        let mut record = Map::new();
        record.insert("id".into(), self.identifier.clone());
        record.insert("body".into(), body);
        record.insert("group".into(), shown_group.map(Value::from).into());
        record.insert("attempts".into(), self.attempts.into());
        record.insert("record".into(), self.value.clone());
        Ok(record)
    }
}

fn process(call: &mut Call<'_>) -> Result<Map> {
    let function = call.function(1)?;
    if !call.takes(&function, 1) {
        return Err(batch_error("the function of batch::process must have one parameter, the record"));
    }
    let settings = Settings::read(&mut Options::new(call.take_map(2)?))
        .map_err(|problem| batch_error(format!("batch::process: {problem}")))?;
    let records = read(&call.take(0))?;
    let deadline = host(call).deadline.clone();
    let mut failures: Vec<Value> = Vec::new();
    let mut stopped_groups: Vec<String> = Vec::new();
    let mut is_out_of_time = false;
    for record in records {
        let must_wait = record.group.as_ref().is_some_and(|group| stopped_groups.contains(group));
        is_out_of_time = is_out_of_time || left(&deadline).is_some_and(|left| left <= settings.reserve);
        let failed = if must_wait || is_out_of_time {
            true
        } else {
            match run(call, &function, &record, &deadline, settings.reserve) {
                Ok(()) => false,
                Err(error) => !give_up(call, &settings, &record, error, &deadline)?,
            }
        };
        if failed {
            failures.push(Map::from_iter([("itemIdentifier".into(), record.identifier)]).into());
            stopped_groups.extend(record.group.filter(|_| !must_wait));
        }
    }
    if is_out_of_time {
        let count = failures.len().to_string();
        logging::script(Level::Warn, "the batch ran out of time", &[("failed".to_owned(), count)]);
    }
    Ok(Map::from_iter([("batchItemFailures".into(), failures.into())]))
}

fn read(event: &Value) -> Result<Vec<Record>> {
    let unknown = || {
        batch_error("the event is not a batch of SQS, Kinesis, DynamoDB or Kafka; pass the handler's event")
    };
    let source = match event.as_map().and_then(payload::source) {
        Some("sqs") => Source::Sqs,
        Some("kinesis") => Source::Kinesis,
        Some("dynamodb") => Source::DynamoDb,
        Some("kafka") => Source::Kafka,
        _ => return Err(unknown()),
    };
    let records = super::records(event).map_err(|_| unknown())?;
    records.into_iter().map(|record| Record::read(source, record)).collect()
}

fn left(deadline: &Deadline) -> Option<Duration> {
    deadline.until().left()
}

/// Processes a record. It ends before the time that is reserved for the response.
fn run(
    call: &mut Call<'_>,
    function: &Rc<FnPtr>,
    record: &Record,
    deadline: &Deadline,
    reserve: Duration,
) -> Result<()> {
    let map = record.to_map(call)?;
    let until = deadline.until();
    let end = until.at().and_then(|at| at.checked_sub(reserve)).filter(|end| *end > Instant::now());
    deadline.set(until.by(end));
    let result = call.invoke(function, [map.into()]);
    deadline.set(until);
    result.map(drop)
}

/// Logs a failure. Returns whether the record does not come again.
///
/// # Errors
/// Why the script must stop.
fn give_up(
    call: &mut Call<'_>,
    settings: &Settings,
    record: &Record,
    error: Error,
    deadline: &Deadline,
) -> Result<bool> {
    let is_late = match error.kind() {
        ErrorKind::Terminated(why) => {
            // Out of memory, or the environment ends: nothing that a later record could survive.
            let is_late = matches!(why.as_host::<Stop>(), Some(Stop::Deadline));
            if !is_late || deadline.check().is_err() {
                return Err(error);
            }
            true
        }
        _ => false,
    };
    let (error_type, reason) = match error.kind() {
        ErrorKind::Exit(_) => ("Exit".to_owned(), "the function called `exit`".to_owned()),
        _ if is_late => {
            ("Runtime.Timeout".to_owned(), "the record was stopped before the function's timeout".to_owned())
        }
        _ => {
            let description = call.vm.host().describe(&error, "", "");
            (description.error_type, description.message)
        }
    };
    let given_up = !is_late
        && settings
            .max_attempts
            .zip(record.attempts)
            .is_some_and(|(max, attempts)| usize::try_from(attempts).is_ok_and(|attempts| attempts >= max));
    let message = if given_up { "record given up" } else { "record failed" };
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let id = crate::value::to_text(&record.identifier)?;
    let fields = [("record", json(&id)), ("errorType", json(&error_type)), ("reason", json(&reason))];
    logging::script(Level::Error, message, &fields.map(|(name, value)| (name.to_owned(), value)));
    if let Some(function) = settings.on_give_up.as_ref().filter(|_| given_up) {
        let caught = error.caught("");
        let map =
            record.to_map(call).unwrap_or_else(|_| Map::from_iter([("record".into(), record.value.clone())]));
        if let Err(problem) = call.invoke(function, [map.into(), caught]) {
            if matches!(problem.kind(), ErrorKind::Terminated(_)) {
                return Err(problem);
            }
            logging::script(Level::Error, "on_give_up failed", &[("record".to_owned(), json(&id))]);
            return Ok(false);
        }
    }
    Ok(given_up)
}

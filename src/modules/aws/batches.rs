//! `sqs_send_all`, `events_put_all` and `s3_delete_all`: many entries with one call.

use super::options::Options;
use super::{invalid, Caller};
use crate::value::{self, type_of};
use aws::{Batched, Refused};
use rhai_vm::function::Call;
use rhai_vm::{memory, Map, Result, Value};

const SEND_MESSAGES: Batched = Batched {
    service: "sqs",
    operation: "SendMessageBatch",
    most: 10,
    parameters: |queue, entries| {
        // Responses say by this ID which entries they mean.
        let numbered = entries.into_iter().enumerate().map(|(number, mut entry)| {
            entry.insert("Id".into(), number.to_string().into());
            Value::from(entry)
        });
        map([("QueueUrl", queue.into()), ("Entries", numbered.collect::<Vec<_>>().into())])
    },
    refused: |response, _| {
        let refused = maps(response, "Failed").map(|entry| Refused {
            index: string(entry, "Id").parse().unwrap_or(usize::MAX),
            code: string(entry, "Code"),
            message: string(entry, "Message"),
        });
        refused.collect()
    },
};

const PUT_EVENTS: Batched = Batched {
    service: "events",
    operation: "PutEvents",
    most: 10,
    parameters: |_, entries| {
        map([("Entries", entries.into_iter().map(Value::from).collect::<Vec<_>>().into())])
    },
    refused: |response, _| {
        let refused = maps(response, "Entries").enumerate().map(|(index, entry)| Refused {
            index,
            code: string(entry, "ErrorCode"),
            message: string(entry, "ErrorMessage"),
        });
        refused.filter(|entry| !entry.code.is_empty()).collect()
    },
};

const DELETE_OBJECTS: Batched = Batched {
    service: "s3",
    operation: "DeleteObjects",
    most: 1000,
    parameters: |bucket, entries| {
        let objects = entries.into_iter().map(Value::from).collect::<Vec<_>>();
        let delete = map([("Objects", objects.into()), ("Quiet", true.into())]);
        map([("Bucket", bucket.into()), ("Delete", delete.into())])
    },
    refused: |response, sent| {
        let refused = maps(response, "Errors").filter_map(|error| {
            let is_same = |entry: &&Map| {
                ["Key", "VersionId"].iter().all(|name| string(entry, name) == string(error, name))
            };
            let index = sent.iter().position(is_same)?;
            Some(Refused { index, code: string(error, "Code"), message: string(error, "Message") })
        });
        refused.collect()
    },
};

pub(super) fn send_messages(call: &mut Call<'_>) -> Result<Value> {
    let (messages, options) = (call.take_array(1)?, call.take_map(2)?);
    let send = |caller: &Caller| {
        let (group, common) = Options::all(options, message_options)?;
        let entries = entries(messages, |message| {
            let mut entry = match message {
                Value::Str(_) => map([("MessageBody", message)]),
                Value::Map(entry) => std::rc::Rc::unwrap_or_clone(entry),
                other => return Err(unexpected("a string or a map with `MessageBody`", &other)),
            };
            as_json(&mut entry, "MessageBody")?;
            set_default(&mut entry, "MessageGroupId", group.as_deref());
            Ok(entry)
        })?;
        Ok(caller.send_batches(&SEND_MESSAGES, call.str(0), &entries, &common)?.finish("sent", |_, _| {}))
    };
    of_script(call, "sqs", "sqs_send_all", send)
}

pub(super) fn put_events(call: &mut Call<'_>) -> Result<Value> {
    let (events, options) = (call.take_array(0)?, call.take_map(1)?);
    let send = |caller: &Caller| {
        let (bus, common) = Options::all(options, event_options)?;
        let entries = entries(events, |event| {
            let Value::Map(entry) = event else {
                return Err(unexpected("a map with `Source`, `DetailType` and `Detail`", &event));
            };
            let mut entry = std::rc::Rc::unwrap_or_clone(entry);
            as_json(&mut entry, "Detail")?;
            set_default(&mut entry, "EventBusName", bus.as_deref());
            Ok(entry)
        })?;
        Ok(caller.send_batches(&PUT_EVENTS, "", &entries, &common)?.finish("sent", |_, _| {}))
    };
    of_script(call, "events", "events_put_all", send)
}

/// The group of messages that name none, and what every call understands.
pub(super) fn message_options(options: &mut Options) -> aws::Result<(Option<String>, aws::Options)> {
    Ok((options.text("group_id")?, options.common()?))
}

/// The bus of events that name none, and what every call understands.
pub(super) fn event_options(options: &mut Options) -> aws::Result<(Option<String>, aws::Options)> {
    Ok((options.text("bus")?, options.common()?))
}

pub(super) fn delete_objects(call: &mut Call<'_>) -> Result<Value> {
    let (objects, options) = (call.take_array(1)?, call.take_map(2)?);
    let send = |caller: &Caller| {
        let common = Options::all(options, Options::common)?;
        let entries = entries(objects, |object| match object {
            Value::Str(_) => Ok(map([("Key", object)])),
            // As `s3_list` returns them.
            Value::Map(object) => {
                let member = |name: &str| object.get(name).cloned().unwrap_or_default();
                let mut entry = map([("Key", member("key"))]);
                let version = member("version_id");
                if !version.is_unit() {
                    entry.insert("VersionId".into(), version);
                }
                Ok(entry)
            }
            other => Err(unexpected("a key or a map with `key`", &other)),
        })?;
        let outcome = caller.send_batches(&DELETE_OBJECTS, call.str(0), &entries, &common)?;
        Ok(outcome.finish("deleted", |index, failed| {
            failed.insert("key".into(), string(&entries[index], "Key").into());
        }))
    };
    of_script(call, "s3", "s3_delete_all", send)
}

/// Runs it for a script, with errors that name the function.
fn of_script(
    call: &Call<'_>,
    service: &str,
    function: &str,
    send: impl FnOnce(&Caller) -> aws::Result<Map>,
) -> Result<Value> {
    let caller = Caller::of(call);
    let outcome = send(&caller)
        .map_err(|error| memory::stopped().unwrap_or_else(|| caller.thrown(error.of(service, function))))?;
    caller.deadline.check()?;
    Ok(outcome.into())
}

/// What became of so many entries.
struct Outcome {
    count: usize,
    refused: Vec<Refused>,
}

impl Caller {
    fn send_batches(
        &self,
        batched: &Batched,
        target: &str,
        entries: &[Map],
        options: &aws::Options,
    ) -> aws::Result<Outcome> {
        let refused = self.client.send_batches(batched, target, entries, options, self.deadline.until())?;
        Ok(Outcome { count: entries.len(), refused })
    }
}

impl Outcome {
    /// The outcome for the script: a number under this name, and the entries that failed.
    fn finish(self, name: &str, more: impl Fn(usize, &mut Map)) -> Map {
        let mut refused: Vec<Refused> = Vec::with_capacity(self.refused.len());
        for entry in self.refused {
            // Those that were sent again come late.
            refused.insert(refused.partition_point(|other| other.index < entry.index), entry);
        }
        let done = self.count - refused.len();
        let failed = refused.into_iter().map(|Refused { index, code, message }| {
            let number = i64::try_from(index).unwrap_or(i64::MAX);
            let mut entry =
                map([("index", number.into()), ("code", code.into()), ("message", message.into())]);
            more(index, &mut entry);
            Value::from(entry)
        });
        let failed = failed.collect::<Vec<_>>();
        map([(name, i64::try_from(done).unwrap_or(i64::MAX).into()), ("failed", failed.into())])
    }
}

/// The entries of an array, made one by one.
fn entries(items: Vec<Value>, entry: impl Fn(Value) -> aws::Result<Map>) -> aws::Result<Vec<Map>> {
    let size = items.len().saturating_mul(size_of::<Map>() + 2 * size_of::<Value>());
    memory::needs(size).map_err(|error| invalid(error.to_string()))?;
    let numbered = |(index, item)| entry(item).map_err(|error| numbered(error, index));
    items.into_iter().enumerate().map(numbered).collect()
}

fn numbered(error: aws::Error, index: usize) -> aws::Error {
    match error {
        aws::Error::Failed(mut failure) => {
            failure.message = format!("entry {index}: {}", failure.message);
            aws::Error::Failed(failure)
        }
        aws::Error::Deadline => error,
    }
}

fn unexpected(expected: &str, found: &Value) -> aws::Error {
    invalid(format!("expected {expected}, not {}", type_of(found)))
}

/// Writes a member that is not a string as JSON.
fn as_json(entry: &mut Map, name: &str) -> aws::Result<()> {
    match entry.get_mut(name) {
        None | Some(Value::Unit | Value::Str(_)) => {}
        Some(value) => *value = value::to_text(value).map_err(|error| invalid(error.to_string()))?.into(),
    }
    Ok(())
}

fn set_default(entry: &mut Map, name: &str, value: Option<&str>) {
    if let (Some(value), false) = (value, entry.contains_key(name)) {
        entry.insert(name.into(), value.into());
    }
}

pub(super) fn map<const N: usize>(entries: [(&str, Value); N]) -> Map {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn maps<'a>(response: &'a Map, name: &str) -> impl Iterator<Item = &'a Map> {
    let items = response.get(name).and_then(Value::as_array).map_or(&[][..], |items| items);
    items.iter().filter_map(Value::as_map)
}

fn string(map: &Map, name: &str) -> String {
    map.get(name).and_then(Value::as_str).map(ToString::to_string).unwrap_or_default()
}

//! The table: what is written to it under which conditions, as Powertools for AWS Lambda does it.

use super::record::{
    Record, COMPLETED, DATA, EXPIRATION, IN_PROGRESS, IN_PROGRESS_EXPIRATION, STATUS, VALIDATION,
};
use super::Settings;
use crate::modules::aws::Caller;
use aws::attributes;
use rhai_vm::{ErrorKind, Map, Result, Str, Value};

/// No record counts with this key; one that was left by a run that has timed out does not.
const CONDITION: &str = "attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress AND \
     attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis)";

/// The record of a key in a table.
pub(super) struct Entry<'a> {
    pub(super) caller: &'a Caller,
    pub(super) settings: &'a Settings,
}

/// What came of an attempt to begin.
pub(super) enum Begin {
    /// The record says now that the function runs.
    Begun,
    /// There is another record; `None` if it cannot be seen with the response.
    Known(Option<Record>),
}

impl Entry<'_> {
    /// Writes that the function runs, unless it runs already or has run.
    pub(super) fn begin(&self, now_ms: i64, left_ms: Option<i64>) -> Result<Begin> {
        let settings = self.settings;
        let mut item = self.key();
        item.insert(EXPIRATION.into(), settings.expiration(now_ms).into());
        item.insert(STATUS.into(), IN_PROGRESS.into());
        if let Some(left_ms) = left_ms {
            item.insert(IN_PROGRESS_EXPIRATION.into(), (now_ms + left_ms).into());
        }
        if let Some(hash) = &settings.payload {
            item.insert(VALIDATION.into(), hash.as_str().into());
        }
        let names = map([
            ("#id", settings.key_attr.as_str().into()),
            ("#expiry", EXPIRATION.into()),
            ("#in_progress_expiry", IN_PROGRESS_EXPIRATION.into()),
            ("#status", STATUS.into()),
        ]);
        let values = map([
            (":now", (now_ms / 1000).into()),
            (":now_in_millis", now_ms.into()),
            (":inprogress", IN_PROGRESS.into()),
        ]);
        let parameters = self.parameters([
            ("Item", item.into()),
            ("ConditionExpression", CONDITION.into()),
            ("ExpressionAttributeNames", names),
            ("ExpressionAttributeValues", values),
            ("ReturnValuesOnConditionCheckFailure", "ALL_OLD".into()),
        ]);
        match self.caller.try_call("dynamodb", "PutItem", &parameters, &settings.options) {
            Ok(_) => Ok(Begin::Begun),
            Err(error) => {
                let is_known =
                    error.failure().is_some_and(|failure| failure.code == "ConditionalCheckFailedException");
                let thrown = self.caller.thrown(error);
                match thrown.kind() {
                    ErrorKind::Runtime(Value::Map(members)) if is_known => {
                        Ok(Begin::Known(old_record(members)))
                    }
                    _ => Err(thrown),
                }
            }
        }
    }

    /// The record as the table has it.
    pub(super) fn read(&self) -> Result<Option<Record>> {
        let parameters = self.parameters([("Key", self.key().into()), ("ConsistentRead", true.into())]);
        let response = self.caller.call("dynamodb", "GetItem", &parameters, &self.settings.options)?;
        Ok(response.get("Item").and_then(Value::as_map).and_then(Record::read))
    }

    /// Writes what the function has returned.
    pub(super) fn complete(&self, now_ms: i64, data: Str) -> Result<Record> {
        let settings = self.settings;
        let expiration = settings.expiration(now_ms);
        let mut update =
            "SET #response_data = :response_data, #expiry = :expiry, #status = :status".to_owned();
        let mut names = vec![("#response_data", DATA), ("#expiry", EXPIRATION), ("#status", STATUS)];
        let mut values = vec![
            (":response_data", data.clone().into()),
            (":expiry", expiration.into()),
            (":status", COMPLETED.into()),
        ];
        if let Some(hash) = &settings.payload {
            update.push_str(", #validation_key = :validation_key");
            names.push(("#validation_key", VALIDATION));
            values.push((":validation_key", hash.as_str().into()));
        }
        let parameters = self.parameters([
            ("Key", self.key().into()),
            ("UpdateExpression", update.into()),
            ("ExpressionAttributeNames", map(names.into_iter().map(|(name, value)| (name, value.into())))),
            ("ExpressionAttributeValues", map(values)),
        ]);
        self.caller.call("dynamodb", "UpdateItem", &parameters, &settings.options)?;
        Ok(Record {
            status: COMPLETED.into(),
            expiration,
            in_progress_expiration: None,
            data: Some(data),
            validation: settings.payload.as_deref().map(Str::from),
        })
    }

    /// Removes the record, so that the next attempt runs the function again.
    pub(super) fn remove(&self) -> Result<()> {
        let parameters = self.parameters([("Key", self.key().into())]);
        self.caller.call("dynamodb", "DeleteItem", &parameters, &self.settings.options).map(drop)
    }

    fn key(&self) -> Map {
        let Settings { id, key_attr, sort_key_attr, static_pk_value, .. } = self.settings;
        match sort_key_attr {
            None => Map::from_iter([(key_attr.as_str().into(), id.as_str().into())]),
            Some(sort_key) => Map::from_iter([
                (key_attr.as_str().into(), static_pk_value.as_str().into()),
                (sort_key.as_str().into(), id.as_str().into()),
            ]),
        }
    }

    fn parameters<const N: usize>(&self, parameters: [(&str, Value); N]) -> Map {
        let mut all: Map = parameters.into_iter().map(|(name, value)| (name.into(), value)).collect();
        all.insert("TableName".into(), self.settings.table.as_str().into());
        all
    }
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>().into()
}

/// The record in an error of a condition that failed, as attribute values.
fn old_record(members: &Map) -> Option<Record> {
    let item = members.get("Item").filter(|item| item.as_map().is_some())?;
    let attribute = map([("M", item.clone())]);
    attributes::decode(&attribute).ok()?.as_map().and_then(Record::read)
}

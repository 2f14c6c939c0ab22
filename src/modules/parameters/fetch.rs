//! Where values come from.

use super::map;
use crate::modules::aws::Caller;
use rhai_vm::{Map, Result, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A session of `AppConfig`, which says what has changed since the last time.
#[derive(Clone)]
pub(super) struct Session {
    token: Value,
    content: Value,
}

/// Sessions by what they are for.
pub(super) type Sessions = RefCell<HashMap<String, Session>>;

/// What is fetched. Its `Debug` form is a part of the key under which the value is kept.
#[derive(Debug)]
pub(super) enum Fetch {
    Parameter { name: String, decrypt: bool },
    Path { path: String, decrypt: bool, recursive: bool },
    Secret { id: String, version_id: Option<String>, version_stage: Option<String> },
    AppConfig([String; 3]),
    Item { table: String, key: String, key_attr: String, value_attr: String },
    Items { table: String, key: String, key_attr: String, sort_attr: String, value_attr: String },
}

impl Fetch {
    /// What it is called, for errors and for `auto`.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Parameter { name, .. } | Self::AppConfig([_, _, name]) => name,
            Self::Path { path, .. } => path,
            Self::Secret { id, .. } => id,
            Self::Item { key, .. } | Self::Items { key, .. } => key,
        }
    }

    /// Whether the value is a map of values.
    pub(super) fn has_many(&self) -> bool {
        matches!(self, Self::Path { .. } | Self::Items { .. })
    }

    /// The value as AWS has it.
    pub(super) fn value(
        &self,
        caller: &Caller,
        sessions: &Sessions,
        options: &aws::Options,
    ) -> Result<Value> {
        let call = |service: &str, operation: &str, parameters: Map| {
            caller.call(service, operation, &parameters, options)
        };
        match self {
            Self::Parameter { name, decrypt } => {
                let parameters = map([("Name", text(name)), ("WithDecryption", (*decrypt).into())]);
                let response = call("ssm", "GetParameter", parameters)?;
                Ok(member(&member(&response.into(), "Parameter"), "Value"))
            }
            Self::Path { path, decrypt, recursive } => {
                let parameters = map([
                    ("Path", text(path)),
                    ("WithDecryption", (*decrypt).into()),
                    ("Recursive", (*recursive).into()),
                ]);
                let found = caller.items("ssm", "GetParametersByPath", &parameters, options)?;
                let entry = |parameter: Value| {
                    let name = member(&parameter, "Name");
                    let name = name.as_str().map_or("", |name| name.as_str());
                    let short = name.strip_prefix(path.as_str()).unwrap_or(name).trim_start_matches('/');
                    (short.into(), member(&parameter, "Value"))
                };
                Ok(found.into_iter().map(entry).collect::<Map>().into())
            }
            Self::Secret { id, version_id, version_stage } => {
                let parameters = map([
                    ("SecretId", text(id)),
                    ("VersionId", version_id.as_deref().map_or(Value::Unit, text)),
                    ("VersionStage", version_stage.as_deref().map_or(Value::Unit, text)),
                ]);
                let secret = call("secretsmanager", "GetSecretValue", parameters)?.into();
                match member(&secret, "SecretString") {
                    Value::Unit => Ok(member(&secret, "SecretBinary")),
                    string => Ok(string),
                }
            }
            Self::AppConfig(place) => configuration(place, caller, sessions, options),
            Self::Item { table, key, key_attr, value_attr } => {
                let id = Map::from_entries(vec![(key_attr.as_str().into(), text(key))]);
                let parameters = map([("TableName", text(table)), ("Key", id.into())]);
                let options = aws::Options { is_plain: true, ..options.clone() };
                let response = caller.call("dynamodb", "GetItem", &parameters, &options)?;
                let item = member(&response.into(), "Item");
                match item.as_map().and_then(|item| item.get(value_attr)) {
                    Some(value) => Ok(value.clone()),
                    None => Err(missing(caller, table, key, value_attr)),
                }
            }
            Self::Items { table, key, key_attr, sort_attr, value_attr } => {
                let parameters = map([
                    ("TableName", text(table)),
                    ("KeyConditionExpression", text("#key = :key")),
                    ("ExpressionAttributeNames", map([("#key", text(key_attr))]).into()),
                    ("ExpressionAttributeValues", map([(":key", text(key))]).into()),
                ]);
                let options = aws::Options { is_plain: true, ..options.clone() };
                let items = caller.items("dynamodb", "Query", &parameters, &options)?;
                let entry = |item: Value| {
                    (member(&item, sort_attr).to_string().as_str().into(), member(&item, value_attr))
                };
                Ok(items.into_iter().map(entry).collect::<Map>().into())
            }
        }
    }
}

/// The configuration that `AppConfig` has deployed. Sessions end after a day: then another one begins.
fn configuration(
    place: &[String; 3],
    caller: &Caller,
    sessions: &Sessions,
    options: &aws::Options,
) -> Result<Value> {
    let key = format!("{place:?} {options:?}");
    let known = sessions.borrow().get(&key).cloned();
    let latest = |token: &Value| {
        let parameters = map([("ConfigurationToken", token.clone())]);
        caller.try_call("appconfigdata", "GetLatestConfiguration", &parameters, options)
    };
    let start = || {
        let [application, environment, profile] = place;
        let parameters = map([
            ("ApplicationIdentifier", text(application)),
            ("EnvironmentIdentifier", text(environment)),
            ("ConfigurationProfileIdentifier", text(profile)),
        ]);
        let session = caller.call("appconfigdata", "StartConfigurationSession", &parameters, options)?;
        latest(&member(&session.into(), "InitialConfigurationToken")).map_err(|error| caller.thrown(error))
    };
    let response = match known.as_ref().map(|session| latest(&session.token)) {
        Some(Ok(response)) => response,
        Some(Err(error)) if !has_ended(&error) => return Err(caller.thrown(error)),
        _ => start()?,
    };
    let response = response.into();
    // It is empty if nothing has changed.
    let content = match (member(&response, "Configuration"), known) {
        (Value::Blob(bytes), _) if !bytes.is_empty() => readable(bytes),
        (_, Some(known)) => known.content,
        (_, None) => text(""),
    };
    let token = member(&response, "NextPollConfigurationToken");
    sessions.borrow_mut().insert(key, Session { token, content: content.clone() });
    Ok(content)
}

/// Whether `AppConfig` does not accept the token any more.
fn has_ended(error: &aws::Error) -> bool {
    error.failure().is_some_and(|failure| failure.code == "BadRequestException")
}

/// A string, where the bytes are one.
fn readable(bytes: Rc<Vec<u8>>) -> Value {
    match String::from_utf8(Rc::unwrap_or_clone(bytes)) {
        Ok(text) => text.into(),
        Err(error) => Value::blob(error.into_bytes()),
    }
}

fn missing(caller: &Caller, table: &str, key: &str, attribute: &str) -> rhai_vm::Error {
    let message = format!("the table \"{table}\" has no item \"{key}\" with the attribute `{attribute}`");
    caller.thrown(aws::Error::new("ParameterNotFound", message).of("dynamodb", "GetItem"))
}

fn text(text: &str) -> Value {
    text.into()
}

fn member(value: &Value, name: &str) -> Value {
    value.as_map().and_then(|map| map.get(name)).cloned().unwrap_or_default()
}

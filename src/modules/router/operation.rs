//! What scripts say about an API and its routes, for the `OpenAPI` document.

use crate::modules::options::Options;
use crate::value::type_of;
use rhai_vm::{Map, Str, Value};

/// What a response is that nobody has described.
pub(super) const DESCRIPTION: &str = "The response";

/// What the document says about the API.
pub(super) struct Description {
    pub(super) title: String,
    pub(super) version: String,
    pub(super) text: Option<String>,
}

impl Description {
    pub(super) fn read(options: &mut Options) -> std::result::Result<Self, String> {
        let title = options.text("title")?.unwrap_or_else(|| "API".to_owned());
        let version = options.text("version")?.unwrap_or_else(|| "1.0.0".to_owned());
        Ok(Self { title, version, text: options.text("description")? })
    }

    /// In the form of the document.
    pub(super) fn info(&self) -> Map {
        let mut info = Map::new();
        info.insert("title".into(), self.title.as_str().into());
        info.insert("version".into(), self.version.as_str().into());
        if let Some(description) = &self.text {
            info.insert("description".into(), description.as_str().into());
        }
        info
    }
}

/// What the document says about a route.
#[derive(Default)]
pub(super) struct Operation {
    /// In the form of the document.
    pub(super) fields: Map,
    /// The schema of the request's body.
    body: Option<Value>,
    /// That of its query parameters.
    query: Option<Value>,
}

impl Operation {
    /// # Errors
    /// What is wrong with the options.
    pub(super) fn read(options: &mut Options) -> std::result::Result<Self, String> {
        let mut operation = Map::new();
        for (option, field) in
            [("summary", "summary"), ("description", "description"), ("operation_id", "operationId")]
        {
            if let Some(text) = options.text(option)? {
                operation.insert(field.into(), text.into());
            }
        }
        if let Some(tags) = options.take("tags") {
            let is_list = tags.as_array().is_some_and(|tags| tags.iter().all(|tag| tag.as_str().is_some()));
            if !is_list {
                return Err("`tags` must be an array of strings".to_owned());
            }
            operation.insert("tags".into(), tags);
        }
        let body = options.take("body");
        let query = options.take("query");
        if let Some(responses) = options.take("responses") {
            let Value::Map(responses) = responses else {
                return Err("`responses` must be a map of statuses and descriptions".to_owned());
            };
            let responses =
                responses.iter().map(|(status, value)| Ok((status.clone(), response(status, value)?)));
            operation
                .insert("responses".into(), responses.collect::<std::result::Result<Map, String>>()?.into());
        }
        options.end()?;
        Ok(Self { fields: operation, body, query })
    }

    /// The name of the operation, which no other one of the document may have.
    pub(super) fn id(&self) -> Option<&Str> {
        self.fields.get("operationId")?.as_str()
    }

    pub(super) fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    pub(super) fn query(&self) -> Option<&Value> {
        self.query.as_ref()
    }
}

/// A response: its description, or the whole of it.
fn response(status: &str, value: &Value) -> std::result::Result<Value, String> {
    let is_status = match status.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', rest @ ..] => rest.len() == 2 && rest.iter().all(u8::is_ascii_digit),
        other => other == b"default",
    };
    if !is_status {
        return Err(format!(
            "`responses` has the status {status:?}; use one such as \"200\", \"4XX\" or \"default\""
        ));
    }
    match value {
        Value::Str(_) => Ok(one("description", value.clone())),
        Value::Map(map) if map.contains_key("description") || map.contains_key("$ref") => Ok(value.clone()),
        Value::Map(map) => {
            let mut map = (**map).clone();
            map.insert("description".into(), DESCRIPTION.into());
            Ok(map.into())
        }
        other => {
            Err(format!("the response {status:?} must be a description or a map, not {}", type_of(other)))
        }
    }
}

/// A map with one entry.
pub(super) fn one(name: &str, value: Value) -> Value {
    Map::from_iter([(name.into(), value)]).into()
}

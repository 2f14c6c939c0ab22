//! `converse(model, prompt[, options])`: text of a model of Bedrock.

use super::batches::map;
use super::options::{wrong, Options};
use super::{invalid, Caller};
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{Map, Result, Value};

const SERVICE: &str = "bedrock-runtime";

pub(super) fn converse(call: &mut Call<'_>) -> Result<Value> {
    let (prompt, options) = (call.take(1), call.take_map(2)?);
    let caller = Caller::of(call);
    let text = caller.converse(call.str(0), &prompt, options);
    text.map(Value::from).map_err(|error| caller.thrown(error.of(SERVICE, "converse")))
}

/// What a model is told beside the prompt.
pub(super) struct Conversation {
    system: Option<String>,
    /// With the names of the operation.
    inference: Map,
}

pub(super) fn options(options: &mut Options) -> aws::Result<(Conversation, aws::Options)> {
    let system = options.text("system")?;
    let mut inference = Map::new();
    for (option, name) in [
        ("max_tokens", "maxTokens"),
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("stop", "stopSequences"),
    ] {
        inference.extend(options.take(option).map(|value| (name.into(), value)));
    }
    Ok((Conversation { system, inference }, options.common()?))
}

impl Caller {
    fn converse(&self, model: &str, prompt: &Value, options: Map) -> aws::Result<String> {
        let (Conversation { system, inference }, common) = Options::all(options, self::options)?;
        let mut parameters = map([("modelId", model.into()), ("messages", messages(prompt)?.into())]);
        if let Some(system) = system {
            parameters.insert("system".into(), texts(system.into()));
        }
        if !inference.is_empty() {
            parameters.insert("inferenceConfig".into(), inference.into());
        }
        let response = self.client.call(SERVICE, "Converse", &parameters, &common, self.deadline.until())?;
        Ok(text(&response))
    }
}

/// The messages for a prompt, or for a conversation so far.
fn messages(prompt: &Value) -> aws::Result<Vec<Value>> {
    match prompt {
        Value::Str(text) => Ok(vec![message("user", Value::Str(text.clone()))]),
        Value::Array(turns) => turns.iter().map(turn).collect(),
        other => Err(wrong("prompt", other, "a string or an array of messages")),
    }
}

/// A message with its content as the operation has it.
fn turn(message: &Value) -> aws::Result<Value> {
    let Some(map) = message.as_map() else {
        let kind = type_of(message);
        return Err(invalid(format!("a message must be a map with `role` and `content`, not {kind}")));
    };
    let mut map = map.clone();
    if let Some(content @ Value::Str(_)) = map.get_mut("content") {
        *content = texts(std::mem::take(content));
    }
    Ok(map.into())
}

fn message(role: &str, text: Value) -> Value {
    map([("role", role.into()), ("content", texts(text))]).into()
}

fn texts(text: Value) -> Value {
    vec![Value::from(map([("text", text)]))].into()
}

/// The text of the response, without its reasoning and the like.
fn text(response: &Map) -> String {
    let member = |map: &Map, name: &str| map.get(name).and_then(Value::as_map).cloned();
    let message =
        member(response, "output").and_then(|output| member(&output, "message")).unwrap_or_default();
    let blocks = message.get("content").and_then(Value::as_array).map_or(&[][..], |blocks| blocks);
    let texts = blocks.iter().filter_map(|block| block.as_map()?.get("text")?.as_str());
    texts.map(rhai_vm::Str::as_str).collect()
}

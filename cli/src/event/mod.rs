//! `rhambda event`: events as AWS services send them, made from the templates in `cli/events`.

mod list;

use crate::stdout;
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

/// What is known of the templates.
const INDEX: &str = include_str!("../../events/events.toml");
/// Before and behind the name of an option in a template.
const OPEN: &str = "{{";
const CLOSE: &str = "}}";
/// So many similar names are listed in an error.
const MOST_ALIKE: usize = 3;

#[derive(Args)]
#[command(after_help = "Examples:
  rhambda event                              list all events and their options
  rhambda event s3:put --bucket b --key k    print an event
  rhambda event sqs:receive-message --body '{\"order\": 7}' > event.json")]
pub(crate) struct Arguments {
    /// The event, as SERVICE:NAME; without it, all events are listed
    name: Option<String>,
    /// Values in the event, as `--OPTION VALUE`; `rhambda event` lists the options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "--OPTION VALUE")]
    options: Vec<String>,
}

/// What to print.
pub(crate) struct Request(String);

/// A template, and what it is of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    summary: String,
    /// Where its shape is from.
    source: String,
    /// The name of the template's file, without `.json`.
    file: String,
    /// The options, with their defaults.
    #[serde(default)]
    options: BTreeMap<String, String>,
}

impl Arguments {
    /// Makes the event, or the list.
    pub(crate) fn resolve(self) -> Result<Request> {
        let Some(name) = self.name else {
            return Ok(Request(listing(&events())));
        };
        text(&name, &pairs(&self.options)?).map(Request)
    }
}

/// Prints an event or the list.
///
/// # Errors
/// When it cannot be printed.
pub(crate) fn event(Request(text): &Request) -> Result<ExitCode> {
    stdout::print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// The event of this name, with these options in place of their defaults.
///
/// # Errors
/// When the event or an option is unknown, or a value has no place in the event.
pub(crate) fn make(name: &str, options: &[(String, String)]) -> Result<Value> {
    Ok(serde_json::from_str(&text(name, options)?)?)
}

fn events() -> BTreeMap<String, Event> {
    toml::from_str(INDEX).expect("the index is tested")
}

/// `--name value` and `--name=value`.
pub(crate) fn pairs(options: &[String]) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let name = option
            .strip_prefix("--")
            .ok_or_else(|| anyhow!("\"{option}\" is not an option: write --OPTION VALUE"))?;
        if let Some((name, value)) = name.split_once('=') {
            pairs.push((name.to_owned(), value.to_owned()));
        } else {
            let value = options.next().ok_or_else(|| anyhow!("--{name} requires a value"))?;
            pairs.push((name.to_owned(), value.clone()));
        }
    }
    Ok(pairs)
}

fn unknown(name: &str) -> anyhow::Error {
    let all = events();
    let names = likeness::sorted(name, all.keys().collect(), |name| name);
    let names: Vec<_> = names.into_iter().take(MOST_ALIKE).map(|name| format!("\"{name}\"")).collect();
    anyhow!(
        "the event \"{name}\" is unknown; similar ones are {}. `rhambda event` lists all",
        names.join(", ")
    )
}

/// The event as JSON text, in the order of the template.
fn text(name: &str, options: &[(String, String)]) -> Result<String> {
    let event = events().remove(name).ok_or_else(|| unknown(name))?;
    let mut values = event.options;
    for (option, value) in options {
        // In scripts, `-` cannot be in a name.
        let option = option.replace('_', "-");
        if values.is_empty() {
            bail!("the option --{option} is unknown: the event \"{name}\" has none");
        }
        if !values.contains_key(&option) {
            let known: Vec<_> = values.keys().map(|name| format!("--{name}")).collect();
            bail!("the option --{option} is unknown; \"{name}\" has {}", known.join(", "));
        }
        values.insert(option, value.clone());
    }
    fill(list::template(&event.file), &values)
}

/// Puts values into a template: `{{name}}` within a string, `{{name|base64}}`, `{{name|url}}`, or the whole string
/// `"{{name|json}}"` for a value that is JSON itself.
fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        let (inside, behind) = behind.split_once(CLOSE).context("a template has an open place")?;
        let (name, form) = inside.split_once('|').unwrap_or((inside, ""));
        let value = values.get(name).with_context(|| format!("the option {name} is not described"))?;
        rest = behind;
        filled.push_str(before);
        // Paths can be written as `orders/7` and as `/orders/7`.
        let value = value.strip_prefix('/').filter(|_| before.ends_with('/')).unwrap_or(value);
        match form {
            "base64" => BASE64_STANDARD.encode_string(value, &mut filled),
            "json" => {
                let problem = |error| anyhow!("--{name} is not JSON: {error}");
                serde_json::from_str::<Value>(value).map_err(problem)?;
                filled.pop();
                filled.push_str(value);
                rest = behind.strip_prefix('"').unwrap_or(behind);
            }
            "url" => filled.push_str(&in_string(&aws::encode_path(value).to_string())),
            _ => filled.push_str(&in_string(value)),
        }
    }
    filled.push_str(rest);
    ensure!(serde_json::from_str::<Value>(&filled).is_ok(), "the event would not be JSON");
    Ok(filled)
}

/// A text as it is within the quotes of a JSON string.
fn in_string(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Each event, what it is, and its options.
fn listing(events: &BTreeMap<String, Event>) -> String {
    let mut text = String::new();
    for (name, event) in events {
        let _ = writeln!(text, "{name}\n    {}\n    From {}", event.summary, event.source);
        for (option, default) in &event.options {
            let _ = writeln!(text, "    --{option} [default: {default}]");
        }
    }
    text
}

#[cfg(test)]
mod tests;

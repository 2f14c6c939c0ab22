//! Which settings of a function differ from what they are to be.

use super::actual::{Actual, RoleState, Settings};
use super::desired::{Desired, Role, RUNTIME};
use super::step::Change;
use crate::config::LogFormat;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// The settings that differ, for people and for AWS.
pub(super) fn configuration(
    desired: &Desired,
    actual: &Actual,
    is: &Settings,
) -> (Vec<Change>, Map<String, Value>) {
    let mut changes = Vec::new();
    let mut parameters = Map::new();
    let mut change = |change: Change, name: &str, value: Value| {
        changes.push(change);
        parameters.insert(name.to_owned(), value);
    };
    if is.runtime != RUNTIME {
        change(Change::new("runtime", &is.runtime, RUNTIME), "Runtime", RUNTIME.into());
    }
    if is.handler != desired.handler {
        let handler = &desired.handler;
        change(Change::new("handler", &is.handler, handler), "Handler", handler.as_str().into());
    }
    if let Some(role) = known_role(desired, actual).filter(|role| *role != is.role) {
        change(Change::new("role", &is.role, role), "Role", role.into());
    }
    if let Some(memory) = desired.memory.filter(|memory| u64::from(*memory) != is.memory) {
        change(Change::new("memory", is.memory, format!("{memory} MB")), "MemorySize", memory.into());
    }
    if let Some(timeout) = desired.timeout.filter(|timeout| u64::from(*timeout) != is.timeout) {
        change(Change::new("timeout", is.timeout, format!("{timeout} s")), "Timeout", timeout.into());
    }
    if let Some(description) = desired.description.as_ref().filter(|text| **text != is.description) {
        let how = Change { setting: "description", how: format!("\"{description}\"") };
        change(how, "Description", description.as_str().into());
    }
    if let Some(environment) = desired.environment.as_ref().filter(|wanted| **wanted != is.environment) {
        let how = Change { setting: "environment", how: differences(&is.environment, environment) };
        change(how, "Environment", json!({ "Variables": environment }));
    }
    if let Some(format) = desired.log_format.filter(|format| format.name() != is.log_format()) {
        let mut logging = is.logging.clone();
        logging.insert("LogFormat".to_owned(), format.name().into());
        if format == LogFormat::Text {
            // Levels are for JSON only.
            logging.retain(|name, _| !name.ends_with("LogLevel"));
        }
        change(Change::new("log format", is.log_format(), format.name()), "LoggingConfig", logging.into());
    }
    if let Some(layers) = layers(desired, actual) {
        // A layer that is still to be published is none of these.
        if desired.layer.is_some() && actual.layer.is_none() {
            let how = "with the new version".to_owned();
            change(Change { setting: "layers", how }, "Layers", layers.into());
        } else if layers != is.layers {
            change(Change::new("layers", list(&is.layers), list(&layers)), "Layers", layers.into());
        }
    }
    (changes, parameters)
}

/// The role that is wanted; `None` where the function's stays.
fn known_role<'a>(desired: &'a Desired, actual: &'a Actual) -> Option<&'a str> {
    match (&desired.role, &actual.role) {
        (Role::Arn(arn), _) | (Role::Name(_), Some(RoleState::There { arn, .. })) => Some(arn),
        _ => None,
    }
}

/// The layers that are wanted, as far as they are published; `None` where the function's stay.
pub(super) fn layers(desired: &Desired, actual: &Actual) -> Option<Vec<String>> {
    if desired.layer.is_none() && desired.layers.is_none() {
        return None;
    }
    let others = desired.layers.iter().flatten();
    Some(actual.layer.iter().chain(others).cloned().collect())
}

/// `+NEW ~CHANGED -GONE`, without the values.
fn differences(is: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> String {
    let added = wanted.keys().filter(|name| !is.contains_key(*name)).map(|name| format!("+{name}"));
    let changed = wanted.iter().filter(|(name, value)| is.get(*name).is_some_and(|old| old != *value));
    let gone = is.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("-{name}"));
    let all: Vec<_> = added.chain(changed.map(|(name, _)| format!("~{name}"))).chain(gone).collect();
    all.join(" ")
}

/// Layers without what their ARNs have in common.
fn list(layers: &[String]) -> String {
    let short = |arn: &String| arn.rsplit_once(":layer:").map_or(arn.clone(), |(_, name)| name.to_owned());
    let short: Vec<_> = layers.iter().map(short).collect();
    format!("[{}]", short.join(", "))
}

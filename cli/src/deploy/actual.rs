//! What there is in AWS.

use crate::config::{UrlAccess, UrlMode};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What there is in AWS of what a function is to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Actual {
    /// `None`: there is no such function.
    pub(super) function: Option<Function>,
    /// What was looked up of the role; `None` where it was not.
    pub(super) role: Option<RoleState>,
    /// The version of our own layer that has the wanted contents.
    pub(super) layer: Option<String>,
    /// The alias that is asked for.
    pub(super) alias: Option<Alias>,
    /// The URL of the alias, or else of the function.
    pub(super) url: Option<Url>,
    /// The names of the statements in the policy of the alias, or else of the function.
    pub(super) permissions: BTreeSet<String>,
}

/// A function as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) arn: String,
    pub(super) settings: Settings,
    pub(super) tags: BTreeMap<String, String>,
}

/// What a version of a function consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Empty for a container image.
    pub(super) runtime: String,
    pub(super) handler: String,
    pub(super) code_sha256: String,
    pub(super) architecture: String,
    pub(super) role: String,
    pub(super) layers: Vec<String>,
    pub(super) memory: u64,
    pub(super) timeout: u64,
    pub(super) description: String,
    pub(super) environment: BTreeMap<String, String>,
    /// The whole of it: an update replaces what it does not repeat.
    pub(super) logging: Map<String, Value>,
}

/// A role as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RoleState {
    Missing,
    There {
        arn: String,
        /// The ARNs of the policies attached to it.
        policies: BTreeSet<String>,
    },
}

/// An alias as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    /// Those of the version it points to.
    pub(super) settings: Settings,
}

/// A function URL as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) address: String,
    pub(super) access: UrlAccess,
    pub(super) mode: UrlMode,
}

impl Function {
    /// Out of `GetFunction`'s response.
    pub(super) fn parse(response: &Value) -> Self {
        let configuration = &response["Configuration"];
        Self {
            arn: text(&configuration["FunctionArn"]),
            settings: Settings::parse(configuration),
            tags: texts(&response["Tags"]),
        }
    }
}

impl Settings {
    /// Out of the response of `GetFunctionConfiguration`.
    pub(super) fn parse(configuration: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Self {
            runtime: text(&configuration["Runtime"]),
            handler: text(&configuration["Handler"]),
            code_sha256: text(&configuration["CodeSha256"]),
            architecture: text(&configuration["Architectures"][0]),
            role: text(&configuration["Role"]),
            layers: list(&configuration["Layers"]).iter().map(|layer| text(&layer["Arn"])).collect(),
            memory: configuration["MemorySize"].as_u64().unwrap_or_default(),
            timeout: configuration["Timeout"].as_u64().unwrap_or_default(),
            description: text(&configuration["Description"]),
            environment: texts(&configuration["Environment"]["Variables"]),
            logging: configuration["LoggingConfig"].as_object().cloned().unwrap_or_default(),
        }
    }

    /// The form of the log.
    pub(super) fn log_format(&self) -> &str {
        self.logging.get("LogFormat").and_then(Value::as_str).unwrap_or("Text")
    }
}

impl Url {
    /// Out of the response of `GetFunctionUrlConfig`.
    pub(super) fn parse(response: &Value) -> Self {
        Self {
            address: text(&response["FunctionUrl"]),
            access: match response["AuthType"].as_str() {
                Some("NONE") => UrlAccess::Public,
                _ => UrlAccess::Iam,
            },
            mode: match response["InvokeMode"].as_str() {
                Some("RESPONSE_STREAM") => UrlMode::Stream,
                _ => UrlMode::Buffered,
            },
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), text(value))).collect()
}

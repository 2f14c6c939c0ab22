//! What the folder of an example holds.

use crate::web::Exchange;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One folder of `scripts-examples`.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) functions: Vec<Function>,
}

/// A Lambda function: an entry of `example.json`.
pub(crate) struct Function {
    pub(crate) handler: String,
    pub(crate) environment: BTreeMap<String, String>,
    /// What is answered to its requests.
    pub(crate) server: Vec<Exchange>,
    /// Whether it calls AWS.
    pub(crate) aws: bool,
    /// Whether it needs a `PostgreSQL` server.
    pub(crate) postgres: bool,
    /// They are served one after the other by one environment.
    pub(crate) invocations: Vec<Invocation>,
}

/// The files of an event and of what is answered to it.
pub(crate) struct Invocation {
    pub(crate) event: String,
    pub(crate) outcome: Outcome,
    pub(crate) expected: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Response,
    Error,
}

impl Example {
    /// Every example there is, by name.
    pub(crate) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts-examples");
        let mut folders: Vec<_> = entries(&root).into_iter().filter(|path| path.is_dir()).collect();
        folders.sort();
        assert!(!folders.is_empty(), "there are no examples in {}", root.display());
        folders.into_iter().map(Self::load).collect()
    }

    /// A file's text. Its last newline is the editor's, not the text's.
    pub(crate) fn read(&self, file: &str) -> String {
        read(&self.folder.join(file))
    }

    /// A file's path, for messages.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("scripts-examples/{}/{file}", self.name)
    }

    /// The names of the files in the folder itself.
    pub(crate) fn files(&self) -> Vec<String> {
        entries(&self.folder).iter().filter(|path| path.is_file()).map(|path| name(path)).collect()
    }

    fn load(folder: PathBuf) -> Self {
        let file = folder.join("example.json");
        let functions = serde_json::from_str(&read(&file)).map_err(|error| error.to_string());
        let functions = functions
            .and_then(|functions: Value| list(&functions, Function::parse))
            .unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
        Self { name: name(&folder), folder, functions }
    }
}

impl Function {
    fn parse(json: &Value) -> Result<Self, String> {
        known(json, &["handler", "environment", "aws", "postgres", "server", "invocations"])?;
        let variables = json["environment"].as_object().into_iter().flatten();
        let environment = variables.map(|(name, value)| match value.as_str() {
            Some(value) => Ok((name.clone(), value.to_owned())),
            None => Err(format!("the environment variable {name} must be a text")),
        });
        Ok(Self {
            handler: text(json, "handler")?,
            environment: environment.collect::<Result<_, _>>()?,
            server: json.get("server").map_or(Ok(Vec::new()), |server| list(server, Exchange::parse))?,
            aws: json["aws"] == true,
            postgres: json["postgres"] == true,
            invocations: list(&json["invocations"], Invocation::parse)?,
        })
    }
}

impl Exchange {
    fn parse(json: &Value) -> Result<Self, String> {
        known(json, &["method", "path", "status", "body", "events"])?;
        let status = json.get("status").map_or(Some(200), Value::as_u64);
        Ok(Self {
            method: json["method"].as_str().unwrap_or("GET").to_owned(),
            path: text(json, "path")?,
            status: status.and_then(|status| status.try_into().ok()).ok_or("status must be a number")?,
            body: json["body"].clone(),
            events: json.get("events").map_or(Ok(Vec::new()), |events| list(events, event))?,
        })
    }
}

/// A map with one key, the name of the event, as its message.
fn event(json: &Value) -> Result<Vec<u8>, String> {
    match json.as_object().and_then(|event| event.iter().next()) {
        Some((name, payload)) => Ok(web_server::events::event(name, &payload.to_string())),
        None => Err(format!("an event is a map with one key, not {json}")),
    }
}

impl Invocation {
    fn parse(json: &Value) -> Result<Self, String> {
        known(json, &["event", "response", "error"])?;
        let outcome = match (json.get("response"), json.get("error")) {
            (Some(_), None) => Outcome::Response,
            (None, Some(_)) => Outcome::Error,
            _ => return Err(format!("either response or error is needed: {json}")),
        };
        let expected = match outcome {
            Outcome::Response => text(json, "response")?,
            Outcome::Error => text(json, "error")?,
        };
        Ok(Self { event: text(json, "event")?, outcome, expected })
    }
}

/// Misspelt keys would otherwise go unseen.
fn known(json: &Value, keys: &[&str]) -> Result<(), String> {
    let object = json.as_object().ok_or_else(|| format!("an object is needed, not {json}"))?;
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key}; there are {}", keys.join(", "))),
        None => Ok(()),
    }
}

fn text(json: &Value, key: &str) -> Result<String, String> {
    json[key].as_str().map(str::to_owned).ok_or_else(|| format!("the text {key} is needed: {json}"))
}

fn list<T>(json: &Value, parse: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match json.as_array() {
        Some(items) if !items.is_empty() => items.iter().map(parse).collect(),
        _ => Err(format!("a list with something in it is needed, not {json}")),
    }
}

fn read(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

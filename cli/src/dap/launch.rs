//! What an editor wants to debug, and the command that runs it.

use super::debuggee;
use crate::event;
use crate::folder::CONFIG_FILE;
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};
use tempfile::NamedTempFile;

/// The function that is called where only a script is named.
const FUNCTION: &str = "handler";

/// The arguments of `launch`. Editors add some of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Launch {
    mode: Mode,
    /// A script.
    program: Option<PathBuf>,
    /// A handler setting.
    handler: Option<String>,
    /// The task root, or the folder with the tests.
    cwd: Option<PathBuf>,
    event: Option<Value>,
    /// Options of an event of the library.
    event_options: BTreeMap<String, Value>,
    env: BTreeMap<String, String>,
    filter: Filter,
    pub(super) stop_on_entry: bool,
    pub(super) no_debug: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    #[default]
    Invoke,
    Test,
}

/// Which tests: a part of their names, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Filter {
    One(String),
    Several(Vec<String>),
}

impl Default for Filter {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// A command, and what must exist as long as it runs.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) command: Command,
    pub(super) event: Option<NamedTempFile>,
}

impl Launch {
    /// Reads the arguments.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn parse(arguments: &Value) -> Result<Self> {
        let launch = match arguments {
            Value::Null => Ok(Self::default()),
            arguments => Self::deserialize(arguments),
        };
        launch.map_err(|problem| anyhow!("the arguments of launch are invalid: {problem}"))
    }

    /// The command.
    ///
    /// # Errors
    /// When there is no such folder, script or event.
    pub(super) fn prepare(self) -> Result<Prepared> {
        let folder = self.folder()?;
        let mut command = Command::new(env::current_exe().context("the program `rhambda` cannot be found")?);
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove(debuggee::VARIABLE);
        let script = self.program.as_deref().map(|program| relative(&folder, program)).transpose()?;
        let event = match self.mode {
            Mode::Invoke => Some(self.invoke(&mut command, &folder, script)?),
            Mode::Test => {
                self.test(&mut command, script)?;
                None
            }
        };
        Ok(Prepared { command, event })
    }

    fn invoke(self, command: &mut Command, folder: &Path, script: Option<String>) -> Result<NamedTempFile> {
        ensure!(
            matches!(&self.filter, Filter::Several(parts) if parts.is_empty()),
            "`filter` chooses tests: set `mode` to \"test\", or remove it"
        );
        let event = self.event.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let event = event_of(&event, &self.event_options, folder)?;
        let mut file = NamedTempFile::new().context("the event cannot be written to a temporary file")?;
        file.write_all(event.as_bytes()).context("the event cannot be written to a temporary file")?;
        command.arg("invoke").arg("--dir").arg(folder);
        command.arg("--event").arg(format!("@{}", file.path().display()));
        for (name, value) in self.env {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        let of_script = script.map(|script| {
            let name = script.strip_suffix(".rhai").unwrap_or(&script);
            format!("{name}.{FUNCTION}")
        });
        if let Some(handler) = self.handler.or(of_script) {
            command.arg("--").arg(handler);
        }
        Ok(file)
    }

    fn test(self, command: &mut Command, script: Option<String>) -> Result<()> {
        if !self.env.is_empty() {
            bail!("`env` has no effect on tests: set variables with `mock::env` or in rhambda.toml");
        }
        if self.event.is_some() || self.handler.is_some() {
            bail!("tests have no `event` and no `handler`: set `mode` to \"invoke\", or remove them");
        }
        let mut parts = match self.filter {
            Filter::One(part) => vec![part],
            Filter::Several(parts) => parts,
        };
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.extend(script);
        }
        command.args(["test", "--jobs", "1", "--"]).args(parts);
        Ok(())
    }

    /// The folder that is given; or of the script's the nearest with a `rhambda.toml`, or its own.
    fn folder(&self) -> Result<PathBuf> {
        let given = match (&self.cwd, &self.program) {
            (Some(folder), _) => folder.clone(),
            (None, Some(program)) => {
                let program = fs::canonicalize(program).with_context(|| missing("program", program))?;
                let configured =
                    program.ancestors().skip(1).find(|folder| folder.join(CONFIG_FILE).is_file());
                configured.or_else(|| program.parent()).unwrap_or(&program).to_owned()
            }
            (None, None) => env::current_dir().context("the current folder cannot be found; set `cwd`")?,
        };
        let folder = fs::canonicalize(&given).with_context(|| missing("cwd", &given))?;
        ensure!(folder.is_dir(), "`cwd` {} is not a folder", given.display());
        Ok(folder)
    }
}

fn missing(argument: &str, path: &Path) -> String {
    format!("`{argument}` {} cannot be found", path.display())
}

/// The path of a script relative to the folder.
fn relative(folder: &Path, program: &Path) -> Result<String> {
    let path = fs::canonicalize(folder.join(program)).with_context(|| missing("program", program))?;
    let relative = path.strip_prefix(folder);
    let relative = relative.map_err(|_| {
        anyhow!("`program` {} is not in the folder `cwd`, {}", program.display(), folder.display())
    })?;
    Ok(relative.to_string_lossy().replace('\\', "/"))
}

/// The event as JSON: a value; the path of a file; the name of an event of the library; or JSON in a string.
fn event_of(event: &Value, options: &BTreeMap<String, Value>, folder: &Path) -> Result<String> {
    let Value::String(text) = event else {
        ensure!(options.is_empty(), "`eventOptions` are for events of the library: name one in `event`");
        return Ok(event.to_string());
    };
    let file = folder.join(text);
    if !text.trim().is_empty() && file.is_file() {
        let json = fs::read_to_string(&file).with_context(|| format!("`event` {text} cannot be read"))?;
        crate::json::check(&json).map_err(|problem| anyhow!("`event` {text} is not JSON: {problem}"))?;
        return Ok(json);
    }
    if crate::json::check(text).is_ok() {
        return Ok(text.clone());
    }
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let options: Vec<_> = options.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
    match event::make(text, &options) {
        Ok(event) => Ok(event.to_string()),
        Err(problem) if text.contains(':') && !text.contains(['{', '/', '.']) => Err(problem),
        Err(_) => bail!(
            "`event` \"{text}\" is not a file in {}, not JSON, and not an event that `rhambda event` lists",
            folder.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::ffi::OsStr;
    use tempfile::TempDir;

    fn folder() -> TempDir {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("api")).unwrap();
        for (file, text) in
            [("rhambda.toml", ""), ("api/orders.rhai", ""), ("e.json", "{\"a\":1}"), ("bad.json", "{")]
        {
            fs::write(folder.path().join(file), text).unwrap();
        }
        folder
    }

    fn arguments(launch: &Value) -> Result<Vec<String>> {
        let prepared = Launch::parse(launch)?.prepare()?;
        let args = prepared.command.get_args().map(OsStr::to_string_lossy);
        Ok(args.filter(|arg| !arg.starts_with('/') && !arg.starts_with('@')).map(Into::into).collect())
    }

    #[test]
    fn commands() {
        let folder = folder();
        let script = folder.path().join("api/orders.rhai");
        for (launch, command) in [
            (json!({ "program": script }), "invoke --dir --event -- api/orders.handler"),
            (
                json!({ "cwd": folder.path(), "program": "api/orders.rhai" }),
                "invoke --dir --event -- api/orders.handler",
            ),
            (json!({ "cwd": folder.path() }), "invoke --dir --event"),
            (
                json!({ "cwd": folder.path(), "handler": "a.b", "env": { "A": "b" }, "type": "rhambda" }),
                "invoke --dir --event --env A=b -- a.b",
            ),
            (json!({ "program": script, "mode": "test" }), "test --jobs 1 -- api/orders.rhai"),
            (json!({ "cwd": folder.path(), "mode": "test", "filter": "x" }), "test --jobs 1 -- x"),
            (json!({ "cwd": folder.path(), "mode": "test", "filter": ["x", ""] }), "test --jobs 1 -- x"),
        ] {
            assert_eq!(arguments(&launch).unwrap().join(" "), command, "{launch}");
        }
    }

    #[test]
    fn invalid_arguments_say_what_to_do() {
        let folder = folder();
        let cwd = folder.path();
        for (launch, problem) in [
            (json!({ "cwd": "/nowhere" }), "`cwd` /nowhere cannot be found"),
            (json!({ "program": "/nowhere.rhai" }), "`program` /nowhere.rhai cannot be found"),
            (json!({ "cwd": cwd.join("api"), "program": cwd.join("e.json") }), "is not in the folder `cwd`"),
            (json!({ "cwd": cwd, "mode": "run" }), "unknown variant `run`"),
            (json!({ "cwd": cwd, "filter": "x" }), "set `mode` to \"test\""),
            (json!({ "cwd": cwd, "mode": "test", "event": {} }), "tests have no `event`"),
            (json!({ "cwd": cwd, "mode": "test", "env": { "A": "b" } }), "mock::env"),
            (json!({ "cwd": cwd, "event": "s3:puts" }), "similar ones are \"s3:put\""),
            (json!({ "cwd": cwd, "event": "missing.json" }), "is not a file in"),
            (json!({ "cwd": cwd, "event": "bad.json" }), "bad.json is not JSON"),
            (json!({ "cwd": cwd, "event": {}, "eventOptions": { "a": 1 } }), "for events of the library"),
            (json!({ "cwd": 7 }), "the arguments of launch are invalid"),
            (json!([1]), "the arguments of launch are invalid"),
        ] {
            let error = format!("{:#}", arguments(&launch).unwrap_err());
            assert!(error.contains(problem), "{launch}: {error}");
        }
    }

    #[test]
    fn events() {
        let folder = folder();
        let none = BTreeMap::new();
        let event = |event: Value| event_of(&event, &none, folder.path()).unwrap();
        assert_eq!(event(json!({ "b": [1] })), "{\"b\":[1]}");
        assert_eq!(event(json!("e.json")), "{\"a\":1}");
        assert_eq!(event(json!("[2]")), "[2]");
        let options = BTreeMap::from([("bucket".to_owned(), json!("photos"))]);
        let made = event_of(&json!("s3:put"), &options, folder.path()).unwrap();
        assert!(made.contains("\"photos\""), "{made}");
    }
}

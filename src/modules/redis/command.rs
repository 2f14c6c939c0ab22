//! Commands made of the arguments of a script.

use super::{invalid, wrong, ERROR};
use crate::modules::arguments::plain_text;
use ::clients::redis::Command;
use rhai_vm::function::Call;
use rhai_vm::{memory, Result, Value};
use sha1::{Digest, Sha1};

/// Commands that change the connection, which others use, too; and what to do instead.
const REFUSED: [(&str, &str); 16] = [
    ("AUTH", "add user and password to the URL"),
    ("HELLO", "add user and password to the URL"),
    ("SELECT", "add the database to the URL: redis://HOST/1"),
    ("MULTI", "use transaction([…])"),
    ("EXEC", "use transaction([…])"),
    ("DISCARD", "use transaction([…])"),
    ("WATCH", "use lua(script, keys, arguments)"),
    ("UNWATCH", "use lua(script, keys, arguments)"),
    ("SUBSCRIBE", "a function cannot wait for messages"),
    ("PSUBSCRIBE", "a function cannot wait for messages"),
    ("SSUBSCRIBE", "a function cannot wait for messages"),
    ("MONITOR", "a function cannot wait for messages"),
    ("QUIT", "Rhambda closes connections itself"),
    ("RESET", "Rhambda closes connections itself"),
    ("SYNC", "it is for replicas"),
    ("PSYNC", "it is for replicas"),
];

/// A command that is being made.
pub(super) struct Arguments(pub(super) Command);

impl Arguments {
    /// A command of this name.
    pub(super) fn of(name: &str) -> Self {
        Self(vec![name.as_bytes().to_vec()])
    }

    /// The arguments of a call from this one on, the first of which is the command's name.
    pub(super) fn of_call(call: &Call<'_>, from: usize) -> Result<Self> {
        Self(Vec::new()).with(call, from)
    }

    fn with(mut self, call: &Call<'_>, from: usize) -> Result<Self> {
        for number in from..call.len() {
            self = self.and(call.value(number))?;
        }
        Ok(self)
    }

    /// The command with all arguments of a call from this one on.
    pub(super) fn and_all(self, call: &Call<'_>, from: usize) -> Result<Command> {
        self.with(call, from).map(|arguments| arguments.0)
    }

    /// One more argument, or as many as an array or a map has.
    pub(super) fn and(mut self, value: &Value) -> Result<Self> {
        match value {
            Value::Array(items) => {
                for item in items.iter() {
                    self = self.and_one(item)?;
                }
                Ok(self)
            }
            Value::Map(map) => {
                for (name, value) in map.iter() {
                    self = self.and_text(name).and_one(value)?;
                }
                Ok(self)
            }
            value => self.and_one(value),
        }
    }

    /// One more argument.
    pub(super) fn and_one(mut self, value: &Value) -> Result<Self> {
        let bytes = match value {
            Value::Blob(blob) => {
                memory::needs(blob.len())?;
                blob.to_vec()
            }
            Value::Str(text) => {
                memory::needs(text.len())?;
                text.as_bytes().to_vec()
            }
            Value::Bool(_) => return Err(not_an_argument(value)),
            value => plain_text(value).ok_or_else(|| not_an_argument(value))?.into_bytes(),
        };
        self.0.push(bytes);
        Ok(self)
    }

    pub(super) fn and_text(mut self, text: &(impl ToString + ?Sized)) -> Self {
        self.0.push(text.to_string().into_bytes());
        self
    }

    /// The command, unless it would change the connection.
    pub(super) fn checked(self) -> Result<Command> {
        let name =
            self.0.first().map(|name| String::from_utf8_lossy(name).to_ascii_uppercase()).unwrap_or_default();
        if name.is_empty() {
            return Err(invalid(ERROR, "a command begins with its name, such as \"GET\"".to_owned()));
        }
        match REFUSED.iter().find(|(refused, _)| *refused == name) {
            Some((_, advice)) => {
                Err(invalid(ERROR, format!("the command \"{name}\" is not supported: {advice}")))
            }
            None => Ok(self.0),
        }
    }
}

/// The commands of an array of arrays.
pub(super) fn list(commands: &[Value]) -> Result<Vec<Command>> {
    let command = |command: &Value| match command {
        Value::Array(_) => Arguments(Vec::new()).and(command)?.checked(),
        other => Err(wrong("a command is an array: its name and its arguments", other)),
    };
    commands.iter().map(command).collect()
}

/// The hash by which the server knows a script.
pub(super) fn sha1(script: &str) -> String {
    base16ct::lower::encode_string(&Sha1::digest(script.as_bytes()))
}

fn not_an_argument(value: &Value) -> rhai_vm::Error {
    wrong(
        "an argument must be a string, a blob, a number or a time (json::encode makes a string of anything)",
        value,
    )
}

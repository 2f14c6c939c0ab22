//! The command line: what was written, and what it means.

use crate::function::Function;
use crate::json;
use anyhow::{anyhow, bail, Context as _, Result};
use clap::error::ErrorKind;
use clap::{value_parser, CommandFactory as _, Parser, Subcommand};
use hyper::header::HeaderValue;
use rhambda::settings::LogFormat;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

const EXAMPLES: &str = "\
Examples:
  rhambda invoke hello.handler --event '{\"name\":\"x\"}'    call handler(event) of hello.rhai
  rhambda invoke hello.handler --event @event.json       take the event from a file
  echo '[1,2]' | rhambda invoke sum.handler --event -    take the event from a pipe
  rhambda invoke hello.handler --env STAGE=test          set a variable for the function
  rhambda invoke '|event,context|event.a+1' --event '{\"a\":1}'

The answer goes to stdout, as it is into a pipe and indented on a terminal; the function's log and
Lambda's REPORT line go to stderr.

Exit status: 0 when the function succeeded, 1 when it failed, 2 when the command line is wrong.";

/// Runs Rhai functions on this machine as AWS Lambda would.
#[derive(Parser)]
#[command(name = "rhambda", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: WrittenCommand,
}

#[derive(Subcommand)]
enum WrittenCommand {
    /// Invoke a function once: a fresh environment, one event, one answer
    #[command(after_help = EXAMPLES)]
    Invoke(Written),
}

#[derive(clap::Args)]
struct Written {
    /// The function's handler setting: `file.function`, a script file, or an inline expression
    handler: String,
    /// The event: JSON, @FILE, or - for stdin
    #[arg(short, long, value_name = "JSON", default_value = "{}", allow_negative_numbers = true)]
    event: String,
    /// The task root: the folder that holds the function's files
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// Set an environment variable of the function; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// The function's timeout in seconds, 1 to 900
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = value_parser!(u64).range(1..=900))]
    timeout: u64,
    /// The caller's client context: JSON or @FILE
    #[arg(long, value_name = "JSON")]
    client_context: Option<String>,
    /// Log in Lambda's JSON format
    #[arg(long)]
    json_logs: bool,
}

/// What is to be done.
pub(crate) enum Command {
    /// Invoke a function.
    Invoke(Request),
}

/// An invocation to make, all of it read and checked.
pub(crate) struct Request {
    pub(crate) function: Function,
    /// JSON, as it was given.
    pub(crate) event: String,
    /// JSON on one line.
    pub(crate) client_context: Option<HeaderValue>,
}

/// Reads the command line. Ends the process, as clap does, when that is all there is to do.
pub(crate) fn parse() -> Command {
    let WrittenCommand::Invoke(written) = Cli::parse().command;
    let request = written.resolve().unwrap_or_else(|error| {
        let mut command = Cli::command();
        command.build();
        let command = command.find_subcommand_mut("invoke").expect("a subcommand of ours");
        command.error(ErrorKind::ValueValidation, format!("{error:#}")).exit()
    });
    Command::Invoke(request)
}

impl Written {
    fn resolve(self) -> Result<Request> {
        let task_root =
            fs::canonicalize(&self.dir).with_context(|| format!("--dir {}", self.dir.display()))?;
        if !task_root.is_dir() {
            bail!("--dir {} is not a folder", self.dir.display());
        }
        let event = document("--event", &self.event)?;
        json::check(&event).map_err(|problem| not_json("--event", &self.event, &problem))?;
        let client_context = match self.client_context {
            None => None,
            Some(argument) => {
                let text = document("--client-context", &argument)?;
                let line = json::on_one_line(&text)
                    .map_err(|problem| not_json("--client-context", &argument, &problem))?;
                Some(HeaderValue::try_from(line).context("--client-context cannot be sent as a header")?)
            }
        };
        Ok(Request {
            function: Function {
                task_root,
                handler: self.handler,
                timeout: Duration::from_secs(self.timeout),
                log_format: if self.json_logs { LogFormat::Json } else { LogFormat::Text },
                region: ["AWS_REGION", "AWS_DEFAULT_REGION"]
                    .iter()
                    .find_map(|name| env::var(name).ok().filter(|region| !region.is_empty()))
                    .unwrap_or_else(|| "us-east-1".into()),
                variables: self.env,
            },
            event,
            client_context,
        })
    }
}

/// `NAME=VALUE`; the value may be empty and may hold further `=`.
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) => Err("the name before the = is missing".into()),
        None => Err(format!("NAME=VALUE is needed, such as {text}=1")),
    }
}

/// The text that an option gives: itself, or that of the file or stdin it names.
fn document(option: &str, argument: &str) -> Result<String> {
    if argument == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .with_context(|| format!("{option} - (stdin) cannot be read"))?;
        return Ok(text);
    }
    match argument.strip_prefix('@') {
        Some(file) => {
            fs::read_to_string(file).with_context(|| format!("{option} {argument}: the file cannot be read"))
        }
        None => Ok(argument.to_owned()),
    }
}

fn not_json(option: &str, argument: &str, problem: &serde_json::Error) -> anyhow::Error {
    let source = match argument {
        "-" => " - (stdin)".to_owned(),
        file if file.starts_with('@') => format!(" {file}"),
        _ => String::new(),
    };
    let hint = match argument {
        file if Path::new(file).is_file() => {
            format!("; to send the file of that name, write {option} @{file}")
        }
        _ => String::new(),
    };
    anyhow!("{option}{source} is not JSON: {problem}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn variables() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(variable("A=b"), pair("A", "b"));
        assert_eq!(variable("A="), pair("A", ""));
        assert_eq!(variable("A=b=c"), pair("A", "b=c"));
        assert_eq!(variable("A"), Err("NAME=VALUE is needed, such as A=1".into()));
        assert_eq!(variable("=b"), Err("the name before the = is missing".into()));
    }

    #[test]
    fn what_is_not_json_is_named_by_its_source() {
        let problem = |argument| {
            let problem = json::check("[1,").unwrap_err();
            not_json("--event", argument, &problem).to_string()
        };
        let why = "is not JSON: EOF while parsing a value at line 1 column 3";
        assert_eq!(problem("[1,"), format!("--event {why}"));
        assert_eq!(problem("@e.json"), format!("--event @e.json {why}"));
        assert_eq!(problem("-"), format!("--event - (stdin) {why}"));
        let hint = "; to send the file of that name, write --event @Cargo.toml";
        assert_eq!(problem("Cargo.toml"), format!("--event {why}{hint}"));
    }
}

//! The arguments of `rhambda invoke`, and what they mean.

use super::function::Function;
use super::remote;
use crate::local::{Local, LocalOptions};
use crate::{aws, config, input, json};
use anyhow::{bail, Context as _, Result};
use clap::value_parser;
use hyper::header::HeaderValue;
use rhambda::settings::LogFormat;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  rhambda invoke hello.handler --event '{\"name\":\"x\"}'    call handler(event) in hello.rhai
  rhambda invoke hello.handler --event @event.json       read the event from a file
  echo '[1,2]' | rhambda invoke sum.handler --event -    read the event from a pipe
  rhambda invoke hello.handler --env STAGE=test          set an environment variable
  rhambda invoke '|event,context|event.a+1' --event '{\"a\":1}'
  rhambda invoke --remote hello --event @event.json      invoke the function hello in AWS

The response goes to stdout, indented if that is a terminal. The function's log and Lambda's REPORT line go
to stderr.

Exit status: 0 when the function succeeded, 1 when it failed, 2 when the command line is invalid.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The function's handler setting: `file.function`, a script file, or an inline expression [default: rhambda.toml's]
    handler: Option<String>,
    /// Invoke the function with this name in AWS and show the end of its log
    #[arg(long, value_name = "NAME", conflicts_with_all = ["handler", "dir", "env", "inherit_env", "timeout", "memory", "json_logs"])]
    remote: Option<String>,
    /// A version or alias of that function
    #[arg(long, value_name = "NAME")]
    qualifier: Option<String>,
    #[command(flatten)]
    aws: aws::Options,
    /// The event: JSON, @FILE, or - for stdin
    #[arg(short, long, value_name = "JSON", default_value = "{}", allow_negative_numbers = true)]
    event: String,
    #[command(flatten)]
    local: LocalOptions,
    /// The function's timeout in seconds, 1 to 900 [default: rhambda.toml's, or 3]
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u32).range(1..=900))]
    timeout: Option<u32>,
    /// The function's memory in MB, 128 to 10240 [default: rhambda.toml's, or 128]
    #[arg(long, value_name = "MB", value_parser = value_parser!(u32).range(128..=10_240))]
    memory: Option<u32>,
    /// The caller's client context: JSON or @FILE
    #[arg(long, value_name = "JSON")]
    client_context: Option<String>,
    /// Log in Lambda's JSON format
    #[arg(long)]
    json_logs: bool,
}

/// An invocation to make, all of it read and checked.
pub(crate) enum Invocation {
    /// On this machine.
    Here(Request),
    /// In AWS.
    Remote(remote::Request),
}

/// An invocation on this machine.
pub(crate) struct Request {
    pub(crate) function: Function,
    /// JSON, as it was given.
    pub(crate) event: String,
    /// JSON on one line.
    pub(crate) client_context: Option<HeaderValue>,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Invocation> {
        let event = input::json("--event", &self.event)?;
        let client_context = match &self.client_context {
            None => None,
            Some(argument) => Some(json::on_one_line(&input::json("--client-context", argument)?)?),
        };
        if let Some(name) = self.remote {
            let aws = self.aws.resolve(None);
            let qualifier = self.qualifier;
            return Ok(Invocation::Remote(remote::Request { name, qualifier, event, client_context, aws }));
        }
        if self.qualifier.is_some() {
            bail!("--qualifier is a version or an alias of a deployed function: name the function with --remote instead of a handler");
        }
        if self.aws.has_endpoint() {
            bail!("--endpoint-url requires --remote; to set the endpoint of a function on this machine, pass --env AWS_ENDPOINT_URL=URL");
        }
        let Local { folder: task_root, config, variables, inherits_env } = self.local.resolve()?;
        let Some(handler) = self.handler.or(config.handler) else {
            bail!("no handler is given: pass one, such as hello.handler, or set `handler` in rhambda.toml");
        };
        input::check_handler(&handler)?;
        let logs_json = self.json_logs || config.log_format == Some(config::LogFormat::Json);
        let function = Function {
            task_root,
            handler,
            timeout: Duration::from_secs(self.timeout.or(config.timeout).unwrap_or(3).into()),
            memory_mb: self.memory.or(config.memory).unwrap_or(128),
            log_format: if logs_json { LogFormat::Json } else { LogFormat::Text },
            region: self.aws.resolve(config.region).or_default(),
            inherits_env,
            variables,
        };
        let client_context = client_context.map(HeaderValue::try_from).transpose();
        let client_context = client_context.context("--client-context cannot be sent as a header")?;
        Ok(Invocation::Here(Request { function, event, client_context }))
    }
}

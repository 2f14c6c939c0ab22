//! The command line: what was written, and what it means.

use crate::{check, deploy, event, functions, invoke, logs, package, test};
use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

/// Writes, packages and runs Rhai functions for AWS Lambda.
#[derive(Parser)]
#[command(name = "rhambda", version)]
struct Cli {
    #[command(subcommand)]
    command: Written,
}

#[derive(Subcommand)]
enum Written {
    /// Invoke a function once: a fresh environment, one event, one answer
    Invoke(invoke::Written),
    /// Find mistakes in scripts without running them
    Check(check::Written),
    /// Run the tests of scripts
    Test(test::Written),
    /// Print an event as an AWS service sends it, or list these events
    Event(event::Written),
    /// Zip a function's folder for Lambda, its scripts checked
    Package(package::Written),
    /// Make a function in AWS of a folder, or bring it up to date
    Deploy(Box<deploy::Written>),
    /// Show what a function in AWS logged
    Logs(logs::Written),
    /// List the functions that scripts can call
    Functions(functions::Request),
}

/// What is to be done, all of it read and checked.
pub(crate) enum Command {
    /// Invoke a function.
    Invoke(invoke::Invocation),
    /// Check scripts.
    Check(check::Request),
    /// Run tests.
    Test(test::Request),
    /// Print an event.
    Event(event::Request),
    /// Zip a folder.
    Package(package::Request),
    /// Bring a folder to AWS.
    Deploy(Box<deploy::Request>),
    /// Show a log.
    Logs(logs::Request),
    /// List functions.
    Functions(functions::Request),
}

/// Reads the command line. Ends the process, as clap does, when that is all there is to do.
pub(crate) fn parse() -> Command {
    let written = Cli::parse().command;
    let name = written.name();
    written.resolve().unwrap_or_else(|error| {
        let mut command = Cli::command();
        command.build();
        let command = command.find_subcommand_mut(name).expect("a subcommand of ours");
        command.error(ErrorKind::ValueValidation, format!("{error:#}")).exit()
    })
}

impl Written {
    fn name(&self) -> &'static str {
        match self {
            Self::Invoke(_) => "invoke",
            Self::Check(_) => "check",
            Self::Test(_) => "test",
            Self::Event(_) => "event",
            Self::Package(_) => "package",
            Self::Deploy(_) => "deploy",
            Self::Logs(_) => "logs",
            Self::Functions(_) => "functions",
        }
    }

    fn resolve(self) -> Result<Command> {
        Ok(match self {
            Self::Invoke(written) => Command::Invoke(written.resolve()?),
            Self::Check(written) => Command::Check(written.resolve()?),
            Self::Test(written) => Command::Test(written.resolve()?),
            Self::Event(written) => Command::Event(written.resolve()?),
            Self::Package(written) => Command::Package(written.resolve()?),
            Self::Deploy(written) => Command::Deploy(written.resolve()?.into()),
            Self::Logs(written) => Command::Logs(written.resolve()),
            Self::Functions(request) => Command::Functions(request),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

//! The command line: what was written, and what it means.

use crate::{
    check, dap, deploy, doc, event, fmt, functions, invoke, logs, lsp, operations, package, repl, test,
};
use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

/// Writes, packages and runs Rhai functions for AWS Lambda.
#[derive(Parser)]
#[command(name = "rhambda", version)]
struct Cli {
    #[command(subcommand)]
    command: Arguments,
}

#[derive(Subcommand)]
enum Arguments {
    /// Invoke a function once, in a fresh environment
    Invoke(invoke::Arguments),
    /// Find mistakes in scripts without running them
    Check(check::Arguments),
    /// Format scripts
    Fmt(fmt::Arguments),
    /// Run the tests of scripts
    Test(test::Arguments),
    /// Print an event as an AWS service sends it, or list these events
    Event(event::Arguments),
    /// Check a function's scripts and zip its folder
    Package(package::Arguments),
    /// Create or update a function in AWS from a folder
    Deploy(Box<deploy::Arguments>),
    /// Show the log of a function in AWS
    Logs(logs::Arguments),
    /// Serve an editor: the language server, on standard input and output
    Lsp(lsp::Arguments),
    /// Debug functions and tests in an editor: a debug adapter, on standard input and output or a port
    Dap(dap::Arguments),
    /// Type scripts and see their values
    Repl(repl::Arguments),
    /// Show the documentation of a function or module, or of a folder's scripts
    Doc(doc::Arguments),
    /// List the functions that scripts can call
    Functions(functions::Request),
    /// List AWS's services or operations, or show the parameters of an operation
    Aws(operations::Request),
}

/// A command, with arguments that have been checked.
pub(crate) enum Command {
    /// Invoke a function.
    Invoke(invoke::Invocation),
    /// Check scripts.
    Check(check::Request),
    /// Format scripts.
    Fmt(fmt::Request),
    /// Run tests.
    Test(test::Request),
    /// Print an event.
    Event(event::Request),
    /// Zip a folder.
    Package(package::Request),
    /// Create or update a function.
    Deploy(Box<deploy::Request>),
    /// Show a log.
    Logs(logs::Request),
    /// Serve an editor.
    Lsp,
    /// Serve an editor that debugs.
    Dap(dap::Arguments),
    /// Run what is typed.
    Repl(Box<repl::Request>),
    /// Show documentation.
    Doc(doc::Request),
    /// List functions.
    Functions(functions::Request),
    /// Show what AWS has.
    Aws(operations::Request),
}

/// Parses the command line. Exits the process for `--help` and invalid arguments, as clap does.
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

impl Arguments {
    fn name(&self) -> &'static str {
        match self {
            Self::Invoke(_) => "invoke",
            Self::Check(_) => "check",
            Self::Fmt(_) => "fmt",
            Self::Test(_) => "test",
            Self::Event(_) => "event",
            Self::Package(_) => "package",
            Self::Deploy(_) => "deploy",
            Self::Logs(_) => "logs",
            Self::Lsp(_) => "lsp",
            Self::Dap(_) => "dap",
            Self::Repl(_) => "repl",
            Self::Doc(_) => "doc",
            Self::Functions(_) => "functions",
            Self::Aws(_) => "aws",
        }
    }

    fn resolve(self) -> Result<Command> {
        Ok(match self {
            Self::Invoke(written) => Command::Invoke(written.resolve()?),
            Self::Check(written) => Command::Check(written.resolve()?),
            Self::Fmt(written) => Command::Fmt(written.resolve()?),
            Self::Test(written) => Command::Test(written.resolve()?),
            Self::Event(written) => Command::Event(written.resolve()?),
            Self::Package(written) => Command::Package(written.resolve()?),
            Self::Deploy(written) => Command::Deploy(written.resolve()?.into()),
            Self::Logs(written) => Command::Logs(written.resolve()),
            Self::Lsp(_) => Command::Lsp,
            Self::Dap(request) => Command::Dap(request),
            Self::Repl(written) => Command::Repl(written.resolve()?.into()),
            Self::Doc(written) => Command::Doc(written.resolve()?),
            Self::Functions(request) => Command::Functions(request),
            Self::Aws(request) => Command::Aws(request),
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

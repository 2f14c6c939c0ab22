//! `rhambda lsp`: the language server for editors.
//!
//! Messages arrive in a queue (`transport`), which one thread works off (`server`): changes go to the `documents`,
//! requests are answered from their outlines (`requests`), and when the editor has been silent for a moment, the scripts are
//! checked (`diagnostics`).

mod actions;
mod aws;
mod capabilities;
mod completion;
mod config;
mod diagnostics;
mod documents;
mod formatting;
mod hover;
mod inlay;
mod lines;
mod navigation;
mod options;
mod outcome;
mod place;
mod requests;
mod samples;
mod server;
mod signature;
mod symbols;
mod transport;
mod typed;
mod uri;
mod workspace;

pub(crate) use place::docs;
pub(crate) use typed::Typed;

use anyhow::Result;
use rhambda::stack;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Editors start this command and talk to it. The guide's page on editors has the settings of each of them.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Talk on standard input and output, as always: some editors add this
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves an editor until it is closed.
///
/// # Errors
/// When there is no memory for a stack on which scripts can be nested deep.
pub(crate) fn lsp() -> Result<ExitCode> {
    let messages = transport::read();
    stack::with_large(|| server::Server::new(messages).run())
}

//! The arguments of `rhambda repl`, and what they mean.

use crate::aws;
use crate::local::{Local, LocalOptions};
use anyhow::Result;
use std::env;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rhambda repl                        type scripts, see their values
  rhambda repl --dir orders           import the function's scripts, with the environment of its rhambda.toml
  echo '1 + 2' | rhambda repl         run a script from a pipe

:help lists the commands. Ctrl-C stops what runs, Ctrl-D ends. The history is in
$XDG_STATE_HOME/rhambda/history, or ~/.local/state/rhambda/history.

Exit status: 0; 1 when an input from a pipe failed; 2 when the command line is invalid.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    local: LocalOptions,
    /// Neither read nor write the history
    #[arg(long)]
    no_history: bool,
    #[command(flatten)]
    aws: aws::Options,
}

/// A session to begin.
pub(crate) struct Request {
    pub(super) local: Local,
    pub(super) region: String,
    pub(super) endpoint: Option<String>,
    /// The file of the history.
    pub(super) history: Option<PathBuf>,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        let local = self.local.resolve()?;
        let aws = self.aws.resolve(local.config.region.clone());
        let history = if self.no_history { None } else { history() };
        let endpoint = aws.endpoint();
        let region = aws.or_default();
        Ok(Request { local, region, endpoint, history })
    }
}

/// Where the XDG Base Directory Specification puts such a file. A relative folder is invalid there, and ignored.
fn history() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    Some(state.join("rhambda/history"))
}

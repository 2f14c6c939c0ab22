//! The arguments of `rhambda fmt`.

use anyhow::{bail, Result};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rhambda fmt                          format all scripts of this folder
  rhambda fmt hello lib/money.rhai     format a folder and a script
  rhambda fmt --check                  show what would change, and change nothing
  rhambda fmt - < hello.rhai           format standard input, for editors

Exit status: 0 when all scripts are formatted, 1 when one cannot be, or has changes with --check, 2 when the
command line is invalid.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Folders and scripts to format, or - for standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Show the changes and exit with 1 if there are any, without writing
    #[arg(long)]
    check: bool,
}

/// What to format.
pub(crate) struct Request {
    pub(super) source: Source,
    pub(super) is_check: bool,
}

/// Where the scripts are.
pub(super) enum Source {
    Input,
    Paths(Vec<PathBuf>),
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        let is_input = |path: &PathBuf| path == Path::new("-");
        if self.paths.iter().any(is_input) {
            if self.paths.len() > 1 {
                bail!("- is standard input, which is formatted alone");
            }
            return Ok(Request { source: Source::Input, is_check: self.check });
        }
        for path in &self.paths {
            if !path.exists() {
                bail!("{} does not exist", path.display());
            }
        }
        Ok(Request { source: Source::Paths(self.paths), is_check: self.check })
    }
}

//! The arguments of `rhambda check`.

use crate::input;
use anyhow::{bail, Result};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rhambda check                              check all scripts of this folder
  rhambda check hello lib/money.rhai         check a folder and a script
  rhambda check --fix                        fix what can be fixed safely
  rhambda check --format github              annotate a pull request in GitHub Actions

A folder with a rhambda.toml is a function: `handler` is checked too, and `[check]` sets severities, as
in `unused-variable = \"off\"`. `// rhambda: allow(CODE)` on a line or the line before it allows a finding.

Exit status: 0 when there are no errors, 1 when there are, 2 when the command line is invalid.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Folders and scripts to check
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// The folder with the scripts of your layers, which Lambda has in /opt/rhai [default: rhambda.toml's]
    #[arg(long, value_name = "FOLDER")]
    layer_dir: Option<PathBuf>,
    /// How findings are reported
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Fix what can be fixed safely, such as `elif` to `else if`
    #[arg(long)]
    fix: bool,
}

/// How findings are reported.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people, with the source
    Text,
    /// An array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands of GitHub Actions
    Github,
}

/// What to check.
pub(crate) struct Request {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) layer_dir: Option<PathBuf>,
    pub(crate) format: Format,
    pub(crate) fix: bool,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        for path in &self.paths {
            if !path.exists() {
                bail!("{} does not exist", path.display());
            }
        }
        let layer_dir = self.layer_dir.map(|folder| input::folder("--layer-dir", &folder)).transpose()?;
        Ok(Request { paths: self.paths, layer_dir, format: self.format, fix: self.fix })
    }
}

//! The arguments of `rhambda package`, and what they mean.

use super::Source;
use crate::config::Config;
use crate::{folder, input};
use anyhow::Result;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rhambda package --dir hello                            check and zip the folder: hello.zip
  rhambda package --dir hello --handler hello.handler    check that the handler exists, too
  rhambda package --dir hello --with-bootstrap target/lambda/bootstrap
                                                         for where layers do not exist

The package does not contain names that begin with a dot, tests/, *.test.rhai, events/, READMEs, rhambda.toml
and FOLDER.zip at the top, the zip itself, and what `.rhambdaignore` lists in the syntax of `.gitignore`.
`include` in rhambda.toml lists files to package anyway. The same files always give the same bytes.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder that holds the function's files
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// The function's handler setting, which must exist in the folder [default: rhambda.toml's]
    #[arg(long, value_name = "SETTING")]
    handler: Option<String>,
    /// Include this build of the runtime, for where layers do not exist [default: rhambda.toml's]
    #[arg(long, value_name = "FILE")]
    with_bootstrap: Option<PathBuf>,
    /// The zip to write [default: FOLDER.zip]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Don't check the scripts, for handlers that only a layer has
    #[arg(long)]
    no_check: bool,
}

/// A package to make.
pub(crate) struct Request {
    pub(crate) source: Source,
    pub(crate) output: PathBuf,
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        let folder = input::folder("--dir", &self.dir)?;
        let config = Config::read(&folder)?;
        let handler = self.handler.or(config.handler);
        handler.as_deref().map_or(Ok(()), input::check_handler)?;
        let output = self.output.unwrap_or_else(|| format!("{}.zip", folder::name(&folder)).into());
        let source = Source {
            handler,
            bootstrap: self.with_bootstrap.or(config.with_bootstrap),
            include: config.include.unwrap_or_default(),
            check: !self.no_check,
            folder,
        };
        Ok(Request { source, output })
    }
}

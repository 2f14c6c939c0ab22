//! The arguments of `rhambda doc`.

use crate::input;
use anyhow::Result;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rhambda doc aws::call                          a function of a module
  rhambda doc string.split                       a method of a type
  rhambda doc json                               a module, with what is in it
  rhambda doc --dir orders                       the scripts in a folder, as Markdown
  rhambda doc --dir orders --output docs.html    the same as an HTML file

The documentation of scripts is in their comments: `///` and `/** */` before functions and exports, `//!` at the
top of a script.";

/// The command-line arguments.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A function such as `aws::call` or `string.split`, or a module such as `json`; without it, the scripts in a folder
    #[arg(conflicts_with_all = ["dir", "format", "output", "private"])]
    name: Option<String>,
    /// The folder with the scripts
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// The format [default: html if the name of --output ends in .html, or else markdown]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, or - for standard output
    #[arg(long, value_name = "PATH", default_value = "-")]
    output: PathBuf,
    /// Include private functions
    #[arg(long)]
    private: bool,
}

/// The format of the documentation.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    /// One file, with its styles
    Html,
    /// One file, for repositories and wikis
    Markdown,
}

/// What to document.
pub(crate) enum Request {
    /// What scripts have without writing it.
    Builtin(String),
    /// The scripts in a folder.
    Scripts {
        folder: PathBuf,
        format: Format,
        /// `None` is standard output.
        output: Option<PathBuf>,
        is_private: bool,
    },
}

impl Arguments {
    /// Reads and checks all of it.
    pub(crate) fn resolve(self) -> Result<Request> {
        if let Some(name) = self.name {
            return Ok(Request::Builtin(name));
        }
        let folder = input::folder("--dir", &self.dir)?;
        let output = Some(self.output).filter(|output| output != Path::new("-"));
        let is_html = output.as_ref().and_then(|output| output.extension()).is_some_and(|it| it == "html");
        let format = self.format.unwrap_or(if is_html { Format::Html } else { Format::Markdown });
        Ok(Request::Scripts { folder, format, output, is_private: self.private })
    }
}

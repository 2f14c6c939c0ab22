//! `rhambda doc`: documentation of what scripts have without writing it, and of a function's own scripts.

mod args;
mod builtin;
mod html;
mod markdown;
mod scripts;

pub(crate) use args::{Arguments, Request};
pub(crate) use builtin::of_builtin;

use crate::check::syntax_errors;
use crate::stdout;
use crate::visible::tell;
use anyhow::{Context as _, Result};
use args::Format;
use scripts::Folder;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Prints the documentation of a function or module, or writes that of a folder's scripts.
///
/// # Errors
/// When the name is unknown, a script cannot be read, or the documentation cannot be written.
pub(crate) fn doc(request: &Request) -> Result<ExitCode> {
    match request {
        Request::Builtin(name) => stdout::print(&(of_builtin(name)? + "\n"))?,
        Request::Scripts { folder, format, output, is_private } => {
            let documented = Folder::read(folder, *is_private)?;
            for error in syntax_errors(folder)? {
                tell(&format!("rhambda: {error}; the documentation may be incomplete"));
            }
            let text = match format {
                Format::Html => html::page(&documented),
                Format::Markdown => markdown::page(&documented),
            };
            write(output.as_deref(), &text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write(output: Option<&Path>, text: &str) -> Result<()> {
    match output {
        None => Ok(stdout::print(text)?),
        Some(path) => {
            fs::write(path, text).with_context(|| format!("--output {} cannot be written", path.display()))
        }
    }
}

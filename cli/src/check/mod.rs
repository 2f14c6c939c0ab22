//! `rhambda check`: finds mistakes in scripts without running them.

mod args;
mod fix;
mod found;
mod github;
mod json;
pub(crate) mod project;
mod sarif;
mod text;

pub(crate) use args::{Arguments, Request};
pub(crate) use project::{errors, syntax_errors};

use crate::stdout;
use crate::visible::tell;
use anyhow::Result;
use args::Format;
use found::Found;
use project::Folder;
use rhambda_analysis::Severity;
use std::process::ExitCode;

/// Reports what is found.
///
/// # Errors
/// When the scripts cannot be read, or not be written where they are to be fixed.
pub(crate) fn check(request: &Request) -> Result<ExitCode> {
    let folders = Folder::all(&request.paths, request.layer_dir.as_deref())?;
    if request.fix {
        let count = fix::fix(&folders, request.layer_dir.as_deref())?;
        tell(&format!("rhambda: fixed {}", plural(count, "problem")));
    }
    let mut found = Vec::new();
    for folder in &folders {
        found.extend(folder.check(request.layer_dir.as_deref())?);
    }
    let report = match request.format {
        Format::Text => text::report(&found),
        Format::Json => json::report(&found)?,
        Format::Sarif => sarif::report(&found)?,
        Format::Github => github::report(&found),
    };
    stdout::print(&report)?;
    let (errors, warnings) = (count(&found, Severity::Error), count(&found, Severity::Warning));
    let scripts = folders.iter().map(Folder::count).sum();
    tell(&format!(
        "rhambda: {} and {} in {}",
        plural(errors, "error"),
        plural(warnings, "warning"),
        plural(scripts, "script")
    ));
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn count(found: &[Found], severity: Severity) -> usize {
    found.iter().filter(|found| found.finding.severity == severity).count()
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

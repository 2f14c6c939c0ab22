//! `rhambda fmt`: writes scripts in the one way in which they are written.

mod args;
pub(crate) mod verify;

pub(crate) use args::{Arguments, Request};

use crate::folder::scripts;
use crate::stdout;
use crate::visible::tell;
use anyhow::{anyhow, bail, Context as _, Result};
use args::Source;
use rhambda::stack;
use similar::TextDiff;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Formats the scripts, or shows what would change.
///
/// # Errors
/// When a script cannot be read or written. Those that cannot be parsed are reported, and left as they are.
pub(crate) fn fmt(request: &Request) -> Result<ExitCode> {
    // Scripts may be nested deep.
    stack::with_large(|| match &request.source {
        Source::Input => input(request.is_check),
        Source::Paths(paths) => files(paths, request.is_check),
    })?
}

fn input(is_check: bool) -> Result<ExitCode> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    let script = String::from_utf8(bytes).map_err(|_| anyhow!("standard input is not valid UTF-8"))?;
    let formatted = verify::format(&script).map_err(|problem| anyhow!("standard input:{problem}"))?;
    if is_check {
        stdout::print(&changes("standard input", &script, &formatted))?;
        return Ok(if formatted == script { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    stdout::print(&formatted)?;
    Ok(ExitCode::SUCCESS)
}

fn files(paths: &[PathBuf], is_check: bool) -> Result<ExitCode> {
    let (mut changed, mut failed, mut total) = (0, 0, 0);
    for path in paths {
        let found = if path.is_dir() { scripts(path)? } else { vec![path.clone()] };
        if found.is_empty() {
            bail!("{} contains no scripts: their names end in .rhai", path.display());
        }
        for path in found {
            total += 1;
            match file(&path, is_check)? {
                Outcome::Unchanged => {}
                Outcome::Changed => changed += 1,
                Outcome::Failed => failed += 1,
            }
        }
    }
    let done = if is_check { "would format" } else { "formatted" };
    let left = if failed > 0 { format!(", left {failed} as they are") } else { String::new() };
    tell(&format!("rhambda: {done} {changed} of {total} scripts{left}"));
    let is_failure = failed > 0 || is_check && changed > 0;
    Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

enum Outcome {
    Unchanged,
    Changed,
    Failed,
}

fn file(path: &Path, is_check: bool) -> Result<Outcome> {
    let shown = path.strip_prefix("./").unwrap_or(path).display().to_string();
    let bytes = fs::read(path).with_context(|| format!("{shown} cannot be read"))?;
    let Ok(script) = String::from_utf8(bytes) else {
        tell(&format!("{shown}: the script is not valid UTF-8"));
        return Ok(Outcome::Failed);
    };
    let formatted = match verify::format(&script) {
        Ok(formatted) if formatted == script => return Ok(Outcome::Unchanged),
        Ok(formatted) => formatted,
        Err(problem) => {
            tell(&format!("{shown}:{problem}"));
            return Ok(Outcome::Failed);
        }
    };
    if is_check {
        stdout::print(&changes(&shown, &script, &formatted))?;
    } else {
        fs::write(path, formatted).with_context(|| format!("{shown} cannot be written"))?;
    }
    Ok(Outcome::Changed)
}

/// A unified diff.
fn changes(name: &str, before: &str, after: &str) -> String {
    let formatted = format!("{name} (formatted)");
    TextDiff::from_lines(before, after).unified_diff().header(name, &formatted).to_string()
}

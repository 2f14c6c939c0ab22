//! Whether the scripts would load in Lambda.

use super::files::File;
use crate::check;
use crate::folder::{IGNORE_FILE, LAYER_ROOT};
use anyhow::{bail, Result};
use rhambda::failure::Failure;
use rhambda::handler::HandlerSpec;
use rhambda::script::Checker;
use rhambda::settings::Roots;
use rhambda::stack;
use std::path::Path;

/// Parses every script among the files, and looks for the handler.
///
/// # Errors
/// What is wrong with all of them.
pub(super) fn check(folder: &Path, files: &[File], handler: Option<&HandlerSpec>) -> Result<()> {
    let is_inline = matches!(handler, Some(HandlerSpec::Inline { .. }));
    if !is_inline && !files.iter().any(File::is_script) {
        bail!(
            "{} contains no scripts: a function requires a file whose name ends in .rhai",
            folder.display()
        );
    }
    // Layers are not at hand: what they bring is not looked for.
    let roots = Roots { task: folder.to_owned(), layer: LAYER_ROOT.into() };
    let failures = stack::with_large(|| failures(&Checker::new(roots), files, handler))?;
    if !failures.is_empty() {
        let texts: Vec<_> = failures.iter().map(Failure::to_text).collect();
        bail!("{}", texts.join("\n\n"));
    }
    let scripts: Vec<_> =
        files.iter().filter(|file| file.is_script()).map(|file| file.name.clone()).collect();
    let errors = check::errors(folder, &scripts, handler)?;
    if !errors.is_empty() {
        bail!("the scripts have errors; --no-check packages them anyway\n{}", errors.trim_end());
    }
    if let Some(HandlerSpec::Function { file, .. } | HandlerSpec::Script { file }) = handler {
        if !files.iter().any(|packed| packed.name == *file) {
            bail!("the handler's script {file} exists, but {IGNORE_FILE} or a dot in its path excludes it");
        }
    }
    Ok(())
}

fn failures(checker: &Checker, files: &[File], handler: Option<&HandlerSpec>) -> Vec<Failure> {
    let scripts = files.iter().filter(|file| file.is_script());
    let mut failures: Vec<_> = scripts.filter_map(|file| checker.script(&file.name).err()).collect();
    // One that doesn't parse would be named twice.
    if failures.is_empty() {
        failures.extend(handler.and_then(|handler| checker.handler(handler).err()));
    }
    failures
}

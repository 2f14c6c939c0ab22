//! The folder of a function, and the scripts in it.

use anyhow::{anyhow, Result};
use ignore::{Walk, WalkBuilder};
use std::path::{Path, PathBuf};

/// Which files are left out, in the syntax of `.gitignore`.
pub(crate) const IGNORE_FILE: &str = ".rhambdaignore";
/// The settings of a function.
pub(crate) const CONFIG_FILE: &str = "rhambda.toml";
/// Where Lambda unpacks what layers bring.
pub(crate) const LAYER_ROOT: &str = "/opt/rhai";

/// The name of the folder.
pub(crate) fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(|| "function".into(), |name| name.to_string_lossy().into_owned())
}

/// What is in a folder and the folders in it, but for what its [`IGNORE_FILE`] lists and what is hidden.
pub(crate) fn walk(folder: &Path) -> Walk {
    WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .add_custom_ignore_filename(IGNORE_FILE)
        .build()
}

/// The scripts in a folder, in order, but for those that its [`IGNORE_FILE`] lists and those in hidden folders.
pub(crate) fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    for entry in walk(folder) {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "rhai") && path.is_file() {
            scripts.push(path);
        }
    }
    scripts.sort();
    Ok(scripts)
}

/// A file's name relative to the folder, its parts separated by `/`.
pub(crate) fn relative(folder: &Path, file: &Path) -> Result<String> {
    let within = file.strip_prefix(folder).unwrap_or(file);
    let parts: Option<Vec<_>> = within.iter().map(|part| part.to_str()).collect();
    let parts = parts
        .ok_or_else(|| anyhow!("the name of {} is not valid UTF-8: rename the file", within.display()))?;
    Ok(parts.join("/"))
}

/// The folder of the function to which a script belongs: the nearest one with a [`CONFIG_FILE`].
pub(crate) fn function_of(script: &Path) -> Option<&Path> {
    script.ancestors().skip(1).find(|folder| folder.join(CONFIG_FILE).is_file())
}

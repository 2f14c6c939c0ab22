//! `rhambda.toml`: what a function's folder says about the function. Its keys are the names of
//! `rhambda deploy`'s options; what the command line says comes before it.

use crate::package::folder::CONFIG_FILE;
use anyhow::{anyhow, Context as _, Result};
use serde::Deserialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What the file says; nothing where there is none.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) handler: Option<String>,
    /// Relative to the folder in the file, absolute here.
    pub(crate) with_bootstrap: Option<PathBuf>,
}

impl Config {
    /// Reads the file in this folder.
    ///
    /// # Errors
    /// When it is not in its form.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(CONFIG_FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        let mut config: Self =
            toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        if let Some(path) = &mut config.with_bootstrap {
            *path = folder.join(&*path);
        }
        Ok(config)
    }
}

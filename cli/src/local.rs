//! The options of commands that run a function's scripts on this machine.

use crate::config::Config;
use crate::input;
use anyhow::Result;
use std::path::PathBuf;

/// The folder and the environment of the function.
#[derive(clap::Args)]
pub(crate) struct LocalOptions {
    /// The task root: the folder that holds the function's files
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dir: PathBuf,
    /// Set an environment variable of the function; repeatable, the last value of a name counts
    #[arg(long, value_name = "NAME=VALUE", value_parser = input::variable)]
    env: Vec<(String, String)>,
    /// Pass all environment variables to the function, not only those for AWS and the network
    #[arg(long)]
    inherit_env: bool,
}

/// What the options mean.
pub(crate) struct Local {
    /// Absolute.
    pub(crate) folder: PathBuf,
    /// The folder's `rhambda.toml`.
    pub(crate) config: Config,
    /// The variables that are set there or with an option.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) inherits_env: bool,
}

impl LocalOptions {
    /// Reads the folder's `rhambda.toml`.
    pub(crate) fn resolve(self) -> Result<Local> {
        let folder = input::folder("--dir", &self.dir)?;
        let config = Config::read(&folder)?;
        let variables = config.environment.clone().into_iter().flatten().chain(self.env).collect();
        Ok(Local { folder, config, variables, inherits_env: self.inherit_env })
    }
}

//! The function that is tested, as its scripts see it.

use crate::config::Config;
use crate::folder::LAYER_ROOT;
use crate::input;
use anyhow::Result;
use rhambda::settings::{FunctionInfo, Roots};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

const REGION: &str = "us-east-1";
/// Lambda's own timeout and memory, where the function does not set them.
const TIMEOUT: u32 = 3;
const MEMORY_MB: u32 = 128;

/// A function: a folder with a `rhambda.toml`, or a folder with tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) folder: PathBuf,
    pub(super) layer: PathBuf,
    pub(super) name: String,
    pub(super) memory_mb: u32,
    pub(super) timeout: Duration,
    /// `[environment]` of `rhambda.toml`.
    pub(super) variables: Vec<(String, String)>,
}

impl Function {
    /// Reads the folder's `rhambda.toml`, if it has one.
    ///
    /// # Errors
    /// When it is invalid.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let config = Config::read(folder)?;
        Ok(Self {
            layer: config.layer_dir.unwrap_or_else(|| LAYER_ROOT.into()),
            name: config.name.unwrap_or_else(|| input::function_name(folder)),
            memory_mb: config.memory.unwrap_or(MEMORY_MB),
            timeout: Duration::from_secs(config.timeout.unwrap_or(TIMEOUT).into()),
            variables: config.environment.unwrap_or_default().into_iter().collect(),
            folder: folder.to_owned(),
        })
    }

    pub(super) fn roots(&self) -> Roots {
        Roots { task: self.folder.clone(), layer: self.layer.clone() }
    }

    pub(super) fn info(&self) -> Rc<FunctionInfo> {
        Rc::new(FunctionInfo {
            name: Some(self.name.clone()),
            version: Some("$LATEST".into()),
            memory_mb: Some(self.memory_mb.into()),
            log_group: Some(format!("/aws/lambda/{}", self.name)),
            log_stream: Some("2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef".into()),
            metrics_namespace: None,
        })
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:123456789012:function:{}", self.name)
    }

    /// The variables that Lambda sets, with credentials that open nothing.
    pub(super) fn lambda_variables(&self) -> [(&'static str, String); 8] {
        [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".into()),
            ("AWS_SECRET_ACCESS_KEY", "secret".into()),
            ("AWS_REGION", REGION.into()),
            ("AWS_DEFAULT_REGION", REGION.into()),
            ("AWS_LAMBDA_FUNCTION_NAME", self.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string()),
            ("LAMBDA_TASK_ROOT", self.folder.to_string_lossy().into_owned()),
        ]
    }

    /// How a report names a file of the function.
    pub(super) fn shown(&self, name: &str) -> String {
        let path = self.folder.join(name);
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        path.strip_prefix(here).unwrap_or(&path).display().to_string()
    }
}

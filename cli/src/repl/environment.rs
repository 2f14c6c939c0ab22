//! The function of a session, as its scripts see it.

use super::args::Request;
use crate::folder::LAYER_ROOT;
use crate::invoke::function::Function;
use crate::invoke::runtime::of_this_machine;
use crate::log_line;
use log::{Level, LevelFilter, Log, Metadata, Record};
use rhambda::settings::{FunctionInfo, LogFormat, Roots};
use rhambda::world::World;
use std::collections::BTreeMap;
use std::time::Duration;

/// Lambda's own timeout and memory, where the function does not set them.
const TIMEOUT: u32 = 3;
const MEMORY_MB: u32 = 128;

/// The real world, with the variables of `rhambda invoke`.
pub(super) struct Here(BTreeMap<String, String>);

impl World for Here {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn variables(&self) -> Vec<(String, String)> {
        self.0.clone().into_iter().collect()
    }
}

/// The function in the folder.
pub(super) fn function(request: &Request) -> Function {
    let mut variables = request.local.variables.clone();
    variables.extend(request.endpoint.clone().map(|url| ("AWS_ENDPOINT_URL".into(), url)));
    Function {
        task_root: request.local.folder.clone(),
        handler: request.local.config.handler.clone().unwrap_or_default(),
        timeout: Duration::from_secs(request.local.config.timeout.unwrap_or(TIMEOUT).into()),
        memory_mb: request.local.config.memory.unwrap_or(MEMORY_MB),
        log_format: LogFormat::Text,
        region: request.region.clone(),
        inherits_env: request.local.inherits_env,
        variables,
    }
}

/// Its world.
pub(super) fn world(function: &Function) -> Here {
    // Nobody serves the Runtime API here.
    let own = function.environment(([127, 0, 0, 1], 0).into());
    let own = own.into_iter().filter(|(name, _)| name != "AWS_LAMBDA_RUNTIME_API");
    if function.inherits_env {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        return Here(std::env::vars_os().map(|(name, value)| (text(name), text(value))).chain(own).collect());
    }
    Here(of_this_machine().chain(own).collect())
}

pub(super) fn roots(request: &Request) -> Roots {
    let layer = request.local.config.layer_dir.clone().unwrap_or_else(|| LAYER_ROOT.into());
    Roots { task: request.local.folder.clone(), layer }
}

pub(super) fn info(function: &Function) -> FunctionInfo {
    FunctionInfo {
        name: Some(function.name()),
        version: Some("$LATEST".into()),
        memory_mb: Some(function.memory_mb.into()),
        log_group: Some(format!("/aws/lambda/{}", function.name())),
        log_stream: None,
        metrics_namespace: None,
    }
}

/// The log: a line for each entry, on stderr.
struct Lines;

/// What scripts log is shown from now on, and warnings about them.
pub(super) fn log() {
    if log::set_logger(&Lines).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "script"
            || (metadata.target().starts_with("rhambda") && metadata.level() <= Level::Warn)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            crate::visible::tell(&log_line::line(record));
        }
    }

    fn flush(&self) {}
}

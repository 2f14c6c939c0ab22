//! The programs that run handlers and time them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::peers::{root, task_root, version};

/// A program that takes a script, an event's file and a number of seconds. It repeats its runs for so
/// long, and prints the milliseconds of the fastest one, and the response in the next line.
pub(crate) struct Runner {
    pub(crate) name: String,
    program: PathBuf,
    args: Vec<OsString>,
    /// The extension of its scripts.
    extension: &'static str,
}

/// What a runner measured.
pub(crate) struct Run {
    pub(crate) milliseconds: f64,
    pub(crate) response: Value,
}

impl Runner {
    /// Measures a script with the event in a file.
    pub(crate) fn run(&self, script: &str, event: &Path, time: Duration) -> Result<Run> {
        let script = root().join("benches/scripts").join(script).with_extension(self.extension);
        let output = Command::new(&self.program)
            .args(&self.args)
            .args([script.as_path(), event])
            .arg(time.as_secs_f64().to_string())
            .output()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {}", output.status, problem.trim());
        let printed = String::from_utf8(output.stdout)?;
        let (milliseconds, response) = printed.split_once('\n').context("it printed no response")?;
        Ok(Run { milliseconds: milliseconds.parse()?, response: serde_json::from_str(response)? })
    }
}

/// All runners, Rhambda first.
pub(crate) fn all() -> Result<Vec<Runner>> {
    let (python, node) = (Path::new("python3"), Path::new("node"));
    let node_version = version(node);
    let driver = |name: &str| task_root().join(name).into();
    Ok(vec![
        Runner {
            name: "**Rhambda**".to_owned(),
            program: env::current_exe()?,
            args: vec!["handler".into()],
            extension: "rhai",
        },
        Runner {
            name: version(python),
            program: python.to_owned(),
            args: vec![driver("speed.py")],
            extension: "py",
        },
        Runner {
            name: format!("Node {node_version} `--jitless`"),
            program: node.to_owned(),
            args: vec!["--jitless".into(), driver("speed.mjs")],
            extension: "mjs",
        },
        Runner {
            name: "QuickJS-NG".to_owned(),
            program: root().join("target/bench/quickjs"),
            args: Vec::new(),
            extension: "mjs",
        },
        Runner {
            name: format!("Node {node_version}"),
            program: node.to_owned(),
            args: vec![driver("speed.mjs")],
            extension: "mjs",
        },
    ])
}

//! What runs the handlers and times them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::peers::{self, root, task_root, version, Peer};
use crate::process::Process;

/// Invocations of Rhambda before those that are measured, as the drivers have them.
const WARM_UP: usize = 3;

/// What runs the scripts of one language.
pub(crate) struct Runner {
    pub(crate) name: String,
    how: How,
    /// The extension of its scripts.
    extension: &'static str,
}

enum How {
    /// The released program, invoked through the Runtime API.
    Rhambda(PathBuf),
    /// A program and its arguments, to which a script, an event's file and a number of seconds are added. It repeats
    /// its runs for so long, and prints the milliseconds of the fastest one, and the response in the next line.
    Driver(PathBuf, Vec<OsString>),
}

/// What a runner measured.
pub(crate) struct Run {
    pub(crate) milliseconds: f64,
    pub(crate) response: Value,
}

impl Runner {
    /// Measures a script with the event in a file.
    pub(crate) fn run(&self, script: &str, event: &Path, time: Duration) -> Result<Run> {
        match &self.how {
            How::Rhambda(bootstrap) => invoke(bootstrap, script, event, time),
            How::Driver(program, args) => drive(program, args, &path(script, self.extension), event, time),
        }
    }
}

fn path(script: &str, extension: &str) -> PathBuf {
    folder().join(script).with_extension(extension)
}

fn folder() -> PathBuf {
    root().join("benches/scripts")
}

fn invoke(bootstrap: &Path, script: &str, event: &Path, time: Duration) -> Result<Run> {
    let event = fs::read_to_string(event)?;
    let peer = Peer { task_root: folder(), ..peers::rhambda_with(bootstrap, &format!("{script}.handler")) };
    let (mut process, _) = Process::start(&peer, &event)?;
    process.invoke(&event, WARM_UP)?;
    let mut fastest = Duration::MAX;
    let start = Instant::now();
    loop {
        let times = process.invoke(&event, 1)?;
        fastest = times.invocations.into_iter().fold(fastest, Duration::min);
        if start.elapsed() >= time {
            let response = serde_json::from_slice(&times.last_answer)?;
            return Ok(Run { milliseconds: fastest.as_secs_f64() * 1e3, response });
        }
    }
}

fn drive(program: &Path, args: &[OsString], script: &Path, event: &Path, time: Duration) -> Result<Run> {
    let output = Command::new(program)
        .args(args)
        .args([script, event])
        .arg(time.as_secs_f64().to_string())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let problem = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {}", output.status, problem.trim());
    let printed = String::from_utf8(output.stdout)?;
    let (milliseconds, response) = printed.split_once('\n').context("it printed no response")?;
    Ok(Run { milliseconds: milliseconds.parse()?, response: serde_json::from_str(response)? })
}

/// All runners, Rhambda first.
pub(crate) fn all(bootstrap: &Path) -> Vec<Runner> {
    let (python, node) = (Path::new("python3"), Path::new("node"));
    let node_version = version(node);
    let driver = |name: &str| task_root().join(name).into();
    let run = |program: &Path, args: Vec<OsString>| How::Driver(program.to_owned(), args);
    vec![
        Runner { name: "**Rhambda**".to_owned(), how: How::Rhambda(bootstrap.to_owned()), extension: "rhai" },
        Runner { name: version(python), how: run(python, vec![driver("speed.py")]), extension: "py" },
        Runner {
            name: format!("Node {node_version} `--jitless`"),
            how: run(node, vec!["--jitless".into(), driver("speed.mjs")]),
            extension: "mjs",
        },
        Runner {
            name: "QuickJS-NG".to_owned(),
            how: run(&root().join("target/bench/quickjs"), Vec::new()),
            extension: "mjs",
        },
        Runner {
            name: format!("Node {node_version}"),
            how: run(node, vec![driver("speed.mjs")]),
            extension: "mjs",
        },
    ]
}

//! A process of a peer, with a session of its own.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail, Context, Result};

use crate::peers::{root, Peer};
use crate::session::{Session, Times};

/// A started peer. When it is dropped, its Runtime API ends, and it is reaped,
/// and killed if need be.
pub(crate) struct Process {
    child: Child,
    started: Instant,
    session: Session,
    output: PathBuf,
}

impl Process {
    /// Starts a peer whose first invocation has this event, and waits until
    /// it is answered.
    pub(crate) fn start(peer: &Peer, event: &str) -> Result<(Self, Times)> {
        Self::start_under(&[], peer, event)
    }

    /// The same under a tracer, which is then our child in the peer's place.
    pub(crate) fn start_under(tracer: &[&str], peer: &Peer, event: &str) -> Result<(Self, Times)> {
        let session = Session::start(peer.workers)?;
        session.plan(event, 1);
        let output = root().join("target/bench/output.txt");
        let mut command = command(tracer, peer, session.address, &output)?;
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("{} does not start", peer.program.display()))?;
        let mut process = Self { child, started, session, output };
        let times = process.wait()?;
        Ok((process, times))
    }

    /// Delivers an event that many times; the times it took.
    pub(crate) fn invoke(&mut self, event: &str, count: usize) -> Result<Times> {
        self.session.plan(event, count);
        self.wait()
    }

    /// Milliseconds from the process's start to a later time.
    pub(crate) fn since_start(&self, time: Option<Instant>) -> Result<f64> {
        let time = time.context("it never came")?;
        Ok((time - self.started).as_secs_f64() * 1e3)
    }

    /// A figure from `/proc/PID/status` that is in kB, as MiB.
    pub(crate) fn memory(&self, field: &str) -> Result<f64> {
        memory(self.child.id(), field)
    }

    fn wait(&mut self) -> Result<Times> {
        let child = &mut self.child;
        let waited = self.session.wait(|| match child.try_wait()? {
            Some(status) => bail!("it ended, {status}"),
            None => Ok(()),
        });
        waited.map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &anyhow::Error) -> anyhow::Error {
        let output = fs::read(&self.output).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        anyhow!("{error:#}\n{}", output.trim())
    }
}

/// How a peer is started, under a tracer if need be, against the Runtime API at this address.
///
/// What it writes goes to a file and not to /dev/null, so that a failure can be explained.
pub(crate) fn command(tracer: &[&str], peer: &Peer, api: SocketAddr, output: &Path) -> Result<Command> {
    fs::create_dir_all(output.parent().context("no folder for the output")?)?;
    let file = File::create(output)?;
    let mut words = tracer.iter().map(Into::into).collect::<Vec<_>>();
    words.push(peer.program.clone().into_os_string());
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .args(&peer.args)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("LAMBDA_TASK_ROOT", &peer.task_root)
        .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
        .env("_HANDLER", &peer.handler)
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "eu-central-1"),
            ("LANG", "C.UTF-8"),
        ])
        .envs(peer.environment.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    if peer.workers > 1 {
        command.env("AWS_LAMBDA_MAX_CONCURRENCY", peer.workers.to_string());
    }
    Ok(command)
}

/// Sends a signal such as `STOP`.
pub(crate) fn signal(process: u32, signal: &str) -> Result<()> {
    let status = Command::new("sh").args(["-c", &format!("kill -{signal} {process}")]).status()?;
    if !status.success() {
        bail!("there is no process {process} any more");
    }
    Ok(())
}

/// A figure from `/proc/PID/status` that is in kB, as MiB.
pub(crate) fn memory(process: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
        .and_then(|text| text.trim().strip_suffix(" kB"))
        .with_context(|| format!("no {field} in /proc"))?;
    Ok(kilobytes.parse::<f64>()? / 1024.0)
}

impl Drop for Process {
    fn drop(&mut self) {
        self.session.end();
        // All peers end without a Runtime API. Given the time, bash reaps its
        // curl and strace writes its summary.
        for _ in 0..400 {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

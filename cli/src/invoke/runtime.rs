//! The runtime as a process of its own, which lives no longer than this one.

use super::credentials::Credentials;
use super::function::Function;
use crate::dap::debuggee;
use crate::visible;
use anyhow::{Context as _, Result};
use std::io::{self, PipeReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::{env, fs, process};
use tokio::process::{Child, ChildStdin, Command};

/// As second argument: be the runtime. The first is then what it is to the runtime, the handler setting.
pub(crate) const ARGUMENT: &str = "--be-the-runtime";

/// What the runtime's process does.
pub(crate) fn run() -> ExitCode {
    if let Err(problem) = debuggee::attach(|script| task_root().join(script)) {
        visible::tell(&format!("rhambda: {problem:#}"));
        return ExitCode::FAILURE;
    }
    // The other end of stdin is held by the process that wants the response. However that one
    // ends, by Ctrl-C or by force, this one must not be left behind.
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(1);
    });
    rhambda::bootstrap()
}

/// The runtime is started in it.
fn task_root() -> PathBuf {
    env::current_dir().unwrap_or_default()
}

/// The developer's variables that a function gets, too: they say how AWS and the network are reached from this machine,
/// or are Rhambda's own. Others would make it work here and fail in Lambda.
pub(crate) fn of_this_machine() -> impl Iterator<Item = (String, String)> {
    const NAMES: [&str; 11] = [
        "PATH",
        "RUST_LOG",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CA_BUNDLE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];
    const BEGINNINGS: [&str; 3] = ["AWS_ENDPOINT_URL", "AWS_CONTAINER_", "RHAMBDA_"];
    env::vars().filter(|(name, _)| {
        let name = name.as_str();
        let is_proxy = name.to_uppercase().ends_with("_PROXY");
        NAMES.contains(&name) || is_proxy || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    })
}

/// Whether credentials for AWS are among them.
fn has_credentials() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    ["AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
        .into_iter()
        .any(is_set)
}

/// A runtime that was started. It is killed when this is dropped.
pub(crate) struct Runtime {
    child: Child,
    /// Waiting for the child would close it.
    _stdin: Option<ChildStdin>,
    log: JoinHandle<()>,
}

impl Runtime {
    /// Starts the runtime in the function's task root, with its output, the log, going to stderr.
    ///
    /// # Errors
    /// When no process can be started.
    pub(crate) fn start(
        function: &Function,
        runtime_api: SocketAddr,
        credentials: &Credentials,
    ) -> Result<Self> {
        let spawn = || {
            let (log, output) = io::pipe()?;
            let mut command = Command::new(env::current_exe()?);
            if !function.inherits_env {
                command.env_clear().envs(of_this_machine());
                if !has_credentials() {
                    command.envs(credentials.variables(runtime_api));
                }
            }
            let child = command
                .args([&*function.handler, ARGUMENT])
                .current_dir(&function.task_root)
                .envs(function.environment(runtime_api))
                .stdin(Stdio::piped())
                .stdout(output.try_clone()?)
                .stderr(output)
                .kill_on_drop(true)
                .spawn()?;
            Ok::<_, io::Error>((child, log))
        };
        let (mut child, log) = spawn().context("the runtime cannot be started")?;
        let stdin = child.stdin.take();
        Ok(Self { child, _stdin: stdin, log: thread::spawn(|| show(log)) })
    }

    /// Waits until the runtime ends by itself; its status, if the operating system tells.
    pub(crate) async fn exit(&mut self) -> Option<ExitStatus> {
        self.child.wait().await.ok()
    }

    /// The most memory it has used so far, in MB, where the system tells: on Linux.
    pub(crate) fn peak_memory_mb(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        peak_memory_mb(&status)
    }

    /// Ends the runtime, if it is not at its end yet, and shows the rest of its log.
    pub(crate) async fn end(mut self) {
        let _ = self.child.kill().await;
        let _ = self.log.join();
    }
}

/// Passes the log on to stderr until the runtime ends.
fn show(mut log: PipeReader) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = log.read(&mut buffer) {
        // For CloudWatch the lines of one entry end in \r, which would overwrite them on a terminal.
        for byte in &mut buffer[..length] {
            if *byte == b'\r' {
                *byte = b'\n';
            }
        }
        let _ = visible::write(&mut io::stderr(), &buffer[..length]);
    }
}

/// Out of a process's `status` file, rounded up.
fn peak_memory_mb(status: &str) -> Option<u64> {
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_memory() {
        let status = "Name:\trhambda\nVmPeak:\t  999999 kB\nVmHWM:\t    4097 kB\nVmRSS:\t    12 kB\n";
        assert_eq!(peak_memory_mb(status), Some(5));
        assert_eq!(peak_memory_mb("Name:\tzombie\n"), None);
    }
}

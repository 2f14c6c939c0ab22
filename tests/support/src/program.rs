//! A program that a test runs, with its log.

use crate::process::signal;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// How long anything may take on a busy machine before it counts as failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. When it is dropped it is ended together with the process that it started, and its
/// log shown if the test fails.
pub struct Program {
    name: String,
    process: Child,
    log: NamedTempFile,
}

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let log = NamedTempFile::new().expect("a temporary file");
        let output = log.reopen().expect("the temporary file");
        let process = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the temporary file"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { name, process, log }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|ended| ended.is_some())
    }

    /// Everything that it and the process that it started logged.
    pub fn log(&self) -> String {
        let log = fs::read(self.log.path()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until a text has been logged.
    pub fn wait_for_log(&self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < until, "\"{text}\" was not logged in {PATIENCE:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The process that it started, if that runs.
    pub fn child(&self) -> Option<u32> {
        let parent = format!("PPid:\t{}\n", self.process.id());
        let pids = fs::read_dir("/proc").expect("/proc").flatten();
        pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|pid: &u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.contains(&parent) && !status.contains("State:\tZ")
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Without its parent it could still run to the end of its script.
        if let Some(pid) = self.child() {
            signal(pid, "-KILL");
        }
        // Both fail only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("the log of {}:\n{}", self.name, self.log());
        }
    }
}

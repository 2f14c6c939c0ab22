//! AWS's Runtime Interface Emulator with the real `bootstrap` under it.

use crate::http::{self, Reply};
use crate::process::{bootstrap, signal};
use serde_json::Value;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take on a busy machine before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The log's file, beside the task root.
const LOG: &str = "log.txt";

/// A running emulator with a function of its own. It takes one invocation at a time. When it is
/// dropped it is ended, and its log shown if the test fails.
pub(crate) struct Emulator {
    process: Child,
    port: u16,
    /// Holds the task root and the log.
    folder: TempDir,
}

impl Emulator {
    /// Starts the function of this handler setting and script, which is in `main.rhai`.
    pub(crate) fn start(handler: &str, script: &str) -> Self {
        Self::start_with_timeout(handler, script, 60)
    }

    /// The same, with the function's timeout in seconds.
    pub(crate) fn start_with_timeout(handler: &str, script: &str, timeout: u64) -> Self {
        // Between the search for free ports and their use, somebody else may take one.
        let tries = 5;
        (0..tries)
            .find_map(|_| Self::try_start(handler, script, timeout))
            .unwrap_or_else(|| panic!("the emulator ended at once, {tries} times"))
    }

    /// The emulator, listening; `None` if it has ended.
    fn try_start(handler: &str, script: &str, timeout: u64) -> Option<Self> {
        // Two tests must not find the same free ports.
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().expect("a temporary folder");
        let task_root = folder.path().join("task");
        fs::create_dir(&task_root).expect("a folder in it");
        let log = fs::File::create(folder.path().join(LOG)).expect("a log file");
        let [port, api_port] = free_ports();
        let process = Command::new(installed())
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}")])
            .arg(bootstrap())
            .arg(handler)
            .env_clear()
            // The emulator hands its environment on, but lacks this variable of Lambda's.
            .env("LAMBDA_TASK_ROOT", &task_root)
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", timeout.to_string())
            // On a busy machine 20 ms may be too few to answer before the emulator's own timeout.
            .env("RHAMBDA_DEADLINE_MARGIN_MS", "1000")
            .current_dir(&task_root)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("the emulator does not start: {error}"));
        let mut emulator = Self { process, port, folder };
        emulator.write_script(script);
        emulator.listens(&[port, api_port]).then_some(emulator)
    }

    /// Waits until it listens; false if it has ended.
    fn listens(&mut self, ports: &[u16]) -> bool {
        let until = Instant::now() + PATIENCE;
        while ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                eprintln!("the emulator ended:\n{}", self.log());
                return false;
            }
            assert!(Instant::now() < until, "the emulator does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Replaces the script; the next `bootstrap` runs it.
    pub(crate) fn write_script(&self, script: &str) {
        fs::write(self.folder.path().join("task/main.rhai"), script).expect("a script");
    }

    /// Invokes the function.
    pub(crate) fn invoke(&self, event: &str) -> Reply {
        self.invoke_with_headers(event, &[])
    }

    /// Invokes the function with headers for the emulator.
    pub(crate) fn invoke_with_headers(&self, event: &str, headers: &[(&str, &str)]) -> Reply {
        let path = "/2015-03-31/functions/function/invocations";
        http::post(self.port, path, headers, event.as_bytes(), PATIENCE)
            .unwrap_or_else(|error| panic!("the emulator did not answer: {error}"))
    }

    /// Invokes the function; it answers with 200 and this JSON.
    pub(crate) fn answer(&self, event: &str) -> Value {
        let reply = self.invoke(event);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// Everything that the emulator and the function logged.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.path().join(LOG)).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until a text has been logged.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.log().contains(text) {
            assert!(Instant::now() < until, "\"{text}\" was not logged in {PATIENCE:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The process of `bootstrap`, if it runs.
    pub(crate) fn bootstrap_pid(&self) -> Option<u32> {
        let parent = format!("PPid:\t{}\n", self.process.id());
        let pids = fs::read_dir("/proc").expect("/proc").flatten();
        pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|pid: &u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.contains(&parent) && !status.contains("State:\tZ")
        })
    }

    /// Kills `bootstrap`, as a crash or Lambda's memory limit would.
    pub(crate) fn kill_bootstrap(&self) {
        let pid = self.bootstrap_pid().expect("a running bootstrap");
        assert!(signal(pid, "-KILL"), "process {pid} cannot be killed");
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Without its parent it could still run to the end of its script.
        if let Some(pid) = self.bootstrap_pid() {
            signal(pid, "-KILL");
        }
        // Both fail only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("the emulator's and the function's log:\n{}", self.log());
        }
    }
}

fn installed() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/emulator/aws-lambda-rie");
    assert!(
        path.exists(),
        "AWS's emulator is not at {}: run `make test`, or tests/emulator/setup.sh, which fetches it",
        path.display()
    );
    path
}

fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("a bound listener").port())
}

//! A function in a temporary task root, run by the built `bootstrap`.

use crate::process::bootstrap;
use fake_runtime_api::{Answer, FakeRuntimeApi, Server};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A function: its handler setting, its files and its environment.
pub struct Function {
    handler: String,
    /// Kept by the processes too: a script is read after `start` has returned.
    folder: Arc<TempDir>,
    environment: Vec<(String, String)>,
}

impl Function {
    pub fn new(handler: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        for root in ["task", "layer"] {
            std::fs::create_dir(folder.path().join(root)).unwrap();
        }
        Self { handler: handler.into(), folder, environment: Vec::new() }
    }

    /// A function `handler` in `main.rhai` with this text.
    pub fn main(text: &str) -> Self {
        Self::new("main.handler").file("main.rhai", text)
    }

    /// Adds a file to the task root.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.task_root().join(path), content.as_ref());
        self
    }

    /// Adds a file to what layers bring.
    pub fn layer_file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.layer_root().join(path), content.as_ref());
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    pub fn task_root(&self) -> PathBuf {
        self.folder.path().join("task")
    }

    pub fn layer_root(&self) -> PathBuf {
        self.folder.path().join("layer")
    }

    /// Starts it against this API.
    pub fn start(&self, api: &Server) -> Process {
        self.start_at(&api.address())
    }

    /// Starts it with this address of the Runtime API.
    pub fn start_at(&self, address: &str) -> Process {
        self.start_by(&mut Command::new(bootstrap()), address)
    }

    /// Starts it by a command that runs `bootstrap`, such as one with limits.
    pub fn start_by(&self, command: &mut Command, address: &str) -> Process {
        let mut process = Process::spawn(self.environment(command, address));
        process.folder = Some(Arc::clone(&self.folder));
        process
    }

    /// Gives a command all that `bootstrap` is started with.
    pub fn environment<'a>(&self, command: &'a mut Command, address: &str) -> &'a mut Command {
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("_HANDLER", &self.handler)
            .env("LAMBDA_TASK_ROOT", self.task_root())
            .env("RHAMBDA_LAYER_ROOT", self.layer_root())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
    }

    /// One event, answered.
    pub fn invoke(&self, event: impl Into<Vec<u8>>) -> Outcome {
        let api = FakeRuntimeApi::new().event(event).start();
        let process = self.start(&api);
        let answer = api.wait_for_answers(1).remove(0);
        Outcome { answer, log: process.stop() }
    }

    /// Several events for one environment; their answers in order.
    pub fn invoke_all<E: Into<Vec<u8>>>(&self, events: impl IntoIterator<Item = E>) -> Vec<Answer> {
        let mut plan = FakeRuntimeApi::new();
        let mut count = 0;
        for event in events {
            plan = plan.event(event);
            count += 1;
        }
        let api = plan.start();
        let _process = self.start(&api);
        api.wait_for_answers(count)
    }

    /// A function that cannot be initialised: the error JSON and the log. Checks that it is posted
    /// once, that no event is asked for and that the process exits with 1.
    pub fn init_error(&self) -> (serde_json::Value, String) {
        let api = FakeRuntimeApi::new().start();
        let (code, log) = self.start(&api).wait();
        assert_eq!(code, Some(1), "{log}");
        let errors = api.init_errors();
        assert_eq!((errors.len(), api.requests().len()), (1, 1), "{log}");
        let body = errors[0].json();
        let header = errors[0].error_type_header().unwrap().trim_start_matches("Function.");
        assert_eq!(header, body["errorType"].as_str().unwrap());
        (body, log)
    }
}

/// An answer, and the log of the process that gave it.
pub struct Outcome {
    pub answer: Answer,
    pub log: String,
}

impl Outcome {
    /// `errorType`, `errorMessage` and the lines of `stackTrace`.
    pub fn error(&self) -> (String, String, Vec<String>) {
        error_parts(&self.answer.json())
    }
}

/// `errorType`, `errorMessage` and the lines of `stackTrace`.
pub fn error_parts(body: &serde_json::Value) -> (String, String, Vec<String>) {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    let stack = body["stackTrace"].as_array().unwrap_or_else(|| panic!("{body}"));
    (text(&body["errorType"]), text(&body["errorMessage"]), stack.iter().map(text).collect())
}

/// A running `bootstrap`; killed when it goes out of scope.
pub struct Process {
    child: Child,
    /// What it has logged so far, and the thread that reads it.
    log: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    /// Keeps the scripts until the process has ended.
    folder: Option<Arc<TempDir>>,
}

impl Process {
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let text = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut buffer) {
                text.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { child, log, reader: Some(reader), folder: None }
    }

    /// Waits until it has logged this text.
    pub fn wait_for_log(&self, text: &str) {
        let limit = Instant::now() + PATIENCE;
        let log = || String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned();
        while !log().contains(text) {
            assert!(Instant::now() < limit, "it did not log {text:?} but\n{}", log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The peak of its memory so far, in KiB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Ends it; what it logged. Checks that it was still running.
    pub fn stop(mut self) -> String {
        let ended = self.child.try_wait().unwrap();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let log = self.take_log();
        assert!(ended.is_none(), "the process had ended by itself: {ended:?}\n{log}");
        log
    }

    /// Waits for its end: exit code (none after a signal) and log.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), self.take_log());
            }
            if Instant::now() > limit {
                let _ = self.child.kill();
                panic!("the process did not end\n{}", self.take_log());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Its exit code, if it ends within this time.
    pub fn wait_for(mut self, time: Duration) -> Option<i32> {
        let limit = Instant::now() + time;
        loop {
            let status = self.child.try_wait().unwrap();
            if status.is_some() || Instant::now() > limit {
                return status.and_then(|status| status.code());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn take_log(&mut self) -> String {
        self.reader.take().unwrap().join().unwrap();
        String::from_utf8(std::mem::take(&mut self.log.lock().unwrap())).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

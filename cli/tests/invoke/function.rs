//! A function in a folder of its own, and `rhambda invoke` run on it.

use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// A task root with the script `main.rhai` in it.
pub(crate) struct Function {
    folder: TempDir,
}

/// `rhambda invoke` at its end.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `rhambda invoke` at work.
pub(crate) struct Running {
    rhambda: Child,
    stderr: BufReader<ChildStderr>,
    seen: String,
    /// It is needed as long as this runs.
    _function: Function,
}

impl Function {
    pub(crate) fn new(script: &str) -> Self {
        let function = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(function.dir()).unwrap();
        fs::write(function.dir().join("main.rhai"), script).unwrap();
        function
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("task-root")
    }

    /// In the task root, with nothing on stdin.
    pub(crate) fn invoke(&self, arguments: &[&str]) -> Done {
        self.invoke_with_stdin(arguments, "")
    }

    pub(crate) fn invoke_with_stdin(&self, arguments: &[&str], stdin: &str) -> Done {
        let mut rhambda = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // Who reads no stdin may be gone before it is written.
        let _ = rhambda.stdin.take().unwrap().write_all(stdin.as_bytes());
        Done::new(rhambda)
    }

    /// With other variables, and without credentials for AWS.
    pub(crate) fn invoke_with_env(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
        let mut command = self.command(arguments);
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        Done::new(command.envs(variables.iter().copied()).spawn().unwrap())
    }

    pub(crate) fn invoke_without_reader(&self, arguments: &[&str]) -> Done {
        let mut rhambda = self.command(arguments).spawn().unwrap();
        drop(rhambda.stdout.take());
        Done::new(rhambda)
    }

    pub(crate) fn start(self, arguments: &[&str]) -> Running {
        let mut rhambda = self.command(arguments).spawn().unwrap();
        let stderr = BufReader::new(rhambda.stderr.take().unwrap());
        Running { rhambda, stderr, seen: String::new(), _function: self }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
        command.arg("invoke").args(arguments).current_dir(self.dir());
        for name in ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG", "AWS_DEFAULT_REGION"] {
            command.env_remove(name);
        }
        command.env("FROM_CALLER", "caller").env("AWS_REGION", "eu-west-1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Done {
    fn new(rhambda: Child) -> Self {
        let output = rhambda.wait_with_output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The REPORT line.
    pub(crate) fn report(&self) -> &str {
        self.stderr.lines().last().filter(|line| line.starts_with("REPORT RequestId: ")).expect("a report")
    }

    pub(crate) fn request_id(&self) -> &str {
        self.report().split(['\t', ' ']).nth(2).unwrap()
    }
}

impl Running {
    /// Waits until this was logged.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            assert_ne!(self.stderr.read_line(&mut self.seen).unwrap(), 0, "ended with {}", self.seen);
        }
    }

    /// Waits until so many bytes of the answer are there.
    pub(crate) fn read_stdout(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.rhambda.stdout.as_mut().unwrap().read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The id of the runtime's process.
    pub(crate) fn runtime(&self) -> u32 {
        let id = self.rhambda.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        children.trim().parse().expect("one child")
    }

    pub(crate) fn signal_runtime(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.runtime());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    pub(crate) fn end(mut self) -> Done {
        self.stderr.read_to_string(&mut self.seen).unwrap();
        Done { stderr: self.seen, ..Done::new(self.rhambda) }
    }

    /// By force: it cannot clean up.
    pub(crate) fn kill(mut self) {
        self.rhambda.kill().unwrap();
        self.rhambda.wait().unwrap();
    }
}

/// Whether the process ends, within a patient wait. One that waits to be reaped has ended.
pub(crate) fn ends(process: u32) -> bool {
    let running = || {
        let stat = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    (0..500).any(|_| {
        thread::sleep(Duration::from_millis(20));
        !running()
    })
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

//! What all emulators have in common: they listen, and hand events to a function.

use crate::exchange::{Exchange, Reply};
use crate::program::{Program, PATIENCE};
use serde_json::Value;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running emulator and its function's files.
pub(crate) struct Emulator {
    pub(crate) program: Program,
    /// Where the function is invoked.
    pub(crate) port: u16,
    /// The function's name, as the emulator has it.
    function: &'static str,
    /// Holds the task root.
    folder: TempDir,
}

impl Emulator {
    /// Starts an emulator of a function with this name and this `main.rhai`.
    ///
    /// `command` says how, given a folder for this emulator alone, in which `task` is the task root, and
    /// free ports to listen at; the first is that where the function is invoked.
    pub(crate) fn start<const PORTS: usize>(
        function: &'static str,
        script: &str,
        command: impl Fn(&Path, [u16; PORTS]) -> Command,
    ) -> Self {
        // Between the search for free ports and their use, somebody else may take one.
        let tries = 5;
        (0..tries)
            .find_map(|_| Self::try_start(function, script, &command))
            .unwrap_or_else(|| panic!("the emulator ended at once, {tries} times"))
    }

    /// The emulator, listening; `None` if it has ended.
    fn try_start<const PORTS: usize>(
        function: &'static str,
        script: &str,
        command: impl Fn(&Path, [u16; PORTS]) -> Command,
    ) -> Option<Self> {
        // Two tests must not find the same free ports.
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("task")).expect("a folder in it");
        fs::write(folder.path().join("task/main.rhai"), script).expect("a script");
        let ports = free_ports();
        let program = Program::start(&mut command(folder.path(), ports));
        let mut emulator = Self { program, port: ports[0], function, folder };
        emulator.listens(&ports).then_some(emulator)
    }

    /// Waits until it listens; false if it has ended.
    fn listens(&mut self, ports: &[u16]) -> bool {
        let until = Instant::now() + PATIENCE;
        while ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            if self.program.has_ended() {
                eprintln!("the emulator ended:\n{}", self.program.log());
                return false;
            }
            assert!(Instant::now() < until, "the emulator does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// The function's own files.
    pub(crate) fn task_root(&self) -> PathBuf {
        self.folder.path().join("task")
    }

    /// Writes a script into the task root.
    pub(crate) fn write_script(&self, name: &str, script: &str) {
        fs::write(self.task_root().join(name), script).expect("a script");
    }

    /// Invokes the function.
    pub(crate) fn invoke(&self, event: &str) -> Reply {
        self.invoke_with_headers(event, &[])
    }

    /// Invokes the function with headers for the emulator.
    pub(crate) fn invoke_with_headers(&self, event: &str, headers: &[(&str, &str)]) -> Reply {
        let path = format!("/2015-03-31/functions/{}/invocations", self.function);
        Exchange::start(self.port, "POST", &path, headers, event).reply()
    }

    /// Invokes the function; it answers with 200 and this JSON.
    pub(crate) fn answer(&self, event: &str) -> Value {
        let reply = self.invoke(event);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }
}

/// An emulator's executable.
pub(crate) fn installed(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/emulator").join(name);
    assert!(
        path.exists(),
        "there is no {}: run `make test`, or tests/emulator/setup.sh, which fetches it",
        path.display()
    );
    path
}

fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let listeners = [(); COUNT].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("a bound listener").port())
}

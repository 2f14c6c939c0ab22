//! Servers of databases, which `tests/databases/setup.sh` installs. Each has a port and a folder of its own, listens on
//! 127.0.0.1 only, and ends with its value or with the test program.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
/// Runs a server until standard input ends, which it does with the test program, whatever becomes of that.
const WHILE_INPUT: &str = r#"signal=$1; shift; "$@" </dev/null & server=$!; cat >/dev/null; kill -s "$signal" $server; wait $server"#;

/// A server's process.
struct Server {
    process: Child,
}

/// A Redis server.
pub struct Redis {
    port: u16,
    folder: TempDir,
    options: Vec<String>,
    server: Option<Server>,
}

impl Server {
    fn start(signal: &str, mut command: Vec<String>, folder: &Path) -> Self {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        command.insert(0, signal.to_owned());
        let process = Command::new("sh")
            .args(["-c", WHILE_INPUT, "sh"])
            .args(command)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Redis {
    /// A server without data; `None` if Redis is not installed, which it says.
    pub fn start(options: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            skipped("redis-server");
            return None;
        }
        let options = options.iter().map(ToString::to_string).collect();
        let mut redis = Self { port: free_port(), folder: tempfile::tempdir().unwrap(), options, server: None };
        redis.restart();
        Some(redis)
    }

    /// Starts it at the same address, after it has ended or was stopped.
    pub fn restart(&mut self) {
        self.stop();
        let port = self.port.to_string();
        let folder = self.folder.path().to_string_lossy().into_owned();
        let fixed = ["redis-server", "--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir", &folder];
        let command = fixed.iter().map(ToString::to_string).chain(self.options.clone()).collect();
        self.server = Some(Server::start("KILL", command, self.folder.path()));
        wait_for(self.port, self.folder.path());
    }

    /// Kills it.
    pub fn stop(&mut self) {
        self.server = None;
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What Redis's own client prints.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli").args(["-p", &port]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A port on which nobody listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16, folder: &Path) {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(start.elapsed() < PATIENCE, "the server does not start: {}", log());
        thread::sleep(Duration::from_millis(10));
    }
}

/// Says on the real standard error, which tests that pass do not show otherwise, what is not tested.
fn skipped(program: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {program} is not installed; run tests/databases/setup.sh"
    );
}

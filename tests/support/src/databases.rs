//! Servers of databases, which `tests/databases/setup.sh` installs. Each has a port and a folder of its own, listens on
//! 127.0.0.1 only, and ends with its value or with the test program.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
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
        let mut redis =
            Self { port: free_port(), folder: tempfile::tempdir().unwrap(), options, server: None };
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
    let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed; run tests/databases/setup.sh");
}

/// A `PostgreSQL` server, as the user `postgres` where the tests run as root, which it refuses.
pub struct Postgres {
    port: u16,
    folder: TempDir,
    options: Vec<String>,
    server: Option<Server>,
}

/// Who may log in how. `postgres` needs no password.
const ACCESS: &str = "
    host all postgres 127.0.0.1/32 trust
    host all plain 127.0.0.1/32 password
    host all old 127.0.0.1/32 md5
    host all all 127.0.0.1/32 scram-sha-256
";
/// Makes the users of [`ACCESS`].
const USERS: &str = "
    SET password_encryption = 'scram-sha-256';
    CREATE ROLE ada LOGIN PASSWORD 'hush-scram';
    CREATE ROLE plain LOGIN PASSWORD 'hush-plain';
    SET password_encryption = 'md5';
    CREATE ROLE old LOGIN PASSWORD 'hush-md5';
";

impl Postgres {
    /// A server without data and with these settings (`name=value`); `None` if `PostgreSQL` is not installed, which it says.
    pub fn start(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let Some(initdb) = program("initdb") else {
            skipped("postgresql");
            return None;
        };
        own(folder.path());
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let command = [
            &initdb,
            "--pgdata",
            &data,
            "--username",
            "postgres",
            "--no-sync",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
        ];
        let command = unprivileged(&command);
        let output = Command::new(&command[0]).args(&command[1..]).current_dir("/").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::write(folder.path().join("data/pg_hba.conf"), ACCESS).unwrap();
        let options = options.iter().map(ToString::to_string).collect();
        let mut postgres = Self { port: free_port(), folder, options, server: None };
        postgres.restart();
        postgres.psql(USERS);
        Some(postgres)
    }

    /// Writes a file that the server can read, such as a key, and returns its path. The folder must exist: call it for a server
    /// that is stopped and restarted, or is yet to be started with the path among its options.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        own(&path);
        path.to_string_lossy().into_owned()
    }

    /// Restarts it with one more setting.
    pub fn set(&mut self, option: &str) {
        self.options.push(option.to_owned());
        self.restart();
    }

    /// Starts it at the same address, after it has ended or was stopped.
    pub fn restart(&mut self) {
        self.stop();
        let (data, port) = (self.folder.path().join("data"), self.port.to_string());
        let (postgres, data) = (program("postgres").unwrap(), data.to_string_lossy().into_owned());
        let mut command =
            vec![&*postgres, "-D", &data, "-p", &port, "-k", "", "-c", "listen_addresses=127.0.0.1", "-F"];
        command.extend(self.options.iter().flat_map(|option| ["-c", option]));
        self.server = Some(Server::start("QUIT", unprivileged(&command), self.folder.path()));
        wait_for(self.port, self.folder.path());
        let start = Instant::now();
        while !self.is_ready() {
            assert!(start.elapsed() < PATIENCE, "the server does not start");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it without a farewell to its clients.
    pub fn stop(&mut self) {
        self.server = None;
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a user: `postgres`, or `ada:hush-scram`.
    pub fn url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres", self.port)
    }

    /// What `PostgreSQL`'s own client prints for statements.
    pub fn psql(&self, sql: &str) -> String {
        let url = self.url("postgres");
        let output =
            Command::new("psql").args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, &url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn is_ready(&self) -> bool {
        let url = self.url("postgres");
        Command::new("psql")
            .args(["-XAtqc", "SELECT 1", &url])
            .output()
            .is_ok_and(|output| output.status.success())
    }
}

/// `PgBouncer` before a server, with one connection to it that all clients share: each transaction may be on another one.
pub struct PgBouncer {
    port: u16,
    _server: Server,
    _folder: TempDir,
}

impl PgBouncer {
    /// `None` if it is not installed, which it says.
    pub fn start(postgres: &Postgres) -> Option<Self> {
        let is_installed = |path: &&str| Path::new(path).exists();
        let Some(program) = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(is_installed)
        else {
            skipped("pgbouncer");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        own(folder.path());
        let (port, users, settings) =
            (free_port(), folder.path().join("users"), folder.path().join("pgbouncer.ini"));
        std::fs::write(&users, "\"postgres\" \"\"").unwrap();
        let text = format!(
            "[databases]\npostgres = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 1\n",
            postgres.port,
            users.display()
        );
        std::fs::write(&settings, text).unwrap();
        own(&users);
        own(&settings);
        let command = unprivileged(&[program, &settings.to_string_lossy()]);
        let server = Server::start("INT", command, folder.path());
        wait_for(port, folder.path());
        Some(Self { port, _server: server, _folder: folder })
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// A program of `PostgreSQL`'s, which Debian keeps out of the path: that of the newest version.
fn program(name: &str) -> Option<String> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut paths: Vec<_> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    paths.sort();
    let path = paths.pop().map(|path| path.to_string_lossy().into_owned());
    path.or_else(|| Command::new(name).arg("--version").output().ok().map(|_| name.to_owned()))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn unprivileged(command: &[&str]) -> Vec<String> {
    let as_postgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"];
    let prefix: &[&str] = if is_root() { &as_postgres } else { &[] };
    prefix.iter().chain(command).map(ToString::to_string).collect()
}

/// Gives a file or a folder to the server's user.
fn own(path: &Path) {
    let mode = if path.is_dir() { 0o755 } else { 0o600 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    if is_root() {
        let status = Command::new("chown").arg("postgres:postgres").arg(path).status().unwrap();
        assert!(status.success());
    }
}

//! Whom we measure: the same echo function on several runtimes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A runtime with its echo function.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    /// `_HANDLER`.
    pub(crate) handler: String,
    /// Where the function is.
    pub(crate) task_root: PathBuf,
    /// The one file that is deployed, where there is one.
    pub(crate) binary: Option<PathBuf>,
    /// The largest event it can take, in bytes.
    pub(crate) largest_event: usize,
    /// It gets this fraction of the invocations.
    pub(crate) slowness: usize,
    /// How many invocations it serves at once.
    pub(crate) workers: usize,
    /// Further environment variables.
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Peer {
    /// A program that needs nothing else and takes every event.
    fn binary(name: &str, program: &Path, handler: &str) -> Self {
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            args: Vec::new(),
            handler: handler.to_owned(),
            task_root: task_root(),
            binary: Some(program.to_owned()),
            largest_event: usize::MAX,
            slowness: 1,
            workers: 1,
            environment: Vec::new(),
        }
    }

    /// A program that some interpreter is.
    fn interpreter(name: &str, program: &Path, args: Vec<OsString>) -> Self {
        Self { binary: None, args, ..Self::binary(name, program, "echo.handler") }
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Where the functions are.
pub(crate) fn task_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

pub(crate) fn rhambda(bootstrap: &Path) -> Peer {
    rhambda_with(bootstrap, "echo.handler")
}

/// Rhambda with another handler.
pub(crate) fn rhambda_with(bootstrap: &Path, handler: &str) -> Peer {
    Peer::binary("**Rhambda**", bootstrap, handler)
}

/// Rhambda with another handler, serving so many invocations at once.
pub(crate) fn workers(bootstrap: &Path, handler: &str, workers: usize) -> Peer {
    Peer { workers, ..rhambda_with(bootstrap, handler) }
}

/// All peers, the one that others are compared with first.
pub(crate) fn all(bootstrap: &Path) -> Vec<Peer> {
    let installed = root().join("target/bench");
    let python = installed.join("python/bin/python");
    let python_version = version(&python);
    let node = installed_program("node");
    let node_version = version(&node);
    let ric = installed.join("node/node_modules/aws-lambda-ric/index.mjs");
    let script = task_root().join("bootstrap.sh");
    let mut peers = vec![
        Peer::binary("native Rust, as cargo-lambda builds it", &installed.join("native-default"), "echo"),
        rhambda(bootstrap),
        Peer::binary("native Rust, static, one thread", &installed.join("native-lean"), "echo"),
        Peer::interpreter(
            &format!("{python_version}, awslambdaric"),
            &python,
            ["-m", "awslambdaric", "echo.handler"].map(Into::into).into(),
        ),
        Peer::interpreter(
            &format!("Node {node_version}, aws-lambda-ric"),
            &node,
            vec![ric.into(), "echo.handler".into()],
        ),
        Peer {
            // The event is an argument of curl, and Linux allows 128 KiB.
            largest_event: 128 * 1024,
            slowness: 50,
            ..Peer::interpreter("bash + curl", &installed_program("bash"), vec![script.into()])
        },
    ];
    let built_here = root().join("target/lambda/bootstrap");
    if fs::read(&built_here).ok() != fs::read(bootstrap).ok() {
        peers.insert(2, Peer::binary("Rhambda, built with glibc", &built_here, "echo.handler"));
    }
    peers
}

/// Where in `PATH` a program is, so that starting it takes no search; otherwise its name.
pub(crate) fn installed_program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| name.into())
}

/// What a program calls itself.
pub(crate) fn version(program: &Path) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map_or_else(|_| "(none)".into(), |output| output.stdout);
    String::from_utf8_lossy(&text).trim().to_owned()
}

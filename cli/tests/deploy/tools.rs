//! The tools that the templates and scripts of `deploy/` are made for.

use crate::account::{Account, Said};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// This repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a folder of the repository")
}

/// A program, with what `setup.sh` installed before all others.
pub(crate) fn tool(account: &Account, program: impl AsRef<Path>, folder: &Path) -> Command {
    let installed = root().join("target/deploy/venv/bin");
    assert!(installed.join("aws").exists(), "the tools are not there: run cli/tests/deploy/setup.sh");
    let mut path = OsString::from(&installed);
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    // By its whole path: of a bare name, the caller's PATH would be asked.
    let program = match installed.join(&program) {
        own if own.exists() => own,
        _ => program.as_ref().to_owned(),
    };
    let mut command = Command::new(program);
    account.used_by(&mut command).current_dir(folder).env("PATH", path).stdin(Stdio::null());
    command
}

/// Runs it with success; what it printed.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> String {
    let said = Said::by(command);
    assert_eq!(said.code, 0, "{command:?}\n{}\n{}", said.stdout, said.stderr);
    said.stdout
}

/// Where a program is, if it is anywhere.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

//! What `setup.sh` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program of the virtual environment.
pub(crate) fn program(name: &str) -> PathBuf {
    let program = root().join("target/aws/venv/bin").join(name);
    assert!(program.exists(), "{} is not there: run tests/aws/setup.sh", program.display());
    program
}

/// Runs a Python script of this repository; what it prints.
pub(crate) fn python(arguments: &[&str]) -> String {
    let output = Command::new(program("python")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

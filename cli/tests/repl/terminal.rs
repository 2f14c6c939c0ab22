//! At a pseudo terminal, with pexpect, which `setup.sh` installs.

use std::path::Path;
use std::process::Command;
use test_support::folder::Folder;

#[test]
fn a_person_at_a_terminal_feels_at_home() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repl");
    let python = tests.join("../../../target/repl/venv/bin/python");
    assert!(python.exists(), "pexpect is not there: run cli/tests/repl/setup.sh");
    let folder = Folder::new(&[("lib.rhai", "fn twice(x) { x * 2 }\n")]);
    let mut session = Command::new(python);
    session.arg(tests.join("session.py")).arg(env!("CARGO_BIN_EXE_rhambda")).arg(folder.path(""));
    let output = session.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

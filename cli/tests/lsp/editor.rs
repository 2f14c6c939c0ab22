//! A session with a client that others wrote: pygls', which `setup.sh` installs.

use serde_json::{json, Value};
use std::path::Path;
use std::process::Command;
use test_support::folder::Folder;

#[test]
fn a_client_that_others_wrote_understands_everything() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp");
    let python = tests.join("../../../target/lsp/venv/bin/python");
    assert!(python.exists(), "pygls is not there: run cli/tests/lsp/setup.sh");
    let script = "fn handler( event ) {\n    log_info(event.to_uper());\n    event\n}\n";
    let folder = Folder::new(&[("hello.rhai", script)]);
    let mut session = Command::new(python);
    session.arg(tests.join("session.py")).arg(env!("CARGO_BIN_EXE_rhambda")).arg(folder.path(""));
    let output = session.output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problem}");
    let said: Value = serde_json::from_slice(&output.stdout).expect(&problem);
    let expected = json!({
        "server": "rhambda",
        "diagnostics": ["unknown-function"],
        "completion": ["to_upper"],
        "hover": true,
        "signature": 0,
        "definition": 1,
        "highlights": 3,
        "references": 3,
        "rename": 1,
        "prepared": true,
        "symbols": ["handler(event)"],
        "folds": 1,
        "actions": ["Change to to_upper", "Allow unknown-function on this line"],
        "formatting": 1,
    });
    assert_eq!(said, expected);
}

//! Sessions with a client that others wrote: that of Visual Studio Code's own debuggers, which `setup.sh` installs.

use serde_json::{json, Value};
use std::path::Path;
use std::process::{Command, Stdio};
use test_support::folder::Folder;

const MAIN: &str = "import \"lib/money\" as money;

fn handler(event) {
    let items = event.items;
    let taxed = money::tax(items);
    taxed
}
";
const MONEY: &str = "fn tax(items) {
    let sum = items.reduce(|sum, item| (sum ?? 0) + item);
    sum * 0.5
}
";

#[test]
fn a_client_that_others_wrote_understands_everything() {
    let is_there = Command::new("npm").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        eprintln!("SKIPPED: Node with npm is missing");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let modules = root.join("target/dap/node_modules");
    assert!(modules.exists(), "the client is not there: run cli/tests/dap/setup.sh");
    let folder = Folder::new(&[("main.rhai", MAIN), ("lib/money.rhai", MONEY)]);
    let mut session = Command::new("node");
    session.arg(root.join("cli/tests/dap/session.js")).arg(env!("CARGO_BIN_EXE_rhambda"));
    session.arg(folder.path("").canonicalize().unwrap()).env("NODE_PATH", modules);
    let output = session.output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problem}");
    let said: Value = serde_json::from_slice(&output.stdout).expect(&problem);
    let expected = json!({
        "hit": {
            "shown": ["event: map = #{\"items\": [5, 7]}", "items: array = [5, 7]"],
            "names": ["tax", "handler"],
            "watch": "12.0",
            "threads": 1,
        },
        "logged": true,
        "failed": "FunctionNotFound",
        "refused": true,
    });
    assert_eq!(said, expected);
}

//! The extension for Visual Studio Code: its own tests, with this build of the tool and the tokens of all scripts in the
//! repository.

use ignore::Walk;
use rhambda_format::lexer::tokens;
use serde_json::{json, Value};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::NamedTempFile;

const FOLDERS: [&str; 3] = ["scripts-examples", "benches/scripts", "editors/vscode/test/grammar"];

#[test]
fn the_extension_passes_its_tests() {
    let is_there = Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        eprintln!("SKIPPED: Node is missing");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let extension = root.join("editors/vscode");
    assert!(
        extension.join("node_modules").exists(),
        "the extension's libraries are not there: run cli/tests/vscode/setup.sh"
    );
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(json!(scripts(&root)).to_string().as_bytes()).unwrap();
    let mut tests = Command::new("node");
    tests.arg("test/run.mjs").current_dir(extension);
    tests.env("RHAMBDA", env!("CARGO_BIN_EXE_rhambda")).env("RHAMBDA_TOKENS", file.path());
    let output = tests.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// All scripts with their tokens.
fn scripts(root: &Path) -> Vec<Value> {
    let files = FOLDERS
        .iter()
        .flat_map(|folder| Walk::new(root.join(folder)).map(|entry| entry.unwrap().into_path()));
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "rhai"))
        .map(|file| {
            let script = fs::read_to_string(&file).unwrap();
            json!({ "file": file.strip_prefix(root).unwrap(), "tokens": lexed(&script), "script": script })
        })
        .collect()
}

/// The tokens: kind, start and end, counted in UTF-16 units as editors count.
fn lexed(script: &str) -> Vec<(String, usize, usize)> {
    let mut end = 0;
    tokens(script)
        .map(|token| {
            let start = end;
            end += token.text.encode_utf16().count();
            (format!("{:?}", token.kind), start, end)
        })
        .collect()
}

//! The extension for Visual Studio Code: its own tests, with this build of the tool and the tokens of all scripts of the
//! repository, and its package.

use ignore::Walk;
use rhambda_format::lexer::tokens;
use serde_json::{json, Value};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::{NamedTempFile, TempDir};
use zip::ZipArchive;

const FOLDERS: [&str; 3] = ["scripts-examples", "benches/scripts", "editors/vscode/test/grammar"];

#[test]
fn the_extension_passes_its_tests() {
    let Some(mut tests) = node("test/run.mjs") else { return };
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(json!(scripts(&root())).to_string().as_bytes()).unwrap();
    run(tests.env("RHAMBDA", env!("CARGO_BIN_EXE_rhambda")).env("RHAMBDA_TOKENS", file.path()));
}

#[test]
fn the_package_has_what_its_manifest_names_and_loads() {
    let Some(mut package) = node("package.mjs") else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rhambda.vsix");
    run(package.arg(&file));
    let mut vsix = ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        vsix.by_name(&format!("extension/{name}")).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let manifest: Value = serde_json::from_str(&read("package.json")).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    let contributed = &manifest["contributes"];
    for named in [
        &manifest["main"],
        &contributed["languages"][0]["configuration"],
        &contributed["grammars"][0]["path"],
        &contributed["snippets"][0]["path"],
    ] {
        assert!(!read(named.as_str().unwrap().trim_start_matches("./")).is_empty(), "{named}");
    }
    assert!(read("NOTICES").contains("vscode-languageclient"), "the licenses of libraries are missing");

    let program = folder.path().join("extension.js");
    fs::write(&program, read("dist/extension.js")).unwrap();
    run(node("test/load.cjs").unwrap().arg(program));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Runs a script of the extension; nothing where Node is missing.
fn node(script: &str) -> Option<Command> {
    let has = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).stdout(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let is_new = ["--eval", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"];
    if !has("npm", &["--version"]) || !has("node", &is_new) {
        eprintln!("SKIPPED: Node 20 or newer with npm is missing");
        return None;
    }
    let extension = root().join("editors/vscode");
    assert!(
        extension.join("node_modules").exists(),
        "the extension's libraries are not there: run editors/vscode/setup.sh"
    );
    let mut command = Command::new("node");
    command.arg(script).current_dir(extension);
    Some(command)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let [said, problem] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{said}{problem}");
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

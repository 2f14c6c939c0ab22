//! Where the source of a dependency is: some have test suites in it, which others wrote.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a package on which the workspace depends.
///
/// # Panics
/// There is no such package, or `cargo` does not know where it is.
#[must_use]
pub fn package_source(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages.find(|package| package["name"] == name);
    let manifest =
        package.and_then(|package| package["manifest_path"].as_str()).expect("the package is known");
    Path::new(manifest).parent().expect("a manifest is in a folder").to_owned()
}

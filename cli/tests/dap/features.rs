//! What the debugger needs is not in `bootstrap`.

use std::process::Command;

/// The packages of a program with their features, without those that only tests need.
fn features_of(package: &str) -> String {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--locked", "--edges", "normal,features", "--package", package]);
    let output = tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bootstrap_is_built_without_the_debugger() {
    assert!(features_of("rhambda-cli").contains("rhai-vm feature \"debugger\""));
    let bootstrap = features_of("rhambda");
    assert!(bootstrap.contains("rhai-vm") && !bootstrap.contains("debugger"), "{bootstrap}");
}

//! Examples in Python, the way Python people write them: they respond as the scripts do, and the guide says how long both are.

use crate::example::{Example, Outcome};
use crate::run;
use std::fs;
use std::path::Path;
use test_support::aws::python;

/// Examples, and the scripts in them that have a port of the same name.
const PORTS: [(&str, &str); 6] = [
    ("webhook", "webhook"),
    ("logs-subscription", "lines"),
    ("github-app", "app"),
    ("dynamic-dns", "dns"),
    ("jwt-authorizer", "authorizer"),
    ("chat-bot", "bot"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn ports_respond_as_the_scripts_do() {
    for (name, script) in PORTS {
        let mut example = Example::all().into_iter().find(|example| example.name == name).unwrap();
        let of_script = |handler: &str| handler.split('.').next() == Some(script);
        let mut ran = 0;
        for mut function in std::mem::take(&mut example.functions) {
            // An error has another shape in Python.
            function.invocations.retain(|invocation| invocation.outcome == Outcome::Response);
            if !function.invocations.is_empty() {
                let program = if of_script(&function.handler) {
                    ran += 1;
                    let mut python = python();
                    python.arg(root().join("tests/examples/ports/run.py"));
                    python
                } else {
                    std::process::Command::new(test_support::process::bootstrap())
                };
                run(program, &example, &function);
            }
        }
        assert!(ran > 0, "{name}");
    }
}

/// Lines and characters, without comments, empty lines and indentation.
fn size(path: &Path, comment: &str) -> (usize, usize) {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(comment));
    lines.fold((0, 0), |(lines, characters), line| (lines + 1, characters + line.chars().count()))
}

#[test]
fn the_guide_says_how_long_they_are() {
    let page = fs::read_to_string(root().join("docs/from-python.md")).unwrap();
    for (name, script) in PORTS {
        let ours = size(&root().join("scripts-examples").join(name).join(format!("{script}.rhai")), "//");
        let theirs = size(&root().join("tests/examples/ports").join(format!("{script}.py")), "#");
        let share = 100 * ours.1 / theirs.1;
        let row = format!(
            "| [{name}](../scripts-examples/{name}) | {} | {} | {} | {} | {share} % |",
            ours.0, theirs.0, ours.1, theirs.1
        );
        assert!(page.contains(&row), "the guide has another row than\n{row}");
    }
}

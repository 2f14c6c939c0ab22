//! `rhambda fmt`, from the outside.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};
use test_support::folder::Folder;

const TOOL: &str = env!("CARGO_BIN_EXE_rhambda");
const UGLY: &str = "fn handler(event){\nevent.name  }\n";
const PRETTY: &str = "fn handler(event) {\n    event.name\n}\n";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The exit code, and what it says to people.
fn outcome(output: &Output) -> (i32, String) {
    (output.status.code().unwrap(), text(&output.stderr))
}

/// Formats standard input.
fn format(input: &[u8], arguments: &[&str]) -> Output {
    let folder = Folder::new(&[]);
    let mut command = folder.command(TOOL, &[&["fmt", "-"], arguments].concat());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn scripts_are_formatted_in_place() {
    let folder =
        Folder::new(&[("hello.rhai", UGLY), ("lib/a.rhai", PRETTY), ("lib/b.rhai", UGLY), ("c.txt", UGLY)]);
    let first = folder.run(TOOL, &["fmt"]);
    assert_eq!(outcome(&first), (0, "rhambda: formatted 2 of 3 scripts\n".to_owned()));
    for name in ["hello.rhai", "lib/a.rhai", "lib/b.rhai"] {
        assert_eq!(folder.read(name), PRETTY, "{name}");
    }
    assert_eq!(folder.read("c.txt"), UGLY);
    let second = folder.run(TOOL, &["fmt", "hello.rhai", "lib"]);
    assert_eq!(outcome(&second), (0, "rhambda: formatted 0 of 3 scripts\n".to_owned()));
}

#[test]
fn check_shows_changes_and_writes_nothing() {
    let folder = Folder::new(&[("hello.rhai", UGLY), ("lib/a.rhai", PRETTY)]);
    let output = folder.run(TOOL, &["fmt", "--check"]);
    assert_eq!(outcome(&output), (1, "rhambda: would format 1 of 2 scripts\n".to_owned()));
    assert_eq!(
        text(&output.stdout),
        "--- hello.rhai\n+++ hello.rhai (formatted)\n@@ -1,2 +1,3 @@\n-fn handler(event){\n-event.name  }\n\
         +fn handler(event) {\n+    event.name\n+}\n"
    );
    assert_eq!(folder.read("hello.rhai"), UGLY);
    assert_eq!(folder.run(TOOL, &["fmt", "--check", "lib"]).status.code(), Some(0));
}

#[test]
fn scripts_with_errors_are_left_alone_and_hide_no_others() {
    let broken = "fn f() {\n  let = 1;\n}\n";
    let folder = Folder::new(&[("a.rhai", broken), ("b.rhai", UGLY)]);
    fs::write(folder.path("c.rhai"), b"let a = \"\xff\";").unwrap();
    let (code, said) = outcome(&folder.run(TOOL, &["fmt"]));
    assert_eq!(code, 1);
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("a.rhai:2:7: "), "{said}");
    assert_eq!(lines[1], "c.rhai: the script is not valid UTF-8");
    assert_eq!(lines[2], "rhambda: formatted 1 of 3 scripts, left 2 as they are");
    assert_eq!((folder.read("a.rhai"), folder.read("b.rhai")), (broken.to_owned(), PRETTY.to_owned()));
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let output = format(UGLY.as_bytes(), &[]);
    assert_eq!((text(&output.stdout), outcome(&output)), (PRETTY.to_owned(), (0, String::new())));
    assert_eq!(format(UGLY.as_bytes(), &["--check"]).status.code(), Some(1));
    assert_eq!(format(PRETTY.as_bytes(), &["--check"]).status.code(), Some(0));
    let (code, said) = outcome(&format(b"fn f(", &[]));
    assert!(code == 1 && said.starts_with("rhambda: standard input:1:6: "), "{said}");
    assert_eq!(
        outcome(&format(b"\xff", &[])),
        (1, "rhambda: standard input is not valid UTF-8\n".to_owned())
    );
}

#[test]
fn every_script_of_this_repository_can_be_formatted() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let folder = Folder::new(&[]);
    let folders = ["scripts-examples", "benches", "tests"].map(|name| format!("{root}/{name}"));
    let output =
        folder.run(TOOL, &[&["fmt", "--check"], &folders.each_ref().map(String::as_str)[..]].concat());
    let (_, said) = outcome(&output);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!said.contains("left"), "{said}");
}

#[test]
fn wrong_command_lines_are_refused() {
    let folder = Folder::new(&[]);
    for (arguments, expected) in [
        (&["fmt", "missing"][..], (2, "missing does not exist")),
        (&["fmt", "-", "a.rhai"], (2, "- is standard input, which is formatted alone")),
        (&["fmt"], (1, "rhambda: . contains no scripts: their names end in .rhai")),
    ] {
        let (code, said) = outcome(&folder.run(TOOL, arguments));
        assert!(code == expected.0 && said.contains(expected.1), "{said}");
    }
}

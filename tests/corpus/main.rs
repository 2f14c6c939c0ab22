//! The fuzzer's saved corpus, fed to what it was found with; `make fuzz` looks for more.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

/// Feeds each file of a target's corpus to it.
fn feed(target: &str, to: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "there is no corpus in {}", folder.display());
    for file in files {
        // Shown when this or the whole process fails.
        println!("{}", file.display());
        to(&fs::read(&file).unwrap());
    }
}

#[test]
fn events() {
    feed("events", targets::events);
}

#[test]
fn handler() {
    feed("handler", targets::handler);
}

#[test]
fn invocation() {
    feed("invocation", targets::invocation);
}

#[test]
fn json() {
    feed("json", targets::json);
}

#[test]
fn script() {
    feed("script", targets::script);
}

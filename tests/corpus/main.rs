//! The fuzzer's saved corpus, fed to what it was found with; `make fuzz` looks for more.

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
fn databases() {
    feed("databases", fuzz_targets::databases);
}

#[test]
fn events() {
    feed("events", fuzz_targets::events);
}

#[test]
fn format() {
    let feed = || feed("format", fuzz_targets::format);
    std::thread::Builder::new().stack_size(64 << 20).spawn(feed).unwrap().join().unwrap();
}

#[test]
fn formats() {
    feed("formats", fuzz_targets::formats);
}

#[test]
fn handler() {
    feed("handler", fuzz_targets::handler);
}

#[test]
fn invocation() {
    feed("invocation", fuzz_targets::invocation);
}

#[test]
fn json() {
    feed("json", fuzz_targets::json);
}

#[test]
fn names() {
    feed("names", fuzz_targets::names);
}

#[test]
fn program() {
    feed("program", fuzz_targets::program);
}

#[test]
fn schemas() {
    feed("schemas", fuzz_targets::schemas);
}

#[test]
fn script() {
    feed("script", fuzz_targets::script);
}

#[test]
fn server() {
    feed("server", fuzz_targets::server);
}

#[test]
fn tokens() {
    feed("tokens", fuzz_targets::tokens);
}

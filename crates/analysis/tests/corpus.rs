//! Scripts that are known to run: nothing may be found in them.

mod support;

use rhambda::handler::HandlerSpec;
use rhambda_analysis::{Code, Settings};
use std::fs;
use std::path::{Path, PathBuf};
use support::{findings, in_folder, shown};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The scripts below a folder, relative to it.
fn scripts(folder: &Path, below: &Path) -> Vec<String> {
    let entries = fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path());
    let names = entries.flat_map(|path| {
        if path.is_dir() {
            return scripts(folder, &path);
        }
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        vec![name]
    });
    // What tests can call is the tool's: its own tests check them.
    names.filter(|name| name.ends_with(".rhai") && !name.ends_with(".test.rhai")).collect()
}

/// What is found in all scripts of a folder, whose handlers are not known.
fn in_all(folder: &str, layer: &str) -> Vec<String> {
    let folder = root().join(folder);
    let names = scripts(&folder, &folder);
    assert!(!names.is_empty(), "{} contains no scripts", folder.display());
    in_folder(&folder, &folder.join(layer), &names, Settings::default()).iter().map(shown).collect()
}

#[test]
fn nothing_is_found_in_the_examples() {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("scripts-examples")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !scripts(&entry, &entry).is_empty() {
            found.extend(in_all(entry.to_str().unwrap(), "layer/rhai"));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn nothing_is_found_in_the_scripts_of_benchmarks_and_tests() {
    for folder in ["benches/scripts", "benches/peers", "tests/fuzz-targets/src"] {
        assert_eq!(in_all(folder, "none"), [""; 0], "{folder}");
    }
}

#[test]
fn memory_bombs_are_well_formed() {
    // They waste memory and the stack on purpose, in variables that nobody reads.
    let found = in_all("benches/memory", "none");
    let found: Vec<_> = found
        .into_iter()
        .filter(|finding| {
            !["endless-recursion", "quadratic-loop", "unused-variable"]
                .iter()
                .any(|code| finding.contains(code))
        })
        .collect();
    assert_eq!(found, [""; 0]);
}

/// A block of the guide as the guide's own test runs it. What a line with `// ✗` does is wrong on purpose.
fn block(lines: &[&str]) -> String {
    let mut script = String::from("let outcomes__ = [];\n");
    for line in lines {
        let line = if let Some((code, _)) = line.rsplit_once(" // → ") {
            format!("outcomes__.push(json::encode({code}));")
        } else if let Some((code, _)) = line.rsplit_once(" // ✗ ") {
            format!("try {{ {code}; outcomes__.push(()); }} catch (e) {{ outcomes__.push(e); }} // ✗")
        } else {
            (*line).to_owned()
        };
        script.push_str(&line);
        script.push('\n');
    }
    script + "outcomes__\n"
}

/// The blocks of code in Rhai of a page.
fn blocks(page: &str) -> Vec<String> {
    // Those in comments of scripts begin within a line.
    let parts = page.split("\n```rhai\n").skip(1).filter_map(|part| part.split("\n```").next());
    parts.map(|part| block(&part.lines().collect::<Vec<_>>())).collect()
}

#[test]
fn nothing_is_found_in_the_guide() {
    let mut found = Vec::new();
    let mut count = 0;
    for page in fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()) {
        // What tests can call is the tool's.
        if page.extension().is_none_or(|extension| extension != "md") || page.ends_with("test.md") {
            continue;
        }
        for script in blocks(&fs::read_to_string(&page).unwrap()) {
            count += 1;
            for finding in findings(&[("page.rhai", &script)], None) {
                let line = script[finding.span.start..].lines().next().unwrap_or_default();
                // Some show what is wrong or what is never equal, and some declare what they only change.
                let start = script[..finding.span.start].rfind('\n').map_or(0, |at| at + 1);
                let is_wrong = line.contains("// ✗") || script[start..].starts_with("fn wrong(");
                let is_meant = is_wrong || matches!(finding.code, Code::UnusedVariable | Code::Comparison);
                if !is_meant {
                    found.push(format!("{}: {} in {line}", page.display(), shown(&finding)));
                }
            }
        }
    }
    assert!(count > 300, "the guide has only {count} blocks");
    assert_eq!(found, [""; 0]);
}

#[test]
fn handlers_of_examples_are_checked_as_handlers() {
    let folder = root().join("scripts-examples/http-api");
    let handler = Some(HandlerSpec::parse("books.handler").unwrap());
    let settings = Settings { handler, ..Settings::default() };
    let found = in_folder(&folder, Path::new("none"), &["books.rhai".to_owned()], settings);
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), [""; 0]);
}

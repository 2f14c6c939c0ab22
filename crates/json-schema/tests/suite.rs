//! The official test suite of JSON Schema, which `setup.sh` downloads: all of its required tests, and its optional ones.

use json_schema::{Options, Schema};
use rhai_vm::{json, Map, Value};
use std::path::{Path, PathBuf};
use std::{fs, thread};

/// Optional tests that fail, each with the reason.
const EXCEPTIONS: [(&str, &str, &str); 4] = [
    ("cross-draft.json", "historic drafts", "only the dialect 2020-12 is supported"),
    (
        "dependencies-compatibility.json",
        "",
        "`dependencies` of older drafts is an error that names its successors",
    ),
    (
        "format-assertion.json",
        "",
        "the option `formats` says whether formats are checked, and not the metaschema",
    ),
    ("format/idn-hostname.json", "", "IDNA needs tables that are larger than all other formats together"),
];

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/json-schema");
    assert!(
        folder.join("json").exists(),
        "the test suite is not there: run crates/json-schema/tests/setup.sh"
    );
    folder
}

fn read(file: &Path) -> Value {
    json::decode(&fs::read(file).unwrap()).unwrap()
}

/// The JSON files below a folder, with their names within it.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, path)| (format!("{name}/{inner}"), path)));
        } else if fs::read_to_string(&path).is_ok_and(|text| text.starts_with('{') || text.starts_with('[')) {
            found.push((name, path));
        }
    }
    found.sort();
    found
}

/// What the suite's schemas refer to: its own documents, and the metaschemas.
fn documents() -> Map {
    let mut documents = Map::new();
    for (name, path) in files(&folder().join("json/remotes")) {
        documents.insert(format!("http://localhost:1234/{name}").as_str().into(), read(&path));
    }
    for (_, path) in files(&folder().join("jsonschema_specifications/schemas/draft202012")) {
        let schema = read(&path);
        let id = schema.as_map().unwrap().get("$id").unwrap().as_str().unwrap().clone();
        documents.insert(id, schema);
    }
    documents
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.as_map().unwrap().get(name).unwrap().as_str().unwrap()
}

/// Runs the tests of a file; returns how many there are, and which of them failed.
fn run(name: &str, path: &Path, documents: &Map, formats: bool) -> (usize, Vec<String>) {
    let (mut count, mut failures) = (0, Vec::new());
    for group in read(path).as_array().unwrap() {
        let options = Options { formats, documents: Some(documents), pattern_limit: 8 << 20 };
        let schema = Schema::compile(group.as_map().unwrap().get("schema").unwrap(), &options);
        for test in group.as_map().unwrap().get("tests").unwrap().as_array().unwrap() {
            let what = format!("{name}: {}: {}", text(group, "description"), text(test, "description"));
            let test = test.as_map().unwrap();
            count += 1;
            let schema = match &schema {
                Ok(schema) => schema,
                Err(problem) => {
                    failures.push(format!("{what}: {}: {}", problem.at, problem.message));
                    continue;
                }
            };
            let value = test.get("data").unwrap();
            let expected = test.get("valid").unwrap().as_bool().unwrap();
            let is_valid = schema.is_valid(value, &|| Ok(())).unwrap();
            let found = schema.failures(value, &|| Ok(())).unwrap();
            assert_eq!(is_valid, found.is_empty(), "{what}: {found:?}");
            if is_valid != expected {
                failures.push(format!("{what}: {found:?}"));
            }
        }
    }
    (count, failures)
}

/// Checks run within each other, as deep as values are nested.
fn with_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn all_required_tests_pass() {
    with_stack(|| {
        let documents = documents();
        let (mut count, mut failures) = (0, Vec::new());
        for (name, path) in files(&folder().join("json/tests/draft2020-12")) {
            if !name.starts_with("optional/") {
                let (tests, failed) = run(&name, &path, &documents, false);
                count += tests;
                failures.extend(failed);
            }
        }
        assert!(count > 1200, "there are only {count} tests");
        assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    });
}

#[test]
fn all_optional_tests_pass_but_these() {
    with_stack(|| {
        let documents = documents();
        let (mut count, mut failures) = (0, Vec::new());
        for (name, path) in files(&folder().join("json/tests/draft2020-12/optional")) {
            let (tests, failed) = run(&name, &path, &documents, name.starts_with("format"));
            count += tests;
            failures.extend(failed);
        }
        let is_known = |failure: &String| {
            EXCEPTIONS.iter().any(|(start, part, _)| failure.starts_with(start) && failure.contains(part))
        };
        let unknown: Vec<_> = failures.iter().filter(|failure| !is_known(failure)).collect();
        assert!(unknown.is_empty(), "{} of {count}:\n{unknown:#?}", unknown.len());
        for (start, part, _) in EXCEPTIONS {
            let fails = failures.iter().any(|failure| failure.starts_with(start) && failure.contains(part));
            assert!(fails, "the exception {start} {part} passes; remove it");
        }
    });
}

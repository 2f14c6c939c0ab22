//! Outlines of scripts that are known to run: everything in them is declared.

use rhambda_analysis::catalog::Catalog;
use rhambda_analysis::outline::{Kind, What};
use rhambda_analysis::Outline;
use std::fs;
use std::path::{Path, PathBuf};

/// What the top level of a script finds.
const GIVEN: [&str; 3] = ["event", "context", "payload"];

/// The scripts below a folder.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let scripts = entries.flat_map(|path| if path.is_dir() { scripts(&path) } else { vec![path] });
    scripts.filter(|path| path.extension().is_some_and(|extension| extension == "rhai")).collect()
}

fn all() -> Vec<(PathBuf, Outline)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["scripts-examples", "benches/scripts"].map(|folder| scripts(&root.join(folder)));
    let outlines = folders.into_iter().flatten().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path, Outline::new(text.into()))
    });
    outlines.collect()
}

#[test]
fn every_variable_is_declared() {
    let mut unknown = Vec::new();
    for (path, outline) in all() {
        let free = outline.mentions.iter().filter(|it| it.what == What::Global { arguments: None });
        let names = free.map(|mention| outline.at(&mention.span));
        let names = names.filter(|name| !GIVEN.contains(name) && outline.named(name).next().is_none());
        unknown.extend(names.map(|name| format!("{}: {name}", path.display())));
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn every_function_and_module_exists() {
    let catalog = Catalog::new(&[]);
    let outlines = all();
    // What tests can call is the tool's.
    let is_test = |path: &Path| path.to_str().unwrap().ends_with(".test.rhai");
    // Scripts can call the functions of those that import them.
    let is_own = |name: &str| outlines.iter().any(|(_, outline)| outline.named(name).next().is_some());
    let mut unknown = Vec::new();
    for (path, outline) in outlines.iter().filter(|(path, _)| !is_test(path)) {
        for mention in &outline.mentions {
            let name = outline.at(&mention.span);
            let exists = match mention.what {
                What::Global { arguments: Some(_) } => {
                    is_own(name) || catalog.named(None, name).next().is_some()
                }
                What::Space => name == "global" || catalog.in_space(name).next().is_some(),
                _ => true,
            };
            if !exists {
                unknown.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn every_bracket_has_its_partner() {
    for (path, outline) in all() {
        let text = outline.text();
        for brackets in &outline.brackets {
            let pair = format!(
                "{}{}",
                text[brackets.start..].trim_start_matches(['#', '?']).chars().next().unwrap(),
                &text[brackets.end - 1..brackets.end]
            );
            assert!(
                ["()", "[]", "{}"].contains(&pair.as_str()),
                "{}: {pair} at {brackets:?}",
                path.display()
            );
        }
        let functions = outline.functions().filter(|function| matches!(function.kind, Kind::Function { .. }));
        for function in functions {
            assert!(text[function.whole.clone()].ends_with('}'), "{}: {}", path.display(), function.name);
        }
    }
}

//! Every script at hand, also cut off and with comments anywhere.

use rhambda_format::format;
use rhambda_format::lexer::{tokens, Kind};
use std::fs;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 4] = ["scripts-examples", "benches", "tests", "cli"];

fn scripts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rhai") {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
}

fn corpus() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in FOLDERS {
        scripts(&root.join(folder), &mut found);
    }
    // Rhai's own scripts are not part of this repository.
    match std::env::var_os("RHAI_CHECKOUT") {
        Some(checkout) => scripts(&Path::new(&checkout).join("scripts"), &mut found),
        None => println!("SKIPPED rhai's own scripts: RHAI_CHECKOUT is no checkout of rhai"),
    }
    assert!(found.len() > 50);
    found
}

#[test]
fn formatted_scripts_stay_as_they_are() {
    for (path, script) in corpus() {
        let Ok(formatted) = format(&script) else {
            // Definitions are no scripts, and one file of rhai's has only fragments of scripts.
            assert!(
                path.to_str().unwrap().ends_with(".d.rhai") || path.ends_with("fuzzing_seed_corpus_all.rhai")
            );
            continue;
        };
        assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{}", path.display());
    }
}

#[test]
fn the_examples_are_formatted() {
    for (path, script) in
        corpus().iter().filter(|(path, _)| path.to_str().unwrap().contains("scripts-examples"))
    {
        assert_eq!(format(script).as_ref(), Ok(script), "{}: run rhambda fmt", path.display());
    }
}

#[test]
fn every_beginning_of_a_script_is_formatted_or_refused() {
    for (_, script) in corpus() {
        for (end, _) in script.char_indices().step_by(1 + script.len() / 200) {
            if let Ok(formatted) = format(&script[..end]) {
                assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{}", &script[..end]);
            }
        }
    }
}

/// Numbers that look random, and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn comments_and_line_breaks_may_be_anywhere() {
    const COMMENTS: [&str; 6] = ["\n", "\n\n", " // a\n", "\n// b\n", " /* c */ ", "\n/* d */\n"];
    let mut numbers = Numbers(1);
    for (path, script) in corpus() {
        if format(&script).is_err() {
            continue;
        }
        for _ in 0..if script.len() > 5_000 { 2 } else { 20 } {
            let rare = 1 + numbers.below(20);
            let mut changed = String::new();
            for token in tokens(&script) {
                changed.push_str(token.text);
                // A line comment goes on to the end of its line.
                if numbers.below(rare) == 0 && token.kind != Kind::LineComment && token.text != "!" {
                    changed.push_str(COMMENTS[usize::try_from(numbers.below(6)).unwrap()]);
                }
            }
            let formatted = format(&changed)
                .unwrap_or_else(|unexpected| panic!("{}: {unexpected:?}\n{changed}", path.display()));
            let again = format(&formatted);
            assert_eq!(again.as_ref(), Ok(&formatted), "{}:\n{changed}", path.display());
        }
    }
}

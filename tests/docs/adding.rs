//! What `CONTRIBUTING.md` says about adding a module: its own file and `src/modules/mod.rs` are all that it takes.

use std::fs;
use std::path::{Path, PathBuf};

/// The source files in a folder and those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// Whether a line of code has this name in it.
fn has(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// The lines that mention a module outside of its own file, with the names of their files.
fn mentions(module: &str) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let own = source.join("modules").join(module).with_extension("rs");
    let mut mentions = Vec::new();
    for file in files(&source).into_iter().filter(|file| *file != own) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&source).unwrap().display();
        let lines = text.lines().filter(|line| has(line, module));
        mentions.extend(lines.map(|line| format!("{name}: {}", line.trim())));
    }
    mentions
}

#[test]
fn a_module_is_listed_in_one_file() {
    for module in ["csv", "toml"] {
        let listed = [format!("modules/mod.rs: mod {module};"), format!("modules/mod.rs: {module},")];
        assert_eq!(mentions(module), listed);
    }
}

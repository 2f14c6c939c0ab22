//! An echo function in a script of 1,000 lines: what the length of a script adds to a start.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::peers::{rhambda, root, Peer};

/// Rhambda with that script, which is written first.
pub(crate) fn peer(bootstrap: &Path) -> Result<Peer> {
    let folder = root().join("target/bench/long");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    fs::write(folder.join("echo.rhai"), script()?)?;
    Ok(Peer { name: "Rhambda, 1,000 lines".to_owned(), task_root: folder, ..rhambda(bootstrap) })
}

/// The echo function, and the scripts of the other comparison again and again.
fn script() -> Result<String> {
    let scripts = sources().context("benches/scripts")?;
    let mut lines = vec!["fn handler(event) { event }".to_owned()];
    for (number, script) in scripts.iter().cycle().enumerate() {
        lines.extend(renamed(script, number).lines().map(str::to_owned));
        if lines.len() >= 1000 {
            break;
        }
    }
    Ok(lines.join("\n"))
}

fn sources() -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("benches/scripts"))? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rhai"));
    files.sort();
    files.iter().map(|file| Ok(fs::read_to_string(file)?)).collect()
}

/// The script with a number in the names of its functions, so that it can stand beside others.
fn renamed(script: &str, number: usize) -> String {
    let names = script.lines().filter_map(|line| line.strip_prefix("fn ")?.split('(').next());
    names.fold(script.to_owned(), |script, name| {
        script.replace(&format!("{name}("), &format!("{name}_{number}("))
    })
}

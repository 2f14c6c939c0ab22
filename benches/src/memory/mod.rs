//! `bench memory`: scripts that need more memory than there is, in Rhambda, Python and Node, each in a control
//! group as large as the function: which get an error, and which are killed.

mod bomb;
mod other;
mod outcome;
mod rhambda;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::peers::root;
use bomb::Bomb;
use other::Language;
use outcome::Column;
use test_support::cgroup::Cgroup;

/// Sizes of functions, in MB.
const SIZES: [u64; 2] = [128, 512];
/// The time that a bomb has; afterwards it is too slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// The bombs in a language, which its scripts' ending names.
fn script(ending: &str) -> &'static str {
    match ending {
        "rhai" => include_str!("../../memory/bombs.rhai"),
        "py" => include_str!("../../memory/bombs.py"),
        _ => include_str!("../../memory/bombs.mjs"),
    }
}

/// Where the scripts are.
fn folder() -> PathBuf {
    root().join("benches/memory")
}

/// Sets off every bomb, or those that have `only` in their names, and prints what became of them.
///
/// # Errors
/// A process cannot be started.
pub(crate) fn memory(bootstrap: &Path, only: &str) -> Result<()> {
    if Cgroup::new(SIZES[0] << 20).is_none() {
        return Ok(());
    }
    fs::create_dir_all(root().join("target/bench"))?;
    let bombs: Vec<_> = Bomb::all().into_iter().filter(|bomb| bomb.name().contains(only)).collect();
    let mut columns = Vec::new();
    let mut run =
        |name: &str, size: u64, set_off: &dyn Fn(&Bomb, u64) -> Result<Option<outcome::Outcome>>| {
            let mut outcomes = Vec::new();
            for bomb in &bombs {
                if let Some(outcome) = set_off(bomb, size)? {
                    eprintln!("{name}, {size} MB: {}: {outcome:?}", bomb.name());
                    outcomes.push((bomb.name(), outcome));
                }
            }
            columns.push(Column { title: format!("{name}, {size} MB"), outcomes });
            anyhow::Ok(())
        };
    for size in SIZES {
        for (name, workers) in [("**Rhambda**", 1), ("**Rhambda**, 8 workers", 8)] {
            run(name, size, &|bomb, size| rhambda::set_off(bootstrap, bomb, size, workers).map(Some))?;
        }
        for language in [Language::Python, Language::Node] {
            run(&language.version(), size, &|bomb, size| language.set_off(bomb, size))?;
        }
    }
    println!("{}\n\n{}", outcome::table(&columns), outcome::remarks(&columns));
    Ok(())
}

//! Reports of the lines of scripts that the tests have reached.

mod html;
mod lcov;
mod text;

pub(super) use html::report as html;
pub(super) use lcov::report as lcov;
pub(super) use text::report as text;

use super::environment::Function;
use super::lines::{self, Lines};
use super::names::is_test;
use super::{state, world};
use crate::folder::{relative, scripts};
use anyhow::Result;
use rhambda::script::Suite;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

/// The coverage of a script.
pub(super) struct Script {
    /// As reports name it.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// How often each line with a statement was reached.
    pub(super) lines: BTreeMap<usize, u64>,
}

/// The scripts of these functions, also those that no test has loaded.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn scripts_of(mut lines: Lines, functions: &[&Function]) -> Result<Vec<Script>> {
    for function in functions {
        for path in scripts(&function.folder)? {
            let name = relative(&function.folder, &path)?;
            if !lines.has(&path) && !is_test(&name) {
                let function = Rc::new((*function).clone());
                state::begin(state::State {
                    function: Some(Rc::clone(&function)),
                    ..state::State::default()
                });
                // A script that does not compile alone, as a whole file for each event, has no lines here.
                drop(Suite::load(world::new(true), &name, function.roots(), function.info()));
                state::end();
            }
        }
    }
    lines.merge(lines::take());
    let shown: BTreeSet<_> = functions.iter().map(|function| &function.folder).collect();
    let scripts =
        lines.into_scripts().filter(|(path, _)| shown.iter().any(|folder| path.starts_with(folder)));
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let script = |(path, lines): (PathBuf, _)| {
        let name = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
        Script { name, path, lines }
    };
    Ok(scripts.map(script).collect())
}

impl Script {
    pub(super) fn reached(&self) -> usize {
        self.lines.values().filter(|hits| **hits > 0).count()
    }
}

/// A share in percent; all of nothing is everything.
pub(super) fn percent(reached: usize, all: usize) -> String {
    let permille = (reached * 1000).checked_div(all).unwrap_or(1000);
    format!("{}.{} %", permille / 10, permille % 10)
}

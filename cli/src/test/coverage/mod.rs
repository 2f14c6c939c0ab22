//! Which lines of scripts the tests have reached.

mod html;
mod lcov;
mod text;

pub(super) use html::report as html;
pub(super) use lcov::report as lcov;
pub(super) use text::report as text;

use super::discover;
use super::environment::Function;
use super::runner;
use super::state::{self, path_of};
use crate::folder::{relative, scripts};
use anyhow::Result;
use rhai_vm::code::{Op, Unit};
use rhambda::script::Suite;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;

/// The lines with statements of each script, by its path: how often each was reached.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<PathBuf, BTreeMap<usize, u64>>);

/// The coverage of a script.
pub(super) struct Script {
    /// As reports name it.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// How often each line with a statement was reached.
    pub(super) lines: BTreeMap<usize, u64>,
}

thread_local! {
    static LINES: RefCell<Lines> = RefCell::default();
    /// The script that ran last, which is mostly the one that runs next.
    static CURRENT: RefCell<(String, PathBuf)> = RefCell::default();
}

/// A line of the script of this name was reached.
pub(super) fn hit(script: &str, line: usize) {
    CURRENT.with_borrow_mut(|(name, path)| {
        if name != script {
            script.clone_into(name);
            *path = path_of(script);
        }
        LINES.with_borrow_mut(|Lines(scripts)| {
            if let Some(hits) = scripts.get_mut(path).and_then(|lines| lines.get_mut(&line)) {
                *hits += 1;
            }
        });
    });
}

/// A script was compiled: its lines count from now on, unless it is a test.
pub(super) fn add(unit: &Unit) {
    if discover::is_test(&unit.name) || unit.name.starts_with('_') {
        return;
    }
    // Another function may have a script of the same name.
    CURRENT.take();
    let path = path_of(&unit.name);
    LINES.with_borrow_mut(|Lines(scripts)| {
        let lines = scripts.entry(path).or_default();
        for function in unit.functions.iter().chain([&unit.main]) {
            let statements = function.code.iter().zip(&function.positions);
            let of_statements = statements.filter(|(op, _)| matches!(op, Op::Statement));
            for line in of_statements.filter_map(|(_, position)| position.line()) {
                lines.entry(line).or_default();
            }
        }
    });
}

/// What was reached on this thread.
pub(super) fn take() -> Lines {
    CURRENT.take();
    LINES.take()
}

impl Lines {
    /// Adds what another thread has reached.
    pub(super) fn merge(&mut self, other: Self) {
        for (path, lines) in other.0 {
            let own = self.0.entry(path).or_default();
            for (line, hits) in lines {
                *own.entry(line).or_default() += hits;
            }
        }
    }

    /// The scripts of these functions, also those that no test has loaded.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(super) fn scripts(mut self, functions: &[&Function]) -> Result<Vec<Script>> {
        runner::measure_coverage(true);
        for function in functions {
            for path in scripts(&function.folder)? {
                let name = relative(&function.folder, &path)?;
                if !self.0.contains_key(&path) && !discover::is_test(&name) {
                    let function = Rc::new((*function).clone());
                    state::begin(state::State {
                        function: Some(Rc::clone(&function)),
                        ..state::State::default()
                    });
                    // A script that does not compile alone, as a whole file for each event, has no lines here.
                    drop(Suite::load(runner::world(), &name, function.roots(), function.info()));
                    state::end();
                }
            }
        }
        runner::measure_coverage(false);
        self.merge(take());
        let shown: BTreeSet<_> = functions.iter().map(|function| &function.folder).collect();
        let scripts =
            self.0.into_iter().filter(|(path, _)| shown.iter().any(|folder| path.starts_with(folder)));
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let script = |(path, lines): (PathBuf, _)| {
            let name = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
            Script { name, path, lines }
        };
        Ok(scripts.map(script).collect())
    }
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

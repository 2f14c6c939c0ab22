//! The lines of scripts that were reached.

use super::names::is_test;
use super::state::path_of;
use rhai_vm::code::{Op, Unit};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The lines with statements of each script, by its path: how often each was reached.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<PathBuf, BTreeMap<usize, u64>>);

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
    if is_test(&unit.name) || unit.name.starts_with('_') {
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

    /// Whether the lines of this script are known.
    pub(super) fn has(&self, script: &Path) -> bool {
        self.0.contains_key(script)
    }

    /// The paths of the scripts, and how often each line was reached.
    pub(super) fn into_scripts(self) -> impl Iterator<Item = (PathBuf, BTreeMap<usize, u64>)> {
        self.0.into_iter()
    }
}

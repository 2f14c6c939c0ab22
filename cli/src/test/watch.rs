//! Waits for a change of a file that tests may depend on.

use ignore::WalkBuilder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// The files of a folder, with the time and size of their last change.
#[derive(PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    pub(super) fn of(folder: &Path) -> Self {
        let walk = WalkBuilder::new(folder).hidden(true).build();
        let files = walk.flatten().filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((entry.into_path(), (metadata.modified().ok(), metadata.len())))
        });
        Self(files.collect())
    }

    /// Returns when a file of the folder is not as it was.
    pub(super) fn wait_for_change(&self, folder: &Path) {
        while *self == Self::of(folder) {
            thread::sleep(INTERVAL);
        }
    }
}

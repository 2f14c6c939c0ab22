//! A disk that is soon full: a file system in memory, as small as a test wants it.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder on a disk of its own, which is unmounted when it goes out of scope.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// A disk with so many KB. Where the system lets none be mounted, there is none, and it says `SKIPPED` and why.
    pub fn new(kilobytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={kilobytes}k");
        let mounted = run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
        mounted.map_err(|problem| eprintln!("SKIPPED: no small disk can be mounted: {problem}")).ok()?;
        Some(Self { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A process that has a file open there must not keep the folder.
        if let Err(problem) = run("umount", &["--lazy"], self.folder.path()) {
            eprintln!("{} is still mounted: {problem}", self.folder.path().display());
        }
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let output = Command::new(program).args(arguments).arg(folder).output();
    let output = output.map_err(|problem| format!("{program}: {problem}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

//! A function's folder.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A function's folder with `main.rhai` in it, whose handler is `main.handler`, and beside it the file
/// `bootstrap`: enough of a program to be deployed, not to be run.
pub(crate) struct Folder {
    temporary: TempDir,
    path: PathBuf,
}

impl Folder {
    /// A folder of this name, which is also the function's.
    pub(crate) fn new(name: &str, config: &str) -> Self {
        let temporary = TempDir::new().unwrap();
        let path = temporary.path().join(name);
        fs::create_dir(&path).unwrap();
        let folder = Self { temporary, path };
        folder.write("main.rhai", "fn handler(event) { event }");
        folder.config(config);
        fs::write(folder.temporary.path().join("bootstrap"), program(62)).unwrap();
        folder
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path.join(name), text).unwrap();
    }

    /// What `rhambda.toml` says beside the handler and the bootstrap.
    pub(crate) fn config(&self, config: &str) {
        let always = "handler = \"main.handler\"\nwith-bootstrap = \"../bootstrap\"\n";
        self.write("rhambda.toml", format!("{always}{config}"));
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

/// The beginning of a program for the machine of this number in ELF.
pub(crate) fn program(machine: u8) -> Vec<u8> {
    let mut program = b"\x7fELF".to_vec();
    program.resize(64, 0);
    program[18] = machine;
    program
}

//! As much of this repository as somebody has who deploys an example, in a temporary folder.

use crate::account::bootstrap;
use crate::tools::root;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::ZipWriter;

/// `deploy/`, `layer/`, the examples, the developer's tool, and the layer.
pub(crate) struct Repository(TempDir);

impl Repository {
    /// With the runtime beside the scripts of these examples, too: emulators do not mount layers.
    pub(crate) fn with(examples: &[&str]) -> Self {
        let repository = Self(TempDir::new().unwrap());
        for folder in ["deploy", "layer", "scripts-examples"] {
            copy(&root().join(folder), &repository.path().join(folder));
        }
        fs::create_dir(repository.path().join("cli")).unwrap();
        for manifest in ["Cargo.toml", "cli/Cargo.toml"] {
            fs::copy(root().join(manifest), repository.path().join(manifest)).unwrap();
        }
        for example in examples {
            let scripts = repository.path().join("scripts-examples").join(example);
            fs::copy(bootstrap(), scripts.join("bootstrap")).unwrap();
        }
        repository.make_layer();
        repository
    }

    /// The layer's zip.
    pub(crate) fn layer(&self) -> PathBuf {
        self.path().join("target/layer/rhambda-x86_64.zip")
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn make_layer(&self) {
        fs::create_dir_all(self.layer().parent().unwrap()).unwrap();
        let mut zip = ZipWriter::new(File::create(self.layer()).unwrap());
        zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        zip.write_all(&fs::read(bootstrap()).unwrap()).unwrap();
        zip.finish().unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(io::Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

//! As much of this repository as somebody has who deploys an example, in a temporary folder.

use crate::account::bootstrap;
use crate::tools::root;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::ZipWriter;

/// `deploy/`, some examples, and the layer. The runtime is beside the examples' scripts, too: emulators
/// do not mount layers.
pub(crate) struct Repository(TempDir);

impl Repository {
    pub(crate) fn with(examples: &[&str]) -> Self {
        let repository = Self(TempDir::new().unwrap());
        copy(&root().join("deploy"), &repository.path().join("deploy"));
        for example in examples {
            let scripts = repository.path().join("scripts-examples").join(example);
            copy(&root().join("scripts-examples").join(example), &scripts);
            fs::copy(bootstrap(), scripts.join("bootstrap")).unwrap();
        }
        repository.make_layer();
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn make_layer(&self) {
        let layer = self.path().join("target/layer");
        fs::create_dir_all(&layer).unwrap();
        let mut zip = ZipWriter::new(File::create(layer.join("rhambda-x86_64.zip")).unwrap());
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

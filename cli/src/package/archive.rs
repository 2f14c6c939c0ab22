//! Files → zip: the same files make the same bytes, on every machine and at any time.

use super::files::File;
use anyhow::{Context as _, Result};
use std::fs;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The name under which Lambda looks for a function's runtime.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// A zip in the making.
pub(super) struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    pub(super) fn new() -> Self {
        Self(ZipWriter::new(Cursor::default()))
    }

    /// Adds a file of the folder.
    pub(super) fn add(&mut self, file: &File) -> Result<()> {
        let bytes =
            fs::read(&file.path).with_context(|| format!("{} cannot be read", file.path.display()))?;
        self.write(&file.name, &bytes, file.executable)
    }

    /// Adds the runtime.
    pub(super) fn add_bootstrap(&mut self, program: &[u8]) -> Result<()> {
        self.write(BOOTSTRAP, program, true)
    }

    /// The zip's bytes.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }

    fn write(&mut self, name: &str, bytes: &[u8], executable: bool) -> Result<()> {
        // Lambda's user is not the owner: everyone must be able to read.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .unix_permissions(if executable { 0o755 } else { 0o644 });
        self.0
            .start_file(name, options)
            .and_then(|()| Ok(self.0.write_all(bytes)?))
            .with_context(|| format!("{name} cannot be packed"))
    }
}

//! A layer's zip that is to be published.

use super::desired::Layer;
use super::limits::REQUEST_LIMIT;
use crate::architecture::Architecture;
use crate::digest::Digest;
use anyhow::{bail, Context as _, Result};
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;
use zip::ZipArchive;

/// A layer's zip.
pub(super) struct LayerZip {
    /// The file's, without `.zip`.
    name: String,
    pub(super) zip: Vec<u8>,
    /// What the runtime in it was built for, if there is one in it.
    pub(super) architecture: Option<Architecture>,
}

impl LayerZip {
    /// Reads it.
    ///
    /// # Errors
    /// When it is no zip, or its `bootstrap` is no program for Lambda.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let context = || format!("--layer-zip {}", path.display());
        let zip = fs::read(path).with_context(context)?;
        if zip.len() > REQUEST_LIMIT {
            bail!(
                "{} has {} MB; above {} MB Lambda accepts a layer only through S3: publish it with `aws lambda \
                 publish-layer-version --content S3Bucket=…,S3Key=…`, and name the version with --layer",
                path.display(),
                zip.len() >> 20,
                REQUEST_LIMIT >> 20
            );
        }
        let architecture = architecture(&zip).with_context(context)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, zip, architecture })
    }

    /// What it is to be in AWS.
    pub(super) fn layer(&self, name: Option<String>) -> Layer {
        Layer { name: name.unwrap_or_else(|| self.name.clone()), hash: Digest::of(&self.zip).hex() }
    }
}

fn architecture(zip: &[u8]) -> Result<Option<Architecture>> {
    let mut zip = ZipArchive::new(Cursor::new(zip))?;
    let Ok(mut file) = zip.by_name("bootstrap") else {
        return Ok(None); // a layer of scripts
    };
    let mut head = [0; 64];
    file.read_exact(&mut head).context("bootstrap is too short")?;
    Architecture::of(&head).context("bootstrap").map(Some)
}

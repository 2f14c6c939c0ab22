//! `rhambda package`: a function's folder → the zip that Lambda takes, checked before.

mod archive;
mod args;
mod check;
mod files;

pub(crate) use args::{Arguments, Request};

use crate::architecture::Architecture;
use crate::digest::Digest;
use crate::folder::IGNORE_FILE;
use anyhow::{anyhow, bail, Context as _, Result};
use archive::{Archive, BOOTSTRAP};
use rhambda::handler::HandlerSpec;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Above so many bytes the console's editor does not open a function's code
/// ("Lambda quotas" in the AWS Lambda developer guide).
const EDITOR_LIMIT: usize = 3 << 20;
/// So many bytes a function may have unpacked, with its layers.
const UNPACKED_LIMIT: u64 = 250 << 20;

/// What to make a package of.
pub(crate) struct Source {
    /// Absolute.
    pub(crate) folder: PathBuf,
    /// The handler setting, as it is.
    pub(crate) handler: Option<String>,
    /// The runtime to put in, for where there are no layers.
    pub(crate) bootstrap: Option<PathBuf>,
    /// Patterns of files that are packed although others like them are not.
    pub(crate) include: Vec<String>,
    /// Whether scripts and handler are checked.
    pub(crate) check: bool,
}

/// A function's zip.
pub(crate) struct Package {
    pub(crate) zip: Vec<u8>,
    pub(crate) digest: Digest,
    /// How many files are in it.
    pub(crate) files: usize,
    /// Whether the runtime is in it, put in or as a file of the folder.
    pub(crate) has_bootstrap: bool,
    /// What the runtime was built for that was put in.
    pub(crate) architecture: Option<Architecture>,
}

/// Writes the zip.
///
/// # Errors
/// When there is nothing to package, something of it cannot be packaged, or would fail in Lambda.
pub(crate) fn package(request: &Request) -> Result<ExitCode> {
    let output = &request.output;
    let package = Package::new(&request.source, Some(output))?;
    fs::write(output, &package.zip).with_context(|| format!("{} cannot be written", output.display()))?;
    let _ = writeln!(io::stdout(), "{}: {}", output.display(), package.description());
    package.warn();
    Ok(ExitCode::SUCCESS)
}

impl Package {
    /// Checks the folder's scripts and packs it, but for the zip that is to be written.
    ///
    /// # Errors
    /// When there is nothing to package, something of it cannot be packaged, or would fail in Lambda.
    pub(crate) fn new(source: &Source, output: Option<&Path>) -> Result<Self> {
        let files = files::files(&source.folder, &source.include, output)?;
        check_size(files.iter().map(|file| file.size).sum())?;
        if source.check {
            let handler = source.handler.as_deref().map(HandlerSpec::parse).transpose();
            let handler = handler.map_err(|failure| anyhow!("{failure}"))?;
            check::check(&source.folder, &files, handler.as_ref())?;
        }
        let bootstrap = source.bootstrap.as_deref().map(Bootstrap::read).transpose()?;
        let has_own = files.iter().any(|file| file.name == BOOTSTRAP);
        if bootstrap.is_some() && has_own {
            bail!("the folder contains a file {BOOTSTRAP}: remove it, or omit --with-bootstrap");
        }
        if files.is_empty() && bootstrap.is_none() {
            bail!("{} contains no files, and Lambda rejects empty packages", source.folder.display());
        }
        let mut archive = Archive::new();
        files.iter().try_for_each(|file| archive.add(file))?;
        if let Some(bootstrap) = &bootstrap {
            archive.add_bootstrap(&bootstrap.program)?;
        }
        let zip = archive.finish()?;
        Ok(Self {
            digest: Digest::of(&zip),
            zip,
            files: files.len() + usize::from(bootstrap.is_some()),
            has_bootstrap: has_own || bootstrap.is_some(),
            architecture: bootstrap.map(|bootstrap| bootstrap.architecture),
        })
    }

    /// For people.
    pub(crate) fn description(&self) -> String {
        let files = if self.files == 1 { "file" } else { "files" };
        let runtime = self.architecture.map_or(String::new(), |name| format!(" with the runtime for {name}"));
        format!("{} {files}{runtime}, {} bytes, SHA-256 {}", self.files, self.zip.len(), self.digest.base64())
    }

    /// Says what is not wrong but worth knowing.
    pub(crate) fn warn(&self) {
        if self.zip.len() > EDITOR_LIMIT {
            let _ = writeln!(
                io::stderr(),
                "warning: above {} MB the console's editor does not open a function's code",
                EDITOR_LIMIT >> 20
            );
        }
    }
}

fn check_size(unpacked: u64) -> Result<()> {
    if unpacked > UNPACKED_LIMIT {
        bail!(
            "the files have {} MB; Lambda accepts at most {} MB, layers included: exclude some with {}",
            unpacked >> 20,
            UNPACKED_LIMIT >> 20,
            IGNORE_FILE
        );
    }
    Ok(())
}

/// The runtime's program.
struct Bootstrap {
    program: Vec<u8>,
    architecture: Architecture,
}

impl Bootstrap {
    fn read(path: &Path) -> Result<Self> {
        let context = || format!("--with-bootstrap {}", path.display());
        let program = fs::read(path).with_context(context)?;
        let architecture = Architecture::of(&program).with_context(context)?;
        Ok(Self { program, architecture })
    }
}

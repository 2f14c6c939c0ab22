//! What of a function's folder goes into its package.

use crate::folder::{name, relative, walk, CONFIG_FILE, IGNORE_FILE};
use anyhow::{bail, Context as _, Result};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::DirEntry;
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// What developers need, and the function does not.
const DEVELOPERS: [&str; 5] = ["tests/", "*.test.rhai", "events/", "README", "README.*"];
/// Files with keys are smaller, in bytes.
const MOST_SECRET: u64 = 1 << 20;

/// A file of the package.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Relative to the folder, its parts separated by `/`.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    pub(crate) executable: bool,
    /// In bytes.
    pub(crate) size: u64,
}

impl File {
    pub(crate) fn is_script(&self) -> bool {
        self.name.ends_with(".rhai")
    }
}

/// The folder's files by name, but for those that [`IGNORE_FILE`] leaves out, those whose names begin
/// with a dot, those that only developers need ([`DEVELOPERS`]) unless they are to be included, at the top
/// [`CONFIG_FILE`] and `FOLDER.zip`, and the zip that is to be written.
///
/// # Errors
/// When something cannot be read, cannot be in a package, or holds a private key and is not to be included.
pub(crate) fn files(folder: &Path, include: &[String], output: Option<&Path>) -> Result<Vec<File>> {
    let folder = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
    // One that is not there yet cannot be packed.
    let output = output.and_then(|output| fs::canonicalize(output).ok());
    let is_output = |path: &Path| output.is_some() && fs::canonicalize(path).ok() == output;
    let own = [CONFIG_FILE.into(), format!("{}.zip", name(&folder))].map(|name| folder.join(name));
    let developers = patterns(&folder, &DEVELOPERS)?;
    let include = patterns(&folder, include).context("`include` in rhambda.toml")?;
    let is_in = |list: &Gitignore, path: &Path| list.matched_path_or_any_parents(path, false).is_ignore();
    let mut files = Vec::new();
    for entry in walk(&folder) {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            check_ignore_file(entry.path())?;
            continue;
        }
        let path = entry.path();
        let is_included = is_in(&include, path);
        let is_left_out = is_in(&developers, path) && !is_included;
        if is_left_out || own.iter().any(|own| own == path) || is_output(path) {
            continue;
        }
        let file = file(&folder, entry)?;
        if !is_included {
            check_secrets(&file)?;
        }
        files.push(file);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    check_targets(&folder, &files)?;
    Ok(files)
}

/// A list of patterns in the syntax of `.gitignore`.
fn patterns(folder: &Path, lines: &[impl AsRef<str>]) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    for line in lines {
        builder.add_line(None, line.as_ref())?;
    }
    Ok(builder.build()?)
}

/// A private key in a package can be read by everyone who may read the function's code.
fn check_secrets(file: &File) -> Result<()> {
    if file.size > MOST_SECRET {
        return Ok(());
    }
    let content = fs::read(&file.path).with_context(|| file.name.clone())?;
    let text = String::from_utf8_lossy(&content);
    let has_key = text
        .split("-----BEGIN ")
        .skip(1)
        .any(|rest| rest.split("-----").next().is_some_and(|label| label.ends_with("PRIVATE KEY")));
    if has_key {
        bail!(
            "{} contains a private key: exclude it in {IGNORE_FILE}, or list it under `include` in {CONFIG_FILE} if \
             the function requires it",
            file.name
        );
    }
    Ok(())
}

/// What is left out of a package, such as `.env`, does not come into it by a link.
fn check_targets(folder: &Path, files: &[File]) -> Result<()> {
    let packed: HashSet<_> = files.iter().map(|file| &file.path).collect();
    for file in files {
        let target = fs::canonicalize(&file.path).with_context(|| file.name.clone())?;
        if !packed.contains(&target) {
            bail!(
                "{} is a symbolic link to {}, which the package excludes: copy the target, or exclude the \
                 link in {IGNORE_FILE} too",
                file.name,
                target.strip_prefix(folder).unwrap_or(&target).display()
            );
        }
    }
    Ok(())
}

/// The walk itself would go on without what it cannot read of such a file.
fn check_ignore_file(folder: &Path) -> Result<()> {
    let path = folder.join(IGNORE_FILE);
    if fs::symlink_metadata(&path).is_ok() {
        if let Some(error) = GitignoreBuilder::new(folder).add(&path) {
            bail!("{error}: the file must be UTF-8, with one .gitignore pattern per line");
        }
    }
    Ok(())
}

/// The file that an entry is.
fn file(folder: &Path, entry: DirEntry) -> Result<File> {
    let within = entry.path().strip_prefix(folder).unwrap_or(entry.path());
    let kind = entry.file_type().context("an entry of a folder")?;
    if kind.is_symlink() {
        check_link(folder, within)?;
    }
    let metadata = fs::metadata(entry.path()).with_context(|| within.display().to_string())?;
    if !metadata.is_file() {
        bail!(
            "{} is neither a file nor a folder: remove it, or exclude it in {IGNORE_FILE}",
            within.display()
        );
    }
    Ok(File {
        name: relative(folder, entry.path())?,
        executable: is_executable(&metadata),
        size: metadata.len(),
        path: entry.into_path(),
    })
}

/// Links to files of the folder are followed: the package holds what they point to.
fn check_link(folder: &Path, link: &Path) -> Result<()> {
    let target = fs::canonicalize(folder.join(link))
        .with_context(|| format!("the symbolic link {} is broken", link.display()))?;
    let trouble = match target.strip_prefix(folder) {
        Err(_) => "out of the folder",
        Ok(_) if target.is_dir() => "to a folder",
        Ok(_) => return Ok(()),
    };
    bail!(
        "{} is a symbolic link {trouble}, {}: copy the target, or exclude the link in {IGNORE_FILE}",
        link.display(),
        target.display()
    );
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

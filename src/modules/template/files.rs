//! The files of templates, under the task root.

use minijinja::{Error, ErrorKind};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// Reads files under a folder that are no larger than the limit, in bytes.
pub(super) fn loader(root: PathBuf, limit: usize) -> impl Fn(&str) -> Result<Option<String>, Error> {
    move |name| read(&root, name, limit).map(Some)
}

fn read(root: &Path, name: &str, limit: usize) -> Result<String, Error> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_inside || name.is_empty() || name.contains('\0') {
        return Err(invalid(format!("the name {name:?} leads out of the task root {}", root.display())));
    }
    let path = root.join(name);
    let failure = |problem: &str| {
        invalid(format!("cannot read the template {name} (task root {}): {problem}", root.display()))
    };
    let size = match fs::metadata(&path) {
        Ok(entry) if entry.is_file() => usize::try_from(entry.len()).unwrap_or(usize::MAX),
        Ok(_) => return Err(failure("it is not a file")),
        Err(_) => {
            let problem = format!("the template {name} does not exist (task root {})", root.display());
            return Err(Error::new(ErrorKind::TemplateNotFound, problem));
        }
    };
    if size > limit {
        return Err(failure(&format!("it has more than {} MB, half of the function's memory", limit >> 20)));
    }
    let mut template = String::new();
    let file = File::open(&path).map_err(|problem| failure(&problem.to_string()))?;
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit).read_to_string(&mut template).map_err(|problem| failure(&problem.to_string()))?;
    Ok(template)
}

/// An error that `include … ignore missing` does not ignore.
fn invalid(problem: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem)
}

/// The name of a template that another one names.
pub(super) fn join<'a>(name: &'a str, parent: &str) -> Cow<'a, str> {
    if !name.starts_with("./") && !name.starts_with("../") {
        return name.into();
    }
    let mut parts: Vec<&str> = parent.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}

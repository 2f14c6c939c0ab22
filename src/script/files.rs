//! Finds and reads scripts, in the task root and then in what layers bring.

use crate::failure::Failure;
use crate::place::line_and_column;
use crate::settings::Roots;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How many scripts an error names.
const MAX_LISTED: usize = 10;
/// How deep folders are searched, and how many entries looked at, for the scripts an error names.
const MAX_FOLDERS_DEEP: usize = 5;
const MAX_ENTRIES: usize = 5000;

/// A script's text, and the name under which errors know it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the task root, or the whole path where it comes from a layer.
    pub name: String,
    /// The text.
    pub text: Rc<str>,
}

/// Why there is no such script.
#[derive(Debug)]
pub(super) enum Problem {
    /// In none of these places.
    Missing(Vec<PathBuf>),
    /// It is there and cannot be used; what is wrong.
    Unusable(String),
}

/// The scripts of one function. Remembers the texts, to show lines of them in errors.
#[derive(Debug)]
pub struct Files {
    roots: Roots,
    texts: RefCell<HashMap<String, Rc<str>>>,
}

impl Files {
    /// The scripts in these folders.
    pub fn new(roots: Roots) -> Self {
        Self { roots, texts: RefCell::default() }
    }

    /// Reads a script by its path relative to a root.
    pub(super) fn read(&self, path: &str) -> Result<Source, Problem> {
        match self.read_task(path) {
            Err(Problem::Missing(mut places)) => self.read_layer(path).map_err(|problem| match problem {
                Problem::Missing(more) => {
                    places.extend(more);
                    Problem::Missing(places)
                }
                unusable @ Problem::Unusable(_) => unusable,
            }),
            found => found,
        }
    }

    /// Reads a script by its path relative to the root from which the script of this name comes.
    pub(super) fn read_beside(&self, importer: &str, path: &str) -> Result<Source, Problem> {
        match self.layer_path(importer) {
            Some(_) => self.read_layer(path),
            None => self.read_task(path),
        }
    }

    /// The path of a script relative to the layers' root, if it comes from there.
    pub(super) fn layer_path<'a>(&self, name: &'a str) -> Option<&'a str> {
        Path::new(name).strip_prefix(&self.roots.layer).ok()?.to_str()
    }

    /// Remembers a text that is in no file.
    pub(super) fn remember(&self, name: &str, text: &str) -> Source {
        let text: Rc<str> = text.into();
        self.texts.borrow_mut().insert(name.to_owned(), Rc::clone(&text));
        Source { name: name.to_owned(), text }
    }

    /// The text of a script that was read.
    pub(super) fn text(&self, name: &str) -> Option<Rc<str>> {
        self.texts.borrow().get(name).cloned()
    }

    /// The failure of a handler setting whose script is missing or unusable.
    pub(super) fn handler_failure(&self, path: &str, problem: Problem) -> Failure {
        let message = match problem {
            Problem::Unusable(what) => what,
            Problem::Missing(places) => {
                let there = self.scripts_like(path);
                let there = if there.is_empty() {
                    "found no .rhai files: are they at the top level of the zip file?".to_owned()
                } else {
                    format!("found {}", there.join(", "))
                };
                format!("the script {path} does not exist. Looked for {}; {there}", list(&places))
            }
        };
        Failure::new("Runtime.ImportModuleError", message)
    }

    fn read_task(&self, path: &str) -> Result<Source, Problem> {
        self.read_file(path, &self.roots.task.join(path))
    }

    fn read_layer(&self, path: &str) -> Result<Source, Problem> {
        let file = self.roots.layer.join(path);
        self.read_file(&file.to_string_lossy(), &file)
    }

    fn read_file(&self, name: &str, file: &Path) -> Result<Source, Problem> {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(Problem::Missing(vec![file.to_owned()]));
            }
            Err(error) if error.kind() == ErrorKind::IsADirectory => {
                return Err(Problem::Unusable(format!("{} is a folder, not a script", file.display())));
            }
            Err(error) => {
                return Err(Problem::Unusable(format!("{} cannot be read: {error}", file.display())));
            }
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
            let (line, column) = line_and_column(&before, good);
            Problem::Unusable(format!(
                "{name} is not UTF-8: byte {} ({name}:{line}:{column}). Save the file as UTF-8",
                good + 1
            ))
        })?;
        Ok(self.remember(name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// The scripts that are there, the most similar names first.
    fn scripts_like(&self, wanted: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut budget = MAX_ENTRIES;
        collect_scripts(&self.roots.task, "", MAX_FOLDERS_DEEP, &mut budget, &mut names);
        let layer = format!("{}/", self.roots.layer.display());
        collect_scripts(&self.roots.layer, &layer, MAX_FOLDERS_DEEP, &mut budget, &mut names);
        let mut names = likeness::sorted(wanted, names, |name| name);
        let more = names.len().saturating_sub(MAX_LISTED);
        names.truncate(MAX_LISTED);
        if more > 0 {
            names.push(format!("… {more} more"));
        }
        names
    }
}

/// Paths for a sentence: `a and b`.
pub(super) fn list(places: &[PathBuf]) -> String {
    let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
    places.join(" and ")
}

fn collect_scripts(folder: &Path, prefix: &str, deep: usize, budget: &mut usize, names: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && deep > 0 => {
                collect_scripts(&entry.path(), &format!("{name}/"), deep - 1, budget, names);
            }
            Ok(kind) if !kind.is_dir() && Path::new(&name).extension().is_some_and(|e| e == "rhai") => {
                names.push(name);
            }
            _ => {}
        }
    }
}

//! The functions' folders, with the scripts that are in them and what is known of these.

use super::documents::{Document, Documents, MAX_SIZE};
use crate::check::project::Folder;
use crate::folder::{function_of, relative, CONFIG_FILE};
use anyhow::Result;
use rhambda::settings::Roots;
use rhambda_analysis::{Finding, Outline, Project, Settings, Text, Texts};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What is open in the editor beside documents: its folders, and those of functions in them.
#[derive(Default)]
pub(super) struct Workspace {
    pub(super) roots: Vec<PathBuf>,
    /// The functions' folders in the roots. They are looked for when the first script is opened.
    folders: Option<Vec<Folder>>,
    projects: HashMap<PathBuf, Project>,
    /// Of scripts that are not open.
    outlines: RefCell<HashMap<PathBuf, Rc<Outline>>>,
}

/// The scripts of a function.
#[derive(Clone, Debug)]
pub(super) struct Scripts {
    /// The function's folder.
    pub(super) folder: PathBuf,
    /// Their names, relative to it.
    pub(super) names: Vec<String>,
}

/// What is wrong with `rhambda.toml`: the message and the bytes that it is about.
pub(super) struct ConfigProblem {
    pub(super) message: String,
    pub(super) span: std::ops::Range<usize>,
}

impl Workspace {
    /// Forgets which scripts there are, because some were added or removed.
    pub(super) fn rescan(&mut self) {
        self.folders = None;
    }

    fn folders(&mut self) -> &mut Vec<Folder> {
        let roots = &self.roots;
        self.folders.get_or_insert_with(|| {
            let found = roots
                .iter()
                .flat_map(|root| Folder::all(std::slice::from_ref(root), None).unwrap_or_default());
            found.collect()
        })
    }

    /// The scripts of all functions.
    pub(super) fn all_scripts(&mut self) -> Vec<Scripts> {
        self.folders().iter().map(Scripts::of).collect()
    }

    /// The scripts of the function that a script belongs to.
    pub(super) fn scripts_of(&mut self, path: &Path) -> Scripts {
        let folders = self.folders();
        let known = folders.iter().filter(|folder| path.starts_with(&folder.path));
        let known = known.max_by_key(|folder| folder.path.as_os_str().len());
        // The script may be new in the folder of another function.
        let known = known.filter(|folder| function_of(path).is_none_or(|own| own == folder.path));
        if let Some(folder) = known {
            return Scripts::of(folder);
        }
        let found = Folder::all(&[path.to_owned()], None).ok().and_then(|folders| folders.into_iter().next());
        let folder = found.unwrap_or_else(|| Folder::of(path));
        let scripts = Scripts::of(&folder);
        // Looking for scripts may take long, and the editor will ask again.
        folders.push(folder);
        scripts
    }

    /// Checks the open scripts of a function, and notes what is found in the documents.
    pub(super) fn check(&mut self, scripts: &Scripts, documents: &mut Documents) {
        let (roots, settings) = scripts.settings();
        let mut names = scripts.names.clone();
        names.retain(|name| fs::metadata(scripts.path(name)).is_ok_and(|file| file.len() <= MAX_SIZE as u64));
        let mut texts = Texts::new();
        for document in documents.all().filter(|document| document.is_script()) {
            let Some(name) = scripts.name(&document.path) else { continue };
            if !names.contains(&name) {
                names.push(name.clone());
            }
            texts.insert(name, document.script());
        }
        let before = self.projects.remove(&scripts.folder);
        let project = Project::with_texts(roots, &names, settings, &texts, before);
        for document in documents.all_mut().filter(|document| document.findings.is_none()) {
            if let Some(name) = scripts.name(&document.path) {
                document.findings = Some(project.findings_in(&name));
            }
        }
        self.projects.insert(scripts.folder.clone(), project);
    }

    /// The outline of a script that may be open.
    pub(super) fn outline(&self, path: &Path, documents: &Documents) -> Option<Rc<Outline>> {
        if let Some(document) = documents.at(path) {
            return Some(Rc::clone(document.outline()));
        }
        let is_small = fs::metadata(path).ok()?.len() <= MAX_SIZE as u64;
        let text = is_small.then(|| fs::read_to_string(path).ok())??;
        let document = Document::new(super::uri::of(path)?, 0, text);
        let mut outlines = self.outlines.borrow_mut();
        let known = outlines.get(path).filter(|known| known.text() == document.text);
        let outline = known.unwrap_or_else(|| document.outline()).clone();
        outlines.insert(path.to_owned(), Rc::clone(&outline));
        Some(outline)
    }
}

impl Scripts {
    fn of(folder: &Folder) -> Self {
        let scripts = folder.names.iter().filter(|name| name.ends_with(".rhai"));
        Self { folder: folder.path.clone(), names: scripts.cloned().collect() }
    }

    /// The name of a file in the folder.
    pub(super) fn name(&self, path: &Path) -> Option<String> {
        let is_script = path.starts_with(&self.folder);
        is_script.then(|| relative(&self.folder, path).ok()).flatten()
    }

    /// Where a script is. The name of one from a layer is its path.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where scripts are looked for, and how they are checked: as if there were no `rhambda.toml` if that is invalid.
    pub(super) fn settings(&self) -> (Roots, Settings) {
        Folder::of(&self.folder.join(CONFIG_FILE)).settings(None).unwrap_or_else(|_| {
            let roots = Roots { task: self.folder.clone(), layer: self.folder.join("no layer") };
            (roots, Settings { tests: crate::test::for_check(), ..Settings::default() })
        })
    }

    /// What is wrong with the saved `rhambda.toml`.
    pub(super) fn config_problem(&self) -> Option<ConfigProblem> {
        let folder = Folder::of(&self.folder.join(CONFIG_FILE));
        if !self.folder.join(CONFIG_FILE).is_file() {
            return None;
        }
        let found: Result<Option<Finding>> = folder
            .settings(None)
            .map(|(roots, settings)| folder.handler(&roots, &settings).map(|found| found.finding));
        match found {
            Err(error) => Some(ConfigProblem { message: format!("{error:#}"), span: 0..0 }),
            Ok(finding) => finding.map(|finding| {
                let help = finding.help.map(|help| format!(": {help}")).unwrap_or_default();
                ConfigProblem { message: format!("{}{help}", finding.message), span: finding.span }
            }),
        }
    }

    /// The text of the saved `rhambda.toml`.
    pub(super) fn config_text(&self) -> Text {
        Text::new(fs::read_to_string(self.folder.join(CONFIG_FILE)).unwrap_or_default().into())
    }
}

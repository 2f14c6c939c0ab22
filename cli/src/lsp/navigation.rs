//! Where a name is declared and used, and how it is renamed.

use super::documents::Documents;
use super::lines::Lines;
use super::uri;
use super::workspace::{Scripts, Workspace};
use crate::folder::CONFIG_FILE;
use lsp_types::{DocumentHighlight, Location, TextEdit, Uri, WorkspaceEdit};
use rhambda::script::{find, Files};
use rhambda::settings::Roots;
use rhambda_analysis::links::{self, Symbol};
use rhambda_analysis::Outline;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

/// The scripts of a function, as they are in the editor or else in their files.
pub(super) struct Linked<'a> {
    scripts: &'a Scripts,
    workspace: &'a Workspace,
    documents: &'a Documents,
    roots: Roots,
    outlines: RefCell<HashMap<String, Option<Rc<Outline>>>>,
    targets: RefCell<HashMap<(String, String), Option<String>>>,
}

/// The part of `rhambda.toml` that mentions a function.
#[derive(Deserialize)]
struct Config {
    handler: Option<toml::Spanned<String>>,
}

impl links::Scripts for Linked<'_> {
    fn names(&self) -> Vec<String> {
        let open = self.documents.all().filter(|document| document.is_script());
        let open = open.filter_map(|document| self.scripts.name(&document.path));
        let new: Vec<_> = open.filter(|name| !self.scripts.names.contains(name)).collect();
        self.scripts.names.iter().cloned().chain(new).collect()
    }

    fn outline(&self, script: &str) -> Option<Rc<Outline>> {
        let read = || self.workspace.outline(&self.scripts.path(script), self.documents);
        self.outlines.borrow_mut().entry(script.to_owned()).or_insert_with(read).clone()
    }

    fn target(&self, importer: &str, path: &str) -> Option<String> {
        let look = || find(&Files::new(self.roots.clone()), importer, path).ok().map(|source| source.name);
        self.targets.borrow_mut().entry((importer.to_owned(), path.to_owned())).or_insert_with(look).clone()
    }
}

impl<'a> Linked<'a> {
    pub(super) fn new(scripts: &'a Scripts, workspace: &'a Workspace, documents: &'a Documents) -> Self {
        let (roots, _) = scripts.settings();
        let (outlines, targets) = (RefCell::default(), RefCell::default());
        Self { scripts, workspace, documents, roots, outlines, targets }
    }

    /// What is meant at a place, and the bytes of its name.
    pub(super) fn symbol(&self, path: &Path, offset: usize) -> Option<(Symbol, Range<usize>)> {
        links::symbol_at(self, &self.scripts.name(path)?, offset)
    }

    /// Where what is meant is declared: the imported script, for the path of an import.
    pub(super) fn definition(&self, path: &Path, offset: usize) -> Vec<Location> {
        let name = self.scripts.name(path).unwrap_or_default();
        let outline = links::Scripts::outline(self, &name);
        let imports =
            outline.iter().flat_map(|outline| outline.imports.iter().map(move |span| (outline, span)));
        let mut imports = imports.filter(|(_, span)| span.contains(&offset));
        if let Some((outline, span)) = imports.next() {
            let target = links::Scripts::target(self, &name, outline.at(span).trim_matches(['"', '`']));
            return target.and_then(|target| self.location(&(target, 0..0))).into_iter().collect();
        }
        let symbol = self.symbol(path, offset);
        let places = symbol.map(|(symbol, _)| links::declarations(self, &symbol)).unwrap_or_default();
        places.iter().filter_map(|place| self.location(place)).collect()
    }

    /// Where what is meant is used, with its declarations if that is wanted.
    pub(super) fn references(&self, path: &Path, offset: usize, with_declarations: bool) -> Vec<Location> {
        let Some((symbol, _)) = self.symbol(path, offset) else { return Vec::new() };
        let mut places = links::mentions(self, &symbol);
        if !with_declarations {
            let declarations = links::declarations(self, &symbol);
            places.retain(|place| !declarations.contains(place));
        }
        places.iter().filter_map(|place| self.location(place)).collect()
    }

    /// Where what is meant is written in this script.
    pub(super) fn highlights(&self, path: &Path, offset: usize) -> Vec<DocumentHighlight> {
        let own = uri::of(path);
        let own = self.documents.at(path).map(|document| document.uri.clone()).or(own);
        let found = self.references(path, offset, true).into_iter();
        let here = found.filter(|location| Some(&location.uri) == own.as_ref());
        here.map(|location| DocumentHighlight { range: location.range, kind: None }).collect()
    }

    /// The changes that give what is meant another name.
    ///
    /// # Errors
    /// Why it cannot be renamed.
    // A URI as a key is compared by its text, which never changes.
    #[expect(clippy::mutable_key_type)]
    pub(super) fn rename(&self, path: &Path, offset: usize, new: &str) -> Result<WorkspaceEdit, String> {
        let (symbol, _) = self.renamable(path, offset)?;
        let places = links::rename(self, &symbol, new)?;
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        let found =
            places.iter().filter_map(|place| self.location(place)).map(|location| (location, new.to_owned()));
        for (location, new_text) in found.chain(self.handler(&symbol, new)) {
            changes.entry(location.uri).or_default().push(TextEdit { range: location.range, new_text });
        }
        Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }

    /// What can be renamed at a place.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn renamable(&self, path: &Path, offset: usize) -> Result<(Symbol, Range<usize>), String> {
        let found = self.symbol(path, offset);
        let (symbol, span) = found.ok_or("there is no name here that a script declares")?;
        let script = symbol.script();
        if Path::new(script).is_absolute() {
            return Err(format!("{script} belongs to a layer: rename it there"));
        }
        Ok((symbol, span))
    }

    /// The handler setting in `rhambda.toml`, if it names this function, and what it becomes.
    fn handler(&self, symbol: &Symbol, new: &str) -> Option<(Location, String)> {
        let Symbol::Function(script, name) = symbol else { return None };
        let file = self.scripts.folder.join(CONFIG_FILE);
        let open = self.documents.at(&file);
        let text =
            open.map_or_else(|| fs::read_to_string(&file).ok(), |document| Some(document.text.clone()))?;
        let handler = toml::from_str::<Config>(&text).ok()?.handler?;
        let prefix = script.strip_suffix(".rhai")?;
        let is_this = *handler.get_ref() == format!("{prefix}.{name}");
        let range = Lines::new(&text).range(&text, &handler.span());
        let uri = open.map(|document| document.uri.clone()).or_else(|| uri::of(&file))?;
        is_this.then(|| (Location { uri, range }, format!("\"{prefix}.{new}\"")))
    }

    fn location(&self, (script, span): &links::Place) -> Option<Location> {
        let path = self.scripts.path(script);
        if let Some(document) = self.documents.at(&path) {
            return Some(Location { uri: document.uri.clone(), range: document.range(span) });
        }
        let outline = links::Scripts::outline(self, script)?;
        Some(Location { uri: uri::of(&path)?, range: Lines::new(outline.text()).range(outline.text(), span) })
    }
}

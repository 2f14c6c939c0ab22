//! What the scripts in a folder offer, and what their comments say about it.

use crate::folder::LAYER_ROOT;
use crate::folder::{relative, scripts};
use crate::test::is_test;
use anyhow::{anyhow, bail, Context as _, Result};
use rhambda::script::{find, Files};
use rhambda::settings::Roots;
use rhambda_analysis::outline::{Declaration, Kind, What};
use rhambda_analysis::Outline;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

/// The scripts in a folder.
pub(super) struct Folder {
    pub(super) name: String,
    pub(super) scripts: Vec<Script>,
}

/// A script.
pub(super) struct Script {
    /// Relative to the folder.
    pub(super) name: String,
    /// Its anchor.
    pub(super) id: String,
    /// In Markdown, as all documentation.
    pub(super) docs: String,
    pub(super) imports: Vec<Import>,
    pub(super) exports: Vec<Item>,
    pub(super) functions: Vec<Item>,
}

/// A script that another one imports.
pub(super) struct Import {
    /// The path in the import.
    pub(super) path: String,
    /// The anchor of the script, if it is in the folder.
    pub(super) id: Option<String>,
}

/// A function, or a variable that a script exports.
pub(super) struct Item {
    /// The name, with its type if it is a method of one.
    pub(super) name: String,
    pub(super) id: String,
    /// How it is declared.
    pub(super) code: String,
    pub(super) docs: String,
}

impl Folder {
    /// Reads the scripts that are not tests; of their private functions those that are wanted.
    ///
    /// # Errors
    /// When a script cannot be read, or the folder has no scripts.
    pub(super) fn read(folder: &Path, is_private: bool) -> Result<Self> {
        let mut outlines = Vec::new();
        let mut anchors = Anchors::default();
        for path in scripts(folder)? {
            let name = relative(folder, &path)?;
            if is_test(&name) {
                continue;
            }
            let text = fs::read(&path).with_context(|| format!("{name} cannot be read"))?;
            let text = String::from_utf8(text)
                .map_err(|_| anyhow!("{name} is not valid UTF-8: save the script as UTF-8"))?;
            let id = anchors.new_for(name.trim_end_matches(".rhai"));
            outlines.push((name, id, Outline::new(text.trim_start_matches('\u{feff}').into())));
        }
        if outlines.is_empty() {
            bail!("{} contains no scripts to document: their names end in .rhai", folder.display());
        }
        let ids: HashMap<_, _> = outlines.iter().map(|(name, id, _)| (name.as_str(), id.as_str())).collect();
        let roots = Roots { task: folder.to_owned(), layer: LAYER_ROOT.into() };
        let files = Files::new(roots);
        let documented = outlines.iter().map(|(name, id, outline)| Script {
            name: on_a_line(name),
            id: id.clone(),
            docs: outline.script_docs(),
            imports: imports(outline, name, &ids, &files),
            exports: exports(outline, id, &mut anchors),
            functions: functions(outline, id, is_private, &mut anchors),
        });
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self { name: on_a_line(&name), scripts: documented.collect() })
    }
}

fn imports(outline: &Outline, importer: &str, ids: &HashMap<&str, &str>, files: &Files) -> Vec<Import> {
    let paths: BTreeSet<_> =
        outline.imports.iter().map(|span| outline.at(span).trim_matches(['"', '`'])).collect();
    let imports = paths.into_iter().map(|path| {
        let target = find(files, importer, path).ok();
        let id = target.and_then(|target| ids.get(target.name.as_str()).map(|id| (*id).to_owned()));
        Import { path: on_a_line(path), id }
    });
    imports.collect()
}

fn exports(outline: &Outline, script: &str, anchors: &mut Anchors) -> Vec<Item> {
    let shared = outline.declarations.iter().filter(|it| it.is_shared && it.params().is_none());
    let exports = shared.filter_map(|export| {
        let declared = match export.kind {
            Kind::Export => exported(outline, export)?,
            Kind::Variable | Kind::Constant => export,
            _ => return None,
        };
        let keyword = if declared.kind == Kind::Constant { "const" } else { "let" };
        let pieces = outline.pieces.get(declared.value.clone()).unwrap_or_default();
        let value = pieces.first().zip(pieces.last());
        let value = value.map(|(first, last)| outline.at(&(first.span.start..last.span.end)));
        let value = value.map(|value| format!(" = {value}")).unwrap_or_default();
        Some(Item {
            name: export.name.clone(),
            id: anchors.new_for(&format!("{script}-{}", export.name)),
            code: format!("{keyword} {}{value}", export.name),
            docs: outline.doc_comments(declared),
        })
    });
    exports.collect()
}

/// The variable in `export VARIABLE as NAME`.
fn exported<'a>(outline: &'a Outline, export: &Declaration) -> Option<&'a Declaration> {
    match outline.mention_at(export.whole.start)?.1.what {
        What::Local(number) => outline.declarations.get(number),
        _ => None,
    }
}

fn functions(outline: &Outline, script: &str, is_private: bool, anchors: &mut Anchors) -> Vec<Item> {
    let wanted = outline.functions().filter(|function| function.is_shared || is_private);
    let functions = wanted.map(|function| {
        let signature = on_a_line(&function.signature());
        let name = signature.split('(').next().unwrap_or_default().to_owned();
        Item {
            id: anchors.new_for(&format!("{script}-{name}")),
            name,
            code: if function.is_shared { signature } else { format!("private {signature}") },
            docs: outline.doc_comments(function),
        }
    });
    functions.collect()
}

/// A name that cannot break a heading: file names and types may contain control characters.
fn on_a_line(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

/// The anchors of a document, each of which is there once.
#[derive(Default)]
struct Anchors(HashMap<String, usize>);

impl Anchors {
    fn new_for(&mut self, name: &str) -> String {
        let is_kept = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let base: String = name.chars().map(|c| if is_kept(c) { c } else { '-' }).collect();
        let mut count = self.0.get(&base).copied().unwrap_or_default();
        let mut id = base.clone();
        while self.0.contains_key(&id) {
            count += 1;
            id = format!("{base}-{}", count + 1);
        }
        self.0.insert(id.clone(), 0);
        self.0.insert(base, count);
        id
    }
}

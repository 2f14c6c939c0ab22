//! The texts that are open in the editor.

use super::lines::Lines;
use super::uri;
use lsp_types::{Position, Range, TextDocumentContentChangeEvent, Uri};
use rhambda_analysis::{Finding, Outline};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Scripts of more bytes are only kept, and not read.
pub(super) const MAX_SIZE: usize = 1 << 20;

/// An open text.
pub(super) struct Document {
    pub(super) uri: Uri,
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) text: String,
    pub(super) lines: Lines,
    outline: OnceCell<Rc<Outline>>,
    /// What was found in this version, if that was checked.
    pub(super) findings: Option<Vec<Finding>>,
}

impl Document {
    pub(super) fn new(uri: Uri, version: i32, text: String) -> Self {
        let (path, lines) = (uri::path(&uri), Lines::new(&text));
        Self { uri, path, version, text, lines, outline: OnceCell::new(), findings: None }
    }

    /// Makes changes in their order.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        for change in changes {
            match change.range {
                Some(range) => self.text.replace_range(self.lines.span(&self.text, range), &change.text),
                None => self.text = change.text,
            }
            self.lines = Lines::new(&self.text);
        }
        self.version = version;
        self.outline = OnceCell::new();
        self.findings = None;
    }

    pub(super) fn is_script(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "rhai")
            || !self.uri.as_str().starts_with("file:")
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.text.len() > MAX_SIZE
    }

    /// The text that is analyzed: spaces are in place of a byte order mark, and nothing is in place of a large text.
    pub(super) fn script(&self) -> Rc<str> {
        self.outline().text().into()
    }

    /// What is declared and mentioned in it.
    pub(super) fn outline(&self) -> &Rc<Outline> {
        self.outline.get_or_init(|| {
            let text = match self.text.strip_prefix('\u{feff}') {
                _ if self.is_too_large() => String::new(),
                Some(rest) => format!("   {rest}"),
                None => self.text.clone(),
            };
            Rc::new(Outline::new(text.into()))
        })
    }

    pub(super) fn offset(&self, position: Position) -> usize {
        self.lines.offset(&self.text, position)
    }

    pub(super) fn range(&self, span: &std::ops::Range<usize>) -> Range {
        self.lines.range(&self.text, span)
    }
}

/// All open texts by their URIs.
#[derive(Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    pub(super) fn open(&mut self, document: Document) {
        self.open.insert(document.uri.as_str().to_owned(), document);
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        self.open.remove(uri.as_str());
    }

    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.named(uri.as_str())
    }

    pub(super) fn named(&self, uri: &str) -> Option<&Document> {
        self.open.get(uri)
    }

    pub(super) fn get_mut(&mut self, uri: &Uri) -> Option<&mut Document> {
        self.open.get_mut(uri.as_str())
    }

    /// The text of a file.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.all().find(|document| document.path == path)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.open.values_mut()
    }
}

//! What the language server knows, for texts that are typed in a terminal.

use super::completion;
use super::documents::{Document, Documents};
use super::hover;
use super::place::Place;
use super::uri;
use super::workspace::Workspace;
use lsp_types::HoverContents;
use rhambda_analysis::catalog::Catalog;
use std::cell::RefCell;
use std::path::PathBuf;

/// Knows scripts that are typed in a function's folder.
pub(crate) struct Typed {
    path: PathBuf,
    catalog: Catalog,
    workspace: RefCell<Workspace>,
    documents: Documents,
}

impl Typed {
    /// In this folder.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let path = folder.join("repl.rhai");
        let mut workspace = Workspace::default();
        workspace.roots.push(folder);
        let workspace = RefCell::new(workspace);
        Self { path, catalog: Catalog::new(&[]), workspace, documents: Documents::default() }
    }

    /// What can be typed at the end of a text.
    pub(crate) fn complete(&self, text: String) -> Vec<String> {
        let end = text.len();
        let items = self.at(text, end, completion::complete);
        items.unwrap_or_default().into_iter().map(|item| item.label).collect()
    }

    /// What a name means after a text, in Markdown: a variable, or else a function.
    pub(crate) fn docs(&self, text: &str, name: &str) -> Option<String> {
        let variable = format!("{text}\n{name}");
        let end = variable.len();
        let function = format!("{variable}()");
        let hover = |text| self.at(text, end, hover::hover).flatten();
        match hover(variable).or_else(|| hover(function))?.contents {
            HoverContents::Markup(markup) => Some(markup.value),
            _ => None,
        }
    }

    fn at<T>(&self, text: String, offset: usize, work: impl FnOnce(&Place<'_>) -> T) -> Option<T> {
        let document = Document::new(uri::of(&self.path)?, 0, text);
        let mut workspace = self.workspace.borrow_mut();
        let scripts = workspace.scripts_of(&self.path);
        let outline = document.outline();
        let place = Place {
            document: &document,
            outline,
            offset: offset.min(outline.text().len()),
            catalog: &self.catalog,
            scripts: &scripts,
            workspace: &workspace,
            documents: &self.documents,
        };
        Some(work(&place))
    }
}

//! A place in a script that the editor asks about, with all that can be known there.

use super::documents::{Document, Documents};
use super::workspace::{Scripts, Workspace};
use lsp_types::Position;
use rhai_vm::Kind;
use rhambda::reference::Function;
use rhambda::script::{find, Files};
use rhambda_analysis::catalog::Catalog;
use rhambda_analysis::infer::{Infer, Value};
use rhambda_analysis::outline::{self, CallAt, Declaration, Mention, What};
use rhambda_analysis::Outline;
use std::ops::Range;
use std::rc::Rc;

/// A place in a script.
pub(super) struct Place<'a> {
    pub(super) document: &'a Document,
    pub(super) outline: &'a Outline,
    pub(super) offset: usize,
    pub(super) catalog: &'a Catalog,
    pub(super) scripts: &'a Scripts,
    pub(super) workspace: &'a Workspace,
    pub(super) documents: &'a Documents,
}

/// A script that is imported.
pub(super) struct Imported {
    pub(super) outline: Rc<Outline>,
}

/// What can be called under a name.
pub(super) enum Callee<'a> {
    /// A function of a script: how it is declared and documented.
    Own { signature: String, docs: String },
    /// One that scripts have without writing it.
    Native(&'a Function),
}

impl<'a> Place<'a> {
    pub(super) fn new(
        document: &'a Document,
        position: Position,
        catalog: &'a Catalog,
        scripts: &'a Scripts,
        workspace: &'a Workspace,
        documents: &'a Documents,
    ) -> Self {
        let outline = document.outline();
        let offset = document.offset(position).min(outline.text().len());
        Self { document, outline, offset, catalog, scripts, workspace, documents }
    }

    pub(super) fn mention(&self) -> Option<&'a Mention> {
        self.outline.mention_at(self.offset).map(|(_, mention)| mention)
    }

    pub(super) fn call(&self) -> Option<CallAt> {
        self.outline.call_at(self.offset)
    }

    /// The script that this path means.
    pub(super) fn import(&self, path: &str) -> Option<Imported> {
        let (roots, _) = self.scripts.settings();
        let importer = self.scripts.name(&self.document.path)?;
        let source = find(&Files::new(roots), &importer, path).ok()?;
        let path = self.scripts.path(&source.name);
        let outline = self.workspace.outline(&path, self.documents)?;
        Some(Imported { outline })
    }

    /// The script that an alias means.
    pub(super) fn alias(&self, declaration: &Declaration) -> Option<Imported> {
        match &declaration.kind {
            outline::Kind::Import(Some(path)) => self.import(path),
            _ => None,
        }
    }

    /// The script whose alias is before `::`.
    pub(super) fn space(&self, mention: usize) -> Option<Imported> {
        match self.outline.mentions.get(mention)?.what {
            What::Local(alias) => self.alias(&self.outline.declarations[alias]),
            _ => None,
        }
    }

    /// The value before a dot.
    pub(super) fn value(&self, dot: usize) -> Value {
        Infer::new(self.outline, self.catalog).before(dot)
    }

    /// The type of the value that has a method.
    fn receiver(&self, name: &Range<usize>) -> Option<Kind> {
        let dot = self.outline.piece_before(name.start)?;
        matches!(self.outline.piece(dot), "." | "?.").then(|| self.value(dot).kind())?
    }

    /// What is called under a name.
    pub(super) fn callees(&self, mention: &Mention) -> Vec<Callee<'a>> {
        let name = self.outline.at(&mention.span);
        match &mention.what {
            What::Declared(number) => {
                own(self.outline, name, |it| it.span == self.outline.declarations[*number].span)
            }
            What::Global { .. } => {
                let own = own(self.outline, name, |_| true);
                if own.is_empty() {
                    self.natives(None, name, |it| it.receiver().is_none())
                } else {
                    own
                }
            }
            What::Qualified { space, .. } => match self.space(*space) {
                Some(imported) => own(&imported.outline, name, |it| it.is_shared),
                None => {
                    self.natives(Some(self.outline.at(&self.outline.mentions[*space].span)), name, |_| true)
                }
            },
            What::Method { .. } => {
                let own = own(self.outline, name, |_| true);
                if own.is_empty() {
                    self.methods(name, &mention.span)
                } else {
                    own
                }
            }
            What::Property => self.methods(name, &mention.span),
            _ => Vec::new(),
        }
    }

    /// The methods of this name; only those of the value's type if it is known.
    fn methods(&self, name: &'a str, span: &Range<usize>) -> Vec<Callee<'a>> {
        let of = self.receiver(span);
        let fitting: Vec<_> = self
            .catalog
            .methods(of)
            .filter(|it| it.name().trim_start_matches("get$") == name)
            .map(Callee::Native)
            .collect();
        if fitting.is_empty() {
            self.natives(None, name, |it| it.receiver().is_some())
        } else {
            fitting
        }
    }

    fn natives(
        &self,
        space: Option<&'a str>,
        name: &'a str,
        is_meant: impl Fn(&Function) -> bool,
    ) -> Vec<Callee<'a>> {
        self.catalog.named(space, name).filter(|function| is_meant(function)).map(Callee::Native).collect()
    }
}

fn own<'a>(outline: &Outline, name: &str, is_meant: impl Fn(&Declaration) -> bool) -> Vec<Callee<'a>> {
    let functions = outline.named(name).filter(|function| is_meant(function));
    functions
        .map(|function| Callee::Own { signature: function.signature(), docs: outline.docs(function) })
        .collect()
}

impl Callee<'_> {
    /// How it is called.
    pub(super) fn signatures(&self) -> Vec<String> {
        match self {
            Self::Own { signature, .. } => vec![signature.clone()],
            Self::Native(function) => function.signatures(),
        }
    }

    /// What it does, in Markdown.
    pub(super) fn docs(&self) -> String {
        match self {
            Self::Own { docs, .. } => docs.clone(),
            Self::Native(function) => docs(function),
        }
    }
}

/// What a function does, with its example, in Markdown.
pub(crate) fn docs(function: &Function) -> String {
    let example =
        function.example().map(|example| format!("\n\n```rhai\n{example}\n```")).unwrap_or_default();
    format!("{}{example}", function.text())
}

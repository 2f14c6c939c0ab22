//! What a script declares, as a tree, and which parts of it can be folded.

use super::documents::{Document, Documents};
use super::lines::Lines;
use super::uri;
use super::workspace::{Scripts, Workspace};
use lsp_types::{
    DocumentSymbol, FoldingRange, FoldingRangeKind, Location, OneOf, SymbolKind, WorkspaceSymbol,
};
use rhambda_analysis::outline::{Declaration, Kind};
use std::collections::HashMap;

/// So many symbols of all scripts are shown.
const MAX_SYMBOLS: usize = 500;

/// Functions with their variables, and the variables of the top level.
pub(super) fn symbols(document: &Document) -> Vec<DocumentSymbol> {
    let outline = document.outline();
    let mut children: HashMap<Option<usize>, Vec<DocumentSymbol>> = HashMap::new();
    // Functions come before what is in them.
    for (number, declaration) in outline.declarations.iter().enumerate().rev() {
        let inner = children.remove(&Some(number)).map(reversed);
        if let Some(symbol) = symbol(document, declaration, inner) {
            children.entry(declaration.owner).or_default().push(symbol);
        }
    }
    children.remove(&None).map(reversed).unwrap_or_default()
}

fn kind(declaration: &Declaration) -> Option<SymbolKind> {
    Some(match declaration.kind {
        Kind::Function { .. } => SymbolKind::FUNCTION,
        Kind::Variable => SymbolKind::VARIABLE,
        Kind::Constant => SymbolKind::CONSTANT,
        Kind::Import(_) => SymbolKind::MODULE,
        _ => return None,
    })
}

fn reversed(mut symbols: Vec<DocumentSymbol>) -> Vec<DocumentSymbol> {
    symbols.reverse();
    symbols
}

#[expect(deprecated, reason = "the field must be given")]
fn symbol(
    document: &Document,
    declaration: &Declaration,
    children: Option<Vec<DocumentSymbol>>,
) -> Option<DocumentSymbol> {
    let kind = kind(declaration)?;
    let selection_range = document.range(&declaration.span);
    let mut range = document.range(&declaration.whole);
    // Clients refuse a name outside of its symbol.
    (range.start, range.end) = (range.start.min(selection_range.start), range.end.max(selection_range.end));
    Some(DocumentSymbol {
        name: declaration.signature(),
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children,
    })
}

/// The functions and the variables of the top level in all scripts whose names have the letters of a query in its order.
pub(super) fn in_workspace(
    query: &str,
    functions: &[Scripts],
    workspace: &Workspace,
    documents: &Documents,
) -> Vec<WorkspaceSymbol> {
    let mut found = Vec::new();
    for scripts in functions {
        let is_test = |script: &str| script.ends_with(".test.rhai");
        for name in scripts.names.iter().filter(|name| !is_test(name)) {
            let path = scripts.path(name);
            let Some(outline) = workspace.outline(&path, documents) else { continue };
            let Some(uri) =
                documents.at(&path).map(|document| document.uri.clone()).or_else(|| uri::of(&path))
            else {
                continue;
            };
            let declared =
                outline.declarations.iter().filter(|it| it.owner.is_none() && is_like(&it.name, query));
            let mut lines = None;
            for (declaration, kind) in declared.filter_map(|it| Some((it, kind(it)?))) {
                let lines = lines.get_or_insert_with(|| Lines::new(outline.text()));
                let range = lines.range(outline.text(), &declaration.span);
                found.push(WorkspaceSymbol {
                    name: declaration.name.clone(),
                    kind,
                    tags: None,
                    container_name: Some(name.clone()),
                    location: OneOf::Left(Location { uri: uri.clone(), range }),
                    data: None,
                });
                if found.len() == MAX_SYMBOLS {
                    return found;
                }
            }
        }
    }
    found
}

/// Whether a name has these letters in this order, in capitals or not.
fn is_like(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// Brackets and comments of several lines.
pub(super) fn folds(document: &Document) -> Vec<FoldingRange> {
    let outline = document.outline();
    let fold = |span: &std::ops::Range<usize>, is_comment: bool| {
        let range = document.range(span);
        // The closing bracket stays visible.
        let end_line = if is_comment { range.end.line } else { range.end.line.saturating_sub(1) };
        let kind = is_comment.then_some(FoldingRangeKind::Comment);
        (end_line > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            end_line,
            kind,
            ..FoldingRange::default()
        })
    };
    let mut folds: Vec<_> = outline.brackets.iter().filter_map(|brackets| fold(brackets, false)).collect();
    // Several that begin in a line are one fold: the first, which is the outermost.
    folds.dedup_by_key(|fold| fold.start_line);
    folds.extend(comments(document).iter().filter_map(|comment| fold(comment, true)));
    folds
}

/// Comments, of which those on following lines are one.
fn comments(document: &Document) -> Vec<std::ops::Range<usize>> {
    let mut joined: Vec<std::ops::Range<usize>> = Vec::new();
    for comment in &document.outline().comments {
        match joined.last_mut() {
            Some(last) if is_next_line(document.outline().at(&(last.end..comment.start))) => {
                last.end = comment.end;
            }
            _ => joined.push(comment.clone()),
        }
    }
    joined
}

fn is_next_line(between: &str) -> bool {
    between.trim().is_empty() && between.matches('\n').count() == 1
}

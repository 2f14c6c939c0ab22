//! The types of variables, shown behind their names.

use super::documents::Document;
use super::hover::type_name;
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range};
use rhambda_analysis::catalog::Catalog;
use rhambda_analysis::infer::Infer;
use rhambda_analysis::outline::{Declaration, Kind};

/// The types in a part of a document that can be told, but where they are plain to see.
pub(super) fn hints(document: &Document, range: Range, catalog: &Catalog) -> Vec<InlayHint> {
    let outline = document.outline();
    let wanted = document.lines.span(&document.text, range);
    let shown = outline.declarations.iter().filter(|declaration| wanted.contains(&declaration.span.start));
    let hints = shown.filter(|declaration| is_of_interest(declaration)).filter_map(|declaration| {
        let of = Infer::new(outline, catalog).variable(declaration).kind()?;
        Some(InlayHint {
            position: document.range(&declaration.span).end,
            label: InlayHintLabel::String(format!(": {}", type_name(of.name()))),
            kind: Some(InlayHintKind::TYPE),
            text_edits: None,
            tooltip: None,
            padding_left: None,
            padding_right: None,
            data: None,
        })
    });
    hints.collect()
}

/// Whether it is a variable whose value is more than a literal.
fn is_of_interest(declaration: &Declaration) -> bool {
    match declaration.kind {
        Kind::Variable | Kind::Constant => declaration.value.len() > 1,
        Kind::Item | Kind::Parameter(_) => true,
        _ => false,
    }
}

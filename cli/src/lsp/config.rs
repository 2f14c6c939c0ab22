//! `rhambda.toml` in the editor: names of handlers.

use super::documents::Document;
use super::place::Imported;
use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Position, TextEdit};

/// The handlers that these scripts have, if a value of `handler` is typed at a place.
pub(super) fn handlers(
    document: &Document,
    position: Position,
    scripts: &[(String, Imported)],
) -> Vec<CompletionItem> {
    let offset = document.offset(position);
    let start = document.text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &document.text[start..offset];
    let Some((key, value)) = line.split_once('=') else { return Vec::new() };
    let Some(quote) = value.find('"').filter(|_| key.trim() == "handler") else { return Vec::new() };
    let content = start + key.len() + 1 + quote + 1;
    let rest = &document.text[offset..];
    let end = rest.find(['"', '\n', '\r']).map_or(document.text.len(), |at| offset + at);
    let range = document.range(&(content.min(end)..end));
    let names =
        scripts.iter().filter(|(name, _)| !name.ends_with(".test.rhai")).flat_map(|(name, script)| {
            let functions = script.outline.functions().filter(|function| function.is_shared);
            // A handler has the event and perhaps the context as parameters.
            let callable =
                functions.filter(|function| function.params().is_some_and(|params| params.len() <= 2));
            let names =
                callable.map(|function| format!("{}.{}", name.trim_end_matches(".rhai"), function.name));
            names.collect::<Vec<_>>()
        });
    let item = |name: String| CompletionItem {
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: name.clone() })),
        label: name,
        kind: Some(CompletionItemKind::FUNCTION),
        ..CompletionItem::default()
    };
    names.map(item).collect()
}

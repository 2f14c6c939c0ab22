//! The options of functions, where their names are typed.

use super::aws::{open_map, OpenMap};
use super::place::{Callee, Place};
use aws_api::{key, Step};
use lsp_types::{CompletionItem, CompletionItemKind};
use rhambda::reference::Options;
use rhambda_analysis::outline::CallAt;

/// The options of the function in whose map of them a key follows this piece.
pub(super) fn names(place: &Place<'_>, before: usize) -> Vec<CompletionItem> {
    let Some(call) = place.call() else { return Vec::new() };
    let is_of_call = |map: OpenMap| map.key.is_none() && matches!(*map.path, [] | [Step::Item]);
    if !open_map(place, call.open, before).is_some_and(is_of_call) {
        return Vec::new();
    }
    let mut names: Vec<_> = accepted(place, &call).into_iter().flat_map(Options::names).collect();
    names.sort_unstable();
    names.dedup();
    let item = |name: &str| CompletionItem {
        label: name.to_owned(),
        insert_text: Some(key(name)).filter(|key| key != name),
        kind: Some(CompletionItemKind::FIELD),
        ..CompletionItem::default()
    };
    names.into_iter().map(item).collect()
}

/// What the argument of a call that is typed is, in all forms of the function.
fn accepted(place: &Place<'_>, call: &CallAt) -> Vec<Options> {
    let name = place.outline.pieces[call.name].span.start;
    let Some((_, mention)) = place.outline.mention_at(name) else { return Vec::new() };
    let mut accepted = Vec::new();
    for callee in place.callees(mention) {
        let Callee::Native(function) = callee else { continue };
        let argument = call.argument + usize::from(function.receiver().is_some());
        let options = function.forms().iter().filter_map(|form| {
            let parameter = form.params.get(argument)?;
            place.catalog.options(function.namespace(), form, parameter.name)
        });
        accepted.extend(options);
    }
    accepted
}

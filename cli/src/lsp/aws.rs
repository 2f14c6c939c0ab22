//! The services, operations and parameters of AWS, where they are typed.

use super::place::Place;
use lsp_types::{CompletionItem, CompletionItemKind};
use std::rc::Rc;

/// The namespace whose functions call AWS.
const SPACE: &str = "aws";

/// What can be the string at a place: a service as the first argument, an operation as the second.
pub(super) fn texts(place: &Place<'_>) -> Vec<String> {
    let Some(call) = place.call().filter(|call| is_aws(place, call.name)) else { return Vec::new() };
    match call.argument {
        0 => ::aws::services::all().map(|service| service.name().to_owned()).collect(),
        1 => service(place, call.open).map_or(Vec::new(), |service| {
            service.operations.iter().map(|operation| operation.name.to_string()).collect()
        }),
        _ => Vec::new(),
    }
}

/// The parameters of the operation, if the piece before is that in front of a key of them.
pub(super) fn parameters(place: &Place<'_>, before: usize) -> Vec<CompletionItem> {
    let call = place.call().filter(|call| is_aws(place, call.name) && call.argument == 2);
    // Only the keys of the outermost map are parameters.
    let is_outermost = |open: usize| depth(place, open, before) == 1;
    let Some(call) = call.filter(|call| is_outermost(call.open)) else { return Vec::new() };
    let name = string(place, call.open + 3);
    let Some(service) = service(place, call.open) else { return Vec::new() };
    let Some(operation) = service.operations.iter().find(|it| it.name.as_str() == name) else {
        return Vec::new();
    };
    let parameters = service.parameters(operation).into_iter().filter(|parameter| parameter.depth == 0);
    let items = parameters.map(|parameter| {
        let required = if parameter.is_required { ", required" } else { "" };
        CompletionItem {
            label: parameter.name,
            kind: Some(CompletionItemKind::FIELD),
            detail: Some(format!("{}{required}", parameter.kind)),
            sort_text: parameter.is_required.then(|| "0".to_owned()),
            ..CompletionItem::default()
        }
    });
    items.collect()
}

/// How many brackets are open at a piece since the one of the call.
fn depth(place: &Place<'_>, open: usize, at: usize) -> usize {
    (open + 1..=at).fold(0_usize, |depth, at| match place.outline.piece(at) {
        "(" | "[" | "?[" | "{" | "#{" => depth + 1,
        ")" | "]" | "}" => depth.saturating_sub(1),
        _ => depth,
    })
}

fn is_aws(place: &Place<'_>, name: usize) -> bool {
    name >= 2 && place.outline.piece(name - 1) == "::" && place.outline.piece(name - 2) == SPACE
}

/// The service that is the first argument.
fn service(place: &Place<'_>, open: usize) -> Option<Rc<aws_api::Service>> {
    let service = ::aws::services::find(string(place, open + 1)).ok()?;
    ::aws::Operations::default().of(service.name())
}

/// What a string says.
fn string<'a>(place: &'a Place<'_>, at: usize) -> &'a str {
    place.outline.piece(at).trim_matches(['"', '`'])
}

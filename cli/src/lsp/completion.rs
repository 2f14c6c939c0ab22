//! What can be typed at a place.

use super::aws;
use super::hover::type_name;
use super::options;
use super::place::{docs, Place};
use super::samples;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    TextEdit,
};
use rhai_vm::Kind as Type;
use rhambda::reference::{self, Function};
use rhambda_analysis::catalog::Catalog;
use rhambda_analysis::infer::{Infer, Value};
use rhambda_analysis::outline::{Kind, PieceKind, What};
use rhambda_analysis::Outline;
use std::collections::BTreeSet;
use std::ops::Range;

/// Words that begin statements and expressions.
const KEYWORDS: [&str; 22] = [
    "let", "const", "if", "else", "while", "for", "in", "loop", "do", "until", "break", "continue", "return",
    "throw", "try", "catch", "fn", "private", "import", "export", "switch", "this",
];
/// Words before a new name.
const BEFORE_NEW_NAMES: [&str; 5] = ["let", "const", "fn", "as", "for"];

/// Everything that can be typed at a place; the editor filters by what is typed already.
pub(super) fn complete(place: &Place<'_>) -> Vec<CompletionItem> {
    let (outline, offset) = (place.outline, place.offset);
    if outline.is_in_comment(offset) {
        return Vec::new();
    }
    let Some(last) = outline.piece_before(offset) else { return names(place) };
    let piece = &outline.pieces[last];
    if piece.kind == PieceKind::String && is_within(outline.at(&piece.span), offset - piece.span.start) {
        return in_string(place, last);
    }
    let is_word = piece.kind == PieceKind::Word && piece.span.end >= offset;
    if piece.kind == PieceKind::Number && piece.span.end >= offset && !outline.at(&piece.span).ends_with('.')
    {
        return Vec::new();
    }
    let Some(before) = (if is_word { last.checked_sub(1) } else { Some(last) }) else { return names(place) };
    match outline.piece(before) {
        "." | "?." => members(place, before),
        "::" => before.checked_sub(1).map_or(Vec::new(), |space| in_space(place, space)),
        word if BEFORE_NEW_NAMES.contains(&word) => Vec::new(),
        "#{" | "," if in_map(outline, before) => {
            let parameters = aws::parameters(place, before);
            if parameters.is_empty() {
                options::names(place, before)
            } else {
                parameters
            }
        }
        _ => names(place),
    }
}

/// Whether a place is in a string, behind its first and before its last quote.
fn is_within(string: &str, at: usize) -> bool {
    let quote = string.chars().next().unwrap_or_default();
    let is_ended = string.len() > 1 && string.ends_with(quote);
    at > 0 && (at < string.len() || !is_ended)
}

/// Whether the brackets around a piece are those of a map, and a key comes next.
fn in_map(outline: &Outline, at: usize) -> bool {
    let mut depth = 0_usize;
    for before in (0..=at).rev() {
        match outline.piece(before) {
            ")" | "]" | "}" => depth += 1,
            "#{" if depth == 0 => return true,
            "(" | "[" | "?[" | "{" if depth == 0 => return false,
            "(" | "[" | "?[" | "{" | "#{" => depth -= 1,
            _ => {}
        }
    }
    false
}

fn item(
    label: impl Into<String>,
    kind: CompletionItemKind,
    detail: impl Into<Option<String>>,
) -> CompletionItem {
    CompletionItem {
        label: label.into(),
        kind: Some(kind),
        detail: detail.into(),
        ..CompletionItem::default()
    }
}

/// A function of the language or of a module; its documentation follows when the editor asks for it.
fn native(function: &Function) -> CompletionItem {
    let (name, kind) = match function.name().strip_prefix("get$") {
        Some(property) => (property, CompletionItemKind::PROPERTY),
        None if function.receiver().is_some() => (function.name(), CompletionItemKind::METHOD),
        None => (function.name(), CompletionItemKind::FUNCTION),
    };
    let mut item = item(name, kind, function.signatures().into_iter().next());
    item.data = Some(function.qualified_name().into());
    item
}

/// Adds the documentation of a function.
pub(super) fn resolve(mut item: CompletionItem, catalog: &Catalog) -> CompletionItem {
    let name = item.data.as_ref().and_then(|data| data.as_str()).unwrap_or_default();
    let is_meant = |function: &&Function| function.qualified_name() == name;
    let spaces = catalog.spaces();
    let mut functions = catalog.globals().chain(catalog.methods(None));
    let found = functions
        .find(is_meant)
        .or_else(|| spaces.iter().find_map(|space| catalog.in_space(space).find(is_meant)));
    if let Some(function) = found {
        let docs = MarkupContent { kind: MarkupKind::Markdown, value: docs(function) };
        item.documentation = Some(Documentation::MarkupContent(docs));
        item.detail = Some(function.signatures().join("\n"));
    }
    item
}

/// Variables, functions, modules and keywords.
fn names(place: &Place<'_>) -> Vec<CompletionItem> {
    let mut known = BTreeSet::new();
    let mut items = Vec::new();
    let infer = |declaration| Infer::new(place.outline, place.catalog).variable(declaration).kind();
    for declaration in place.outline.visible_at(place.offset) {
        if known.insert(&declaration.name) {
            let kind = match declaration.kind {
                Kind::Import(_) => CompletionItemKind::MODULE,
                Kind::Constant => CompletionItemKind::CONSTANT,
                _ => CompletionItemKind::VARIABLE,
            };
            let detail = infer(declaration).map(|of| type_name(of.name()).to_owned());
            items.push(first(item(&declaration.name, kind, detail)));
        }
    }
    for function in place.outline.functions().filter(|function| known.insert(&function.name)) {
        let mut item = item(&function.name, CompletionItemKind::FUNCTION, function.signature());
        item.documentation = Some(Documentation::String(place.outline.docs(function)));
        items.push(first(item));
    }
    items.extend(place.catalog.globals().map(native));
    items.extend(
        place.catalog.spaces().into_iter().map(|space| item(space, CompletionItemKind::MODULE, None)),
    );
    items.extend(KEYWORDS.map(|word| item(word, CompletionItemKind::KEYWORD, None)));
    items
}

/// The same, before all others.
fn first(item: CompletionItem) -> CompletionItem {
    let sort_text = Some(format!("0{}", item.label));
    CompletionItem { sort_text, ..item }
}

/// Fields and methods of the value before a dot.
fn members(place: &Place<'_>, dot: usize) -> Vec<CompletionItem> {
    let value = place.value(dot);
    let field = |name: String, detail: Option<String>| first(item(name, CompletionItemKind::FIELD, detail));
    let mut items: Vec<_> = match &value {
        Value::Event(path) => {
            let fields = samples::fields(place.scripts, path).into_iter();
            fields.map(|(name, example)| field(name, Some(example))).collect()
        }
        Value::Map(open) => {
            let entries = Infer::new(place.outline, place.catalog).entries(*open);
            entries.into_iter().map(|(name, _)| field(name, None)).collect()
        }
        Value::Response(..) => {
            let fields = aws::fields(value.described()).into_iter();
            fields.map(|parameter| field(parameter.name, Some(parameter.kind))).collect()
        }
        Value::Of(Type::Host(of)) => {
            let properties = reference::properties(of).into_iter().flatten();
            properties.map(|name| field((*name).to_owned(), None)).collect()
        }
        _ => Vec::new(),
    };
    let known: BTreeSet<_> = items.iter().map(|item| item.label.clone()).collect();
    let methods = place.catalog.methods(value.kind()).map(native).filter(|item| !known.contains(&item.label));
    items.extend(methods);
    for function in place.outline.functions() {
        let is_method = matches!(&function.kind, Kind::Function { this_type: Some(of), .. }
            if value.kind().is_none_or(|kind| type_name(kind.name()) == of || kind.name() == of));
        if is_method {
            items.push(first(item(&function.name, CompletionItemKind::METHOD, function.signature())));
        }
    }
    let mut labels = BTreeSet::new();
    items.retain(|item| labels.insert(item.label.clone()));
    items
}

/// What is in a module: an imported script or one of Rhambda's.
fn in_space(place: &Place<'_>, space: usize) -> Vec<CompletionItem> {
    let name = place.outline.piece(space);
    let mention = place.outline.mention_at(place.outline.pieces[space].span.start);
    if let Some((_, mention)) = mention {
        if let What::Local(alias) = mention.what {
            let imported = place.alias(&place.outline.declarations[alias]);
            return imported.map(|imported| shared(&imported.outline)).unwrap_or_default();
        }
    }
    if name == "global" {
        let constants = place.outline.declarations.iter();
        let constants = constants.filter(|it| it.owner.is_none() && it.kind == Kind::Constant);
        return constants.map(|it| item(&it.name, CompletionItemKind::CONSTANT, None)).collect();
    }
    let constants = place.catalog.constants(name).map(|name| item(name, CompletionItemKind::CONSTANT, None));
    place.catalog.in_space(name).map(native).chain(constants).collect()
}

/// What other scripts can use of a script.
fn shared(outline: &Outline) -> Vec<CompletionItem> {
    let shared = outline.declarations.iter().filter(|declaration| declaration.is_shared);
    let items = shared.map(|declaration| {
        let kind = if declaration.params().is_some() {
            CompletionItemKind::FUNCTION
        } else {
            CompletionItemKind::CONSTANT
        };
        let mut item = item(&declaration.name, kind, declaration.signature());
        item.documentation = Some(Documentation::String(outline.docs(declaration)));
        item
    });
    items.collect()
}

/// Paths of imports, and the services and operations of AWS.
fn in_string(place: &Place<'_>, string: usize) -> Vec<CompletionItem> {
    let before = string.checked_sub(1).map_or("", |before| place.outline.piece(before));
    let texts = if before == "import" { paths(place) } else { aws::texts(place) };
    let range = content(place, string);
    texts.into_iter().map(|text| replacing(place, &range, text)).collect()
}

/// The scripts that can be imported.
fn paths(place: &Place<'_>) -> Vec<String> {
    let own = place.scripts.name(&place.document.path);
    let names = place
        .scripts
        .names
        .iter()
        .filter(|name| Some(*name) != own.as_ref() && !name.ends_with(".test.rhai"));
    names.filter_map(|name| Some(name.strip_suffix(".rhai")?.to_owned())).collect()
}

/// What is between the quotes of a string, which may have no end.
fn content(place: &Place<'_>, string: usize) -> Range<usize> {
    let span = &place.outline.pieces[string].span;
    let text = place.outline.at(span);
    let is_ended = text.len() > 1 && text.ends_with(['"', '`']);
    let end = if is_ended { span.end - 1 } else { place.offset };
    span.start + 1..end.max(span.start + 1)
}

fn replacing(place: &Place<'_>, content: &Range<usize>, text: String) -> CompletionItem {
    let edit = TextEdit { range: place.document.range(content), new_text: text.clone() };
    let mut item = item(text, CompletionItemKind::VALUE, None);
    item.text_edit = Some(CompletionTextEdit::Edit(edit));
    item
}

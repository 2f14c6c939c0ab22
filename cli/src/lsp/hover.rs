//! What a name means.

use super::aws;
use super::place::Place;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Range};
use rhambda_analysis::infer::Infer;
use rhambda_analysis::outline::{Declaration, Kind, Mention, What};

/// So many functions of the same name are shown.
const MAX_SHOWN: usize = 5;

pub(super) fn hover(place: &Place<'_>) -> Option<Hover> {
    if place.outline.is_in_comment(place.offset) {
        return None;
    }
    let mention = place.mention()?;
    if let Some(text) = of_aws(place, mention) {
        return Some(markdown(text, place.document.range(&mention.span)));
    }
    let text = match &mention.what {
        What::Local(number) | What::Declared(number)
            if place.outline.declarations[*number].params().is_none() =>
        {
            variable(place, &place.outline.declarations[*number])
        }
        What::Space => space(place, place.outline.at(&mention.span))?,
        _ => {
            let callees = place.callees(mention);
            let shown = callees
                .iter()
                .take(MAX_SHOWN)
                .map(|callee| format!("{}\n\n{}", code(&callee.signatures().join("\n")), callee.docs()));
            shown.collect::<Vec<_>>().join("\n\n---\n\n")
        }
    };
    (!text.is_empty()).then(|| markdown(text, place.document.range(&mention.span)))
}

/// A parameter of an operation of AWS, or a field of its response.
fn of_aws(place: &Place<'_>, mention: &Mention) -> Option<String> {
    let is_field = matches!(mention.what, What::Key | What::Property);
    let piece = place.outline.pieces.iter().position(|piece| piece.span == mention.span)?;
    let (title, found) = aws::named(place, piece).filter(|_| is_field)?;
    Some(format!("{}\n\n{title}", code(&format!("{}: {}", found.name, aws::detail(&found)))))
}

fn markdown(value: String, range: Range) -> Hover {
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Hover { contents, range: Some(range) }
}

fn code(text: &str) -> String {
    format!("```rhai\n{text}\n```")
}

fn variable(place: &Place<'_>, declaration: &Declaration) -> String {
    let name = &declaration.name;
    let of = Infer::new(place.outline, place.catalog).variable(declaration).kind();
    let of = of.map(|of| format!(": {}", type_name(of.name()))).unwrap_or_default();
    let shown = match &declaration.kind {
        Kind::Constant => format!("const {name}{of}"),
        Kind::Parameter(_) => format!("(parameter) {name}{of}"),
        Kind::Import(Some(path)) => format!("import \"{path}\" as {name}"),
        Kind::Import(None) => format!("import … as {name}"),
        Kind::Export => format!("export … as {name}"),
        _ => format!("let {name}{of}"),
    };
    format!("{}\n\n{}", code(&shown), place.outline.docs(declaration)).trim_end().to_owned()
}

/// A namespace, with what is in it.
fn space(place: &Place<'_>, name: &str) -> Option<String> {
    let functions = place.catalog.in_space(name);
    let lines: Vec<_> = functions
        .map(|function| format!("- `{}`: {}", function.qualified_name(), function.summary()))
        .collect();
    (!lines.is_empty()).then(|| format!("{}\n\n{}", code(&format!("module {name}")), lines.join("\n")))
}

/// Types have other names in signatures than in the machine.
pub(super) fn type_name(name: &str) -> &str {
    match name {
        "i64" => "int",
        "f64" => "float",
        "range=" => "range",
        name => name,
    }
}

//! The parameters of the function whose arguments are typed.

use super::aws;
use super::place::Place;
use aws_api::Parameter;
use lsp_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp,
    SignatureInformation,
};

pub(super) fn signature(place: &Place<'_>) -> Option<SignatureHelp> {
    if let Some(help) = of_map(place) {
        return Some(help);
    }
    let call = place.call()?;
    let name = &place.outline.pieces.get(call.name)?.span;
    let (_, mention) = place.outline.mention_at(name.start)?;
    let mut signatures: Vec<_> = place
        .callees(mention)
        .iter()
        .flat_map(|callee| callee.signatures().into_iter().map(|label| information(label, callee.docs())))
        .collect();
    signatures.retain(|signature| signature.label.contains('('));
    let takes =
        |signature: &SignatureInformation| signature.parameters.as_ref().map_or(0, Vec::len) > call.argument;
    let active = signatures.iter().position(takes).unwrap_or_default();
    let number = |number: usize| u32::try_from(number).ok();
    (!signatures.is_empty()).then_some(SignatureHelp {
        signatures,
        active_signature: number(active),
        active_parameter: number(call.argument),
    })
}

/// The map in the parameters of an operation of AWS that is typed.
fn of_map(place: &Place<'_>) -> Option<SignatureHelp> {
    let last = place.outline.piece_before(place.offset)?;
    let within = aws::within(place, last)?;
    let members = within.members();
    let active = within.key.as_ref().and_then(|key| members.iter().position(|member| member.name == *key));
    let shown = |member: &Parameter| format!("{}: {}", member.name, aws::detail(member));
    let labels: Vec<_> = members.iter().map(shown).collect();
    let information = SignatureInformation {
        label: format!("#{{ {} }}", labels.join("; ")),
        documentation: Some(Documentation::String(within.title())),
        parameters: Some(
            labels
                .into_iter()
                .map(|label| ParameterInformation {
                    label: ParameterLabel::Simple(label),
                    documentation: None,
                })
                .collect(),
        ),
        active_parameter: None,
    };
    (!members.is_empty()).then_some(SignatureHelp {
        signatures: vec![information],
        active_signature: Some(0),
        // None of them, as long as a key is typed.
        active_parameter: u32::try_from(active.unwrap_or(members.len())).ok(),
    })
}

fn information(label: String, docs: String) -> SignatureInformation {
    let parameters = parameters(&label).into_iter();
    let parameters = parameters
        .map(|label| ParameterInformation { label: ParameterLabel::Simple(label), documentation: None });
    let docs = MarkupContent { kind: MarkupKind::Markdown, value: docs };
    SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: (!docs.value.is_empty()).then_some(Documentation::MarkupContent(docs)),
        label,
        active_parameter: None,
    }
}

/// The parameters in a signature such as `string.pad(length: int[, with: string])`.
fn parameters(signature: &str) -> Vec<String> {
    let inside = signature.split_once('(').and_then(|(_, rest)| {
        let rest = rest.split(" -> ").next().unwrap_or(rest);
        rest.trim_end().strip_suffix(')')
    });
    let parts = inside.unwrap_or_default().split(", ");
    parts.map(|part| part.trim_matches(['[', ']']).to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_parts_of_the_signature() {
        assert_eq!(
            parameters("string.pad(len: int[, with: string | char[, x: any]]) -> string"),
            ["len: int", "with: string | char", "x: any"]
        );
        assert_eq!(parameters("f(a, b)"), ["a", "b"]);
        assert_eq!(parameters("now()"), [""; 0]);
        assert_eq!(parameters("no function"), [""; 0]);
    }
}

//! The services, operations, parameters and responses of AWS, where they are typed.

use super::place::Place;
use aws_api::{key, Described, Parameter, Step};
use lsp_types::{CompletionItem, CompletionItemKind};
use rhambda_analysis::aws::{service, Operation};
use rhambda_analysis::infer::Value;

/// The namespace whose functions call AWS.
const SPACE: &str = "aws";
/// The argument with the parameters.
const PARAMETERS: usize = 2;

/// A place in the parameters of an operation.
pub(super) struct InParameters {
    operation: Operation,
    /// The way to the map.
    path: Vec<Step>,
    /// The key whose value is typed.
    pub(super) key: Option<String>,
}

/// A map in an argument of a call.
pub(super) struct OpenMap {
    /// The way to it from the argument.
    pub(super) path: Vec<Step>,
    /// The key whose value is typed.
    pub(super) key: Option<String>,
}

/// Brackets that are open, with the key before the value that is typed.
enum Open {
    Map(Option<String>),
    List,
    Other,
}

impl InParameters {
    /// What can be written in the map.
    pub(super) fn members(&self) -> Vec<Parameter> {
        self.operation.parameter(&self.path).and_then(|described| described.members).unwrap_or_default()
    }

    /// Where the map is, such as `dynamodb PutItem, Item.id`.
    pub(super) fn title(&self) -> String {
        let Operation { service, name } = &self.operation;
        let path: String = self.path.iter().map(shown).collect();
        let path = path.trim_start_matches('.');
        if path.is_empty() {
            format!("{service} {name}")
        } else {
            format!("{service} {name}, {path}")
        }
    }
}

fn shown(step: &Step) -> String {
    match step {
        Step::Member(name) => format!(".{name}"),
        Step::Item => "[]".to_owned(),
    }
}

/// What can be the string at a place: a service as the first argument, an operation as the second.
pub(super) fn texts(place: &Place<'_>) -> Vec<String> {
    let Some(call) = place.call().filter(|call| is_aws(place, call.name)) else { return Vec::new() };
    match call.argument {
        0 => ::aws::services::all().map(|service| service.name().to_owned()).collect(),
        1 => service(string(place, call.open + 1)).map_or(Vec::new(), |service| {
            service.operations.iter().map(|operation| operation.name.to_string()).collect()
        }),
        _ => Vec::new(),
    }
}

/// The parameters of the operation, or the members of the one in whose map a key follows this piece.
pub(super) fn parameters(place: &Place<'_>, before: usize) -> Vec<CompletionItem> {
    let Some(within) = within(place, before).filter(|within| within.key.is_none()) else { return Vec::new() };
    let items = within.members().into_iter().map(|parameter| CompletionItem {
        detail: Some(detail(&parameter)),
        insert_text: Some(key(&parameter.name)).filter(|key| *key != parameter.name),
        label: parameter.name,
        kind: Some(CompletionItemKind::FIELD),
        sort_text: parameter.is_required.then(|| "0".to_owned()),
        ..CompletionItem::default()
    });
    items.collect()
}

/// The type of a parameter.
pub(super) fn detail(parameter: &Parameter) -> String {
    let required = if parameter.is_required { ", required" } else { "" };
    format!("{}{required}", parameter.kind)
}

/// The map in the parameters of an operation that is open behind a piece.
pub(super) fn within(place: &Place<'_>, last: usize) -> Option<InParameters> {
    let call = place.call().filter(|call| is_aws(place, call.name) && call.argument == PARAMETERS)?;
    let operation = Operation {
        service: string(place, call.open + 1).to_owned(),
        name: string(place, call.open + 3).to_owned(),
    };
    let OpenMap { path, key } = open_map(place, call.open, last)?;
    Some(InParameters { operation, path, key })
}

/// The map that is open behind a piece, in the call with this bracket.
pub(super) fn open_map(place: &Place<'_>, bracket: usize, last: usize) -> Option<OpenMap> {
    let mut open: Vec<Open> = Vec::new();
    for at in bracket + 1..=last {
        match place.outline.piece(at) {
            "#{" => open.push(Open::Map(None)),
            "[" => open.push(Open::List),
            "(" | "{" | "?[" => open.push(Open::Other),
            ")" | "]" | "}" => drop(open.pop()),
            "," => {
                if let Some(Open::Map(key)) = open.last_mut() {
                    *key = None;
                }
            }
            ":" => {
                if let Some(Open::Map(key)) = open.last_mut() {
                    *key = Some(string(place, at - 1).to_owned());
                }
            }
            _ => {}
        }
    }
    let Some(Open::Map(key)) = open.pop() else { return None };
    let step = |open: Open| match open {
        Open::Map(key) => Some(Step::Member(key?)),
        Open::List => Some(Step::Item),
        Open::Other => None,
    };
    let path = open.into_iter().map(step).collect::<Option<_>>()?;
    Some(OpenMap { path, key })
}

/// The field of a response, or the parameter, whose name is at this piece: where it is and what.
pub(super) fn named(place: &Place<'_>, piece: usize) -> Option<(String, Parameter)> {
    let name = string(place, piece);
    let before = piece.checked_sub(1)?;
    let (title, members) = match place.outline.piece(before) {
        "." | "?." => {
            let value = place.value(before);
            let Value::Response(operation, _) = &value else { return None };
            let Operation { service, name } = operation;
            (format!("response of {service} {name}"), value.described()?.members?)
        }
        _ => {
            let within = within(place, before).filter(|within| within.key.is_none())?;
            (within.title(), within.members())
        }
    };
    let found = members.into_iter().find(|member| member.name == name)?;
    Some((title, found))
}

/// The fields of a value that is a part of a response.
pub(super) fn fields(described: Option<Described>) -> Vec<Parameter> {
    described.and_then(|described| described.members).unwrap_or_default()
}

fn is_aws(place: &Place<'_>, name: usize) -> bool {
    name >= 2 && place.outline.piece(name - 1) == "::" && place.outline.piece(name - 2) == SPACE
}

/// What a string says, or a name.
fn string<'a>(place: &'a Place<'_>, at: usize) -> &'a str {
    place.outline.piece(at).trim_matches(['"', '`'])
}

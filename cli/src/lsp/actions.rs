//! What can be done about a finding.

use super::diagnostics::diagnostic;
use super::documents::Document;
use super::workspace::Scripts;
use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};
use rhambda_analysis::outline::What;
use rhambda_analysis::{Code, Edit, Finding};
use std::collections::HashMap;

/// The actions for a part of a document.
pub(super) fn actions(document: &Document, range: Range, scripts: &Scripts) -> Vec<CodeActionOrCommand> {
    let wanted = document.lines.span(&document.text, range);
    let findings: Vec<_> = document.findings.iter().flatten().collect();
    let here = findings
        .iter()
        .filter(|finding| finding.span.start <= wanted.end && wanted.start <= finding.span.end);
    let mut actions = Vec::new();
    for finding in here {
        if !finding.edits.is_empty() {
            let title = format!("Fix: {}", described(document, &finding.edits));
            actions.push(quick_fix(document, finding, title, &finding.edits, true));
        }
        if let Some(edit) = &finding.suggestion {
            let title = format!("Change to {}", edit.text);
            actions.push(quick_fix(document, finding, title, std::slice::from_ref(edit), false));
        }
        for (title, edit) in imports(document, finding, scripts) {
            actions.push(quick_fix(document, finding, title, &[edit], false));
        }
        if finding.code != Code::Syntax {
            let title = format!("Allow {} on this line", finding.code.name());
            actions.push(quick_fix(document, finding, title, &[allow(document, finding)], false));
        }
    }
    let fixes: Vec<_> = findings.iter().flat_map(|finding| finding.edits.clone()).collect();
    if !fixes.is_empty() {
        actions.push(CodeAction {
            title: "Fix all that can be fixed safely".to_owned(),
            kind: Some(CodeActionKind::SOURCE_FIX_ALL),
            edit: Some(edit(document, &apart(fixes))),
            ..CodeAction::default()
        });
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// What the changes put in place of what.
fn described(document: &Document, edits: &[Edit]) -> String {
    let [edit] = edits else { return "apply the suggestion".to_owned() };
    let old = document.text.get(edit.span.clone()).unwrap_or_default();
    match (old, edit.text.as_str()) {
        (old, "") => format!("remove {old}"),
        ("", new) => format!("insert {new}"),
        (old, new) => format!("replace {old} with {new}"),
    }
}

fn quick_fix(
    document: &Document,
    finding: &Finding,
    title: String,
    edits: &[Edit],
    is_preferred: bool,
) -> CodeAction {
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic(document, finding)]),
        edit: Some(edit(document, edits)),
        is_preferred: is_preferred.then_some(true),
        ..CodeAction::default()
    }
}

/// Changes without those that overlap an earlier one.
fn apart(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| edit.span.start);
    let mut end = 0;
    edits.retain(|edit| {
        let is_apart = edit.span.start >= end;
        end = if is_apart { edit.span.end } else { end };
        is_apart
    });
    edits
}

// A URI as a key is compared by its text, which never changes.
#[expect(clippy::mutable_key_type)]
fn edit(document: &Document, edits: &[Edit]) -> WorkspaceEdit {
    let edits = edits
        .iter()
        .map(|edit| TextEdit { range: document.range(&edit.span), new_text: edit.text.clone() })
        .collect();
    let changes: HashMap<Uri, Vec<TextEdit>> = HashMap::from([(document.uri.clone(), edits)]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

/// The comment that allows a finding, on the line before.
fn allow(document: &Document, finding: &Finding) -> Edit {
    let text = &document.text;
    let line = text[..text.floor_char_boundary(finding.span.start)].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text[line..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Edit { span: line..line, text: format!("{indent}// rhambda: allow({}){end}", finding.code.name()) }
}

/// Imports of scripts that have the name of an unknown module.
fn imports(document: &Document, finding: &Finding, scripts: &Scripts) -> Vec<(String, Edit)> {
    let outline = document.outline();
    let found = outline.mention_at(finding.span.start).filter(|(_, mention)| mention.what == What::Space);
    let Some((_, mention)) = found else { return Vec::new() };
    let name = outline.at(&mention.span);
    let is_named = |path: &&str| path.rsplit('/').next() == Some(name);
    let own = scripts.name(&document.path).unwrap_or_default();
    let paths = scripts.names.iter().filter(|script| **script != own);
    let paths = paths.filter_map(|script| script.strip_suffix(".rhai")).filter(is_named);
    let at = import_place(document);
    let end = if document.text.contains("\r\n") { "\r\n" } else { "\n" };
    let import = |path: &str| {
        let statement = format!("import \"{path}\" as {name};");
        (format!("Insert `{statement}`"), Edit { span: at..at, text: statement + end })
    };
    paths.map(import).collect()
}

/// Where an import is inserted: before the first statement.
fn import_place(document: &Document) -> usize {
    let outline = document.outline();
    let first = outline.pieces.first().map_or(document.text.len(), |piece| piece.span.start);
    // Comments right before a function are its documentation.
    let before = outline.comments.iter().rev().filter(|comment| comment.end <= first);
    let mut at = first;
    for comment in before {
        let between = outline.at(&(comment.end..at));
        if outline.at(comment).starts_with("#!")
            || !between.trim().is_empty()
            || between.matches('\n').count() > 1
        {
            break;
        }
        at = comment.start;
    }
    document.text[..at].rfind('\n').map_or(if at == first { first } else { at }, |line| line + 1)
}

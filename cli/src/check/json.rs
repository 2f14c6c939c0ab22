//! Findings for programs.

use super::found::Found;
use anyhow::Result;
use rhambda_analysis::{Edit, Text};
use serde_json::{json, Value};

pub(super) fn report(found: &[Found]) -> Result<String> {
    let findings: Vec<_> = found.iter().map(to_json).collect();
    Ok(serde_json::to_string_pretty(&findings)? + "\n")
}

fn to_json(found: &Found) -> Value {
    let finding = &found.finding;
    let text = Text::new(found.text.as_str().into());
    let edit = |edit: &Edit| {
        let (start, end) = (text.place(edit.span.start), text.place(edit.span.end));
        json!({ "line": start.0, "column": start.1, "end_line": end.0, "end_column": end.1, "text": edit.text })
    };
    json!({
        "file": found.path,
        "line": found.start.0,
        "column": found.start.1,
        "end_line": found.end.0,
        "end_column": found.end.1,
        "code": finding.code.name(),
        "severity": finding.severity.name(),
        "message": finding.message,
        "help": finding.help,
        "edits": finding.edits.iter().map(edit).collect::<Vec<_>>(),
    })
}

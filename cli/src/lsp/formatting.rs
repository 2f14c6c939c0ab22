//! Formatting, as `rhambda fmt` does it.

use super::documents::Document;
use crate::fmt::verify;
use lsp_types::{Position, TextEdit};
use similar::{capture_diff_slices, Algorithm, DiffOp};
use std::ops::Range;

/// The changes of lines that format a script.
///
/// # Errors
/// Why it cannot be formatted.
pub(super) fn format(document: &Document) -> Result<Vec<TextEdit>, String> {
    if document.is_too_large() {
        return Err("the script is too large: run `rhambda fmt`".to_owned());
    }
    let formatted = verify::format(&document.text)?;
    let old: Vec<&str> = document.text.split_inclusive('\n').collect();
    let new: Vec<&str> = formatted.split_inclusive('\n').collect();
    let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
    let starts = starts(&old);
    let changes = changes.iter().filter(|change| !matches!(change, DiffOp::Equal { .. }));
    let edits = changes.flat_map(|change| parts(change, &old, &new)).map(|(before, after)| TextEdit {
        range: document.range(&(starts[before.start]..starts[before.end])),
        new_text: new[after].concat(),
    });
    Ok(edits.collect())
}

/// The old and the new lines of a change, in parts that differ only in their spaces where that is so: each of them can
/// be changed alone.
fn parts(change: &DiffOp, old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let add = |to: &mut String, line: &str| to.extend(line.split_whitespace());
    let (mut before, mut after) = (change.old_range(), change.new_range());
    let mut parts = Vec::new();
    let (mut wanted, mut found, mut end) = (String::new(), String::new(), after.start);
    for line in before.clone() {
        add(&mut wanted, old[line]);
        while end < after.end && found.len() < wanted.len() {
            add(&mut found, new[end]);
            end += 1;
        }
        if found == wanted {
            parts.push((before.start..line + 1, after.start..end));
            (before.start, after.start) = (line + 1, end);
            wanted.clear();
            found.clear();
        }
    }
    if !before.is_empty() || !after.is_empty() {
        parts.push((before, after));
    }
    parts.retain(|(before, after)| old[before.clone()] != new[after.clone()]);
    parts
}

/// The changes of [`format`] in some lines.
///
/// # Errors
/// Why the script cannot be formatted.
pub(super) fn format_range(document: &Document, range: lsp_types::Range) -> Result<Vec<TextEdit>, String> {
    let mut edits = format(document)?;
    // A range that ends at the beginning of a line does not have this line.
    let is_before = |end: Position| end.character == 0 && end.line > range.start.line;
    let last = if is_before(range.end) { range.end.line - 1 } else { range.end.line };
    edits.retain(|edit| {
        let is_added = edit.range.start == edit.range.end;
        let end = if is_added { edit.range.end.line } else { edit.range.end.line.saturating_sub(1) };
        edit.range.start.line <= last && end >= range.start.line
    });
    Ok(edits)
}

/// Where lines begin, and where the last one ends.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let ends = lines.iter().map(|line| {
        at += line.len();
        at
    });
    std::iter::once(0).chain(ends).collect()
}

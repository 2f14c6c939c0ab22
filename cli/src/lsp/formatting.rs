//! Formatting, as `rhambda fmt` does it.

use super::documents::Document;
use crate::fmt::verify;
use lsp_types::TextEdit;
use similar::{capture_diff_slices, Algorithm, DiffOp};

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
    let (starts, lines) = (starts(&old), new);
    let edits = changes.iter().filter(|change| !matches!(change, DiffOp::Equal { .. })).map(|change| {
        let (before, after) = (change.old_range(), change.new_range());
        TextEdit {
            range: document.range(&(starts[before.start]..starts[before.end])),
            new_text: lines[after].concat(),
        }
    });
    Ok(edits.collect())
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

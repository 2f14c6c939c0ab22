//! What is found.

use crate::code::{Code, Severity};
use std::ops::Range;

/// A mistake, or what looks like one.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// The script.
    pub file: String,
    /// The bytes of the script that it is about.
    pub span: Range<usize>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Changes of the script that are safe to make, and remedy it.
    pub edits: Vec<Edit>,
    /// A change that may be meant, such as the name that is most like an unknown one.
    pub suggestion: Option<Edit>,
}

impl Finding {
    /// Suggests another name in place of the one that the finding's part of the text ends with, maybe in quotes.
    pub(crate) fn suggest(&mut self, text: &str, wrong: &str, right: &str) {
        let Some(written) = text.get(self.span.clone()) else { return };
        let before = written.strip_suffix('"').unwrap_or(written).strip_suffix(wrong);
        self.suggestion = before.map(|before| {
            let start = self.span.start + before.len();
            Edit { span: start..start + wrong.len(), text: right.to_owned() }
        });
    }
}

/// A change of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace.
    pub span: Range<usize>,
    /// What to put there.
    pub text: String,
}

/// The text with these changes, of which those that overlap an earlier one are left out.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.start);
    let (mut result, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits.into_iter().filter(|edit| text.get(edit.span.clone()).is_some()) {
        if edit.span.start < at {
            continue;
        }
        result.push_str(&text[at..edit.span.start]);
        result.push_str(&edit.text);
        at = edit.span.end;
    }
    result + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_edits_are_made_once() {
        let edit = |span, text: &str| Edit { span, text: text.into() };
        let edits = [edit(4..5, "X"), edit(0..2, "ab"), edit(1..3, "no")];
        assert_eq!(apply("01234567", &edits), "ab23X567");
        assert_eq!(apply("é", &[edit(1..2, "no")]), "é");
    }
}

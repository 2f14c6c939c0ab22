//! A finding, and where it is.

use rhambda_analysis::{Finding, Text};

/// A finding, and where it is.
pub(crate) struct Found {
    pub(crate) finding: Finding,
    /// The file, as the user would name it.
    pub(crate) path: String,
    /// The file's text.
    pub(crate) text: String,
    /// Line and column of the first and behind the last character, from 1.
    pub(crate) start: (usize, usize),
    pub(crate) end: (usize, usize),
}

impl Found {
    pub(super) fn new(path: String, text: &Text, finding: Finding) -> Self {
        let (start, end) = (text.place(finding.span.start), text.place(finding.span.end));
        Self { path, text: text.as_str().to_owned(), start, end, finding }
    }
}

//! The documentation that is written in comments.

use super::{Declaration, Kind, Outline};
use std::ops::Range;

impl Outline {
    /// The comments right before a declaration, without their marks: for editors, which show any.
    pub fn docs(&self, declaration: &Declaration) -> String {
        joined(self.comments_before(declaration.whole.start).into_iter().map(|comment| self.at(comment)))
    }

    /// The documentation comments right before a declaration, without their marks.
    pub fn doc_comments(&self, declaration: &Declaration) -> String {
        let comments = self.comments_before(declaration.whole.start).into_iter();
        joined(comments.map(|comment| self.at(comment)).filter(|comment| is_doc(comment)))
    }

    /// What the top of the script says about all of it: its lines of `//!`, or the first documentation comment that
    /// does not belong to a declaration.
    pub fn script_docs(&self) -> String {
        let first = self.pieces.first().map_or(self.text().len(), |piece| piece.span.start);
        let mut top = &self.comments[..self.comments.partition_point(|comment| comment.end <= first)];
        let inner: Vec<_> = top.iter().map(|comment| self.at(comment)).filter(|it| is_inner(it)).collect();
        if !inner.is_empty() {
            return joined(inner.into_iter());
        }
        let is_documented = |it: &Declaration| it.whole.start == first && !matches!(it.kind, Kind::Import(_));
        if self.declarations.first().is_some_and(is_documented) {
            top = &top[..top.len() - self.comments_before(first).len()];
        }
        let Some(start) = top.iter().position(|comment| is_doc(self.at(comment))) else {
            return String::new();
        };
        let top = &top[start..];
        let is_end = |pair: &[Range<usize>]| !is_adjacent(self.at(&(pair[0].end..pair[1].start)));
        let end = top.windows(2).position(is_end).map_or(top.len(), |last| last + 1);
        joined(top[..end].iter().map(|comment| self.at(comment)).filter(|comment| is_doc(comment)))
    }

    /// The comments without an empty line between them and a place.
    fn comments_before(&self, mut start: usize) -> Vec<&Range<usize>> {
        let mut found = Vec::new();
        let before = &self.comments[..self.comments.partition_point(|comment| comment.end <= start)];
        for comment in before.iter().rev() {
            if !is_adjacent(self.at(&(comment.end..start))) {
                break;
            }
            // A comment behind a statement belongs to that.
            let line = self.text()[..comment.start].rfind('\n').map_or(0, |at| at + 1);
            if !self.text()[line..comment.start].trim().is_empty() {
                break;
            }
            found.push(comment);
            start = comment.start;
        }
        found.reverse();
        found
    }
}

/// Whether this between two parts of a text keeps them together.
fn is_adjacent(between: &str) -> bool {
    between.trim().is_empty() && between.matches('\n').count() <= 1
}

fn is_inner(comment: &str) -> bool {
    comment.starts_with("//!")
}

/// Whether a comment is documentation, as Rhai has it: `////` and `/***` are not.
fn is_doc(comment: &str) -> bool {
    let is_line = comment.starts_with("///") && !comment.starts_with("////");
    is_line || comment.starts_with("/**") && !comment.starts_with("/***") && comment != "/**/"
}

fn joined<'a>(comments: impl Iterator<Item = &'a str>) -> String {
    let text = comments.map(uncommented).collect::<Vec<_>>().join("\n");
    // The first line keeps the spaces with which it begins: they may be code.
    text.trim_start_matches('\n').trim_end().to_owned()
}

fn uncommented(comment: &str) -> String {
    let comment = comment.trim_end();
    if let Some(content) = comment.strip_prefix("/*") {
        return unboxed(content.strip_suffix("*/").unwrap_or(content));
    }
    let content = comment.strip_prefix("//!").unwrap_or_else(|| comment.trim_start_matches('/'));
    content.strip_prefix(' ').unwrap_or(content).to_owned()
}

/// The content of a block comment without the asterisks at its edges, or the spaces with which all of its lines begin.
fn unboxed(content: &str) -> String {
    let mut lines = content.trim_start_matches('*').trim_end_matches('*').trim_end().lines();
    let first = lines.next().unwrap_or_default().trim();
    let rest: Vec<_> = lines.map(str::trim_end).collect();
    let written = rest.iter().filter(|line| !line.is_empty());
    let has_edge = written.clone().all(|line| line.trim_start().starts_with('*'));
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let indent = written.map(indent).min().unwrap_or_default();
    let mut text = first.to_owned();
    for line in rest {
        text.push('\n');
        text.push_str(if has_edge {
            let line = line.trim_start();
            let line = line.strip_prefix('*').unwrap_or(line);
            line.strip_prefix(' ').unwrap_or(line)
        } else {
            line.get(indent..).unwrap_or_default()
        });
    }
    text.trim_start_matches('\n').to_owned()
}

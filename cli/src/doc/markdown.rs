//! The documentation of scripts as Markdown.

use super::scripts::{Folder, Import, Item, Script};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use std::fmt::Write as _;
use std::ops::Range;

/// Headings in comments are below that of their function.
const LEVEL: usize = 3;
const MAX_LEVEL: usize = 6;
const MIN_FENCE: usize = 3;

/// The whole document.
pub(super) fn page(folder: &Folder) -> String {
    let mut page = format!("# {}\n\n", code(&folder.name));
    for script in &folder.scripts {
        let _ = writeln!(page, "- [{}](#{})", code(&script.name), script.id);
    }
    for script in &folder.scripts {
        add_script(&mut page, script);
    }
    page
}

fn add_script(page: &mut String, script: &Script) {
    let _ = write!(page, "\n## <a id=\"{}\"></a>{}\n", script.id, code(&script.name));
    add_docs(page, &script.docs);
    if !script.imports.is_empty() {
        let links: Vec<_> = script.imports.iter().map(link).collect();
        let _ = write!(page, "\nImports {}.\n", links.join(", "));
    }
    for item in &script.exports {
        add_heading(page, item, &item.name);
        let fence = "`".repeat(longest_run(&item.code, '`').max(MIN_FENCE - 1) + 1);
        let _ = write!(page, "\n{fence}rhai\n{}\n{fence}\n", item.code);
        add_docs(page, &item.docs);
    }
    for item in &script.functions {
        add_heading(page, item, &item.code);
        add_docs(page, &item.docs);
    }
}

fn add_heading(page: &mut String, item: &Item, heading: &str) {
    let _ = write!(page, "\n### <a id=\"{}\"></a>{}\n", item.id, code(heading));
}

fn add_docs(page: &mut String, docs: &str) {
    if !docs.is_empty() {
        let _ = write!(page, "\n{}\n", contained(docs));
    }
}

fn link(import: &Import) -> String {
    let path = code(&import.path);
    import.id.as_ref().map(|id| format!("[{path}](#{id})")).unwrap_or(path)
}

/// A text as code, whatever it contains.
fn code(text: &str) -> String {
    let marks = "`".repeat(longest_run(text, '`') + 1);
    let is_edge = |c: Option<char>| matches!(c, None | Some('`' | ' '));
    let space = if is_edge(text.chars().next()) || is_edge(text.chars().last()) { " " } else { "" };
    format!("{marks}{space}{text}{space}{marks}")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or_default()
}

/// A comment's Markdown that cannot change the rest of the document: its headings are below that of its function, its
/// HTML is text, and its last code block has an end.
fn contained(docs: &str) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut depth = 0_usize;
    for (event, span) in Parser::new_ext(docs, rhambda::MARKDOWN_EXTENSIONS).into_offset_iter() {
        let source = &docs[span.clone()];
        match &event {
            Event::Start(Tag::Heading { level, .. }) => {
                let marks = "#".repeat((*level as usize + LEVEL).min(MAX_LEVEL));
                if source.starts_with('#') {
                    edits.push((span.start..span.start + *level as usize, marks));
                } else {
                    edits.push((span.start..span.start, format!("{marks} ")));
                    // The line below the heading makes it one.
                    let text = source.trim_end();
                    if let Some(end) = text.rfind('\n') {
                        edits.push((span.start + end..span.start + text.len(), String::new()));
                    }
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) if depth == 0 => {
                if let Some(fence) = missing_fence(source) {
                    edits.push((docs.len()..docs.len(), format!("\n{fence}")));
                }
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                let places = source.match_indices('<').map(|(at, _)| span.start + at);
                edits.extend(places.map(|at| (at..at + 1, "&lt;".to_owned())));
            }
            _ => {}
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut contained = String::new();
    let mut at = 0;
    for (span, new) in edits.into_iter().filter(|(span, _)| span.end <= docs.len()) {
        if span.start < at {
            continue;
        }
        contained.push_str(&docs[at..span.start]);
        contained.push_str(&new);
        at = span.end;
    }
    contained.push_str(&docs[at..]);
    contained
}

/// The end of a fenced code block that lacks it.
fn missing_fence(block: &str) -> Option<&str> {
    let block = block.trim();
    let mark = block.chars().next()?;
    let fence = &block[..block.len() - block.trim_start_matches(mark).len()];
    let last = block.lines().skip(1).last().unwrap_or_default().trim();
    let is_closed = last.len() >= fence.len() && last.chars().all(|c| c == mark);
    (!is_closed).then_some(fence)
}

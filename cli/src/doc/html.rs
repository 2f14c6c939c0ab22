//! The documentation of scripts as one HTML file.

use super::scripts::{Folder, Import, Item, Script};
use pulldown_cmark::{html, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use pulldown_cmark_escape::escape_html;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// The whole document.
pub(super) fn page(folder: &Folder) -> String {
    let name = escaped(&folder.name);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src *\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<nav aria-label=\"Index\">\n<ul>\n"
    );
    for script in &folder.scripts {
        add_to_index(&mut page, script);
    }
    let _ = write!(page, "</ul>\n</nav>\n<main>\n<h1>{name}</h1>\n");
    for script in &folder.scripts {
        add_script(&mut page, script);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn add_to_index(page: &mut String, script: &Script) {
    let _ = write!(page, "<li>{}", link(&script.id, &script.name));
    let mut items = script.exports.iter().chain(&script.functions).peekable();
    if items.peek().is_some() {
        page.push_str("\n<ul>\n");
        for item in items {
            let _ = writeln!(page, "<li>{}</li>", link(&item.id, &item.name));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</li>\n");
}

fn add_script(page: &mut String, script: &Script) {
    let _ = write!(page, "<section>\n<h2 id=\"{}\">{}</h2>\n", script.id, link(&script.id, &script.name));
    page.push_str(&rendered(&script.docs));
    if !script.imports.is_empty() {
        let links: Vec<_> = script.imports.iter().map(import).collect();
        let _ = writeln!(page, "<p>Imports {}.</p>", links.join(", "));
    }
    for item in &script.exports {
        add_heading(page, item, &item.name);
        let _ = writeln!(page, "<pre><code>{}</code></pre>", escaped(&item.code));
        page.push_str(&rendered(&item.docs));
    }
    for item in &script.functions {
        add_heading(page, item, &item.code);
        page.push_str(&rendered(&item.docs));
    }
    page.push_str("</section>\n");
}

fn add_heading(page: &mut String, item: &Item, heading: &str) {
    let _ = writeln!(page, "<h3 id=\"{}\">{}</h3>", item.id, link(&item.id, heading));
}

fn import(import: &Import) -> String {
    match &import.id {
        Some(id) => link(id, &import.path),
        None => format!("<code>{}</code>", escaped(&import.path)),
    }
}

/// A link to an anchor, whose characters need no escapes.
fn link(id: &str, code: &str) -> String {
    format!("<a href=\"#{id}\"><code>{}</code></a>", escaped(code))
}

fn escaped(text: &str) -> String {
    let mut html = String::new();
    let _ = escape_html(&mut html, text);
    html
}

/// A comment's Markdown as HTML, its headings below that of its function.
fn rendered(docs: &str) -> String {
    // The anchors of footnotes could be those of other comments.
    let extensions = rhambda::MARKDOWN_EXTENSIONS.difference(Options::ENABLE_FOOTNOTES);
    let events = Parser::new_ext(docs, extensions).map(rhambda::safe_markdown);
    let events = events.map(|event| match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: below(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        other => other,
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    page
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H4,
        HeadingLevel::H2 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

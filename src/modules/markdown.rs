//! `markdown::to_html`.

use super::accepted::read;
use super::arguments::error;
use super::options;
use pulldown_cmark::{html, CowStr, Event, Options, Parser, Tag, TagEnd};
use rhai_vm::function::Call;
use rhai_vm::memory::{self, Output};
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};
use std::cell::RefCell;

/// About how many bytes the library takes for each byte of a document of nothing but markup.
const BYTES_OF_TREE: usize = 16;
/// How many pieces are written between two looks at the clock.
const BATCH: usize = 4096;
/// Where links may lead, beside the same site.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];
/// What is understood beside `CommonMark`.
pub const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES);

module! {
    /// Markdown as [CommonMark](https://commonmark.org) defines it, with tables, `~~strikethrough~~`, task lists and footnotes as
    /// GitHub has them.
    "`markdown`"

    namespace "markdown" {
        /// Converts Markdown to HTML. It is safe to show what somebody else has written: HTML in the Markdown is escaped, and links and
        /// images that lead to anything but `http`, `https`, `mailto` and `tel` lead nowhere. With the option `html: true` both are
        /// left as they are: only for Markdown that you trust.
        ///
        /// ```rhai
        /// markdown::to_html("# Tea\n\nGreen *or* black.") // → "<h1>Tea</h1>\n<p>Green <em>or</em> black.</p>\n"
        /// markdown::to_html("<b>bold</b>") // → "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"
        /// markdown::to_html("<b>bold</b>", #{ html: true }) // → "<p><b>bold</b></p>\n"
        /// markdown::to_html("<javascript:alert(1)>") // → "<p><a href=\"\">javascript:alert(1)</a></p>\n"
        /// ```
        new "to_html" (markdown: String; options: Map) -> String = |call| {
            let is_html_allowed = is_html_allowed(&mut options::Options::of(call, 1, "markdown::to_html"))?;
            to_html(call, is_html_allowed).map(Value::from)
        };
    }

    options OPTIONS;
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("markdown::to_html", "options", |options| read(options, is_html_allowed))];

fn is_html_allowed(options: &mut options::Options<Error>) -> Result<bool> {
    let is_allowed = options.boolean("html")?.unwrap_or(false);
    options.end()?;
    Ok(is_allowed)
}

fn to_html(call: &Call<'_>, is_html_allowed: bool) -> Result<String> {
    let markdown = call.str(0);
    memory::needs(markdown.len().saturating_mul(BYTES_OF_TREE))?;
    // An error ends the events.
    let stopped: RefCell<Option<Error>> = RefCell::default();
    let events = Parser::new_ext(markdown, EXTENSIONS).enumerate().map_while(|(number, event)| {
        if number.is_multiple_of(BATCH) {
            if let Err(error) = call.check() {
                stopped.replace(Some(error));
                return None;
            }
        }
        Some(if is_html_allowed { event } else { safe(event) })
    });
    let mut output = Output::default();
    let written = html::write_html_io(&mut output, events);
    if let Some(error) = stopped.into_inner().or_else(memory::stopped) {
        return Err(error);
    }
    let html = written.map(|()| output.0).map_err(|problem| error("MarkdownError", problem.to_string()))?;
    String::from_utf8(html).map_err(|problem| error("MarkdownError", problem.to_string()))
}

/// An event without anything that a browser would run.
pub fn safe(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe_url(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: safe_url(dest_url), title, id })
        }
        other => other,
    }
}

/// The URL, or an empty one if it has another scheme than those that are safe.
fn safe_url(url: CowStr<'_>) -> CowStr<'_> {
    let scheme = match url.find([':', '/', '?', '#']) {
        Some(end) if url[end..].starts_with(':') => &url[..end],
        _ => return url,
    };
    if SCHEMES.iter().any(|safe| scheme.eq_ignore_ascii_case(safe)) {
        url
    } else {
        "".into()
    }
}

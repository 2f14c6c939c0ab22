//! `html::escape`, `html::unescape`.

use memchr::memchr;
use pulldown_cmark::{Event, Parser};
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Result, Value};
use std::borrow::Cow;

/// The longest reference is `&CounterClockwiseContourIntegral;`.
const MAX_REFERENCE: usize = 40;
/// How many references are read between two looks at the clock.
const BATCH: usize = 4096;

module! {
    /// Strings in HTML. [Templates](#template) escape what they show by themselves.
    "`html`"

    namespace "html" {
        /// Escapes `&`, `<`, `>`, `"` and `'`, so that a string is safe as the text of an element and in a quoted attribute. It is
        /// not safe in a script, a style, or an attribute without quotes.
        ///
        /// ```rhai
        /// html::escape("<b title='x'>") // → "&lt;b title=&#39;x&#39;&gt;"
        /// ```
        new "escape" (string: String) -> String = |call| escape(call.str(0)).map(Value::from);

        /// Replaces character references by their characters: all names that HTML has, and numbers, each with its semicolon.
        /// Anything else stays as it is.
        ///
        /// ```rhai
        /// html::unescape("&lt;b&gt; &eacute; &#8364; &#x20ac; &nothing; &lt") // → "<b> é € € &nothing; &lt"
        /// ```
        new "unescape" (string: String) -> String = |call| unescape(call).map(Value::from);
    }
}

/// What stands for a character in HTML; `None` for itself.
fn escaped(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        _ => return None,
    })
}

fn escape(text: &str) -> Result<String> {
    let more: usize = text.bytes().filter_map(escaped).map(|reference| reference.len() - 1).sum();
    memory::needs(text.len() + more)?;
    let mut html = String::with_capacity(text.len() + more);
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(reference) = escaped(byte) {
            html.push_str(&text[start..at]);
            html.push_str(reference);
            start = at + 1;
        }
    }
    html.push_str(&text[start..]);
    Ok(html)
}

fn unescape(call: &Call<'_>) -> Result<String> {
    let html = call.str(0);
    // What a reference stands for is never longer than the reference.
    memory::needs(html.len())?;
    let mut text = String::with_capacity(html.len());
    let (mut rest, mut count) = (html, 0_usize);
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        count += 1;
        if count.is_multiple_of(BATCH) {
            call.check()?;
        }
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = reference(rest).unwrap_or(1);
        text.push_str(&character(&rest[..length]));
        rest = &rest[length..];
    }
    text.push_str(rest);
    Ok(text)
}

/// The length of the reference at the beginning of a string.
fn reference(html: &str) -> Option<usize> {
    let name = &html.as_bytes()[1..html.len().min(MAX_REFERENCE)];
    let length = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')?;
    (length > 0 && name[length] == b';').then_some(length + 2)
}

/// What a reference stands for. Markdown has the same references, and its parser has the table of their names.
fn character(reference: &str) -> Cow<'_, str> {
    if reference.len() > 1 {
        for event in Parser::new(reference) {
            if let Event::Text(text) = event {
                return text.into_string().into();
            }
        }
    }
    reference.into()
}

//! Values, as people read them.

use rhai_vm::Value;
use std::fmt::Write as _;

/// What is longer is written over several lines.
const WIDTH: usize = 80;
/// Most items of an array or a map.
const MAX_ITEMS: usize = 100;
/// Most characters of a string.
const MAX_STRING: usize = 10_000;
/// Most bytes of a blob.
const MAX_BYTES: usize = 64;
/// Longest text in all, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Deepest nesting.
const MAX_DEPTH: usize = 20;

/// A value in Rhai's notation: on one line if it fits there, and not in full if it is long.
pub(super) fn show(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Value, depth: usize, to: &mut String) {
    let value = value.flat_clone();
    if to.len() > MAX_TEXT || (depth > MAX_DEPTH && (value.as_array().is_some() || value.as_map().is_some()))
    {
        to.push('…');
    } else if let Some(items) = value.as_array() {
        let items = items.iter().map(|item| (None, item));
        group("[", items, value.as_array().map_or(0, Vec::len), "]", depth, to);
    } else if let Some(map) = value.as_map() {
        let entries = map.iter().map(|(name, item)| (Some(key(name)), item));
        group("#{", entries, map.len(), "}", depth, to);
    } else if let Some(text) = value.as_str() {
        let shown: String = text.chars().take(MAX_STRING).collect();
        let more = text.len() - shown.len();
        let _ = write!(to, "{shown:?}");
        if more > 0 {
            let _ = write!(to, "… ({more} bytes more)");
        }
    } else if let Some(bytes) = value.as_blob() {
        let shown: Vec<_> = bytes.iter().take(MAX_BYTES).map(|byte| format!("{byte:02x}")).collect();
        let _ = write!(to, "blob of {} bytes: {}", bytes.len(), shown.join(" "));
        if bytes.len() > MAX_BYTES {
            to.push_str(" …");
        }
    } else {
        let _ = write!(to, "{value:?}");
    }
}

/// Items between brackets.
fn group<'a>(
    open: &str,
    items: impl Iterator<Item = (Option<String>, &'a Value)>,
    count: usize,
    close: &str,
    depth: usize,
    to: &mut String,
) {
    let before = to.len();
    let mut parts = Vec::new();
    for (name, item) in items.take(MAX_ITEMS) {
        let mut part = name.map(|name| format!("{name}: ")).unwrap_or_default();
        write(item, depth + 1, &mut part);
        to.push_str(&part);
        parts.push(part);
        // What is not shown need not be written.
        if to.len() > MAX_TEXT {
            break;
        }
    }
    to.truncate(before);
    if count > parts.len() {
        parts.push(format!("… {} more", count - parts.len()));
    }
    let width: usize = parts.iter().map(|part| part.chars().count() + 2).sum();
    if 2 * depth + width <= WIDTH && !parts.iter().any(|part| part.contains('\n')) {
        let space = if open == "#{" && !parts.is_empty() { " " } else { "" };
        let _ = write!(to, "{open}{space}{}{space}{close}", parts.join(", "));
        return;
    }
    let _ = writeln!(to, "{open}");
    for part in &parts {
        let _ = writeln!(to, "{:1$}{part},", "", 2 * depth + 2);
    }
    let _ = write!(to, "{:1$}{close}", "", 2 * depth);
}

/// A key, in quotes unless it is a name.
fn key(name: &str) -> String {
    if rhambda_analysis::outline::is_name(name) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

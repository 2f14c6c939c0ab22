//! Where a syntax error is that the parser notices later: often in the next line.

use rhai::ParseErrorType;
use rhambda_format::lexer::{tokens, Kind};

/// Characters that end a line in the middle of an expression.
const OPEN: [char; 10] = ['+', '-', '*', '/', '%', '=', '&', '|', '<', '.'];

/// Where the cause of an error is that the parser found at this place.
pub(crate) fn of(kind: &ParseErrorType, text: &str, found: usize) -> usize {
    if let Some(start) = unclosed(text, found) {
        return start;
    }
    let Some(last) = before(text, found) else { return found };
    let is_missing = match kind {
        ParseErrorType::MissingToken(token, _) => token != "}",
        // The function before it has no end.
        ParseErrorType::WrongFnDefinition => text[..found].ends_with('\n'),
        _ => text[last..].starts_with(OPEN),
    };
    if is_missing {
        last
    } else {
        found
    }
}

/// The last character of the code before a place, if that is in another line.
fn before(text: &str, found: usize) -> Option<usize> {
    let mut code = text[..found].trim_end();
    if !text[code.len()..found].contains('\n') {
        return None;
    }
    while let Some((before, _)) =
        code.rsplit_once('\n').filter(|(_, line)| line.trim_start().starts_with("//"))
    {
        code = before.trim_end();
    }
    code.char_indices().next_back().map(|(at, _)| at)
}

/// The start of a comment without an end, or of a string in backticks that lacks one: it then ends where another string
/// begins, in the line of the error.
fn unclosed(text: &str, found: usize) -> Option<usize> {
    let mut at = 0;
    for token in tokens(text) {
        let (start, end) = (at, at + token.text.len());
        at = end;
        if token.text.starts_with("/*") && !token.text.ends_with("*/") {
            return Some(start);
        }
        let is_long = token.kind == Kind::String && token.text.starts_with('`') && token.text.contains('\n');
        if is_long && end <= found && !text[end..found].contains('\n') {
            return Some(start);
        }
        if end > found {
            break;
        }
    }
    None
}

//! Formats Rhai scripts: the one way in which `rhambda fmt` writes them.
//!
//! A script is read as tokens ([`lexer`]), which keep their comments (`cursor`). Statements and expressions become
//! nested groups (`statements`, `expressions`, `lists`), and these are written within 100 columns (`doc`). Tokens stay
//! as they are and in their order, but for commas before the end of a list.

mod cursor;
mod doc;
mod expressions;
pub mod lexer;
mod lists;
mod statements;

use cursor::Cursor;
use lexer::{tokens, Kind, Token};

/// Why a script is not formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// The byte at which something else was expected.
    pub offset: usize,
}

/// After so many rounds a script is no longer changed.
const MAX_ROUNDS: usize = 10;

type Result<T> = std::result::Result<T, Unexpected>;

/// The script as it should be written, with the line breaks and the byte order mark that it has. It takes up to 8 MB of
/// stack.
///
/// # Errors
/// When it is not a script, as far as that can be seen here.
pub fn format(script: &str) -> Result<String> {
    let (mark, script) = match script.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", script),
    };
    let has_carriage_returns = script.contains("\r\n");
    let text = if has_carriage_returns { script.replace("\r\n", "\n") } else { script.to_owned() };
    let mut formatted = once(&text)?;
    // A comment that has moved to the end of its line belongs to another token now.
    for _ in 0..MAX_ROUNDS {
        let again = once(&formatted)?;
        if again == formatted {
            break;
        }
        formatted = again;
    }
    if !keeps_tokens(&text, &formatted) {
        return Err(Unexpected { offset: 0 });
    }
    let formatted = if has_carriage_returns { formatted.replace('\n', "\r\n") } else { formatted };
    Ok(format!("{mark}{formatted}"))
}

fn once(script: &str) -> Result<String> {
    let formatted = doc::write(&statements::script(&mut Cursor::new(script))?);
    Ok(if formatted.trim().is_empty() { String::new() } else { formatted })
}

/// Whether two scripts have the same tokens, but for commas before the end of a list, and the same comments.
fn keeps_tokens(before: &str, after: &str) -> bool {
    essence(before) == essence(after) && comments(before) == comments(after)
}

fn essence(script: &str) -> Vec<&str> {
    let mut essence = Vec::new();
    for Token { kind, text } in tokens(script).filter(|token| !token.kind.is_trivia()) {
        // `f( )` is `f()`, and `| | x` is `|| x`.
        let joined = match (essence.last(), text) {
            (Some(&"("), ")") => Some("()"),
            (Some(&"|"), "|") => Some("||"),
            _ => None,
        };
        if let Some(joined) = joined {
            essence.pop();
            essence.push(joined);
            continue;
        }
        if matches!(text, "]" | ")" | "}" | "|") && kind == Kind::Symbol && essence.last() == Some(&",") {
            essence.pop();
        }
        essence.push(text);
    }
    essence
}

/// The words of all comments. Those of two comments may end up on one line.
fn comments(script: &str) -> Vec<&str> {
    let comments =
        tokens(script).filter(|token| matches!(token.kind, Kind::LineComment | Kind::BlockComment));
    let mut words: Vec<_> = comments.flat_map(|comment| comment.text.split_whitespace()).collect();
    words.sort_unstable();
    words
}

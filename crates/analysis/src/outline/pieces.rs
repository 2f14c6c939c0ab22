//! The tokens of a script that may be half typed, with those in interpolated strings.

use rhambda_format::lexer::{tokens, Kind};
use std::ops::Range;

/// A string without an end ends with its line, so often in a script; then the rest is one piece.
const MAX_RECOVERIES: usize = 20;
/// Strings in interpolations of strings are looked into so deep.
const MAX_DEPTH: usize = 8;

/// A token, or a part of an interpolated string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it is.
    pub span: Range<usize>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A comment.
    Comment,
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A whole string or character.
    String,
    /// The part of a string before its first interpolation, whose braces and tokens follow.
    StringStart,
    /// A part between two interpolations.
    StringMiddle,
    /// The part after the last one.
    StringEnd,
    /// An operator or punctuation.
    Symbol,
    /// What no script can contain.
    Unknown,
}

/// The pieces of a script.
pub(super) fn pieces(script: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut recoveries) = (0, 0);
    while at < script.len() {
        let start = at;
        for token in tokens(&script[start..]) {
            // A quote at the very end is a string, too.
            let unfinished = token.kind == Kind::Unknown
                && (token.text.chars().nth(1).is_some() || token.text.starts_with(['"', '`', '\'']));
            if !unfinished || recoveries == MAX_RECOVERIES {
                add(&mut pieces, token.kind, token.text, at, 0);
                at += token.text.len();
                continue;
            }
            recoveries += 1;
            let line = token.text.lines().next().unwrap_or_default();
            add(&mut pieces, Kind::String, line, at, 0);
            at += line.len().max(1);
            break;
        }
    }
    pieces
}

fn add(pieces: &mut Vec<Piece>, kind: Kind, text: &str, at: usize, depth: usize) {
    let kind = match kind {
        Kind::Space => return,
        Kind::LineComment | Kind::BlockComment => PieceKind::Comment,
        Kind::Word => PieceKind::Word,
        Kind::Number => PieceKind::Number,
        Kind::String if text.starts_with('`') && depth < MAX_DEPTH && text.contains("${") => {
            return interpolated(pieces, text, at, depth);
        }
        Kind::String => PieceKind::String,
        Kind::Symbol => PieceKind::Symbol,
        Kind::Unknown => PieceKind::Unknown,
    };
    pieces.push(Piece { kind, span: at..at + text.len() });
}

/// The parts of a string in backticks, which may have no end.
fn interpolated(pieces: &mut Vec<Piece>, text: &str, at: usize, depth: usize) {
    let (mut part, mut next, mut kind) = (0, 1, PieceKind::StringStart);
    while let Some(found) = text[next..].find(['$', '\\', '`']).map(|found| next + found) {
        let rest = &text[found..];
        if !rest.starts_with("${") {
            // An escaped interpolation is text, and so are two backticks.
            let length = if rest.starts_with("\\${") {
                3
            } else if rest.starts_with("``") {
                2
            } else {
                1
            };
            next = found + length;
            continue;
        }
        pieces.push(Piece { kind, span: at + part..at + found + 1 });
        pieces.push(Piece { kind: PieceKind::Symbol, span: at + found + 1..at + found + 2 });
        kind = PieceKind::StringMiddle;
        let end = code(pieces, text, found + 2, at, depth);
        (part, next) = (end, end);
    }
    let kind = if kind == PieceKind::StringStart { PieceKind::String } else { PieceKind::StringEnd };
    pieces.push(Piece { kind, span: at + part..at + text.len() });
}

/// The tokens of an interpolation with the brace behind it, and where the string goes on.
fn code(pieces: &mut Vec<Piece>, text: &str, start: usize, at: usize, depth: usize) -> usize {
    let (mut end, mut braces) = (start, 0_usize);
    for token in tokens(&text[start..]) {
        let place = at + end;
        end += token.text.len();
        match token.text {
            "{" | "#{" => braces += 1,
            "}" if braces == 0 => {
                add(pieces, token.kind, token.text, place, depth + 1);
                return end;
            }
            "}" => braces -= 1,
            _ => {}
        }
        add(pieces, token.kind, token.text, place, depth + 1);
    }
    // Braces always come in pairs.
    pieces.push(Piece { kind: PieceKind::Symbol, span: at + end..at + end });
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<&str> {
        pieces(script).into_iter().map(|piece| &script[piece.span]).collect()
    }

    #[test]
    fn interpolations_are_pieces() {
        assert_eq!(
            texts("`a ${b + `${c}`} d`"),
            ["`a $", "{", "b", "+", "`$", "{", "c", "}", "`", "}", " d`"]
        );
        assert_eq!(texts("`a \\${b} `` c`"), ["`a \\${b} `` c`"]);
    }

    #[test]
    fn strings_without_an_end_end_with_their_line() {
        assert_eq!(texts("f(\"abc\nlet x = 1;"), ["f", "(", "\"abc", "let", "x", "=", "1", ";"]);
        let kinds = |script| pieces(script).into_iter().map(|piece| piece.kind).collect::<Vec<_>>();
        for script in ["import \"", "import \"\n", "import `", "import '", "import \"a"] {
            assert_eq!(kinds(script), [PieceKind::Word, PieceKind::String], "{script:?}");
        }
        assert_eq!(texts("`a ${na\nlet x"), ["`a $", "{", "na", "", "", "let", "x"]);
    }

    #[test]
    fn many_unfinished_strings_take_linear_time() {
        for script in ["`${\n", "\"a\n", "`${`${`${\n", "'\n", "/*"] {
            assert!(!pieces(&script.repeat(100_000)).is_empty());
        }
    }
}

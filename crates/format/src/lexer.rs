//! The tokens of a script, with everything between them: joined, they are the script again.

/// A token, and what kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub text: &'a str,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spaces, tabs and line breaks.
    Space,
    /// A comment that ends with its line, without the line break; also the first line if it begins with `#!`.
    LineComment,
    /// A comment with an end.
    BlockComment,
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string of any kind, with all of its interpolations, or a character.
    String,
    /// An operator or punctuation.
    Symbol,
    /// What no script can contain, such as a string without an end.
    Unknown,
}

impl Kind {
    /// Whether a script means the same without it.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::LineComment | Self::BlockComment)
    }
}

/// Strings within interpolations of strings are nested so deep at most.
const MAX_DEPTH: usize = 100;

/// All symbols of more than one character, longer ones first.
const SYMBOLS: [&str; 35] = [
    "<<=", ">>=", "**=", "..=", "#{", "()", "::", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[",
    "..", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**", "->", "<-", ":=", "++", "--",
    "(*",
];

/// The tokens of a script.
pub fn tokens(script: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &script[at..];
        let (kind, length) = next(rest, at == 0, 0)?;
        at += length;
        Some(Token { kind, text: &rest[..length] })
    })
}

/// The kind and length of the first token.
fn next(rest: &str, is_start: bool, depth: usize) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    if first.is_ascii_whitespace() {
        return Some((Kind::Space, while_matches(rest, |c| c.is_ascii_whitespace())));
    }
    if rest.starts_with("//") || is_start && rest.starts_with("#!") {
        return Some((Kind::LineComment, while_matches(rest, |c| c != '\n' && c != '\r')));
    }
    if rest.starts_with("/*") {
        return Some((Kind::BlockComment, block_comment(rest)));
    }
    if first.is_ascii_alphabetic() || first == '_' {
        return Some((Kind::Word, while_matches(rest, is_part_of_word)));
    }
    if first.is_ascii_digit() {
        return Some((Kind::Number, number(rest)));
    }
    let string = match first {
        '"' | '\'' => Some(quoted(rest, first)),
        '`' => Some(interpolated(rest, depth)),
        '#' => hashes(rest).map(|count| raw(rest, count)),
        _ => None,
    };
    if let Some(end) = string {
        return Some(end.map_or((Kind::Unknown, rest.len()), |length| (Kind::String, length)));
    }
    let negated = rest.strip_prefix("!in").is_some_and(|rest| !rest.starts_with(is_part_of_word));
    let symbol =
        if negated { Some("!in") } else { SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) };
    if let Some(symbol) = symbol {
        return Some((Kind::Symbol, symbol.len()));
    }
    let kind = if "+-*/%=<>!&|^~?.,:;(){}[]".contains(first) { Kind::Symbol } else { Kind::Unknown };
    Some((kind, first.len_utf8()))
}

fn is_part_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn while_matches(text: &str, matches: impl Fn(char) -> bool) -> usize {
    text.find(|c| !matches(c)).unwrap_or(text.len())
}

/// The length of a comment, which may contain others.
fn block_comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (2, 1);
    while depth > 0 && at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    if matches!(bytes, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]) {
        return 2 + while_matches(&rest[2..], |c| c.is_ascii_hexdigit() || c == '_');
    }
    let digits = |at: usize| at + while_matches(&rest[at..], |c| c.is_ascii_digit() || c == '_');
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') {
        match bytes.get(at + 1) {
            Some(b'0'..=b'9') => at = digits(at + 1),
            // A range, or a method.
            Some(next) if *next == b'.' || *next == b'_' || next.is_ascii_alphabetic() => return at,
            _ => return at + 1,
        }
    }
    match &bytes[at..] {
        [b'e' | b'E', b'+' | b'-', ..] => digits(at + 2),
        [b'e' | b'E', b'0'..=b'9', ..] => digits(at + 1),
        _ => at,
    }
}

/// The length of a string with escapes, if it ends.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            characters.next();
        } else if c == quote {
            if characters.peek().is_none_or(|(_, next)| *next != quote) {
                return Some(at + 1);
            }
            characters.next();
        } else if c == '\n' {
            return None;
        }
    }
    None
}

/// The length of a string in backticks, if it ends.
fn interpolated(rest: &str, depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut at = 1;
    loop {
        at += rest[at..].find(['`', '$', '\\'])?;
        let rest = &rest[at..];
        if let Some(code) = rest.strip_prefix("${") {
            at += 2 + block(code, depth + 1)?;
        } else if rest.starts_with("\\${") {
            at += 3;
        } else if rest.starts_with("``") {
            at += 2;
        } else if rest.starts_with('`') {
            return Some(at + 1);
        } else {
            at += 1;
        }
    }
}

/// The length of code up to the brace that ends it.
fn block(rest: &str, depth: usize) -> Option<usize> {
    let (mut at, mut open) = (0, 0);
    loop {
        let (_, length) = next(&rest[at..], false, depth)?;
        match &rest[at..at + length] {
            "{" | "#{" => open += 1,
            "}" if open == 0 => return Some(at + length),
            "}" => open -= 1,
            _ => {}
        }
        at += length;
    }
}

/// The number of hashes that a raw string begins with.
fn hashes(rest: &str) -> Option<usize> {
    let count = while_matches(rest, |c| c == '#');
    rest[count..].starts_with('"').then_some(count)
}

/// The length of a raw string, if it ends.
fn raw(rest: &str, hashes: usize) -> Option<usize> {
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 1;
    Some(start + rest[start..].find(&end)? + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<&str> {
        tokens(script).filter(|token| !token.kind.is_trivia()).map(|token| token.text).collect()
    }

    #[test]
    fn numbers_end_before_ranges_and_methods() {
        assert_eq!(
            texts("1..2 1.5.sin() 1.len 0xff_00 1e-5 2.0E+3 7. 1_000"),
            [
                "1", "..", "2", "1.5", ".", "sin", "()", "1", ".", "len", "0xff_00", "1e-5", "2.0E+3", "7.",
                "1_000"
            ]
        );
    }

    #[test]
    fn strings_are_one_token() {
        let strings = [r#""a\"b""c""#, r"'\''", r##"#"a"b"#"##, "`a ${f(`x`, #{ a: 1 }, \"}\")} ``\\${ b`"];
        for string in strings {
            assert_eq!(texts(string), [string]);
            assert_eq!(tokens(string).next().unwrap().kind, Kind::String);
        }
    }

    #[test]
    fn comments_nest() {
        let kinds: Vec<_> = tokens("/* a /* b */ c */x// d\ny").map(|token| token.kind).collect();
        assert_eq!(kinds, [Kind::BlockComment, Kind::Word, Kind::LineComment, Kind::Space, Kind::Word]);
    }

    #[test]
    fn symbols_are_as_long_as_they_can_be() {
        assert_eq!(
            texts("x!in y !inner a??b?.c?[d]<<=1**=2"),
            [
                "x", "!in", "y", "!", "inner", "a", "??", "b", "?.", "c", "?[", "d", "]", "<<=", "1", "**=",
                "2"
            ]
        );
    }

    #[test]
    fn anything_is_tokens() {
        for script in ["\"a", "`${", "#\"", "/*", "é", "#", "'", "\\", "`${`", "1.", "0x"] {
            assert_eq!(tokens(script).map(|token| token.text).collect::<String>(), script);
        }
    }
}

//! Text → tokens.

use super::Error;
use rhai_vm::{json, Value};

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name without quotes.
    Name(String),
    /// A name in double quotes.
    Quoted(String),
    Number(i64),
    /// JSON between backticks, or a string in single quotes.
    Literal(Literal),
    /// A character, or two.
    Sign(&'static str),
    End,
}

/// A value, which is compared with nothing.
#[derive(Clone, Debug)]
pub(super) struct Literal(pub(super) Value);

impl PartialEq for Literal {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// Longer ones first.
const SIGNS: [&str; 26] = [
    "||", "&&", "==", "!=", "<=", ">=", "[]", "[?", "|", "&", "!", "<", ">", "[", "]", "(", ")", "{", "}",
    ".", "*", "@", ",", ":", "=", "-",
];

/// The tokens, each with the byte where it begins. The last one is the end.
pub(super) fn tokens(text: &str, limit: usize) -> Result<Vec<(Token, usize)>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let at = text.len() - rest.len();
        if tokens.len() > limit {
            return Err(Error::syntax(format!("it has more than {limit} parts"), at));
        }
        let Some(first) = rest.chars().next() else {
            tokens.push((Token::End, at));
            return Ok(tokens);
        };
        let (token, length) = match first {
            '"' => quoted(rest),
            '\'' => raw(rest),
            '`' => literal(rest),
            'a'..='z' | 'A'..='Z' | '_' => Ok(name(rest)),
            '0'..='9' | '-' => number(rest),
            _ => sign(rest),
        }
        .map_err(|problem| Error::syntax(problem, at))?;
        tokens.push((token, at));
        rest = &rest[length..];
    }
}

type Read = Result<(Token, usize), String>;

fn name(text: &str) -> (Token, usize) {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (Token::Name(text[..length].to_owned()), length)
}

fn number(text: &str) -> Read {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let digits = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let length = text.len() - text.strip_prefix('-').unwrap_or(text).len() + digits;
    match text[..length].parse() {
        Ok(number) => Ok((Token::Number(number), length)),
        Err(_) => Err(format!("{:?} is not a number", &text[..length])),
    }
}

fn sign(text: &str) -> Read {
    match SIGNS.iter().find(|sign| text.starts_with(**sign)) {
        Some(sign) if !matches!(*sign, "=" | "-") => Ok((Token::Sign(sign), sign.len())),
        _ => Err(format!("{:?} has no meaning", text.chars().next().unwrap_or_default())),
    }
}

/// Where the quote at the beginning ends: the byte after what is in it.
fn end(text: &str, quote: char) -> Result<usize, String> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            character if character == quote => return Ok(at),
            _ => {}
        }
    }
    Err(format!("a {quote} has no end"))
}

fn quoted(text: &str) -> Read {
    let length = end(text, '"')? + 1;
    match json::decode(&text.as_bytes()[..length]) {
        Ok(Value::Str(name)) => Ok((Token::Quoted(name.into_string()), length)),
        _ => Err(format!("{} is not a JSON string", &text[..length])),
    }
}

fn raw(text: &str) -> Read {
    let end = end(text, '\'')?;
    let string = text[1..end].replace("\\'", "'");
    Ok((Token::Literal(Literal(string.into())), end + 1))
}

fn literal(text: &str) -> Read {
    let end = end(text, '`')?;
    let json = text[1..end].replace("\\`", "`");
    match json::decode(json.trim().as_bytes()) {
        Ok(value) => Ok((Token::Literal(Literal(value)), end + 1)),
        Err(problem) => Err(format!("`{json}` is not JSON ({problem})")),
    }
}

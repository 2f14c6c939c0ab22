//! What is not Rhai but looks like it, and what it is in Rhai.

use crate::cause;
use crate::code::Code;
use crate::finding::{Edit, Finding};
use crate::script::Script;
use crate::syntax::{Problem, ProblemKind};
use rhai::{ParseErrorType, Position};
use rhambda::script::habits;
use std::ops::Range;

/// Words of other languages, where they are certain to be wrong, and what to put in their place.
const WORDS: [(&str, &str); 9] = [
    ("elif", "else if"),
    ("None", "()"),
    ("null", "()"),
    ("nil", "()"),
    ("undefined", "()"),
    ("True", "true"),
    ("False", "false"),
    ("and", "&&"),
    ("or", "||"),
];

/// The finding of a script that cannot be compiled.
pub(crate) fn syntax(problem: &Problem, script: &Script) -> Finding {
    let text = script.text.as_str();
    let start = within(text, script.text.offset(problem.position));
    let start = match &problem.kind {
        ProblemKind::Syntax(kind) => cause::of(kind, text, start),
        ProblemKind::Other(_) => start,
    };
    let (code, message, help) = match &problem.kind {
        ProblemKind::Syntax(
            kind @ (ParseErrorType::VariableUndefined(_) | ParseErrorType::ModuleUndefined(_)),
        ) => (Code::UnknownVariable, kind.to_string(), habits::for_syntax(kind, text, problem.position)),
        ProblemKind::Syntax(kind) => {
            (Code::Syntax, kind.to_string(), habits::for_syntax(kind, text, problem.position))
        }
        ProblemKind::Other(message) => (Code::Syntax, message.clone(), None),
    };
    let span = elif_before(text, start).unwrap_or_else(|| script.text.word(start));
    let edits = match code {
        Code::Syntax => quoted(text, start).unwrap_or_else(|| word(&text[span.clone()], &span)),
        _ => Vec::new(),
    };
    Finding {
        code,
        severity: code.severity(),
        file: script.name.clone(),
        span,
        message,
        help,
        edits,
        suggestion: None,
    }
}

/// The place, or the last character of the text for a place behind that.
fn within(text: &str, start: usize) -> usize {
    if !text[start..].trim().is_empty() {
        return start;
    }
    text.trim_end().char_indices().next_back().map_or(0, |(at, _)| at)
}

/// `elif`, which the parser takes for a function, if it stands before this place.
fn elif_before(text: &str, start: usize) -> Option<Range<usize>> {
    let before = text[..start].trim_end_matches(['!', ' ']).strip_suffix("elif")?;
    before.ends_with(['}', ' ', '\n', '\t']).then(|| before.len()..before.len() + "elif".len())
}

/// The change of a word of another language.
pub(crate) fn word(word: &str, span: &Range<usize>) -> Vec<Edit> {
    let found = WORDS.iter().find(|(wrong, _)| *wrong == word);
    found.map(|(_, right)| Edit { span: span.clone(), text: (*right).to_owned() }).into_iter().collect()
}

/// The change of a string in single quotes.
fn quoted(text: &str, start: usize) -> Option<Vec<Edit>> {
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    // The error is at the quote or behind it.
    let open = if text[start..].starts_with('\'') { start } else { text[..start].rfind('\'')? };
    let close = open + 1 + text.get(open + 1..line_end)?.find('\'')?;
    let content = &text[open + 1..close];
    let is_simple = content.chars().count() != 1 && !content.contains(['"', '\\']);
    let in_double_quotes = || Edit { span: open..close + 1, text: format!("\"{content}\"") };
    is_simple.then(|| vec![in_double_quotes()])
}

/// `"${x}"`, where `x` is a name of the script.
pub(crate) fn plain_interpolations(script: &Script) -> Vec<Finding> {
    let text = script.text.as_str();
    let found = habits::uninterpolated(text).into_iter();
    let found = found.filter_map(|(line, column, expression)| {
        let name = expression[2..].split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        let is_call = expression[2 + name.len()..].starts_with('(') && script.named(name).next().is_some();
        (is_call || is_declared(script, name)).then(|| interpolation(script, line, column, expression))?
    });
    found.collect()
}

/// Whether a variable of this name is declared anywhere in the script.
fn is_declared(script: &Script, name: &str) -> bool {
    let functions = script.functions.iter().chain(script.closures.values());
    let is_parameter = functions.flat_map(|function| &function.params).any(|param| param == name);
    let text = script.text.as_str();
    let declares =
        |keyword: &str| text.match_indices(keyword).any(|(at, _)| is_word(&text[at + keyword.len()..], name));
    !name.is_empty() && (is_parameter || ["let ", "const ", "for "].into_iter().any(declares))
}

fn is_word(text: &str, word: &str) -> bool {
    let rest = text.trim_start().strip_prefix(word);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn interpolation(script: &Script, line: usize, column: usize, expression: &str) -> Option<Finding> {
    let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let start = script.text.offset(Position::new(number(line), number(column)));
    let behind = script.text.as_str().get(start + 1..)?;
    let content = &behind[..string_length(behind)?];
    let span = start..start + content.len() + 2;
    let is_simple = !content.contains(['\\', '`', '\n']);
    let edit = Edit { span: span.clone(), text: format!("`{content}`") };
    Some(Finding {
        code: Code::PlainInterpolation,
        severity: Code::PlainInterpolation.severity(),
        file: script.name.clone(),
        span,
        message: format!("`{expression}` is not evaluated in a string with double quotes"),
        help: Some("write the string in backticks to insert the value".to_owned()),
        edits: is_simple.then_some(edit).into_iter().collect(),
        suggestion: None,
    })
}

/// The bytes between the quotes of a string, whose first quote is before this text.
fn string_length(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.find(|c: char| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })
}

//! Parsing that resumes at the next function, so that one syntax error does not hide the others.

use crate::text::Text;
use rhai::{ParseErrorType, Position, AST};
use rhai_vm::vm::{Library, Options, Vm};
use rhai_vm::ErrorKind;
use std::ops::Range;
use std::rc::Rc;

/// So many errors of a script are found.
const MAX_ERRORS: usize = 20;

/// A part of a script that cannot be parsed.
pub(crate) struct Broken {
    pub(crate) problem: Problem,
    /// The function that it declares, if any.
    pub(crate) function: Option<String>,
}

/// Why a script cannot be compiled.
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) position: Position,
}

pub(crate) enum ProblemKind {
    /// It cannot be parsed.
    Syntax(ParseErrorType),
    /// Something else, such as too many variables.
    Other(String),
}

/// A machine that parses as the runtime does.
fn machine(strict_variables: bool, library: Library) -> Vm {
    Vm::new(Rc::new(()), library, Options { strict_variables, ..Options::default() })
}

/// Parses a text, in which any variable may be used.
pub(crate) fn parse(text: &Text, library: Library) -> (AST, Vec<Broken>) {
    let vm = machine(false, library);
    let mut rest = text.as_str().to_owned();
    let mut broken = Vec::new();
    loop {
        let problem = match vm.parse(&rest, &[]) {
            Ok(ast) => return (ast, broken),
            Err(error) => problem(error),
        };
        let part = culprit(&vm, &rest, text.offset(problem.position));
        let is_enough = broken.len() >= MAX_ERRORS || part.is_none();
        let part = part.unwrap_or(0..rest.len());
        broken.push(Broken { problem, function: declared(&rest[part.clone()]) });
        if is_enough {
            return (AST::empty(), broken);
        }
        rest.replace_range(part.clone(), &blank(&rest[part]));
    }
}

/// What keeps a text from being compiled in which the top level finds these variables.
pub(crate) fn compile(text: &str, variables: &[&str], library: Library) -> Option<Problem> {
    machine(true, library).compile(text, "", variables).err().map(problem)
}

fn problem(error: rhai_vm::Error) -> Problem {
    let position = error.position();
    let kind = match error.into_kind() {
        ErrorKind::Parsing(kind) => ProblemKind::Syntax(*kind),
        other => ProblemKind::Other(other.to_string()),
    };
    Problem { kind, position }
}

/// The part of the text without which this error is gone: the one with the error in it, or one before it that does not
/// end.
fn culprit(vm: &Vm, text: &str, error: usize) -> Option<Range<usize>> {
    let parts = parts(text);
    let at = parts.iter().rposition(|part| part.start <= error)?;
    let is_broken = |part: &&Range<usize>| vm.parse(&text[(*part).clone()], &[]).is_err();
    let found = parts[..=at].iter().rev().find(is_broken)?;
    // Lines of a string can look like functions: then the parts are not valid.
    let is_part = vm.parse(&text[..found.start], &[]).is_ok() && !text[found.clone()].trim().is_empty();
    is_part.then(|| found.clone())
}

/// The text in parts, each of which begins with a function of the top level.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && (line.starts_with("fn ") || line.starts_with("private fn ")) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The name of the function that a part begins with.
fn declared(part: &str) -> Option<String> {
    let rest = part.strip_prefix("private ").unwrap_or(part).strip_prefix("fn ")?.trim_start();
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    Some(name.to_owned())
}

/// Spaces in place of a text; what follows keeps its place.
fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<(Option<usize>, Option<String>)> {
        let (_, broken) = parse(&Text::new(text.into()), rhambda::reference::library());
        broken.into_iter().map(|part| (part.problem.position.line(), part.function)).collect()
    }

    #[test]
    fn every_broken_function_is_found() {
        let text = "let a = 1;\nfn f() {\n  let x = ;\n}\nfn g() { 1 }\nprivate fn h() {\n  1 +\n}\n";
        assert_eq!(broken(text), [(Some(3), Some("f".into())), (Some(8), Some("h".into()))]);
    }

    #[test]
    fn a_function_that_does_not_end_hides_nothing_behind_it() {
        let text = "fn f() {\n  if x { 1\n}\nfn g() { 1 }\nfn h() { let }\n";
        let functions: Vec<_> = broken(text).into_iter().filter_map(|(_, function)| function).collect();
        assert_eq!(functions, ["f", "h"]);
    }

    #[test]
    fn text_of_functions_within_strings_is_harmless() {
        assert_eq!(broken("let a = `\nfn f() {\n`;\n"), []);
        assert_eq!(broken("let a = `\nfn f() {\n`; let\n").len(), 1);
    }
}

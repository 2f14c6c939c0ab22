//! A Rhai error → what Lambda and the log are told: type, message, stack trace, and the source
//! line with a caret under the place.

use super::describe::describe;
use super::drawing::draw;
use super::files::Files;
use super::habits;
use super::imports::Imports;
use super::suggestion;
use crate::failure::{Failure, Frame};
use rhai_vm::error::Call;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{Error, ErrorKind, ParseErrorType, Position};

/// What stands for a function's name in the stack trace.
pub(super) const TOP_LEVEL: &str = "<top level>";
const CLOSURE: &str = "<closure>";
/// What stands for the file's name where a text is evaluated.
const EVALUATED: &str = "<text>";
/// The function that evaluates it.
const EVAL: &str = "eval";

/// The failure that an error of this function of the script means.
pub(super) fn failure(error: &Error, function: &str, script: &str, imports: &Imports) -> Failure {
    let files = &imports.files;
    let mut stack = Vec::new();
    let mut function = function.to_owned();
    let mut file = script.to_owned();
    let (calls, position) = calls_of(error);
    // From the outermost call inwards. A call by the runtime itself has no position.
    for call in calls.iter().rev() {
        push(&mut stack, &function, &file, call.position);
        if call.is_import {
            TOP_LEVEL.clone_into(&mut function);
            file = call.name.to_string();
            continue;
        }
        if call.name == EVAL {
            EVALUATED.clone_into(&mut file);
        } else if !call.source.is_empty() {
            file = call.source.to_string();
        }
        function = display_name(&call.name);
    }
    if let ErrorKind::Parsing(kind) = error.kind() {
        return syntax_failure(kind, position, &file, files, stack);
    }
    push(&mut stack, &function, &file, position);
    let hint = files.text(&file).and_then(|text| habits::for_error(error.kind(), &text, position));
    let suggestion = match hint {
        Some(_) => None,
        None => suggestion::for_error(error.kind(), &file, imports),
    };
    let mut failure = describe(error, hint.as_deref());
    failure.message.extend(suggestion);
    if position.is_none() {
        stack.push(Frame { function, file, line: 0, column: 0 });
    }
    stack.reverse();
    failure.drawing = stack.first().and_then(|place| draw(&failure, place, files));
    failure.stack = stack;
    failure
}

/// The calls that an error went through, but for the one that was too much: that function never began.
fn calls_of(error: &Error) -> (&[Call], Position) {
    match (error.kind(), error.calls()) {
        (ErrorKind::StackOverflow, [refused, others @ ..]) => (others, refused.position),
        (_, calls) => (calls, error.position()),
    }
}

/// A function's name in the stack trace.
pub(super) fn display_name(name: &str) -> String {
    if name.is_empty() {
        TOP_LEVEL.into()
    } else if name.starts_with(CLOSURE_PREFIX) {
        CLOSURE.into()
    } else {
        name.into()
    }
}

/// The failure of a script that cannot be compiled.
pub(super) fn parse_failure(error: &Error, script: &str, files: &Files) -> Failure {
    let problem = match error.kind() {
        ErrorKind::Parsing(kind) => return syntax_failure(kind, error.position(), script, files, Vec::new()),
        other => other.to_string(),
    };
    unusable(&problem, None, error.position(), script, files, Vec::new())
}

fn syntax_failure(
    kind: &ParseErrorType,
    position: Position,
    file: &str,
    files: &Files,
    outer: Vec<Frame>,
) -> Failure {
    let text = files.text(file).unwrap_or_default();
    let hint = match kind {
        ParseErrorType::VariableUndefined(name) if text.lines().any(|line| is_constant(line, name)) => {
            Some(format!("In functions, write `global::{name}` for a constant of the file"))
        }
        _ => habits::for_syntax(kind, &text, position),
    };
    unusable(&kind.to_string(), hint, position, file, files, outer)
}

/// The failure of a script that has this problem at this place.
fn unusable(
    problem: &str,
    hint: Option<String>,
    position: Position,
    file: &str,
    files: &Files,
    mut outer: Vec<Frame>,
) -> Failure {
    let text = files.text(file).unwrap_or_default();
    let line = position.line().unwrap_or_default();
    let column = position.position().unwrap_or_default();
    let place = if line == 0 { file.to_owned() } else { format!("{file}:{line}:{column}") };
    let source = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default().trim();
    let source = source.get(..200).unwrap_or(source);
    let quoted = if source.is_empty() { String::new() } else { format!(": `{source}`") };
    let hint = hint.map(|hint| format!(". {hint}")).unwrap_or_default();
    let mut failure =
        Failure::new("Runtime.UserCodeSyntaxError", format!("{place}: {problem}{quoted}{hint}"));
    push(&mut outer, "", file, position);
    outer.reverse();
    let title = Failure::new(&*failure.error_type, format!("{problem}{hint}"));
    failure.drawing = outer.first().and_then(|place| draw(&title, place, files));
    failure.stack = outer;
    failure
}

fn is_constant(line: &str, name: &str) -> bool {
    let rest = line.trim_start().trim_start_matches("export ").trim_start();
    rest.strip_prefix("const ")
        .and_then(|rest| rest.trim_start().strip_prefix(name))
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Adds a frame, outermost first, where there is a position.
fn push(stack: &mut Vec<Frame>, function: &str, file: &str, position: Position) {
    let Some(line) = position.line() else {
        return;
    };
    let frame = Frame {
        function: function.to_owned(),
        file: file.to_owned(),
        line,
        column: position.position().unwrap_or_default(),
    };
    // A native function that calls back (`map`) has no place of its own: it shows that of its call.
    let native = stack.last().is_some_and(|outer: &Frame| {
        outer.function != frame.function
            && (&outer.file, outer.line, outer.column) == (&frame.file, frame.line, frame.column)
    });
    if !native {
        stack.push(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_found() {
        assert!(is_constant("  const RATE = 7;", "RATE"));
        assert!(is_constant("export const RATE=7;", "RATE"));
        assert!(!is_constant("const RATES = 7;", "RATE"));
    }
}

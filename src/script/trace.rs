//! A Rhai error → what Lambda and the log are told: type, message, stack trace, and the source
//! line with a caret under the place.

use super::describe::{describe, SHUTDOWN, TIMEOUT};
use super::drawing::draw;
use super::files::Files;
use super::outline::{self, Place};
use super::suggestion;
use crate::failure::{Failure, Frame};
use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

/// What stands for a function's name in the stack trace.
const TOP_LEVEL: &str = "<top level>";
const CLOSURE: &str = "<closure>";
/// What stands for the file's name where a text is evaluated.
const EVALUATED: &str = "<text>";
/// The function that evaluates it.
const EVAL: &str = "eval";
/// How Rhai names closures.
pub(super) const CLOSURE_PREFIX: &str = "anon$";

/// The failure that an error in the evaluation of this script means.
pub(super) fn failure(error: EvalAltResult, script: &str, files: &Files) -> Failure {
    let mut stack = Vec::new();
    let mut function = TOP_LEVEL.to_owned();
    let mut file = script.to_owned();
    let mut error = error;
    // From the outermost call inwards. The call of the handler itself has no position.
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(name, source, inner, position) => {
                push(&mut stack, &function, &file, position);
                if name == EVAL {
                    EVALUATED.clone_into(&mut file);
                } else if !source.is_empty() {
                    file = source;
                }
                if name.starts_with(CLOSURE_PREFIX) {
                    file = closure_file(&name, file, files);
                }
                function = display_name(&name);
                error = *inner;
            }
            EvalAltResult::ErrorInModule(module, inner, position) => {
                push(&mut stack, &function, &file, position);
                TOP_LEVEL.clone_into(&mut function);
                file = module;
                error = *inner;
            }
            _ => break,
        }
    }
    let position = error.position();
    if let EvalAltResult::ErrorParsing(kind, _) = &error {
        return syntax_failure(kind, position, &file, files, stack);
    }
    push(&mut stack, &function, &file, position);
    let suggestion = suggestion::for_error(&error, &file, files);
    let mut failure = describe(error);
    failure.message.extend(suggestion);
    if position.is_none() {
        if [TIMEOUT, SHUTDOWN].contains(&failure.error_type.as_str()) {
            find_loop(&mut failure, &mut stack, files);
        } else {
            stack.push(Frame { function, file, line: 0, column: 0 });
        }
    }
    stack.reverse();
    failure.drawing = stack.first().and_then(|place| draw(&failure, place, files));
    failure.stack = stack;
    failure
}

/// The script in which a closure is written; `called_in` where that cannot be told.
fn closure_file(name: &str, called_in: String, files: &Files) -> String {
    let mut texts = files.texts();
    let here = texts.remove(&called_in);
    if here.is_some_and(|text| outline::has_closure(&text, name)) {
        return called_in;
    }
    let elsewhere = texts.into_iter().find(|(_, text)| outline::has_closure(text, name));
    elsewhere.map_or(called_in, |(file, _)| file)
}

/// The place of a stop without a position: a loop that reads no variable.
fn find_loop(failure: &mut Failure, stack: &mut Vec<Frame>, files: &Files) {
    let texts = files.texts();
    let frame = |file: &str, place: Place| Frame {
        function: place.function.map_or(TOP_LEVEL.into(), |name| display_name(&name)),
        file: file.to_owned(),
        line: place.line,
        column: place.column,
    };
    let mut loops: Vec<_> = texts
        .iter()
        .flat_map(|(file, text)| {
            let places = outline::loops_without_variables(text).into_iter();
            places.map(|place| frame(file, place)).collect::<Vec<_>>()
        })
        .collect();
    if loops.len() > 1 {
        let places: Vec<_> = loops.iter().map(ToString::to_string).collect();
        failure.message =
            format!("{}. It was in a loop that reads no variable: {}", failure.message, places.join(", or "));
    } else {
        stack.append(&mut loops);
    }
}

/// A function's name in the stack trace.
fn display_name(name: &str) -> String {
    if name.starts_with(CLOSURE_PREFIX) {
        CLOSURE.into()
    } else {
        name.into()
    }
}

/// The failure of a script that doesn't parse.
pub(super) fn parse_failure(error: &ParseError, script: &str, files: &Files) -> Failure {
    syntax_failure(error.err_type(), error.position(), script, files, Vec::new())
}

fn syntax_failure(
    kind: &ParseErrorType,
    position: Position,
    file: &str,
    files: &Files,
    mut outer: Vec<Frame>,
) -> Failure {
    let text = files.text(file).unwrap_or_default();
    let mut problem = kind.to_string();
    if let ParseErrorType::VariableUndefined(name) = kind {
        if text.lines().any(|line| is_constant(line, name)) {
            problem = format!("{problem} (in functions, constants of the file are written `global::{name}`)");
        }
    }
    let line = position.line().unwrap_or_default();
    let column = position.position().unwrap_or_default();
    let place = if line == 0 { file.to_owned() } else { format!("{file}:{line}:{column}") };
    let source = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default().trim();
    let source = source.get(..200).unwrap_or(source);
    let quoted = if source.is_empty() { String::new() } else { format!(": `{source}`") };
    let mut failure = Failure::new("Runtime.UserCodeSyntaxError", format!("{place}: {problem}{quoted}"));
    push(&mut outer, "", file, position);
    outer.reverse();
    let title = Failure::new(&*failure.error_type, problem);
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

//! A Rhai error → what Lambda and the log are told: type, message, stack trace, and the source
//! line with a caret under the place.

use super::files::Files;
use super::outline;
use crate::deadline::Stop;
use crate::failure::{Failure, Frame};
use crate::value;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rhai::{Dynamic, EvalAltResult, Map, ParseError, ParseErrorType, Position};

/// What stands for a function's name in the stack trace.
pub(super) const TOP_LEVEL: &str = "<top level>";
const CLOSURE: &str = "<closure>";
/// The type of the error that a script gets at its deadline.
const TIMEOUT: &str = "Runtime.Timeout";
/// How Rhai names closures.
const CLOSURE_PREFIX: &str = "anon$";

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
                if !source.is_empty() {
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
    let mut failure = describe(error);
    if failure.error_type == TIMEOUT && position.is_none() {
        find_loop(&mut failure, &mut stack, files);
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

/// The place of a timeout without a position: a loop that reads no variable.
fn find_loop(failure: &mut Failure, stack: &mut Vec<Frame>, files: &Files) {
    let texts = files.texts();
    let mut loops: Vec<_> =
        texts.iter().flat_map(|(file, text)| outline::loops_without_variables(file, text)).collect();
    if loops.len() > 1 {
        let places: Vec<_> = loops.iter().map(ToString::to_string).collect();
        failure.message =
            format!("{}. It was in a loop that reads no variable: {}", failure.message, places.join(", or "));
    } else {
        stack.append(&mut loops);
    }
}

/// A function's name in the stack trace.
pub(super) fn display_name(name: &str) -> String {
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

/// Type, message and data of an error without its place.
fn describe(mut error: EvalAltResult) -> Failure {
    if let EvalAltResult::ErrorRuntime(thrown, _) | EvalAltResult::ErrorTerminated(thrown, _) = error {
        return match thrown.clone().try_cast::<Stop>() {
            Some(stop) => stopped(stop),
            None => describe_thrown(&thrown),
        };
    }
    error.clear_position();
    let message = match &error {
        EvalAltResult::ErrorDotExpr(text, _) => explain_unit(text),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => explain_function(signature),
        EvalAltResult::ErrorFor(_) => {
            "`for` needs something to go through: an array, a map, a text, a range. \
             A value that is `()` is missing or null; write `value ?? []` where that may be"
                .to_owned()
        }
        EvalAltResult::ErrorPropertyNotFound(text, _) if text.starts_with('`') => text.clone(),
        EvalAltResult::ErrorStackOverflow(_) => return stopped(Stop::Stack),
        other => other.to_string(),
    };
    Failure::new(kind(&error), message)
}

fn stopped(stop: Stop) -> Failure {
    match stop {
        Stop::Deadline => Failure::new(
            TIMEOUT,
            "the script was stopped shortly before the function's timeout. \
             Raise the timeout, or let the place where it was do less",
        ),
        Stop::Stack => Failure::new(
            "StackOverflow",
            format!(
                "calls are nested too deep: more than {} levels, or no room left on the stack",
                super::guard::MAX_CALL_LEVELS
            ),
        ),
    }
}

/// `throw`: a text, a map with `type` and `message`, or anything else.
fn describe_thrown(thrown: &Dynamic) -> Failure {
    let Some(mut map) = thrown.clone().try_cast::<Map>() else {
        let message =
            if thrown.is_unit() { "nothing was thrown with it".into() } else { value::to_text(thrown) };
        return Failure::new("Error", message);
    };
    let text = |value: Option<Dynamic>| value.map(|value| value::to_text(&value));
    // An engine error that was caught and thrown again says its kind in `error`.
    let rethrown = map
        .get("error")
        .map(ToString::to_string)
        .filter(|kind| kind.starts_with("Error") && map.contains_key("message") && !map.contains_key("type"));
    let error_type = match rethrown {
        Some(kind) => {
            map.remove("error");
            kind["Error".len()..].to_owned()
        }
        None => text(map.remove("type")).unwrap_or_else(|| "Error".into()),
    };
    let message = match text(map.remove("message")) {
        Some(message) => message,
        None => value::to_text(&map.clone().into()),
    };
    let mut failure = Failure::new(error_type, message);
    if !map.is_empty() {
        let json = value::encode(&map.into()).ok();
        failure.data = json.and_then(|json| serde_json::from_slice(&json).ok());
    }
    failure
}

/// Rhai reports a property of `()` as a missing getter; say what it means.
fn explain_unit(text: &str) -> String {
    let property = text
        .strip_prefix("Unknown property '")
        .and_then(|rest| rest.split_once('\''))
        .filter(|(_, rest)| rest.contains("'()'"));
    match property {
        Some((name, _)) => format!(
            "the value before `.{name}` is `()`: it is missing or null. \
             Write `?.{name}` where that may be"
        ),
        None => text.to_owned(),
    }
}

/// A function that isn't there for its arguments' types.
fn explain_function(signature: &str) -> String {
    // How Rhai names the type of a text.
    let signature = signature.replace("&str | ImmutableString | String", "string");
    match signature.split_once(" (()") {
        Some((name, _)) => format!(
            "Function not found: {signature}. The value that `{name}` is called with is `()`: \
             it is missing or null. Write `?.{name}` or `value ?? …` where that may be"
        ),
        None => format!("Function not found: {signature}"),
    }
}

/// Rhai's name of an error without `Error`.
fn kind(error: &EvalAltResult) -> &'static str {
    use EvalAltResult as E;
    match error {
        E::ErrorSystem(..) => "System",
        E::ErrorVariableExists(..) => "VariableExists",
        E::ErrorForbiddenVariable(..) => "ForbiddenVariable",
        E::ErrorVariableNotFound(..) => "VariableNotFound",
        E::ErrorPropertyNotFound(..) => "PropertyNotFound",
        E::ErrorIndexNotFound(..) => "IndexNotFound",
        E::ErrorFunctionNotFound(..) => "FunctionNotFound",
        E::ErrorModuleNotFound(..) => "ModuleNotFound",
        E::ErrorUnboundThis(..) => "UnboundThis",
        E::ErrorMismatchDataType(..) | E::ErrorMismatchOutputType(..) => "MismatchedTypes",
        E::ErrorIndexingType(..) => "IndexingType",
        E::ErrorArrayBounds(..) => "ArrayBounds",
        E::ErrorStringBounds(..) => "StringBounds",
        E::ErrorBitFieldBounds(..) => "BitFieldBounds",
        E::ErrorFor(..) => "For",
        E::ErrorDataRace(..) => "DataRace",
        E::ErrorNonPureMethodCallOnConstant(..) => "NonPureMethodCallOnConstant",
        E::ErrorAssignmentToConstant(..) => "AssignmentToConstant",
        E::ErrorDotExpr(..) => "DotExpr",
        E::ErrorArithmetic(..) => "Arithmetic",
        E::ErrorTooManyOperations(..) => "TooManyOperations",
        E::ErrorTooManyVariables(..) => "TooManyVariables",
        E::ErrorTooManyModules(..) => "TooManyModules",
        E::ErrorDataTooLarge(..) => "DataTooLarge",
        E::ErrorCustomSyntax(..) => "CustomSyntax",
        _ => "Error",
    }
}

/// The failure over its source line, a caret under the place.
fn draw(failure: &Failure, place: &Frame, files: &Files) -> Option<Box<str>> {
    let text = files.text(&place.file)?;
    let start = byte_offset(&text, place.line, place.column.max(1))?;
    let word = text[start..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - start);
    let length = match text[start..].chars().next() {
        Some('\n' | '\r') | None => 0,
        Some(first) => word.max(first.len_utf8()),
    };
    let snippet = Snippet::source(&*text)
        .path(&place.file)
        .annotation(AnnotationKind::Primary.span(start..start + length));
    let report =
        Level::ERROR.primary_title(failure.message.as_str()).id(failure.error_type.as_str()).element(snippet);
    Some(Renderer::plain().render(&[report]).into())
}

/// Where line and column, both from 1, are in a text; columns count characters.
fn byte_offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thrown_values() {
        let thrown = |script: &str| {
            let error = rhai::Engine::new().eval::<Dynamic>(script).unwrap_err();
            let failure = describe(*error);
            let data = failure.data.map(|data| data.to_string()).unwrap_or_default();
            (failure.error_type, failure.message, data)
        };
        let strings = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(thrown("throw \"no\""), strings("Error", "no", ""));
        assert_eq!(thrown("throw 42"), strings("Error", "42", ""));
        assert_eq!(thrown("throw [1, 2]"), strings("Error", "[1,2]", ""));
        assert_eq!(
            thrown("throw #{ type: \"Paid\", message: \"twice\", order: 7 }"),
            strings("Paid", "twice", "{\"order\":7}")
        );
        assert_eq!(thrown("throw #{ order: 7 }"), strings("Error", "{\"order\":7}", "{\"order\":7}"));
        let (kind, message, _) = thrown("try { 1 / 0 } catch (e) { throw e }");
        assert_eq!((kind.as_str(), message.as_str()), ("Arithmetic", "Division by zero: 1 / 0"));
    }

    #[test]
    fn offsets_count_characters() {
        assert_eq!(byte_offset("ä\nöx", 2, 2), Some(5));
        assert_eq!(byte_offset("a\n", 2, 1), Some(2));
        assert_eq!(byte_offset("a", 5, 1), Some(1));
    }

    #[test]
    fn constants_are_found() {
        assert!(is_constant("  const RATE = 7;", "RATE"));
        assert!(is_constant("export const RATE=7;", "RATE"));
        assert!(!is_constant("const RATES = 7;", "RATE"));
    }
}

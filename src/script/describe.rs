//! What an error says: its type, its message and, of a thrown map, its data.

use super::MAX_CALL_LEVELS;
use crate::deadline::Stop;
use crate::failure::Failure;
use crate::memory::{self, Exhausted};
use crate::modules::error::is_of_rhai;
use crate::value;
use rhai_vm::value::CLOSURE_PREFIX;
use rhai_vm::{Error, ErrorKind, Result, Value};

/// The type of errors about a value of another type than the one needed.
const MISMATCHED_TYPES: &str = "MismatchedTypes";

/// Type, message and data of an error without its place. A hint takes the place of the general one.
pub(super) fn describe(error: &Error, hint: Option<&str>) -> Failure {
    let kind = error.kind();
    if let Some(hint) = hint {
        return Failure::new(error_type(kind), format!("{kind}. {hint}"));
    }
    let message = match kind {
        ErrorKind::Runtime(thrown) => return describe_thrown(thrown),
        ErrorKind::Terminated(why) => return terminated(why),
        ErrorKind::StackOverflow => {
            format!("calls are nested too deeply: more than {MAX_CALL_LEVELS} levels, or the stack is full")
        }
        ErrorKind::DotExpr(text) => explain_unit(text),
        ErrorKind::FunctionNotFound(signature) => explain_function(signature),
        ErrorKind::DataRace(what) => format!(
            "Data race detected on {what}: a closure reads the variable whose own method calls it, as in \
             `order.items.map(|item| item * order.factor)`. Copy what the closure needs into a variable \
             of its own before"
        ),
        ErrorKind::For => "`for` requires something to iterate over: an array, a string, a blob or a range. For a map, write \
             `for key in map.keys()`. A value that is `()` is missing or null: write `value ?? []` where that can happen"
            .to_owned(),
        ErrorKind::PropertyNotFound(text) if text.starts_with('`') => text.clone(),
        other => other.to_string(),
    };
    Failure::new(error_type(kind), message)
}

/// The name of a kind of errors as callers see it.
fn error_type(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MismatchDataType(..) | ErrorKind::MismatchOutputType(..) => MISMATCHED_TYPES,
        ErrorKind::Exit(_) => "Error",
        other => other.name(),
    }
}

/// The same for an error that was caught, whose map says Rhai's own name of the kind.
fn rethrown_type(kind: &str) -> String {
    match kind.strip_prefix("Error").unwrap_or(kind) {
        "MismatchDataType" | "MismatchOutputType" => MISMATCHED_TYPES,
        // These only say that it went through a call or an import.
        "InFunctionCall" | "InModule" => "Error",
        other => other,
    }
    .to_owned()
}

/// A script that the runtime has ended.
fn terminated(why: &Value) -> Failure {
    if let Some(stop) = why.as_host::<Stop>() {
        return stopped(*stop);
    }
    match why.as_host::<Exhausted>() {
        Some(exhausted) => Failure::new(memory::ERROR_TYPE, exhausted.to_string()),
        None => describe_thrown(why),
    }
}

fn stopped(stop: Stop) -> Failure {
    match stop {
        Stop::Deadline => Failure::new(
            "Runtime.Timeout",
            "the script was stopped shortly before the function's timeout. \
             Raise the timeout, or do less at this place",
        ),
        Stop::Shutdown => Failure::new(
            "Runtime.Shutdown",
            "the script was stopped because Lambda shuts this environment down (SIGTERM). \
             The script is not at fault; retry the event",
        ),
    }
}

/// `throw`: a text, a map with `type` and `message`, or anything else.
fn describe_thrown(thrown: &Value) -> Failure {
    try_describe_thrown(thrown).unwrap_or_else(|error| describe(&error, None))
}

/// The same, as far as there is memory for it.
fn try_describe_thrown(thrown: &Value) -> Result<Failure> {
    let Value::Map(map) = thrown else {
        let message =
            if thrown.is_unit() { "a `throw` without a value".into() } else { value::to_text(thrown)? };
        return Ok(Failure::new("Error", message));
    };
    let mut map = map.as_ref().clone();
    let text = |value: Option<Value>| value.map(|value| value::to_text(&value)).transpose();
    // An error of Rhai's that was caught and thrown again says its kind in `error`.
    let error_type = match is_of_rhai(&map).then(|| map.remove("error")).flatten() {
        Some(kind) => rethrown_type(&kind.to_string()),
        None => text(map.remove("type"))?.unwrap_or_else(|| "Error".into()),
    };
    let message = match text(map.remove("message"))? {
        Some(message) => message,
        None => value::to_text(&map.clone().into())?,
    };
    let failure = Failure::new(error_type, message);
    if map.is_empty() {
        return Ok(failure);
    }
    // One value without a JSON form does not take the others with it.
    let json = |value| -> Result<Vec<u8>> {
        match value::encode(value) {
            Ok(json) => Ok(json),
            Err(_) => Ok(value::encode(&value::to_text(value)?.into()).unwrap_or_default()),
        }
    };
    let fields = map.iter().map(|(name, value)| Ok((name.as_str(), json(value)?)));
    Ok(failure.with_data(&fields.collect::<Result<Vec<_>>>()?))
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
             Write `?.{name}` where that can happen"
        ),
        None => text.to_owned(),
    }
}

/// A function that isn't there for its arguments' types.
fn explain_function(signature: &str) -> String {
    if signature.starts_with(CLOSURE_PREFIX) {
        return "Function not found: a closure is called with the wrong number of arguments".into();
    }
    let hint = match signature.split_once(" (") {
        Some((name, arguments))
            if arguments.starts_with("()")
                && name.starts_with(char::is_alphabetic)
                && !name.contains("::") =>
        {
            format!(
                ". The value that `{name}` is called with is `()`: it is missing or null. \
                 Write `?.{name}` or `value ?? …` where that can happen"
            )
        }
        Some((_, arguments)) if arguments.contains("()") => {
            ". A value that is `()` is missing or null. Write `value ?? …` where that can happen".to_owned()
        }
        Some((operator @ ("&" | "|" | "^"), arguments)) if arguments.contains("bool") => {
            format!(". Comparisons come before `{operator}`: write `(a {operator} b) == c`")
        }
        _ => String::new(),
    };
    format!("Function not found: {signature}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::Map;

    fn data_of(thrown: &[(&str, Value)]) -> Failure {
        let map: Map = thrown.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        describe(&Error::new(ErrorKind::Runtime(map.into())), None)
    }

    #[test]
    fn thrown_values() {
        let thrown = |value: Value| {
            let failure = describe(&Error::new(ErrorKind::Runtime(value)), None);
            (failure.error_type, failure.message)
        };
        let strings = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(thrown("no".into()), strings("Error", "no"));
        assert_eq!(thrown(Value::Int(42)), strings("Error", "42"));
        assert_eq!(thrown(vec![Value::Int(1), Value::Int(2)].into()), strings("Error", "[1,2]"));
    }

    #[test]
    fn thrown_maps() {
        let failure =
            data_of(&[("type", "Paid".into()), ("message", "twice".into()), ("order", Value::Int(7))]);
        assert_eq!((failure.error_type.as_str(), failure.message.as_str()), ("Paid", "twice"));
        assert_eq!(failure.data.unwrap().to_string(), "{\"order\":7}");
        let failure = data_of(&[("order", Value::Int(7))]);
        assert_eq!((failure.error_type.as_str(), failure.message.as_str()), ("Error", "{\"order\":7}"));
        assert_eq!(failure.data.unwrap().to_string(), "{\"order\":7}");
    }

    #[test]
    fn an_operator_on_bits_beside_a_comparison_needs_parentheses() {
        let failure = describe(&Error::new(ErrorKind::FunctionNotFound("& (i64, bool)".into())), None);
        let expected = "Function not found: & (i64, bool). Comparisons come before `&`: write `(a & b) == c`";
        assert_eq!(failure.message, expected);
    }

    #[test]
    fn a_caught_error_that_is_thrown_again_keeps_its_kind() {
        let caught = Error::arithmetic("Division by zero: 1 / 0").caught("main.rhai");
        let failure = describe(&Error::new(ErrorKind::Runtime(caught)), None);
        assert_eq!(
            (failure.error_type.as_str(), failure.message.as_str()),
            ("Arithmetic", "Division by zero: 1 / 0")
        );
    }
}

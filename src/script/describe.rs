//! What a Rhai error says: its type, its message and, of a thrown map, its data.

use super::trace::CLOSURE_PREFIX;
use crate::deadline::Stop;
use crate::failure::Failure;
use crate::value;
use rhai::{Dynamic, EvalAltResult, Map};

/// The type of the error that a script gets at its deadline.
pub(super) const TIMEOUT: &str = "Runtime.Timeout";
/// The type of the error that a script gets when the environment is to end.
pub(super) const SHUTDOWN: &str = "Runtime.Shutdown";

/// Type, message and data of an error without its place.
pub(super) fn describe(mut error: EvalAltResult) -> Failure {
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
        EvalAltResult::ErrorDataRace(what, _) => format!(
            "Data race detected on {what}: a closure reads the variable whose own method calls it, as in \
             `order.items.map(|item| item * order.factor)`. Put what the closure needs into a variable \
             of its own before"
        ),
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

/// Whether this is the error by which the runtime stops a script.
pub(super) fn is_stop(error: &EvalAltResult) -> bool {
    match error.unwrap_inner() {
        EvalAltResult::ErrorRuntime(thrown, _) | EvalAltResult::ErrorTerminated(thrown, _) => {
            thrown.is::<Stop>()
        }
        EvalAltResult::ErrorStackOverflow(_) => true,
        _ => false,
    }
}

fn stopped(stop: Stop) -> Failure {
    match stop {
        Stop::Deadline => Failure::new(
            TIMEOUT,
            "the script was stopped shortly before the function's timeout. \
             Raise the timeout, or let the place where it was do less",
        ),
        Stop::Shutdown => Failure::new(
            SHUTDOWN,
            "the script was stopped because Lambda ends this environment (SIGTERM). \
             Nothing is wrong with it; the event can be sent again",
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
        // One value without a JSON form must not take the others with it.
        for value in map.values_mut().filter(|value| value::encode(value).is_err()) {
            *value = value::to_text(value).into();
        }
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
    if signature.starts_with(CLOSURE_PREFIX) {
        return "Function not found: a closure is called with another number of arguments than it takes"
            .into();
    }
    // How Rhai names the type of a text.
    let signature = signature.replace("&str | ImmutableString | String", "string");
    let hint = match signature.split_once(" (") {
        Some((name, arguments))
            if arguments.starts_with("()")
                && name.starts_with(char::is_alphabetic)
                && !name.contains("::") =>
        {
            format!(
                ". The value that `{name}` is called with is `()`: it is missing or null. \
                 Write `?.{name}` or `value ?? …` where that may be"
            )
        }
        Some((_, arguments)) if arguments.contains("()") => {
            ". A value that is `()` is missing or null. Write `value ?? …` where that may be".to_owned()
        }
        _ => String::new(),
    };
    format!("Function not found: {signature}{hint}")
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
}

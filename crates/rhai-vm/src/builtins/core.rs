//! Functions of the language itself, and of function pointers.

use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::module;
use crate::value::Value;
use crate::Result;
use rhai::EvalAltResult;

module! {
    /// These work on values of every type, and on [functions as values](#functions-as-values).
    "Values of every type"

    functions {
        /// Ends the script. The value, or `()`, is its result.
        ///
        /// ```rhai
        /// let found = true;
        /// if !found { exit(#{ statusCode: 404 }); }
        /// found // → true
        /// ```
        new "exit" (value: Any) -> Any = |call| Err(Error::new(ErrorKind::Exit(call.take(0))));
        new "exit" () -> Any = |_| Err(Error::new(ErrorKind::Exit(Value::Unit)));

        /// Returns the value and leaves `()` in its place. It moves a large value out of a variable without copying it.
        ///
        /// ```rhai
        /// let a = [1, 2];
        /// let b = a.take();
        /// [a, b] // → [null, [1, 2]]
        /// ```
        changing "take" (self: Any) -> Any = |call| Ok(call.take(0));

        /// Returns the name of the function.
        ///
        /// ```rhai
        /// Fn("double").name() // → "double"
        /// Fn("double").name // → "double"
        /// ```
        new "name" (self: Fn) -> String = name;
        new "get$name" (self: Fn) -> String = name;

        /// Returns whether it is a closure.
        ///
        /// ```rhai
        /// let twice = |x| x * 2;
        /// twice.is_anonymous() // → true
        /// ```
        new "is_anonymous" (self: Fn) -> Bool = is_anonymous;
        new "get$is_anonymous" (self: Fn) -> Bool = is_anonymous;
    }
}

fn name(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.function(0)?.name.clone().into())
}

fn is_anonymous(call: &mut Call<'_>) -> Result<Value> {
    Ok(call.function(0)?.is_anonymous().into())
}

/// An error of rhai's parser.
pub(super) fn from_rhai(error: EvalAltResult) -> Error {
    match error {
        EvalAltResult::ErrorParsing(problem, position) => {
            Error::at(ErrorKind::Parsing(Box::new(problem)), position)
        }
        EvalAltResult::ErrorFunctionNotFound(name, position) => {
            Error::at(ErrorKind::FunctionNotFound(name), position)
        }
        EvalAltResult::ErrorMismatchOutputType(needed, given, position) => {
            Error::at(ErrorKind::MismatchOutputType(needed, given), position)
        }
        other => Error::text(other.to_string()),
    }
}

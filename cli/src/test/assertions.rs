//! `assert` and its relatives.

use rhai_vm::function::Call;
use rhai_vm::{json, module, Error, ErrorKind, Map, Result, Value};
use rhambda::value::to_text;

/// The type of the error of an assertion that does not hold.
pub(super) const FAILED: &str = "AssertionFailed";

module! {
    /// An assertion that does not hold throws the error `AssertionFailed`, which ends the test. The report shows the line
    /// and where the values differ.
    "Assertions"

    functions {
        /// Asserts that a condition is true. Throws `AssertionFailed`, with the message if given.
        ///
        /// ```rhai
        /// assert([1, 2].len() == 2) // → null
        /// assert(1 > 2, "numbers are broken") // ✗ AssertionFailed
        /// ```
        new "assert" (condition: Bool; message: String) -> Unit throws AssertionFailed = |call| {
            if call.bool(0) {
                return Ok(Value::Unit);
            }
            let message = if call.len() > 1 { call.str(1).to_owned() } else { "the condition is false".to_owned() };
            Err(Error::thrown(FAILED, message))
        };

        /// Asserts that two values are equal, as `==` compares them: also arrays and maps, with everything in them. Throws
        /// `AssertionFailed`.
        ///
        /// ```rhai
        /// assert_eq(#{ n: [1, 2] }, #{ n: [1, 2] }) // → null
        /// assert_eq(1 + 1, 3, "a sum") // ✗ AssertionFailed
        /// ```
        new "assert_eq" (actual: Any, expected: Any; message: String) -> Unit throws AssertionFailed = |call| {
            let (actual, expected) = (call.take(0), call.take(1));
            if is_equal(call, &actual, &expected)? {
                return Ok(Value::Unit);
            }
            let mut thrown = failure(call, 2, "the values are not equal");
            thrown.insert("expected".into(), shown(expected)?);
            thrown.insert("actual".into(), shown(actual)?);
            Err(Error::new(ErrorKind::Runtime(thrown.into())))
        };

        /// Asserts that two values are not equal. Throws `AssertionFailed`.
        ///
        /// ```rhai
        /// assert_ne(uuid_v4(), uuid_v4()) // → null
        /// assert_ne("a", "a") // ✗ AssertionFailed
        /// ```
        new "assert_ne" (actual: Any, other: Any; message: String) -> Unit throws AssertionFailed = |call| {
            let (actual, other) = (call.take(0), call.take(1));
            if !is_equal(call, &actual, &other)? {
                return Ok(Value::Unit);
            }
            let mut thrown = failure(call, 2, "the values are equal");
            thrown.insert("actual".into(), shown(actual)?);
            Err(Error::new(ErrorKind::Runtime(thrown.into())))
        };

        /// Asserts that a function throws an error, and returns the error as `catch` gets it. If `expected` is given, the
        /// error's type or message must be this, or the message must contain it. Throws `AssertionFailed`.
        ///
        /// ```rhai
        /// assert_throws(|| throw "too late") // → "too late"
        /// assert_throws(|| throw #{ type: "Paid", message: "twice" }, "Paid").message // → "twice"
        /// assert_throws(|| json::decode("]"), "JsonError").type // → "JsonError"
        /// assert_throws(|| 1 + 1) // ✗ AssertionFailed
        /// assert_throws(|| throw "too late", "too early") // ✗ AssertionFailed
        /// ```
        new "assert_throws" (function: Fn; expected: String) -> Any throws AssertionFailed = assert_throws;
    }
}

fn is_equal(call: &mut Call<'_>, a: &Value, b: &Value) -> Result<bool> {
    // Values of different types cannot be compared with `==` everywhere; they are not equal.
    match call.equal(a, b) {
        Err(error) if matches!(error.kind(), ErrorKind::FunctionNotFound(_)) => Ok(false),
        result => result,
    }
}

fn failure(call: &Call<'_>, place: usize, message: &str) -> Map {
    let message = if call.len() > place { call.str(place) } else { message };
    [("type", FAILED), ("message", message)]
        .into_iter()
        .map(|(name, text)| (name.into(), text.into()))
        .collect()
}

/// A value for the report: as it is if JSON can hold it.
fn shown(value: Value) -> Result<Value> {
    if json::encode(&value).is_ok() && !value.is_unit() {
        return Ok(value);
    }
    if value.is_unit() {
        return Ok(value);
    }
    Ok(to_text(&value)?.into())
}

fn assert_throws(call: &mut Call<'_>) -> Result<Value> {
    let function = call.function(0)?;
    let expected = if call.len() > 1 { Some(call.str(1).to_owned()) } else { None };
    let error = match call.invoke(&function, []) {
        Ok(value) => {
            let value = to_text(&value)?;
            return Err(Error::thrown(FAILED, format!("no error was thrown; the function returned {value}")));
        }
        Err(error) if !error.is_catchable() => return Err(error),
        Err(error) => error,
    };
    let source = call.source.to_string();
    let description = call.vm.host().describe(&error, "", &source);
    let is_it = expected.as_ref().is_none_or(|expected| {
        description.error_type == *expected || description.message.contains(expected.as_str())
    });
    if is_it {
        return Ok(error.caught(&source));
    }
    Err(Error::thrown(
        FAILED,
        format!(
            "the error is {}: {}; expected \"{}\"",
            description.error_type,
            description.message,
            expected.unwrap_or_default()
        ),
    ))
}

//! More functions of numbers.

use super::quoted;
use crate::error::Error;
use crate::function::Call;
use crate::module;
use crate::value::Value;
use crate::Result;
use std::num::IntErrorKind;

/// Most digits after the decimal point.
const MAX_DIGITS: i64 = 100;

module! {
    /// These are Rhambda's additions to Rhai's own functions.
    ///
    /// | Python, JavaScript | Rhai |
    /// |---|---|
    /// | `int(text)`, `Number(text)` | `int(text)` |
    /// | `float(text)`, `Number(text)` | `float(text)` |
    /// | `chr(n)`, `String.fromCodePoint(n)` | `n.to_char()` |
    /// | `round(x, 2)` | `x.round(2)` |
    /// | `f"{x:.2f}"`, `x.toFixed(2)` | `x.to_fixed(2)` |
    /// | `f"{n:05}"` | `n.to_string().pad_start(5, '0')` |
    /// | `max(low, min(x, high))` | `x.clamp(low, high)` |
    "More functions of numbers"

    functions {
        /// Reads an integer from a string. White space around it is ignored. An integer is returned as it is. For a float, use
        /// `to_int`: Rhai's own `int` of a float returns a float.
        ///
        /// ```rhai
        /// int(" 42 ") // → 42
        /// int("12x") // ✗ NumberError
        /// ```
        new "int" (string: String) -> Int throws NumberError = int;
        new "int" (x: Int) -> Int = |call| Ok(Value::Int(call.int(0)));

        /// Reads a float from a string. White space around it is ignored. A number is converted.
        ///
        /// ```rhai
        /// float("4.5") // → 4.5
        /// float(4) // → 4.0
        /// float("tea") // ✗ NumberError
        /// ```
        new "float" (string: String) -> Float throws NumberError = float;
        new "float" (x: Int) -> Float = |call| Ok(Value::Float(number(call, 0)?));
        new "float" (x: Float) -> Float = |call| Ok(Value::Float(call.float(0)));

        /// Returns the character of a Unicode code point. `to_int` of a character does the opposite.
        ///
        /// ```rhai
        /// 97.to_char() // → "a"
        /// ('a'.to_int() + 1).to_char() // → "b"
        /// 0xD800.to_char() // ✗ NumberError
        /// ```
        new "to_char" (self: Int) -> Char throws NumberError = to_char;

        /// Returns the number, or the limit that it exceeds. If one of the three is a float, the result is a float.
        ///
        /// ```rhai
        /// 15.clamp(0, 10) // → 10
        /// (-0.5).clamp(0, 10) // → 0.0
        /// 5.clamp(10, 0) // ✗ NumberError
        /// ```
        new "clamp" (x: Int, low: Int, high: Int) -> Int throws NumberError = clamp;
        new "clamp" (x: Int, low: Any "int | float", high: Any "int | float") -> Float throws MismatchedTypes = clamp_float;
        new "clamp" (x: Float, low: Any "int | float", high: Any "int | float") -> Float = clamp_float;

        /// Returns the number rounded to so many digits after the decimal point, from 0 to 100. Halves are rounded away from
        /// zero. Many decimal fractions are not halves as floats: 1.005 is slightly less.
        ///
        /// ```rhai
        /// 3.14159.round(2) // → 3.14
        /// 0.125.round(2) // → 0.13
        /// 7.round(2) // → 7
        /// ```
        new "round" (x: Float, digits: Int) -> Float throws NumberError = |call| {
            let x = call.float(0);
            let text = fixed(x, digits(call)?);
            Ok(Value::Float(text.parse().unwrap_or(x)))
        };
        new "round" (x: Int, digits: Int) -> Int = |call| digits(call).map(|_| Value::Int(call.int(0)));

        /// Returns the number as a string with exactly so many digits after the decimal point, from 0 to 100, rounded as `round`
        /// does.
        ///
        /// ```rhai
        /// 3.14159.to_fixed(2) // → "3.14"
        /// 5.to_fixed(2) // → "5.00"
        /// 2.5.to_fixed(0) // → "3"
        /// ```
        new "to_fixed" (self: Float, digits: Int) -> String throws NumberError = |call| {
            Ok(fixed(call.float(0), digits(call)?).into())
        };
        new "to_fixed" (self: Int, digits: Int) -> String = |call| {
            let (number, digits) = (call.int(0), digits(call)?);
            let zeros = "0".repeat(digits);
            Ok(if digits == 0 { number.to_string() } else { format!("{number}.{zeros}") }.into())
        };
    }
}

fn int(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    text.trim().parse().map(Value::Int).map_err(|error: std::num::ParseIntError| {
        let problem = match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "is too large for an integer of 64 bits",
            _ => "is not an integer",
        };
        let is_float = text.trim().parse::<f64>().is_ok();
        let hint = if is_float { ". `float(…)` reads any number" } else { "" };
        Error::thrown("NumberError", format!("{} {problem}{hint}", quoted(text)))
    })
}

fn float(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    text.trim()
        .parse()
        .map(Value::Float)
        .map_err(|_| Error::thrown("NumberError", format!("{} is not a number", quoted(text))))
}

/// An argument that is a number of either type, as a float.
#[allow(clippy::cast_precision_loss)] // as operators do
fn number(call: &Call<'_>, at: usize) -> Result<f64> {
    match call.value(at) {
        Value::Int(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        other => Err(Error::mismatch("f64", other)),
    }
}

fn to_char(call: &mut Call<'_>) -> Result<Value> {
    let number = call.int(0);
    let found = u32::try_from(number).ok().and_then(char::from_u32);
    let none = || {
        let message =
            format!("{number} is no Unicode code point: they go from 0 to 1114111, without 55296 to 57343");
        Error::thrown("NumberError", message)
    };
    found.map(Value::Char).ok_or_else(none)
}

fn clamp(call: &mut Call<'_>) -> Result<Value> {
    let (x, low, high) = (call.int(0), call.int(1), call.int(2));
    if low > high {
        return Err(no_limits(&low.to_string(), &high.to_string()));
    }
    Ok(Value::Int(x.clamp(low, high)))
}

fn clamp_float(call: &mut Call<'_>) -> Result<Value> {
    let (x, low, high) = (number(call, 0)?, number(call, 1)?, number(call, 2)?);
    if low <= high {
        Ok(Value::Float(x.clamp(low, high)))
    } else {
        Err(no_limits(&low.to_string(), &high.to_string()))
    }
}

#[cold]
fn no_limits(low: &str, high: &str) -> Error {
    let message = format!("the limits are \"{low}\" and \"{high}\". Write the lower one first");
    Error::thrown("NumberError", message)
}

/// A number of digits that is the second argument.
fn digits(call: &Call<'_>) -> Result<usize> {
    let digits = call.int(1);
    usize::try_from(digits).ok().filter(|_| digits <= MAX_DIGITS).ok_or_else(|| {
        let message = format!("the number of digits is \"{digits}\". It must be from 0 to {MAX_DIGITS}");
        Error::thrown("NumberError", message)
    })
}

/// A float with so many digits after the decimal point. Rust rounds halves to the even digit; the float next to one is
/// rounded away from zero.
fn fixed(x: f64, digits: usize) -> String {
    let x = match (is_half(x, digits), x > 0.0) {
        (true, true) => x.next_up(),
        (true, false) => x.next_down(),
        (false, _) => x,
    };
    format!("{x:.digits$}")
}

/// Whether a float is exactly between two numbers of so many digits. Then it has one digit more, and is a fraction whose
/// denominator is a power of two.
fn is_half(x: f64, digits: usize) -> bool {
    let power = i32::try_from(digits + 1).unwrap_or(i32::MAX);
    let has_one_digit_more = (x * 2_f64.powi(power)).fract() == 0.0;
    has_one_digit_more && format!("{x:.*}", digits + 1).ends_with('5')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_away_from_zero_and_other_fractions_exactly() {
        for (x, digits, expected) in [
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (0.125, 2, "0.13"),
            (0.375, 2, "0.38"),
            (1.005, 2, "1.00"),
            (2.675, 2, "2.67"),
            (1e21, 1, "1000000000000000000000.0"),
            (-0.001, 2, "-0.00"),
            (f64::INFINITY, 2, "inf"),
            (f64::NAN, 2, "NaN"),
            (f64::MAX, 0, &format!("{:.0}", f64::MAX)),
        ] {
            assert_eq!(fixed(x, digits), expected, "{x}");
        }
    }
}

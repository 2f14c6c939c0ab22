//! `decimal(value)`: exact numbers, for money.

use super::arguments::error;
use crate::decimal::{self, Decimal, MAX_PLACES};
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{module, Error, Result, Value};
use std::cmp::Ordering;

module! {
    /// Exact decimal numbers with up to 28 digits, for money: `0.1 + 0.2` is `0.3`. `+`, `-`, `*`, `/`, `%` and comparisons take decimal
    /// numbers and integers; with a float they are `MismatchedTypes`, so that nothing becomes inexact unnoticed. `+`, `-` and `*` are
    /// exact, and `DecimalError` where the result has more than 28 digits; a quotient is rounded to 28 digits.
    ///
    /// In JSON, strings and templates a decimal number is its digits, with the zeros at its end: `12.30`. JSON and DynamoDB have it as a number. Numbers that are read from JSON
    /// are floats; where each digit counts, let the other side send a string.
    ///
    /// ```rhai
    /// let price = decimal("19.90");
    /// let total = price * 3 - decimal("0.70");
    /// total // → 59.00
    /// `Total: ${total}` // → "Total: 59.00"
    /// json::encode(#{ total: total }) // → "{\"total\":59.00}"
    /// (total / 7).round(2) // → 8.43
    /// total > 59 || total == 59 // → true
    /// total + 0.1 // ✗ MismatchedTypes
    /// decimal(1) / 0 // ✗ DecimalError
    /// ```
    "Decimal numbers"

    functions {
        /// Returns the decimal number of a string, an integer, or a float, which counts with the digits that `print` shows. Throws `DecimalError` if a
        /// string is not a number, and if it has more than 28 digits.
        ///
        /// ```rhai
        /// decimal("12.30") // → 12.30
        /// decimal("1.5e3") // → 1500
        /// decimal(0.1) + decimal(0.2) == decimal("0.3") // → true
        /// decimal("12,30") // ✗ DecimalError
        /// decimal("1e1000000000") // ✗ DecimalError
        /// ```
        new "decimal" (value: Any "string | int | float") -> Host(Decimal::TYPE_NAME) throws DecimalError = |call| {
            match call.value(0) {
                Value::Str(text) => checked(Decimal::parse(text)),
                Value::Float(number) if number.is_finite() => checked(Decimal::parse(&number.to_string())),
                Value::Float(number) => Err(problem(format!("{number} is not a decimal number"))),
                value => Decimal::of(value).map(Value::from).ok_or_else(|| {
                    let kind = type_of(value);
                    error("MismatchedTypes", format!("decimal expects a string or a number, not {kind}"))
                }),
            }
        };

        /// Rounds a decimal number to so many digits after the point, from 0 to 28. `rounding` is `"half_up"` (the default: a half away
        /// from zero), `"half_even"` (a half to the even digit), `"half_down"` (a half towards zero), `"up"` (away from zero),
        /// `"down"` (towards zero), `"floor"` or `"ceiling"`. Throws `DecimalError` for others.
        ///
        /// ```rhai
        /// decimal("2.345").round(2) // → 2.35
        /// decimal("2.345").round(2, "half_even") // → 2.34
        /// decimal("-2.5").round(0, "floor") // → -3
        /// decimal(2).round(2) // → 2.00
        /// decimal(2).round(2, "sometimes") // ✗ DecimalError
        /// ```
        new "round" (self: Host(Decimal::TYPE_NAME), places: Int; rounding: String) -> Host(Decimal::TYPE_NAME) throws DecimalError = |call| {
            round(call)
        };

        /// Returns a decimal number without its sign.
        ///
        /// ```rhai
        /// decimal("-1.50").abs() // → 1.50
        /// ```
        new "abs" (self: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| Ok(number(call)?.abs().into());

        /// Returns a decimal number without the zeros at its end.
        ///
        /// ```rhai
        /// decimal("1.500").normalize() // → 1.5
        /// ```
        new "normalize" (self: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| Ok(number(call)?.normalized().into());

        /// Compares two numbers: -1 if the first one is less, 1 if it is greater, or 0. It sorts arrays.
        ///
        /// ```rhai
        /// let prices = [decimal("2.50"), decimal("10"), decimal("-1")];
        /// prices.sort(|a, b| a.compare(b));
        /// prices // → [-1, 2.50, 10]
        /// ```
        new "compare" (self: Host(Decimal::TYPE_NAME), other: Any "decimal | int") -> Int = |call| {
            order("compare", call).map(|order| Value::Int(order as i64))
        };

        /// Returns the integer that a decimal number is. Throws `DecimalError` if it has a fraction, or does not fit into 64 bits.
        ///
        /// ```rhai
        /// decimal("12.00").to_int() // → 12
        /// decimal("12.01").to_int() // ✗ DecimalError
        /// ```
        new "to_int" (self: Host(Decimal::TYPE_NAME)) -> Int throws DecimalError = |call| {
            let number = number(call)?;
            number.to_int().map(Value::Int).ok_or_else(|| {
                problem(format!("{number} is not an integer of 64 bits; round it first, with .round(0)"))
            })
        };

        /// Returns the float that is nearest to a decimal number.
        ///
        /// ```rhai
        /// decimal("0.25").to_float() // → 0.25
        /// ```
        new "to_float" (self: Host(Decimal::TYPE_NAME)) -> Float = |call| Ok(number(call)?.to_float().into());

        new "-" (self: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| Ok(number(call)?.negated().into());

        new "+" (self: Host(Decimal::TYPE_NAME), other: Any) -> Any = |call| match call.value(1) {
            Value::Str(text) => Ok(format!("{}{text}", number(call)?).into()),
            _ => calculate("+", call, Decimal::plus),
        };
        new "+" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("+", call, Decimal::plus);
        new "+" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("+", call, Decimal::plus);

        new "-" (self: Host(Decimal::TYPE_NAME), other: Any) -> Host(Decimal::TYPE_NAME) = |call| calculate("-", call, Decimal::minus);
        new "-" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("-", call, Decimal::minus);
        new "-" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("-", call, Decimal::minus);

        new "*" (self: Host(Decimal::TYPE_NAME), other: Any) -> Host(Decimal::TYPE_NAME) = |call| calculate("*", call, Decimal::times);
        new "*" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("*", call, Decimal::times);
        new "*" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("*", call, Decimal::times);

        new "/" (self: Host(Decimal::TYPE_NAME), other: Any) -> Host(Decimal::TYPE_NAME) = |call| calculate("/", call, Decimal::divided_by);
        new "/" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("/", call, Decimal::divided_by);
        new "/" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("/", call, Decimal::divided_by);

        new "%" (self: Host(Decimal::TYPE_NAME), other: Any) -> Host(Decimal::TYPE_NAME) = |call| calculate("%", call, Decimal::remainder);
        new "%" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("%", call, Decimal::remainder);
        new "%" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Host(Decimal::TYPE_NAME) = |call| calculate("%", call, Decimal::remainder);

        new "==" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| is_equal("==", call).map(Value::from);
        new "==" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| is_equal("==", call).map(Value::from);
        new "==" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| is_equal("==", call).map(Value::from);

        new "!=" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| is_equal("!=", call).map(|is_equal| (!is_equal).into());
        new "!=" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| is_equal("!=", call).map(|is_equal| (!is_equal).into());
        new "!=" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| is_equal("!=", call).map(|is_equal| (!is_equal).into());

        new "<" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| holds("<", call, Ordering::is_lt);
        new "<" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds("<", call, Ordering::is_lt);
        new "<" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds("<", call, Ordering::is_lt);

        new "<=" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| holds("<=", call, Ordering::is_le);
        new "<=" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds("<=", call, Ordering::is_le);
        new "<=" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds("<=", call, Ordering::is_le);

        new ">" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| holds(">", call, Ordering::is_gt);
        new ">" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds(">", call, Ordering::is_gt);
        new ">" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds(">", call, Ordering::is_gt);

        new ">=" (self: Host(Decimal::TYPE_NAME), other: Any) -> Bool = |call| holds(">=", call, Ordering::is_ge);
        new ">=" (a: Int, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds(">=", call, Ordering::is_ge);
        new ">=" (a: Float, b: Host(Decimal::TYPE_NAME)) -> Bool = |call| holds(">=", call, Ordering::is_ge);
    }
}

fn problem(message: impl Into<String>) -> Error {
    error("DecimalError", message)
}

fn checked(result: std::result::Result<Decimal, String>) -> Result<Value> {
    result.map(Value::from).map_err(problem)
}

fn number(call: &Call<'_>) -> Result<Decimal> {
    call.host::<Decimal>(0).copied()
}

/// An operator's two operands, of which one is a decimal number.
fn operands(operator: &str, call: &Call<'_>) -> Result<(Decimal, Decimal)> {
    match (Decimal::of(call.value(0)), Decimal::of(call.value(1))) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => Err(mismatch(operator, call)),
    }
}

#[cold]
fn mismatch(operator: &str, call: &Call<'_>) -> Error {
    let (left, right) = (type_of(call.value(0)), type_of(call.value(1)));
    let message = format!(
        "{left} {operator} {right} is not possible: expected a decimal number or an integer (decimal(x) converts a string or a float)"
    );
    error("MismatchedTypes", message)
}

fn calculate(
    operator: &str,
    call: &Call<'_>,
    operation: fn(Decimal, Decimal) -> std::result::Result<Decimal, String>,
) -> Result<Value> {
    let (a, b) = operands(operator, call)?;
    operation(a, b).map(Value::from).map_err(|why| problem(format!("{a} {operator} {b}: {why}")))
}

fn order(operator: &str, call: &Call<'_>) -> Result<Ordering> {
    decimal::compare(call.value(0), call.value(1)).ok_or_else(|| mismatch(operator, call))
}

fn holds(operator: &str, call: &Call<'_>, holds: fn(Ordering) -> bool) -> Result<Value> {
    order(operator, call).map(|order| holds(order).into())
}

/// Whether both are the same number. Floats are refused, as they only seem to be; anything else is different.
fn is_equal(operator: &str, call: &Call<'_>) -> Result<bool> {
    match decimal::compare(call.value(0), call.value(1)) {
        Some(order) => Ok(order.is_eq()),
        None if (0..2).any(|number| call.value(number).as_float().is_some()) => Err(mismatch(operator, call)),
        None => Ok(false),
    }
}

fn round(call: &Call<'_>) -> Result<Value> {
    let places = u32::try_from(call.int(1)).ok().filter(|places| *places <= MAX_PLACES);
    let Some(places) = places else {
        return Err(problem(format!("cannot round to {} digits: use 0 to {MAX_PLACES}", call.int(1))));
    };
    let name = call.value(2).as_str().map_or("half_up", rhai_vm::Str::as_str);
    let rounding = decimal::rounding(name).map_err(problem)?;
    checked(number(call)?.round(places, rounding))
}

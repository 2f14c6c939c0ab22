//! Functions of numbers, and those that make numbers of other values.

use super::iterators::BITS;
use crate::error::{Error, ErrorKind};
use crate::function::Call;
use crate::list::position;
use crate::module;
use crate::value::Value;
use crate::Result;

/// A function of a float that gives a float.
macro_rules! float {
    ($function:expr) => {
        |call| {
            let function: fn(f64) -> f64 = $function;
            Ok(Value::Float(function(call.float(0))))
        }
    };
}

/// A function of two floats that gives a float.
macro_rules! floats {
    ($function:expr) => {
        |call| {
            let function: fn(f64, f64) -> f64 = $function;
            Ok(Value::Float(function(call.float(0), call.float(1))))
        }
    };
}

/// A question about a number.
macro_rules! is {
    ($get:ident, $function:expr) => {
        |call| Ok(Value::Bool($function(call.$get(0))))
    };
}

/// The larger or the smaller one of two values, the first where they are equal.
macro_rules! choose {
    ($kind:ident, $get:expr, $better:tt) => {
        |call| {
            let get: fn(&Call<'_>, usize) -> _ = $get;
            let (x, y) = (get(call, 0), get(call, 1));
            Ok(Value::$kind(if x $better y { x } else { y }))
        }
    };
}

module! {
    /// Integers have 64 bits and floats are IEEE 754 doubles. `7 / 2` is 3, because both are integers; `7.0 / 2` is 3.5. An
    /// operation that mixes both gives a float. An integer that gets too large, and a division by zero, is `Arithmetic`. `2
    /// ** 10` is a power, and `&`, `|`, `^`, `<<` and `>>` work on the bits of integers.
    ///
    /// Most functions of floats want a float: write `sqrt(9.0)`, or `n.to_float().sqrt()`.
    "Numbers"

    functions {
        /// Returns the number without its sign. `Arithmetic` for the smallest integer, which has no positive counterpart.
        ///
        /// ```rhai
        /// abs(-3) // → 3
        /// (-1.5).abs() // → 1.5
        /// ```
        new "abs" (x: Int) -> Int throws Arithmetic = |call| {
            let x = call.int(0);
            x.checked_abs().map(Value::Int).ok_or_else(|| Error::arithmetic(format!("Negation overflow: -{x}")))
        };
        new "abs" (x: Float) -> Float = float!(f64::abs);

        /// Returns -1, 0 or 1, as an integer.
        ///
        /// ```rhai
        /// sign(-2.5) // → -1
        /// ```
        new "sign" (x: Int) -> Int throws Arithmetic = |call| Ok(Value::Int(call.int(0).signum()));
        new "sign" (x: Float) -> Int = sign;

        /// Returns the larger of two values. Of an integer and a float, it is a float.
        ///
        /// ```rhai
        /// max(1, 2) // → 2
        /// max(1, 2.5) // → 2.5
        /// ```
        new "max" (x: Int, y: Int) -> Int = choose!(Int, integer, >=);
        new "max" (x: Float, y: Float) -> Float = choose!(Float, number, >=);
        new "max" (x: Int, y: Float) -> Float = choose!(Float, number, >=);
        new "max" (x: Float, y: Int) -> Float = choose!(Float, number, >=);
        new "max" (x: Char, y: Char) -> Char = choose!(Char, letter, >=);

        /// Returns the smaller of two values. Of an integer and a float, it is a float.
        ///
        /// ```rhai
        /// min(1, 2) // → 1
        /// ```
        new "min" (x: Int, y: Int) -> Int = choose!(Int, integer, <=);
        new "min" (x: Float, y: Float) -> Float = choose!(Float, number, <=);
        new "min" (x: Int, y: Float) -> Float = choose!(Float, number, <=);
        new "min" (x: Float, y: Int) -> Float = choose!(Float, number, <=);
        new "min" (x: Char, y: Char) -> Char = choose!(Char, letter, <=);

        /// Returns whether the number is 0.
        ///
        /// ```rhai
        /// 0.0.is_zero() // → true
        /// ```
        new "is_zero" (self: Int) -> Bool = is!(int, |n| n == 0);
        new "is_zero" (self: Float) -> Bool = is!(float, |x| x == 0.0);
        new "get$is_zero" (self: Int) -> Bool = is!(int, |n| n == 0);
        new "get$is_zero" (self: Float) -> Bool = is!(float, |x| x == 0.0);

        /// Returns whether the integer is odd.
        ///
        /// ```rhai
        /// 3.is_odd() // → true
        /// ```
        new "is_odd" (self: Int) -> Bool = is!(int, |n| n % 2 != 0);
        new "get$is_odd" (self: Int) -> Bool = is!(int, |n| n % 2 != 0);

        /// Returns whether the integer is even.
        ///
        /// ```rhai
        /// 3.is_even() // → false
        /// ```
        new "is_even" (self: Int) -> Bool = is!(int, |n| n % 2 == 0);
        new "get$is_even" (self: Int) -> Bool = is!(int, |n| n % 2 == 0);

        /// Returns whether the float is not a number, as `0.0 / 0.0`.
        ///
        /// ```rhai
        /// (0.0 / 0.0).is_nan() // → true
        /// ```
        new "is_nan" (self: Float) -> Bool = is!(float, f64::is_nan);
        new "get$is_nan" (self: Float) -> Bool = is!(float, f64::is_nan);

        /// Returns whether the float is neither infinite nor NaN.
        ///
        /// ```rhai
        /// 1.5.is_finite() // → true
        /// ```
        new "is_finite" (self: Float) -> Bool = is!(float, f64::is_finite);
        new "get$is_finite" (self: Float) -> Bool = is!(float, f64::is_finite);

        /// Returns whether the float is infinite.
        ///
        /// ```rhai
        /// (1.0 / 0.0).is_infinite() // → true
        /// ```
        new "is_infinite" (self: Float) -> Bool = is!(float, f64::is_infinite);
        new "get$is_infinite" (self: Float) -> Bool = is!(float, f64::is_infinite);

        /// Returns the float rounded down.
        ///
        /// ```rhai
        /// 2.7.floor() // → 2.0
        /// (-2.7).floor() // → -3.0
        /// ```
        new "floor" (self: Float) -> Float = float!(f64::floor);
        new "get$floor" (self: Float) -> Float = float!(f64::floor);

        /// Returns the float rounded up.
        ///
        /// ```rhai
        /// 2.1.ceiling() // → 3.0
        /// ```
        new "ceiling" (self: Float) -> Float = float!(f64::ceil);
        new "get$ceiling" (self: Float) -> Float = float!(f64::ceil);

        /// Returns the float rounded to the nearest whole number, and halves away from zero.
        ///
        /// ```rhai
        /// 2.5.round() // → 3.0
        /// 2.5.round().to_int() // → 3
        /// (123.456 * 100.0).round() / 100.0 // → 123.46
        /// ```
        new "round" (self: Float) -> Float = float!(f64::round);
        new "get$round" (self: Float) -> Float = float!(f64::round);

        /// Returns the whole part, as a float. For an integer, use `to_int`.
        ///
        /// ```rhai
        /// 2.7.int() // → 2.0
        /// ```
        new "int" (self: Float) -> Float = float!(f64::trunc);
        new "get$int" (self: Float) -> Float = float!(f64::trunc);

        /// Returns the part after the decimal point.
        ///
        /// ```rhai
        /// 2.75.fraction() // → 0.75
        /// ```
        new "fraction" (self: Float) -> Float = float!(f64::fract);
        new "get$fraction" (self: Float) -> Float = float!(f64::fract);

        /// Converts to an integer: a float without its fraction, a character to its Unicode code point. `Arithmetic` for floats
        /// that are too large.
        ///
        /// ```rhai
        /// 2.7.to_int() // → 2
        /// 'a'.to_int() // → 97
        /// 1e30.to_int() // ✗ Arithmetic
        /// ```
        new "to_int" (self: Int) -> Int throws Arithmetic = |call| Ok(Value::Int(call.int(0)));
        new "to_int" (self: Char) -> Int = |call| {
            Ok(Value::Int(u32::from(call.char(0)).into()))
        };
        new "to_int" (self: Float) -> Int = to_int;

        /// Converts to a float.
        ///
        /// ```rhai
        /// 3.to_float() / 2 // → 1.5
        /// ```
        new "to_float" (self: Float) -> Float = float!(|x| x);
        new "to_float" (self: Int) -> Float = |call| {
            Ok(Value::Float(number(call, 0)))
        };

        /// Reads an integer from a string, with another radix than 10 if given, from 2 to 36. White space around it is ignored.
        /// `Arithmetic` if it is not an integer.
        ///
        /// ```rhai
        /// parse_int(" 42 ") // → 42
        /// parse_int("ff", 16) // → 255
        /// parse_int("4.5") // ✗ Arithmetic
        /// ```
        new "parse_int" (string: String) -> Int throws Arithmetic = |call| {
            parse_int(call.str(0), 10)
        };
        new "parse_int" (string: String, radix: Int) -> Int = |call| parse_int(call.str(0), call.int(1));

        /// Reads a float from a string. White space around it is ignored. `Arithmetic` if it is not a number.
        ///
        /// ```rhai
        /// parse_float("4.5") // → 4.5
        /// parse_float("tea") // ✗ Arithmetic
        /// ```
        new "parse_float" (string: String) -> Float throws Arithmetic = parse_float;

        /// Returns the integer in hexadecimal, without a prefix. A negative one is shown as the bits that represent it.
        ///
        /// ```rhai
        /// 255.to_hex() // → "ff"
        /// ```
        new "to_hex" (self: Int) -> String = |call| {
            Ok(format!("{:x}", call.int(0)).into())
        };

        /// Returns the integer in octal, without a prefix.
        ///
        /// ```rhai
        /// 8.to_octal() // → "10"
        /// ```
        new "to_octal" (self: Int) -> String = |call| {
            Ok(format!("{:o}", call.int(0)).into())
        };

        /// Returns the integer in binary, without a prefix.
        ///
        /// ```rhai
        /// 5.to_binary() // → "101"
        /// ```
        new "to_binary" (self: Int) -> String = |call| {
            Ok(format!("{:b}", call.int(0)).into())
        };

        /// Returns Euler's number.
        ///
        /// ```rhai
        /// E().ln() // → 1.0
        /// ```
        new "E" () -> Float = |_| Ok(Value::Float(std::f64::consts::E));

        /// Returns π.
        ///
        /// ```rhai
        /// PI() > 3.14 // → true
        /// ```
        new "PI" () -> Float = |_| Ok(Value::Float(std::f64::consts::PI));

        /// Returns the square root; NaN of a negative number.
        ///
        /// ```rhai
        /// sqrt(9.0) // → 3.0
        /// ```
        new "sqrt" (x: Float) -> Float = float!(f64::sqrt);

        /// Returns *e* raised to the power of `x`.
        ///
        /// ```rhai
        /// exp(0.0) // → 1.0
        /// ```
        new "exp" (x: Float) -> Float = float!(f64::exp);

        /// Returns the natural logarithm.
        ///
        /// ```rhai
        /// ln(1.0) // → 0.0
        /// ```
        new "ln" (x: Float) -> Float = float!(f64::ln);

        /// Returns the logarithm to base 10, or to the given base.
        ///
        /// ```rhai
        /// log(1000.0).round() // → 3.0
        /// log(8.0, 2.0) // → 3.0
        /// ```
        new "log" (x: Float, base: Float) -> Float = floats!(f64::log);
        new "log" (x: Float) -> Float = float!(f64::log10);

        /// Returns the sine of an angle in radians.
        ///
        /// ```rhai
        /// sin(0.0) // → 0.0
        /// ```
        new "sin" (x: Float) -> Float = float!(f64::sin);

        /// Returns the cosine of an angle in radians.
        ///
        /// ```rhai
        /// cos(0.0) // → 1.0
        /// ```
        new "cos" (x: Float) -> Float = float!(f64::cos);

        /// Returns the tangent of an angle in radians.
        ///
        /// ```rhai
        /// tan(0.0) // → 0.0
        /// ```
        new "tan" (x: Float) -> Float = float!(f64::tan);

        /// Returns the arc sine, in radians.
        ///
        /// ```rhai
        /// asin(0.0) // → 0.0
        /// ```
        new "asin" (x: Float) -> Float = float!(f64::asin);

        /// Returns the arc cosine, in radians.
        ///
        /// ```rhai
        /// acos(1.0) // → 0.0
        /// ```
        new "acos" (x: Float) -> Float = float!(f64::acos);

        /// Returns the arc tangent in radians. With two arguments, returns the angle of the point (`y`, `x`) as `atan2` does:
        /// `x` comes first.
        ///
        /// ```rhai
        /// atan(0.0) // → 0.0
        /// atan(1.0, 1.0) == PI() / 4.0 // → true
        /// ```
        new "atan" (x: Float) -> Float = float!(f64::atan);
        new "atan" (x: Float, y: Float) -> Float = floats!(f64::atan2);

        /// Returns the hyperbolic sine.
        ///
        /// ```rhai
        /// sinh(0.0) // → 0.0
        /// ```
        new "sinh" (x: Float) -> Float = float!(f64::sinh);

        /// Returns the hyperbolic cosine.
        ///
        /// ```rhai
        /// cosh(0.0) // → 1.0
        /// ```
        new "cosh" (x: Float) -> Float = float!(f64::cosh);

        /// Returns the hyperbolic tangent.
        ///
        /// ```rhai
        /// tanh(0.0) // → 0.0
        /// ```
        new "tanh" (x: Float) -> Float = float!(f64::tanh);

        /// Returns the inverse hyperbolic sine.
        ///
        /// ```rhai
        /// asinh(0.0) // → 0.0
        /// ```
        new "asinh" (x: Float) -> Float = float!(f64::asinh);

        /// Returns the inverse hyperbolic cosine.
        ///
        /// ```rhai
        /// acosh(1.0) // → 0.0
        /// ```
        new "acosh" (x: Float) -> Float = float!(f64::acosh);

        /// Returns the inverse hyperbolic tangent.
        ///
        /// ```rhai
        /// atanh(0.0) // → 0.0
        /// ```
        new "atanh" (x: Float) -> Float = float!(f64::atanh);

        /// Returns the length of the hypotenuse of a right triangle with these sides.
        ///
        /// ```rhai
        /// hypot(3.0, 4.0) // → 5.0
        /// ```
        new "hypot" (x: Float, y: Float) -> Float = floats!(f64::hypot);

        /// Converts degrees to radians.
        ///
        /// ```rhai
        /// to_radians(180.0) == PI() // → true
        /// ```
        new "to_radians" (x: Float) -> Float = float!(f64::to_radians);

        /// Converts radians to degrees.
        ///
        /// ```rhai
        /// to_degrees(PI()) // → 180.0
        /// ```
        new "to_degrees" (x: Float) -> Float = float!(f64::to_degrees);

        /// Returns whether a bit is set. Bit 0 is the lowest one, and -1 the highest; one out of bounds is `BitFieldBounds`.
        ///
        /// ```rhai
        /// 5.get_bit(0) // → true
        /// 5.get_bit(64) // ✗ BitFieldBounds
        /// ```
        new "get_bit" (self: Int, bit: Int) -> Bool throws BitFieldBounds = |call| {
            Ok(Value::Bool(call.int(0) >> bit(call.int(1))? & 1 != 0))
        };

        /// Sets or clears a bit, in place.
        ///
        /// ```rhai
        /// let n = 5;
        /// n.set_bit(1, true);
        /// n // → 7
        /// ```
        changing "set_bit" (self: Int, bit: Int, new_value: Bool) -> Unit throws BitFieldBounds = set_bit;

        /// Returns some bits as an integer: a range, or a number of bits from one on.
        ///
        /// ```rhai
        /// 0xff.get_bits(4..8) // → 15
        /// ```
        new "get_bits" (self: Int, range: Range) -> Int throws BitFieldBounds = get_bits;
        new "get_bits" (self: Int, range: RangeInclusive) -> Int = get_bits;
        new "get_bits" (self: Int, start: Int, bits: Int) -> Int = get_bits;

        /// Replaces some bits, in place: a range, or a number of bits from one on.
        ///
        /// ```rhai
        /// let n = 0;
        /// n.set_bits(4, 4, 15);
        /// n // → 240
        /// ```
        changing "set_bits" (self: Int, range: Range, new_value: Int) -> Unit throws BitFieldBounds = set_bits;
        changing "set_bits" (self: Int, range: RangeInclusive, new_value: Int) -> Unit = set_bits;
        changing "set_bits" (self: Int, start: Int, bits: Int, new_value: Int) -> Unit = set_bits;
    }
}

/// An argument that is an integer.
fn integer(call: &Call<'_>, at: usize) -> i64 {
    call.int(at)
}

/// An argument that is a character.
fn letter(call: &Call<'_>, at: usize) -> char {
    call.char(at)
}

/// An argument that is a number of either type, as a float.
#[allow(clippy::cast_precision_loss)] // as rhai does
fn number(call: &Call<'_>, at: usize) -> f64 {
    match call.value(at) {
        Value::Int(n) => *n as f64,
        other => other.as_float().unwrap_or_default(),
    }
}

fn sign(call: &mut Call<'_>) -> Result<Value> {
    let x = call.float(0);
    if x.is_nan() {
        return Err(Error::arithmetic("Sign of NaN is undefined"));
    }
    Ok(Value::Int(i64::from(x > 0.0) - i64::from(x < 0.0)))
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // as rhai does
fn to_int(call: &mut Call<'_>) -> Result<Value> {
    let x = call.float(0);
    if x > i64::MAX as f64 || x < i64::MIN as f64 {
        return Err(Error::arithmetic(format!("Integer overflow: to_int({x})")));
    }
    Ok(Value::Int(x as i64))
}

fn parse_int(text: &str, radix: i64) -> Result<Value> {
    let radix = u32::try_from(radix)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .ok_or_else(|| Error::arithmetic(format!("Invalid radix: '{radix}'")))?;
    i64::from_str_radix(text.trim(), radix)
        .map(Value::Int)
        .map_err(|error| Error::arithmetic(format!("Error parsing integer number '{text}': {error}")))
}

fn parse_float(call: &mut Call<'_>) -> Result<Value> {
    let text = call.str(0);
    text.trim()
        .parse()
        .map(Value::Float)
        .map_err(|error| Error::arithmetic(format!("Error parsing floating-point number '{text}': {error}")))
}

/// The number of a bit from the lowest one on.
fn bit(index: i64) -> Result<usize> {
    position(BITS, index).ok_or_else(|| Error::new(ErrorKind::BitFieldBounds(BITS, index)))
}

fn set_bit(call: &mut Call<'_>) -> Result<Value> {
    let mask = 1 << bit(call.int(1))?;
    let value = call.int(0);
    call.args[0] = Value::Int(if call.bool(2) { value | mask } else { value & !mask });
    Ok(Value::Unit)
}

/// Which bits are meant: where they begin, and a mask as wide as they are. `None` if there are none.
fn bits(call: &Call<'_>) -> Result<Option<(usize, i64)>> {
    let (start, count) = match call.value(1).as_range() {
        None => (call.int(1), call.int(2)),
        Some((start, end, false)) => {
            let start = start.max(0);
            (start, end.max(start) - start)
        }
        Some((start, end, true)) => {
            let start = start.max(0);
            let end = end.max(start - 1);
            if usize::try_from(end).is_ok_and(|end| end >= BITS) {
                return Err(Error::new(ErrorKind::BitFieldBounds(BITS, end)));
            }
            (start, end - start + 1)
        }
    };
    if count <= 0 {
        return Ok(None);
    }
    let start = bit(start)?;
    let count = usize::try_from(count).unwrap_or(BITS).min(BITS - start);
    Ok(Some((start, if count == BITS { -1 } else { (1_i64 << count).wrapping_sub(1) })))
}

fn get_bits(call: &mut Call<'_>) -> Result<Value> {
    Ok(Value::Int(bits(call)?.map_or(0, |(start, mask)| call.int(0) >> start & mask)))
}

fn set_bits(call: &mut Call<'_>) -> Result<Value> {
    if let Some((start, mask)) = bits(call)? {
        let new = call.int(call.len() - 1);
        call.args[0] = Value::Int(call.int(0) & !(mask << start) | (new & mask) << start);
    }
    Ok(Value::Unit)
}

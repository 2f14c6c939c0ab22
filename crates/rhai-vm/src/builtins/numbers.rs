//! Functions of numbers, and those that make numbers of other values.

use super::iterators::BITS;
use super::place;
use crate::error::{Error, ErrorKind};
use crate::function::Call;
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
    "Numbers"

    functions {
        new "is_zero" (x: Int) -> Bool = is!(int, |n| n == 0);
        new "get$is_zero" (x: Int) -> Bool = is!(int, |n| n == 0);
        new "is_odd" (x: Int) -> Bool = is!(int, |n| n % 2 != 0);
        new "get$is_odd" (x: Int) -> Bool = is!(int, |n| n % 2 != 0);
        new "is_even" (x: Int) -> Bool = is!(int, |n| n % 2 == 0);
        new "get$is_even" (x: Int) -> Bool = is!(int, |n| n % 2 == 0);
        new "is_zero" (x: Float) -> Bool = is!(float, |x| x == 0.0);
        new "get$is_zero" (x: Float) -> Bool = is!(float, |x| x == 0.0);
        new "is_nan" (x: Float) -> Bool = is!(float, f64::is_nan);
        new "get$is_nan" (x: Float) -> Bool = is!(float, f64::is_nan);
        new "is_finite" (x: Float) -> Bool = is!(float, f64::is_finite);
        new "get$is_finite" (x: Float) -> Bool = is!(float, f64::is_finite);
        new "is_infinite" (x: Float) -> Bool = is!(float, f64::is_infinite);
        new "get$is_infinite" (x: Float) -> Bool = is!(float, f64::is_infinite);
        new "abs" (x: Int) -> Int = |call| {
            let x = call.int(0);
            x.checked_abs().map(Value::Int).ok_or_else(|| Error::arithmetic(format!("Negation overflow: -{x}")))
        };
        new "sign" (x: Int) -> Int = |call| Ok(Value::Int(call.int(0).signum()));
        new "sign" (x: Float) -> Int = sign;
        new "max" (x: Int, y: Int) -> Int = choose!(Int, integer, >=);
        new "min" (x: Int, y: Int) -> Int = choose!(Int, integer, <=);
        new "max" (x: Float, y: Float) -> Float = choose!(Float, number, >=);
        new "max" (x: Int, y: Float) -> Float = choose!(Float, number, >=);
        new "max" (x: Float, y: Int) -> Float = choose!(Float, number, >=);
        new "min" (x: Float, y: Float) -> Float = choose!(Float, number, <=);
        new "min" (x: Int, y: Float) -> Float = choose!(Float, number, <=);
        new "min" (x: Float, y: Int) -> Float = choose!(Float, number, <=);
        new "max" (x: Char, y: Char) -> Char = choose!(Char, letter, >=);
        new "min" (x: Char, y: Char) -> Char = choose!(Char, letter, <=);
        new "E" () -> Float = |_| Ok(Value::Float(std::f64::consts::E));
        new "PI" () -> Float = |_| Ok(Value::Float(std::f64::consts::PI));
        new "abs" (x: Float) -> Float = float!(f64::abs);
        new "sin" (x: Float) -> Float = float!(f64::sin);
        new "cos" (x: Float) -> Float = float!(f64::cos);
        new "tan" (x: Float) -> Float = float!(f64::tan);
        new "sinh" (x: Float) -> Float = float!(f64::sinh);
        new "cosh" (x: Float) -> Float = float!(f64::cosh);
        new "tanh" (x: Float) -> Float = float!(f64::tanh);
        new "asin" (x: Float) -> Float = float!(f64::asin);
        new "acos" (x: Float) -> Float = float!(f64::acos);
        new "atan" (x: Float) -> Float = float!(f64::atan);
        new "asinh" (x: Float) -> Float = float!(f64::asinh);
        new "acosh" (x: Float) -> Float = float!(f64::acosh);
        new "atanh" (x: Float) -> Float = float!(f64::atanh);
        new "atan" (x: Float, y: Float) -> Float = floats!(f64::atan2);
        new "hypot" (x: Float, y: Float) -> Float = floats!(f64::hypot);
        new "to_radians" (x: Float) -> Float = float!(f64::to_radians);
        new "to_degrees" (x: Float) -> Float = float!(f64::to_degrees);
        new "sqrt" (x: Float) -> Float = float!(f64::sqrt);
        new "exp" (x: Float) -> Float = float!(f64::exp);
        new "ln" (x: Float) -> Float = float!(f64::ln);
        new "log" (x: Float, base: Float) -> Float = floats!(f64::log);
        new "log" (x: Float) -> Float = float!(f64::log10);
        new "floor" (x: Float) -> Float = float!(f64::floor);
        new "get$floor" (x: Float) -> Float = float!(f64::floor);
        new "ceiling" (x: Float) -> Float = float!(f64::ceil);
        new "get$ceiling" (x: Float) -> Float = float!(f64::ceil);
        new "round" (x: Float) -> Float = float!(f64::round);
        new "get$round" (x: Float) -> Float = float!(f64::round);
        new "int" (x: Float) -> Float = float!(f64::trunc);
        new "get$int" (x: Float) -> Float = float!(f64::trunc);
        new "fraction" (x: Float) -> Float = float!(f64::fract);
        new "get$fraction" (x: Float) -> Float = float!(f64::fract);
        new "to_float" (x: Float) -> Float = float!(|x| x);
        new "to_float" (n: Int) -> Float = |call| {
            Ok(Value::Float(number(call, 0)))
        };
        new "to_int" (n: Int) -> Int = |call| Ok(Value::Int(call.int(0)));
        new "to_int" (c: Char) -> Int = |call| {
            Ok(Value::Int(u32::from(call.char(0)).into()))
        };
        new "to_int" (x: Float) -> Int = to_int;
        new "to_hex" (value: Int) -> String = |call| {
            Ok(format!("{:x}", call.int(0)).into())
        };
        new "to_octal" (value: Int) -> String = |call| {
            Ok(format!("{:o}", call.int(0)).into())
        };
        new "to_binary" (value: Int) -> String = |call| {
            Ok(format!("{:b}", call.int(0)).into())
        };
        new "parse_int" (string: String) -> Int = |call| {
            parse_int(call.str(0), 10)
        };
        new "parse_int" (string: String, radix: Int) -> Int = |call| parse_int(call.str(0), call.int(1));
        new "parse_float" (string: String) -> Float = parse_float;
        new "get_bit" (value: Int, bit: Int) -> Bool = |call| {
            Ok(Value::Bool(call.int(0) >> bit(call.int(1))? & 1 != 0))
        };
        changing "set_bit" (value: Int, bit: Int, new_value: Bool) -> Unit = set_bit;
        new "get_bits" (value: Int, range: Range) -> Int = get_bits;
        new "get_bits" (value: Int, range: RangeInclusive) -> Int = get_bits;
        new "get_bits" (value: Int, start: Int, bits: Int) -> Int = get_bits;
        changing "set_bits" (value: Int, range: Range, new_value: Int) -> Unit = set_bits;
        changing "set_bits" (value: Int, range: RangeInclusive, new_value: Int) -> Unit = set_bits;
        changing "set_bits" (value: Int, start: Int, bits: Int, new_value: Int) -> Unit = set_bits;
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
    place(BITS, index).ok_or_else(|| Error::new(ErrorKind::BitFieldBounds(BITS, index)))
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

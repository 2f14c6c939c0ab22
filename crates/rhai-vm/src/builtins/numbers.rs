//! Functions of numbers, and those that make numbers of other values.

use super::iterators::BITS;
use super::place;
use crate::error::{Error, ErrorKind};
use crate::function::{param, Call, Function};
use crate::value::{Kind, Value};
use crate::Result;

/// A function of a float that gives a float.
macro_rules! float {
    ($name:literal, $function:expr) => {
        Function::new($name, &[param("x", Kind::Float)], Kind::Float, |call| {
            let function: fn(f64) -> f64 = $function;
            Ok(Value::Float(function(call.float(0))))
        })
    };
}

/// A function of two floats that gives a float.
macro_rules! floats {
    ($name:literal, $second:literal, $function:expr) => {
        Function::new($name, &[param("x", Kind::Float), param($second, Kind::Float)], Kind::Float, |call| {
            let function: fn(f64, f64) -> f64 = $function;
            Ok(Value::Float(function(call.float(0), call.float(1))))
        })
    };
}

/// A question about a number.
macro_rules! is {
    ($name:literal, $kind:ident, $get:ident, $function:expr) => {
        Function::new($name, &[param("x", Kind::$kind)], Kind::Bool, |call| {
            Ok(Value::Bool($function(call.$get(0))))
        })
    };
}

/// The larger or the smaller one of two values, the first where they are equal.
macro_rules! choose {
    ($name:literal, $first:ident, $second:ident, $kind:ident, $get:expr, $better:tt) => {
        Function::new($name, &[param("x", Kind::$first), param("y", Kind::$second)], Kind::$kind, |call| {
            let get: fn(&Call<'_>, usize) -> _ = $get;
            let (x, y) = (get(call, 0), get(call, 1));
            Ok(Value::$kind(if x $better y { x } else { y }))
        })
    };
}

/// `sqrt` and its like.
pub const FUNCTIONS: &[Function] = &[
    is!("is_zero", Int, int, |n| n == 0),
    is!("get$is_zero", Int, int, |n| n == 0),
    is!("is_odd", Int, int, |n| n % 2 != 0),
    is!("get$is_odd", Int, int, |n| n % 2 != 0),
    is!("is_even", Int, int, |n| n % 2 == 0),
    is!("get$is_even", Int, int, |n| n % 2 == 0),
    is!("is_zero", Float, float, |x| x == 0.0),
    is!("get$is_zero", Float, float, |x| x == 0.0),
    is!("is_nan", Float, float, f64::is_nan),
    is!("get$is_nan", Float, float, f64::is_nan),
    is!("is_finite", Float, float, f64::is_finite),
    is!("get$is_finite", Float, float, f64::is_finite),
    is!("is_infinite", Float, float, f64::is_infinite),
    is!("get$is_infinite", Float, float, f64::is_infinite),
    Function::new("abs", &[param("x", Kind::Int)], Kind::Int, |call| {
        let x = call.int(0);
        x.checked_abs().map(Value::Int).ok_or_else(|| Error::arithmetic(format!("Negation overflow: -{x}")))
    }),
    Function::new("sign", &[param("x", Kind::Int)], Kind::Int, |call| Ok(Value::Int(call.int(0).signum()))),
    Function::new("sign", &[param("x", Kind::Float)], Kind::Int, sign),
    choose!("max", Int, Int, Int, integer, >=),
    choose!("min", Int, Int, Int, integer, <=),
    choose!("max", Float, Float, Float, number, >=),
    choose!("max", Int, Float, Float, number, >=),
    choose!("max", Float, Int, Float, number, >=),
    choose!("min", Float, Float, Float, number, <=),
    choose!("min", Int, Float, Float, number, <=),
    choose!("min", Float, Int, Float, number, <=),
    choose!("max", Char, Char, Char, letter, >=),
    choose!("min", Char, Char, Char, letter, <=),
    Function::new("E", &[], Kind::Float, |_| Ok(Value::Float(std::f64::consts::E))),
    Function::new("PI", &[], Kind::Float, |_| Ok(Value::Float(std::f64::consts::PI))),
    float!("abs", f64::abs),
    float!("sin", f64::sin),
    float!("cos", f64::cos),
    float!("tan", f64::tan),
    float!("sinh", f64::sinh),
    float!("cosh", f64::cosh),
    float!("tanh", f64::tanh),
    float!("asin", f64::asin),
    float!("acos", f64::acos),
    float!("atan", f64::atan),
    float!("asinh", f64::asinh),
    float!("acosh", f64::acosh),
    float!("atanh", f64::atanh),
    floats!("atan", "y", f64::atan2),
    floats!("hypot", "y", f64::hypot),
    float!("to_radians", f64::to_radians),
    float!("to_degrees", f64::to_degrees),
    float!("sqrt", f64::sqrt),
    float!("exp", f64::exp),
    float!("ln", f64::ln),
    floats!("log", "base", f64::log),
    float!("log", f64::log10),
    float!("floor", f64::floor),
    float!("get$floor", f64::floor),
    float!("ceiling", f64::ceil),
    float!("get$ceiling", f64::ceil),
    float!("round", f64::round),
    float!("get$round", f64::round),
    float!("int", f64::trunc),
    float!("get$int", f64::trunc),
    float!("fraction", f64::fract),
    float!("get$fraction", f64::fract),
    float!("to_float", |x| x),
    Function::new("to_float", &[param("n", Kind::Int)], Kind::Float, |call| {
        Ok(Value::Float(number(call, 0)))
    }),
    Function::new("to_int", &[param("n", Kind::Int)], Kind::Int, |call| Ok(Value::Int(call.int(0)))),
    Function::new("to_int", &[param("c", Kind::Char)], Kind::Int, |call| {
        Ok(Value::Int(u32::from(call.char(0)).into()))
    }),
    Function::new("to_int", &[param("x", Kind::Float)], Kind::Int, to_int),
    Function::new("to_hex", &[param("value", Kind::Int)], Kind::String, |call| {
        Ok(format!("{:x}", call.int(0)).into())
    }),
    Function::new("to_octal", &[param("value", Kind::Int)], Kind::String, |call| {
        Ok(format!("{:o}", call.int(0)).into())
    }),
    Function::new("to_binary", &[param("value", Kind::Int)], Kind::String, |call| {
        Ok(format!("{:b}", call.int(0)).into())
    }),
    Function::new("parse_int", &[param("string", Kind::String)], Kind::Int, |call| {
        parse_int(call.str(0), 10)
    }),
    Function::new(
        "parse_int",
        &[param("string", Kind::String), param("radix", Kind::Int)],
        Kind::Int,
        |call| parse_int(call.str(0), call.int(1)),
    ),
    Function::new("parse_float", &[param("string", Kind::String)], Kind::Float, parse_float),
    Function::new("get_bit", &[param("value", Kind::Int), param("bit", Kind::Int)], Kind::Bool, |call| {
        Ok(Value::Bool(call.int(0) >> bit(call.int(1))? & 1 != 0))
    }),
    Function::changing(
        "set_bit",
        &[param("value", Kind::Int), param("bit", Kind::Int), param("new_value", Kind::Bool)],
        Kind::Unit,
        set_bit,
    ),
    Function::new("get_bits", &[param("value", Kind::Int), param("range", Kind::Range)], Kind::Int, get_bits),
    Function::new(
        "get_bits",
        &[param("value", Kind::Int), param("range", Kind::RangeInclusive)],
        Kind::Int,
        get_bits,
    ),
    Function::new(
        "get_bits",
        &[param("value", Kind::Int), param("start", Kind::Int), param("bits", Kind::Int)],
        Kind::Int,
        get_bits,
    ),
    Function::changing(
        "set_bits",
        &[param("value", Kind::Int), param("range", Kind::Range), param("new_value", Kind::Int)],
        Kind::Unit,
        set_bits,
    ),
    Function::changing(
        "set_bits",
        &[param("value", Kind::Int), param("range", Kind::RangeInclusive), param("new_value", Kind::Int)],
        Kind::Unit,
        set_bits,
    ),
    Function::changing(
        "set_bits",
        &[
            param("value", Kind::Int),
            param("start", Kind::Int),
            param("bits", Kind::Int),
            param("new_value", Kind::Int),
        ],
        Kind::Unit,
        set_bits,
    ),
];

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

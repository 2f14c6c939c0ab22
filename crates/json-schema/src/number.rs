//! Numbers: integers and floats are compared as the numbers that they are.

use rhai_vm::Value;
use std::cmp::Ordering;

/// The order of two numbers; `None` if one of them is no number.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => integer_and_float(*a, *b),
        (Value::Float(a), Value::Int(b)) => integer_and_float(*b, *a).map(Ordering::reverse),
        _ => None,
    }
}

fn integer_and_float(a: i64, b: f64) -> Option<Ordering> {
    // 2^63, where the floats begin that are larger than all integers.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if b.is_nan() {
        return None;
    }
    if b >= END {
        return Some(Ordering::Less);
    }
    if b < -END {
        return Some(Ordering::Greater);
    }
    #[allow(clippy::cast_possible_truncation)] // it is in the range of integers
    let whole = b.trunc() as i64;
    let by_fraction = || {
        if b.fract() > 0.0 {
            Ordering::Less
        } else if b.fract() < 0.0 {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    };
    Some(a.cmp(&whole).then_with(by_fraction))
}

/// Whether a number is a multiple of another one above 0, as the decimal numbers that they are written as.
pub(crate) fn is_multiple(value: &Value, of: &Value) -> bool {
    if let (Value::Int(value), Value::Int(of)) = (value, of) {
        return value.checked_rem(*of).is_none_or(|rest| rest == 0);
    }
    let (Some(value), Some(of)) = (Decimal::of(value), Decimal::of(of)) else { return false };
    value.is_multiple(of)
}

/// `digits` × 10^`exponent`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// The number without its sign, with the fewest digits that tell it from others.
    fn of(value: &Value) -> Option<Self> {
        let text = match value {
            Value::Int(number) => return Some(Self { digits: number.unsigned_abs(), exponent: 0 }),
            Value::Float(number) if number.is_finite() => format!("{:e}", number.abs()),
            _ => return None,
        };
        let (mantissa, exponent) = text.split_once('e')?;
        let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let digits = mantissa.replace('.', "").parse().ok()?;
        Some(Self { digits, exponent: exponent.parse::<i32>().ok()? - i32::try_from(decimals).ok()? })
    }

    fn is_multiple(self, of: Self) -> bool {
        if self.digits == 0 || of.digits == 0 {
            return self.digits == 0;
        }
        let shift = self.exponent - of.exponent;
        let (value, of) = (u128::from(self.digits), u128::from(of.digits));
        if shift >= 0 {
            // Each step stays below the square of 64 bits.
            return (0..shift).fold(value % of, |rest, _| rest * 10 % of) == 0;
        }
        let factor = 10_u128.checked_pow(shift.unsigned_abs());
        factor.and_then(|factor| of.checked_mul(factor)).is_some_and(|of| value % of == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_compared_exactly() {
        let int = |number| Value::Int(number);
        let float = |number| Value::Float(number);
        assert_eq!(compare(&int(1), &float(1.0)), Some(Ordering::Equal));
        assert_eq!(compare(&int(-1), &float(-1.5)), Some(Ordering::Greater));
        assert_eq!(compare(&int(i64::MAX), &float(9_223_372_036_854_775_807.0)), Some(Ordering::Less));
        assert_eq!(compare(&float(1e300), &int(5)), Some(Ordering::Greater));
        assert_eq!(compare(&float(-1e300), &int(i64::MIN)), Some(Ordering::Less));
        assert_eq!(
            compare(&float(9_007_199_254_740_992.0), &int(9_007_199_254_740_993)),
            Some(Ordering::Less)
        );
    }

    #[test]
    fn multiples_are_those_of_decimal_numbers() {
        for (value, of, expected) in [
            (0.0075, 0.0001, true),
            (0.007_51, 0.0001, false),
            (4.35, 0.01, true),
            (1e308, 0.123_456_789, false),
            (1e22, 1e-22, true),
            (1e-22, 1e22, false),
            (-1.5, 0.5, true),
            (0.0, 1e-300, true),
        ] {
            assert_eq!(is_multiple(&Value::Float(value), &Value::Float(of)), expected, "{value} {of}");
        }
        assert!(is_multiple(&Value::Int(i64::MIN), &Value::Int(-1)));
        assert!(is_multiple(&Value::Int(10), &Value::Float(2.5)));
    }
}

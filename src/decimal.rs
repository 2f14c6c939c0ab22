//! Decimal numbers: exact, with up to 28 digits.

use rhai_vm::{Object, Value};
use rust_decimal::{Decimal as Number, RoundingStrategy};
use std::cmp::Ordering;
use std::fmt;

/// A decimal number of a script. It keeps the zeros at its end: `12.30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(Number);

/// The most digits after the point.
pub(crate) const MAX_PLACES: u32 = 28;
/// What does not fit is an error and never rounded.
const INEXACT: &str = "the exact result has more than 28 digits; round the operands first";

/// How numbers are rounded; the names are those of Python's `decimal`.
pub(crate) const ROUNDINGS: [(&str, RoundingStrategy); 7] = [
    ("half_up", RoundingStrategy::MidpointAwayFromZero),
    ("half_even", RoundingStrategy::MidpointNearestEven),
    ("half_down", RoundingStrategy::MidpointTowardZero),
    ("up", RoundingStrategy::AwayFromZero),
    ("down", RoundingStrategy::ToZero),
    ("floor", RoundingStrategy::ToNegativeInfinity),
    ("ceiling", RoundingStrategy::ToPositiveInfinity),
];

/// The way to round that has this name.
pub(crate) fn rounding(name: &str) -> Result<RoundingStrategy, String> {
    ROUNDINGS.iter().find(|(known, _)| *known == name).map(|(_, strategy)| *strategy).ok_or_else(|| {
        let names: Vec<_> = ROUNDINGS.iter().map(|(name, _)| *name).collect();
        format!("there is no rounding {name:?}; there are {}", names.join(", "))
    })
}

impl Decimal {
    /// What `type_of` says.
    pub(crate) const TYPE_NAME: &'static str = "Decimal";

    /// Parses a number such as `-12.30` or `1.5e3`.
    ///
    /// # Errors
    /// It is not a number, or has more than 28 digits.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(40).collect();
        let (digits, mut scale) = digits(text).ok_or_else(|| format!("{shown:?} is not a decimal number"))?;
        let too_long = || format!("the number {shown:?} has more than 28 digits");
        let mut digits = digits.trim_start_matches('0');
        while scale > i64::from(MAX_PLACES) && digits.ends_with('0') {
            digits = &digits[..digits.len() - 1];
            scale -= 1;
        }
        if digits.is_empty() {
            let scale = u32::try_from(scale.clamp(0, MAX_PLACES.into())).unwrap_or(0);
            return Ok(Self(Number::new(0, scale)));
        }
        if digits.len() > 29 {
            return Err(too_long());
        }
        let mut mantissa: i128 = digits.parse().map_err(|_| too_long())?;
        if scale < 0 {
            let factor = u32::try_from(-scale).ok().and_then(|zeros| 10_i128.checked_pow(zeros));
            mantissa = factor.and_then(|factor| mantissa.checked_mul(factor)).ok_or_else(too_long)?;
        }
        let mantissa = if text.starts_with('-') { -mantissa } else { mantissa };
        let scale = u32::try_from(scale.max(0)).unwrap_or(u32::MAX);
        Number::try_from_i128_with_scale(mantissa, scale).map(Self).map_err(|_| too_long())
    }

    pub(crate) fn plus(self, other: Self) -> Result<Self, String> {
        exact(self.0, other.0, sum)
    }

    pub(crate) fn minus(self, other: Self) -> Result<Self, String> {
        exact(self.0, -other.0, sum)
    }

    pub(crate) fn times(self, other: Self) -> Result<Self, String> {
        exact(self.0, other.0, product)
    }

    /// The quotient, rounded to 28 digits where it has more.
    pub(crate) fn divided_by(self, other: Self) -> Result<Self, String> {
        if other.0.is_zero() {
            return Err("division by zero".to_owned());
        }
        self.0.checked_div(other.0).map(Self).ok_or_else(|| INEXACT.to_owned())
    }

    pub(crate) fn remainder(self, other: Self) -> Result<Self, String> {
        if other.0.is_zero() {
            return Err("division by zero".to_owned());
        }
        self.0.checked_rem(other.0).map(Self).ok_or_else(|| INEXACT.to_owned())
    }

    pub(crate) fn negated(self) -> Self {
        Self(-self.0)
    }

    pub(crate) fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The number with so many digits after the point.
    pub(crate) fn round(self, places: u32, strategy: RoundingStrategy) -> Result<Self, String> {
        let mut rounded = self.0.round_dp_with_strategy(places, strategy);
        // Zeros that are missing, as far as there is place for them.
        rounded.rescale(places);
        if rounded.scale() == places {
            Ok(Self(rounded))
        } else {
            Err(format!("{self} with {places} digits after the point has more than 28 digits"))
        }
    }

    /// Without zeros at the end.
    pub(crate) fn normalized(self) -> Self {
        Self(self.0.normalize())
    }

    /// The integer, if it is one that fits into 64 bits.
    pub(crate) fn to_int(self) -> Option<i64> {
        let number = self.0.normalize();
        if number.scale() == 0 {
            number.mantissa().try_into().ok()
        } else {
            None
        }
    }

    /// The nearest float.
    pub(crate) fn to_float(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number of a value that is exact: a decimal number or an integer.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        value.as_host().copied().or_else(|| value.as_int().map(|number| Self(number.into())))
    }
}

/// The digits of a number, and how many of them are after the point; fewer than 0 stand for zeros.
fn digits(text: &str) -> Option<(String, i64)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    Some((format!("{whole}{fraction}"), i64::try_from(fraction.len()).ok()? - exponent))
}

/// An exponent; one that is too large for any number stands for all of these.
fn exponent_of(text: &str) -> Option<i64> {
    const LARGE: i64 = 1_000_000_000;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = digits.parse().unwrap_or(LARGE).min(LARGE);
    Some(if text.starts_with('-') { -exponent } else { exponent })
}

/// The sum of two numbers, if it has no more digits than there can be: the library rounds where it has.
fn sum(a: Number, b: Number) -> Option<Number> {
    let sum = a.checked_add(b)?;
    // For one of the two, the one that is less or has more places, there is no rounding in this.
    let is_exact = sum.checked_sub(a) == Some(b) && sum.checked_sub(b) == Some(a);
    is_exact.then_some(sum)
}

/// The product of two numbers, if it has no more digits than there can be.
fn product(a: Number, b: Number) -> Option<Number> {
    let product = a.checked_mul(b)?;
    let lost = (a.scale() + b.scale()).saturating_sub(product.scale());
    // Digits at the end that were zeros are not missed.
    let factors = |factor: i128| multiplicity(a.mantissa(), factor) + multiplicity(b.mantissa(), factor);
    let is_exact = lost == 0 || a.is_zero() || b.is_zero() || (factors(2) >= lost && factors(5) >= lost);
    is_exact.then_some(product)
}

/// How often a number other than 0 can be divided by a factor.
fn multiplicity(mut number: i128, factor: i128) -> u32 {
    let mut count = 0;
    while number != 0 && number % factor == 0 {
        number /= factor;
        count += 1;
    }
    count
}

/// The result of an operation that is exact. Fewer zeros at the end of its operands may make it fit.
fn exact(a: Number, b: Number, operation: fn(Number, Number) -> Option<Number>) -> Result<Decimal, String> {
    let result = operation(a, b).or_else(|| operation(a.normalize(), b.normalize()));
    result.map(Decimal).ok_or_else(|| INEXACT.to_owned())
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Object for Decimal {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn to_plain(&self) -> Option<Value> {
        Some(self.to_string().into())
    }

    fn digits(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::host(number)
    }
}

/// The order of two exact numbers.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    Some(Decimal::of(a)?.cmp(&Decimal::of(b)?))
}

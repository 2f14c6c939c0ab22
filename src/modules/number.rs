//! `number::format`.

use super::arguments::{error, known_options};
use crate::decimal::rounding;
use crate::value::type_of;
use rhai_vm::{module, Error, Map, Result, Value};
use rust_decimal::RoundingStrategy;

/// The most digits after the point.
const MAX_DECIMALS: i64 = 100;
/// Currencies with another sign than their code (ISO 4217).
const SIGNS: [(&str, &str); 8] = [
    ("BRL", "R$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("USD", "$"),
];
/// Currencies that do not have two digits after the point.
const DIGITS: [(&str, usize); 16] = [
    ("BHD", 3),
    ("CLP", 0),
    ("ISK", 0),
    ("IQD", 3),
    ("JOD", 3),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("XAF", 0),
    ("XOF", 0),
];
/// Between an amount and its currency or its percent sign, where no line is to break.
const SPACE: char = '\u{a0}';

module! {
    /// Numbers as people read them.
    "`number`"

    namespace "number" {
        /// Formats an integer, a float or a decimal number. Options:
        ///
        /// | option | value |
        /// |---|---|
        /// | `decimals` | the digits after the point: as many as the number has by default; a currency's own number with `currency` |
        /// | `group` | what is between thousands, `","` by default; `""` for nothing |
        /// | `point` | the decimal point, `"."` by default |
        /// | `rounding` | as for [decimal numbers](#decimal-numbers): `"half_up"` by default |
        /// | `currency` | a code such as `"EUR"`, shown as its sign if it has one, before the number |
        /// | `after` | `true`: the currency is after the number, with a space that does not break |
        /// | `percent` | `true`: 0.5 is `50%` |
        ///
        /// A float counts with the digits that `print` shows. Throws `NumberError` for other options, and for what is no number, as infinity.
        ///
        /// ```rhai
        /// number::format(1234567.891) // → "1,234,567.891"
        /// number::format(1234567.891, #{ decimals: 2, group: "'" }) // → "1'234'567.89"
        /// number::format(decimal("-1234.5"), #{ currency: "USD" }) // → "-$1,234.50"
        /// number::format(1234.5, #{ currency: "EUR", after: true, group: ".", point: "," }) // → "1.234,50\u00a0€"
        /// number::format(99, #{ currency: "CHF" }) // → "CHF\u00a099.00"
        /// number::format(0.1255, #{ percent: true, decimals: 1 }) // → "12.6%"
        /// number::format(5, #{ decimals: -1 }) // ✗ NumberError
        /// ```
        new "format" (number: Any "int | float | decimal"; options: Map) -> String throws NumberError = |call| {
            let options = call.take_map(1)?;
            format(call.value(0), &options).map(Value::from)
        };
    }
}

fn problem(message: impl Into<String>) -> Error {
    error("NumberError", message)
}

fn format(number: &Value, options: &Map) -> Result<String> {
    const KNOWN: [&str; 7] = ["after", "currency", "decimals", "group", "percent", "point", "rounding"];
    known_options(options, &KNOWN, "number::format")?;
    let mut digits = Digits::of(number)?;
    let is_percent = truth(options, "percent")?;
    let currency = text(options, "currency")?.map(checked_currency).transpose()?;
    if is_percent {
        digits.shift_by_two();
    }
    let rounding = rounding(text(options, "rounding")?.unwrap_or("half_up")).map_err(problem)?;
    let decimals = match (options.get("decimals"), currency) {
        (Some(decimals), _) => Some(count(decimals)?),
        (None, Some(code)) => {
            Some(DIGITS.iter().find(|(known, _)| *known == code).map_or(2, |(_, digits)| *digits))
        }
        (None, None) => None,
    };
    if let Some(decimals) = decimals {
        digits.round(decimals, rounding);
    }
    let shown = digits.show(text(options, "group")?.unwrap_or(","), text(options, "point")?.unwrap_or("."));
    let sign = if digits.is_negative { "-" } else { "" };
    let percent = if is_percent { "%" } else { "" };
    let Some(code) = currency else { return Ok(format!("{sign}{shown}{percent}")) };
    let symbol = SIGNS.iter().find(|(known, _)| *known == code).map(|(_, sign)| *sign);
    Ok(match (truth(options, "after")?, symbol) {
        (true, symbol) => format!("{sign}{shown}{percent}{SPACE}{}", symbol.unwrap_or(code)),
        (false, Some(symbol)) => format!("{sign}{symbol}{shown}{percent}"),
        (false, None) => format!("{sign}{code}{SPACE}{shown}{percent}"),
    })
}

fn mismatch(option: &str, needed: &str, value: &Value) -> Error {
    let kind = type_of(value);
    error("MismatchedTypes", format!("the option `{option}` of number::format must be {needed}, not {kind}"))
}

fn truth(options: &Map, option: &str) -> Result<bool> {
    match options.get(option) {
        None => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| mismatch(option, "true or false", value)),
    }
}

fn text<'a>(options: &'a Map, option: &str) -> Result<Option<&'a str>> {
    match options.get(option) {
        None => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(value) => Err(mismatch(option, "a string", value)),
    }
}

fn count(value: &Value) -> Result<usize> {
    match value.as_int() {
        Some(count @ 0..=MAX_DECIMALS) => Ok(usize::try_from(count).unwrap_or(0)),
        Some(count) => Err(problem(format!("cannot show {count} decimals: use 0 to {MAX_DECIMALS}"))),
        None => Err(mismatch("decimals", "an integer", value)),
    }
}

fn checked_currency(code: &str) -> Result<&str> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err(problem(format!("{code:?} is not the code of a currency, such as \"EUR\"")))
    }
}

/// The digits of a number, each from 0 to 9.
struct Digits {
    is_negative: bool,
    whole: Vec<u8>,
    fraction: Vec<u8>,
}

impl Digits {
    fn of(value: &Value) -> Result<Self> {
        let text = match value {
            Value::Int(number) => number.to_string(),
            // All digits, without an exponent.
            Value::Float(number) if number.is_finite() => number.to_string(),
            Value::Float(number) => return Err(problem(format!("{number} has no digits"))),
            Value::Host(object) if object.digits().is_some() => object.digits().unwrap_or_default(),
            other => {
                let kind = type_of(other);
                return Err(error("MismatchedTypes", format!("number::format expects a number, not {kind}")));
            }
        };
        let unsigned = text.strip_prefix('-').unwrap_or(&text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |text: &str| text.bytes().map(|byte| byte - b'0').collect();
        let mut digits =
            Self { is_negative: text.starts_with('-'), whole: digits(whole), fraction: digits(fraction) };
        digits.without_zeros();
        Ok(digits)
    }

    /// Multiplies by 100.
    fn shift_by_two(&mut self) {
        for _ in 0..2 {
            let digit = if self.fraction.is_empty() { 0 } else { self.fraction.remove(0) };
            self.whole.push(digit);
        }
        self.without_zeros();
    }

    /// Removes zeros at the beginning, and the sign of zero.
    fn without_zeros(&mut self) {
        let zeros = self.whole.iter().take_while(|digit| **digit == 0).count();
        self.whole.drain(..zeros.min(self.whole.len().saturating_sub(1)));
        self.is_negative &= self.whole.iter().chain(&self.fraction).any(|digit| *digit != 0);
    }

    fn round(&mut self, decimals: usize, rounding: RoundingStrategy) {
        if self.fraction.len() > decimals {
            let rest = self.fraction.split_off(decimals);
            if self.is_rounded_away(&rest, rounding) {
                self.increment();
            }
        }
        self.fraction.resize(decimals, 0);
        self.without_zeros();
    }

    /// Whether the last digit is increased when these are cut off.
    fn is_rounded_away(&self, rest: &[u8], rounding: RoundingStrategy) -> bool {
        use RoundingStrategy as Rounding;
        let is_exact = rest.iter().all(|digit| *digit == 0);
        let half = rest[0].cmp(&5).then(if rest[1..].iter().any(|digit| *digit != 0) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        });
        let is_odd = self.fraction.last().or(self.whole.last()).is_some_and(|digit| digit % 2 == 1);
        match rounding {
            Rounding::MidpointTowardZero => half.is_gt(),
            Rounding::MidpointNearestEven => half.is_gt() || (half.is_eq() && is_odd),
            Rounding::AwayFromZero => !is_exact,
            Rounding::ToZero => false,
            Rounding::ToNegativeInfinity => !is_exact && self.is_negative,
            Rounding::ToPositiveInfinity => !is_exact && !self.is_negative,
            _ => half.is_ge(),
        }
    }

    /// Increases the last digit, and those before it that overflow.
    fn increment(&mut self) {
        for digit in self.fraction.iter_mut().rev().chain(self.whole.iter_mut().rev()) {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.whole.insert(0, 1);
    }

    fn show(&self, group: &str, point: &str) -> String {
        let mut shown = String::new();
        for (number, digit) in self.whole.iter().enumerate() {
            if number > 0 && (self.whole.len() - number).is_multiple_of(3) {
                shown.push_str(group);
            }
            shown.push(char::from(b'0' + digit));
        }
        if !self.fraction.is_empty() {
            shown.push_str(point);
            shown.extend(self.fraction.iter().map(|digit| char::from(b'0' + digit)));
        }
        shown
    }
}

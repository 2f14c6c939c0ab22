//! `number::format`.

use super::accepted::read;
use super::arguments::error;
use super::options::Options;
use crate::decimal::rounding;
use crate::value::type_of;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};
use rust_decimal::RoundingStrategy;

/// The most digits after the point.
const MAX_DECIMALS: u32 = 100;
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
        /// A float counts with the digits that `print` shows. Throws `NumberError` for a currency or a rounding that is unknown, and for infinity and NaN.
        ///
        /// ```rhai
        /// number::format(1234567.891) // → "1,234,567.891"
        /// number::format(1234567.891, #{ decimals: 2, group: "'" }) // → "1'234'567.89"
        /// number::format(decimal("-1234.5"), #{ currency: "USD" }) // → "-$1,234.50"
        /// number::format(1234.5, #{ currency: "EUR", after: true, group: ".", point: "," }) // → "1.234,50\u00a0€"
        /// number::format(99, #{ currency: "CHF" }) // → "CHF\u00a099.00"
        /// number::format(0.1255, #{ percent: true, decimals: 1 }) // → "12.6%"
        /// number::format(5, #{ currency: "euro" }) // ✗ NumberError
        /// ```
        new "format" (number: Any "int | float | decimal"; options: Map) -> String throws NumberError = |call| {
            Form::read(&mut Options::of(call, 1, "number::format"))?.format(call.value(0)).map(Value::from)
        };
    }

    options OPTIONS;
}

fn problem(message: impl Into<String>) -> Error {
    error("NumberError", message)
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("number::format", "options", |options| read(options, Form::read))];

/// How a number is shown.
struct Form {
    decimals: Option<usize>,
    group: String,
    point: String,
    rounding: RoundingStrategy,
    currency: Option<String>,
    is_currency_after: bool,
    is_percent: bool,
}

impl Form {
    fn read(options: &mut Options<Error>) -> Result<Self> {
        let form = Self {
            decimals: options.integer("decimals", 0..=MAX_DECIMALS)?.map(|decimals| decimals as usize),
            group: options.text("group")?.unwrap_or_else(|| ",".into()),
            point: options.text("point")?.unwrap_or_else(|| ".".into()),
            rounding: rounding(options.text("rounding")?.as_deref().unwrap_or("half_up")).map_err(problem)?,
            currency: options.text("currency")?.map(checked_currency).transpose()?,
            is_currency_after: options.boolean("after")?.unwrap_or(false),
            is_percent: options.boolean("percent")?.unwrap_or(false),
        };
        options.end()?;
        Ok(form)
    }

    fn format(&self, number: &Value) -> Result<String> {
        let mut digits = Digits::of(number)?;
        if self.is_percent {
            digits.shift_by_two();
        }
        let of_currency =
            |code: &String| DIGITS.iter().find(|(known, _)| known == code).map_or(2, |(_, digits)| *digits);
        if let Some(decimals) = self.decimals.or(self.currency.as_ref().map(of_currency)) {
            digits.round(decimals, self.rounding);
        }
        let shown = digits.show(&self.group, &self.point);
        let sign = if digits.is_negative { "-" } else { "" };
        let percent = if self.is_percent { "%" } else { "" };
        let Some(code) = &self.currency else { return Ok(format!("{sign}{shown}{percent}")) };
        let symbol = SIGNS.iter().find(|(known, _)| known == code).map(|(_, sign)| *sign);
        Ok(match (self.is_currency_after, symbol) {
            (true, symbol) => format!("{sign}{shown}{percent}{SPACE}{}", symbol.unwrap_or(code)),
            (false, Some(symbol)) => format!("{sign}{symbol}{shown}{percent}"),
            (false, None) => format!("{sign}{code}{SPACE}{shown}{percent}"),
        })
    }
}

fn checked_currency(code: String) -> Result<String> {
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

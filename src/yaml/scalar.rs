//! What a plain scalar means.

use rhai_vm::Value;

/// The value of a plain scalar in YAML's core schema: what is nothing else is a string.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Unit,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        ".nan" | ".NaN" | ".NAN" => f64::NAN.into(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY.into(),
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY.into(),
        _ => number(text).unwrap_or_else(|| text.into()),
    }
}

/// The value of a number. An integer that does not fit into 64 bits is a float, as in JSON.
fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let are_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return are_digits.then(|| i64::from_str_radix(digits, radix).ok())?.map(Value::Int);
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if is_digits(digits) {
        return text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Float)).ok();
    }
    is_float(digits).then(|| text.parse().ok().map(Value::Float))?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `(\. [0-9]+ | [0-9]+ (\. [0-9]*)?) ([eE] [-+]? [0-9]+)?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    is_mantissa && exponent.is_none_or(|digits| is_digits(digits.strip_prefix(['+', '-']).unwrap_or(digits)))
}

/// Whether a string would mean something else as a plain scalar: in YAML 1.2, or in 1.1, which many programs still read.
pub(super) fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    text.is_empty() || is_number || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        for (text, expected) in [
            ("", "()"),
            ("~", "()"),
            ("True", "true"),
            ("yes", "\"yes\""),
            ("012", "12"),
            ("0o14", "12"),
            ("0xfF", "255"),
            ("0x", "\"0x\""),
            ("-7", "-7"),
            ("+7", "7"),
            ("9223372036854775808", "9.223372036854776e18"),
            ("1.", "1.0"),
            (".5e1", "5.0"),
            ("1e3", "1000.0"),
            ("1e", "\"1e\""),
            ("1_000", "\"1_000\""),
            ("12:30", "\"12:30\""),
            ("-.inf", "-inf"),
            (".", "\".\""),
            ("-", "\"-\""),
            ("1e999999999", "inf"),
        ] {
            assert_eq!(format!("{:?}", resolve(text)), expected, "{text}");
        }
    }
}

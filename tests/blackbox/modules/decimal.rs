//! Decimal numbers and `number`: `tests/formats` compares them with Python's.

use super::{error, value};

#[test]
fn operators() {
    assert_eq!(value("let d = decimal(`0.1`); d += decimal(`0.2`); d *= 3; d -= 1; `${d}`"), "\"-0.1\"");
    assert_eq!(value("[1 + decimal(2), 3 - decimal(1), 2 * decimal(`1.50`), 1 / decimal(4), 7 % decimal(4), -decimal(1)]"), "[3,2,3.00,0.25,3,-1]");
    assert_eq!(value("let d = decimal(`1.0`); [d == 1, 1 == d, d != 1, d < 2, 2 > d, d <= 1, 1 >= d, d == `1`, d == (), d == decimal(1)]"), "[true,true,false,true,true,true,true,false,false,true]");
    assert_eq!(value("`a` + decimal(1) + `b`"), "\"a1b\"");
    assert_eq!(value("decimal(1) + `b`"), "\"1b\"");
    assert_eq!(value("[decimal(`1.5`)] == [decimal(`1.50`)]"), "true");
    assert_eq!(value("[decimal(`1.20`), decimal(`2.30`)].reduce(|sum, d| sum + d, decimal(0))"), "3.50");
    assert_eq!(value("type_of(decimal(1))"), "\"Decimal\"");
}

#[test]
fn digits_are_kept() {
    assert_eq!(value("#{ a: decimal(`12.30`), b: [decimal(`-0.10`)] }"), r#"{"a":12.30,"b":[-0.10]}"#);
    assert_eq!(value("json::encode_pretty(decimal(`12.30`))"), "\"12.30\"");
    assert_eq!(
        value("[json::encode(#{ a: decimal(`79228162514264337593543950335`) })]"),
        r#"["{\"a\":79228162514264337593543950335}"]"#
    );
    assert_eq!(value("[toml::encode(#{ a: decimal(`1.50`) }), csv::encode([[decimal(`1.50`)]]), yaml::encode(decimal(`1.50`))]"), r#"["a = \"1.50\"\n","1.50\n","\"1.50\"\n"]"#);
    assert_eq!(value("dynamodb::encode(decimal(`1.50`))"), r#"{"N":"1.50"}"#);
    assert_eq!(value("xml::encode(#{ a: decimal(`1.50`) })"), "\"<a>1.50</a>\"");
}

#[test]
fn bad_input() {
    for text in [
        "", " ", "1 ", "a", "1.", ".5", "1,5", "1_000", "--1", "+-1", "1e", "e5", "0x10", "NaN", "Infinity",
        "١", "1.2.3", "1e5.0",
    ] {
        let error = error(&format!("decimal(`{text}`)"));
        assert!(
            error.starts_with("DecimalError: ") && error.contains("is not a decimal number"),
            "{text}: {error}"
        );
    }
    for text in [
        "1e99999999999999999999",
        "1e29",
        "1e-29",
        "-1e1000000",
        "79228162514264337593543950336",
        &"9".repeat(100_000),
        &format!("0.{}1", "0".repeat(28)),
    ] {
        let error = error(&format!("decimal(`{text}`)"));
        assert!(error.contains("has more than 28 digits") && error.len() < 200, "{text:.40}: {error}");
    }
    assert_eq!(
        value(&format!(
            "[decimal(`{}1.50`), decimal(`0e99999999999`), decimal(`1.5{}`)]",
            "0".repeat(50_000),
            "0".repeat(50_000)
        )),
        format!("[1.50,0,1.5{}]", "0".repeat(27))
    );
    for (body, problem) in [
        ("decimal(1) + 0.5", "MismatchedTypes: Decimal + f64 is not possible"),
        ("0.5 * decimal(1)", "MismatchedTypes: f64 * Decimal is not possible"),
        ("decimal(1) < 1.5", "MismatchedTypes: Decimal < f64 is not possible"),
        ("decimal(1) == 1.0", "MismatchedTypes: Decimal == f64 is not possible"),
        ("decimal(1) - `1`", "MismatchedTypes: Decimal - string is not possible"),
        ("decimal(1) / 0", "DecimalError: 1 / 0: division by zero"),
        ("decimal(1) % 0", "DecimalError: 1 % 0: division by zero"),
        (
            "decimal(`1e28`) * 10",
            "DecimalError: 10000000000000000000000000000 * 10: the exact result has more than 28 digits",
        ),
        ("decimal(`1e-20`) * decimal(`1e-20`)", "the exact result has more than 28 digits"),
        ("decimal(`1e28`) + decimal(`0.01`)", "the exact result has more than 28 digits"),
        ("decimal(0.0 / 0.0)", "DecimalError: NaN is not"),
        ("decimal([])", "MismatchedTypes: decimal expects a string or a number, not array"),
        ("decimal(1).round(29)", "DecimalError: cannot round to 29 digits"),
        ("decimal(1).round(-1)", "DecimalError: cannot round to -1 digits"),
        ("decimal(1).round(1, `x`)", "DecimalError: there is no rounding \"x\""),
        ("decimal(`1e28`).to_int()", "is not an integer of 64 bits"),
    ] {
        let error = error(body);
        assert!(error.contains(problem), "{body}: {error}");
    }
}

#[test]
fn numbers_are_formatted() {
    for (call, expected) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("-1234567", "-1,234,567"),
        ("9223372036854775807", "9,223,372,036,854,775,807"),
        ("1e21", "1,000,000,000,000,000,000,000"),
        ("999.995, #{ decimals: 2 }", "1,000.00"),
        ("-0.001, #{ decimals: 2 }", "0.00"),
        ("1234.5, #{ decimals: 0, rounding: `half_even` }", "1,234"),
        ("5, #{ currency: `JPY` }", "¥5"),
        ("5, #{ currency: `KWD` }", "KWD\u{a0}5.000"),
        ("-5.5, #{ currency: `EUR`, after: true }", "-5.50\u{a0}€"),
        ("0.5, #{ percent: true }", "50%"),
        ("decimal(`0.125`), #{ percent: true, decimals: 0 }", "13%"),
        ("1234.5, #{ group: ``, point: `,` }", "1234,5"),
    ] {
        let expected = serde_json::to_string(expected).unwrap();
        assert_eq!(value(&format!("number::format({call})")), expected, "{call}");
    }
    assert_eq!(value("number::format(1e300).len"), "401");
    for (call, problem) in [
        ("1.0 / 0.0", "NumberError: inf has no digits"),
        ("`5`", "MismatchedTypes: number::format expects a number, not string"),
        ("5, #{ decimals: 101 }", "`decimals` must be an integer from 0 to 100, not 101"),
        ("5, #{ decimals: 1.5 }", "`decimals` must be an integer from 0 to 100, not 1.5"),
        ("5, #{ currency: `eur` }", "NumberError: \"eur\" is not the code of a currency"),
        ("5, #{ rounding: `x` }", "NumberError: there is no rounding"),
        ("5, #{ digits: 1 }", "unknown option `digits`"),
    ] {
        let error = error(&format!("number::format({call})"));
        assert!(error.contains(problem), "{call}: {error}");
    }
}

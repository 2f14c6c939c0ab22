//! What metrics, units, values, namespaces and dimensions can be.
//!
//! See `MetricDatum` and `Dimension` in the Amazon `CloudWatch` API reference. Where it and the format differ, the
//! narrower limit holds here.

use serde_json::Number;
use std::collections::BTreeMap;

/// Most dimensions of a metric.
const MAX_DIMENSIONS: usize = 30;
/// Longest texts, in characters.
const MAX_NAME: usize = 255;
const MAX_DIMENSION_NAME: usize = 250;
const MAX_DIMENSION_VALUE: usize = 1024;
/// What `CloudWatch` takes as a value: ±2^360.
const MAX_VALUE: f64 = 2.348_542_582_773_833_3e108;
/// The units there are.
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// Names and values that tell metrics of one name apart.
pub type Dimensions = BTreeMap<String, String>;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    pub(super) name: String,
    pub(super) unit: &'static str,
    /// Whether it is kept by the second, instead of by the minute.
    pub(super) high_resolution: bool,
}

impl Metric {
    /// A metric of this name and unit, kept by so many seconds.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(name: &str, unit: &str, resolution: i64) -> Result<Self, String> {
        check_text("the name of a metric", name, MAX_NAME)?;
        if name == "_aws" {
            return Err("the metric name _aws is reserved: choose another name".into());
        }
        let unit = UNITS.iter().find(|known| known.eq_ignore_ascii_case(unit)).ok_or_else(|| {
            let unit: String = unit.chars().take(MAX_NAME).collect();
            format!("unknown unit {unit:?}; the units are {}", UNITS.join(", "))
        })?;
        let high_resolution = match resolution {
            1 => true,
            60 => false,
            _ => return Err(format!("the resolution {resolution} is invalid: use 1 or 60 seconds")),
        };
        Ok(Self { name: name.to_owned(), unit, high_resolution })
    }
}

/// A value of a metric.
///
/// # Errors
/// When it is not finite, or larger than `CloudWatch` takes.
pub fn value(number: f64) -> Result<Number, String> {
    let number = Some(number).filter(|number| number.abs() <= MAX_VALUE).and_then(Number::from_f64);
    number.ok_or_else(|| "the value of a metric must be a finite number of at most 2^360".to_owned())
}

/// Looks at a namespace.
///
/// # Errors
/// What is wrong with it.
pub fn check_namespace(name: &str) -> Result<(), String> {
    check_text("a namespace", name, MAX_NAME)?;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || ".-_/#: ".contains(c);
    if !name.chars().all(is_valid) || name.starts_with([':', ' ']) || name.starts_with("AWS/") {
        return Err(format!(
            "{name:?} is not a valid namespace: use ASCII letters, digits, spaces and . - _ / # :, and begin neither \
             with a space or a colon nor with AWS/"
        ));
    }
    Ok(())
}

/// Looks at dimensions.
///
/// # Errors
/// What is wrong with them.
pub fn check_dimensions(dimensions: &Dimensions) -> Result<(), String> {
    check_count(dimensions.len())?;
    for (name, value) in dimensions {
        check_text("the name of a dimension", name, MAX_DIMENSION_NAME)?;
        check_text(&format!("the dimension {name}"), value, MAX_DIMENSION_VALUE)?;
        if !name.is_ascii() || !value.is_ascii() {
            return Err(format!(
                "the dimension {name:?} is {value:?}: CloudWatch accepts only ASCII characters"
            ));
        }
        if name.starts_with(':') || name == "_aws" {
            return Err(format!(
                "{name:?} is not a valid dimension name: it is reserved or begins with a colon"
            ));
        }
    }
    Ok(())
}

fn check_text(what: &str, text: &str, longest: usize) -> Result<(), String> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > longest {
        return Err(format!("{what} has {length} characters: use 1 to {longest}, not only spaces"));
    }
    if text.contains(char::is_control) {
        return Err(format!("{what} contains a control character"));
    }
    Ok(())
}

pub(super) fn check_count(dimensions: usize) -> Result<(), String> {
    if dimensions > MAX_DIMENSIONS {
        return Err(format!("{dimensions} dimensions are too many: a metric has at most {MAX_DIMENSIONS}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_range_that_cloudwatch_takes() {
        assert!((MAX_VALUE / 2_f64.powi(360) - 1.0).abs() < 1e-12);
        assert!(value(2_f64.powi(360)).is_ok() && value(-MAX_VALUE).is_ok());
        assert!(value(2_f64.powi(361)).is_err() && value(f64::NAN).is_err() && value(f64::INFINITY).is_err());
    }
}

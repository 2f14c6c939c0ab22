//! Times in requests and responses.

use crate::table::Type;
use crate::{Error, Host, Result};
use rhai_vm::Value;

const SECOND: i64 = 1_000_000;
const HTTP: &str = "%a, %d %b %Y %H:%M:%S GMT";
const HTTP_WITH_FRACTION: &str = "%a, %d %b %Y %H:%M:%S.%f GMT";

/// How a time is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Iso,
    Http,
    Unix,
}

impl Form {
    /// The form of a member of this type, where `usual` is that of its place.
    pub(crate) fn of(of: Type, usual: Self) -> Self {
        match of {
            Type::TimeIso => Self::Iso,
            Type::TimeHttp => Self::Http,
            Type::TimeUnix => Self::Unix,
            _ => usual,
        }
    }
}

/// The microseconds since 1970 of a parameter: a time, a number of seconds, or a string in the form of ISO 8601.
pub(crate) fn microseconds(value: &Value, host: &dyn Host) -> Option<i64> {
    match value {
        Value::Int(seconds) => seconds.checked_mul(SECOND),
        Value::Float(seconds) => of_seconds(*seconds),
        Value::Str(text) => host.parse_time(text, None),
        other => host.microseconds(other),
    }
}

/// A time as it is sent.
pub(crate) fn text(microseconds: i64, form: Form, host: &dyn Host) -> Result<String> {
    let has_fraction = microseconds % SECOND != 0;
    let format = match form {
        Form::Iso if has_fraction => "%Y-%m-%dT%H:%M:%S.%6fZ",
        Form::Iso => "%Y-%m-%dT%H:%M:%SZ",
        Form::Http => HTTP,
        Form::Unix => return Ok(seconds(microseconds)),
    };
    host.format_time(microseconds, format)
        .ok_or_else(|| Error::parameters("a time is outside of the years 0 to 9999"))
}

/// Seconds since 1970, with a fraction only where there is one: some services refuse it.
fn seconds(microseconds: i64) -> String {
    let (whole, fraction) = (microseconds / SECOND, (microseconds % SECOND).abs());
    if fraction == 0 {
        return whole.to_string();
    }
    let sign = if microseconds < 0 && whole == 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction:06}");
    text.trim_end_matches('0').to_owned()
}

/// A time of a response, which may be in another form than the model says; the string itself if it is not one.
pub(crate) fn of_text(text: &str, host: &dyn Host) -> Value {
    let text = text.trim();
    let formats = [None, Some(HTTP), Some(HTTP_WITH_FRACTION)];
    let microseconds = match text.parse() {
        Ok(seconds) => of_seconds(seconds),
        Err(_) => formats.iter().find_map(|format| host.parse_time(text, *format)),
    };
    microseconds.and_then(|microseconds| host.time(microseconds)).unwrap_or_else(|| text.into())
}

/// A time of a response, from a number of seconds.
pub(crate) fn of_number(seconds: f64, host: &dyn Host) -> Option<Value> {
    host.time(of_seconds(seconds)?)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // the range is checked
fn of_seconds(seconds: f64) -> Option<i64> {
    const LIMIT: f64 = (i64::MAX / 2) as f64;
    let microseconds = (seconds * SECOND as f64).round();
    (microseconds.abs() < LIMIT).then_some(microseconds as i64)
}

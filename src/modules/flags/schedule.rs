//! Conditions on the time: values with `START`, `END` or `DAYS`, and a `TIMEZONE`.

use crate::time::Time;
use jiff::civil::DateTime;
use rhai_vm::{Map, Value};

/// A condition on the time in a zone.
pub(super) struct Schedule {
    when: When,
    zone: Option<String>,
}

enum When {
    /// Minutes of the day. The end may be before the start: then midnight is between them.
    Minutes(i64, i64),
    Between(DateTime, DateTime),
    /// From 1 for Monday to 7 for Sunday.
    Weekdays(Vec<i64>),
}

const WEEKDAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

type Result<T> = std::result::Result<T, String>;

impl Schedule {
    /// `START` and `END` are times of day.
    pub(super) fn minutes(value: &Value) -> Result<Self> {
        let map = map(value)?;
        let when = When::Minutes(minute(map, "START")?, minute(map, "END")?);
        Ok(Self { when, zone: zone(map)? })
    }

    /// `START` and `END` are dates and times.
    pub(super) fn between(value: &Value) -> Result<Self> {
        let map = map(value)?;
        let when = When::Between(moment(map, "START")?, moment(map, "END")?);
        Ok(Self { when, zone: zone(map)? })
    }

    /// `DAYS` are days of the week.
    pub(super) fn weekdays(value: &Value) -> Result<Self> {
        let map = map(value)?;
        let days = map.get("DAYS").and_then(Value::as_array).ok_or("`value` must have `DAYS`, an array")?;
        let day = |day: &Value| {
            let number = day.as_str().and_then(|day| WEEKDAYS.iter().position(|known| *day == *known));
            let number = number.and_then(|number| i64::try_from(number + 1).ok());
            number.ok_or_else(|| {
                format!("the day {:?} does not exist; use {}", day.to_string(), WEEKDAYS.join(", "))
            })
        };
        let when = When::Weekdays(days.iter().map(day).collect::<Result<_>>()?);
        Ok(Self { when, zone: zone(map)? })
    }

    /// Whether it is that time now.
    pub(super) fn is_now(&self, now: &Time) -> bool {
        let Ok(now) = now.in_zone(self.zone.as_deref().unwrap_or("UTC")) else { return false };
        let part = |name| now.get(name).and_then(|part| part.as_int()).unwrap_or_default();
        match &self.when {
            When::Minutes(start, end) => {
                let minute = part("hour") * 60 + part("minute");
                if end < start {
                    minute >= *start || minute <= *end
                } else {
                    (*start..=*end).contains(&minute)
                }
            }
            When::Between(start, end) => (*start..=*end).contains(&now.civil()),
            When::Weekdays(days) => days.contains(&part("weekday")),
        }
    }
}

fn map(value: &Value) -> Result<&Map> {
    value.as_map().ok_or_else(|| "`value` must be an object".to_owned())
}

/// `HH:MM` as minutes since midnight.
fn minute(map: &Map, name: &str) -> Result<i64> {
    let text = string(map, name)?;
    let digits = |part: &str| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| is_number)
    };
    let parts = text.split_once(':').and_then(|(hour, minute)| Some((digits(hour)?, digits(minute)?)));
    match parts {
        Some((hour @ 0..24, minute @ 0..60)) => Ok(hour * 60 + minute),
        _ => Err(format!("`{name}` must be a time such as 20:30, not {text:?}")),
    }
}

/// An ISO 8601 date and time without a zone.
fn moment(map: &Map, name: &str) -> Result<DateTime> {
    let text = string(map, name)?;
    let clock = text.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
    if clock.contains(['Z', 'z', '+', '-', '[']) {
        return Err(format!("`{name}` is {text:?}, which has a time zone; use `TIMEZONE` for it"));
    }
    text.parse()
        .map_err(|_| format!("`{name}` must be a date and time such as 2026-11-22T09:30:00, not {text:?}"))
}

fn zone(map: &Map) -> Result<Option<String>> {
    match map.get("TIMEZONE") {
        None | Some(Value::Unit) => Ok(None),
        Some(Value::Str(name)) if name.is_empty() => Ok(None),
        Some(Value::Str(name)) => {
            Time::from_unix_ms(0).and_then(|time| time.in_zone(name))?;
            Ok(Some(name.to_string()))
        }
        Some(_) => Err("`TIMEZONE` must be a string".to_owned()),
    }
}

fn string<'a>(map: &'a Map, name: &str) -> Result<&'a str> {
    let string = map.get(name).and_then(Value::as_str);
    string.map(rhai_vm::Str::as_str).ok_or_else(|| format!("`value` must have `{name}`, a string"))
}

//! `time::…`: times, durations and what can be done with them.

use super::arguments::error;
use super::host::host;
use crate::time::{Duration, Time};
use crate::value::type_of;
use rhai_vm::function::Call;
use rhai_vm::{module, Error, Object, Result, Str, Value};
use std::cmp::Ordering;

module! {
    /// A **time** is a moment with a time zone: UTC, a fixed offset, or one with rules such as `Europe/Zurich`. These rules are built
    /// in; they are those of the [IANA time zone database](https://www.iana.org/time-zones), which is in the public domain. As a
    /// string, printed or in JSON, a time is RFC 3339: `2026-11-22T09:30:00Z`, with three, six or nine digits of a second where there are any.
    /// A **duration** is what lies between two times, exact to the nanosecond; as a string it is ISO 8601: `PT1H30M`.
    ///
    /// | of a time | is |
    /// |---|---|
    /// | `.year`, `.month`, `.day`, `.hour`, `.minute`, `.second`, `.millisecond` | its parts, in its zone |
    /// | `.weekday` | 1 for Monday to 7 for Sunday |
    /// | `.day_of_year` | 1 to 366 |
    /// | `.unix`, `.unix_ms` | seconds and milliseconds since 1970, rounded down |
    /// | `.zone`, `.offset` | strings such as `Europe/Zurich` and `+01:00` |
    ///
    /// | of a duration | is |
    /// |---|---|
    /// | `.milliseconds`, `.seconds`, `.minutes`, `.hours`, `.days` | all of it in that unit, without the fraction; a day has 24 hours |
    ///
    /// `time + duration` and `time - duration` are times, and `time - time` is a duration; durations can be added, subtracted and negated.
    /// `==`, `<` and the others compare two times, whatever their zones, or two durations; `<` with a value of another type is
    /// `MismatchedTypes`. `max` and `min` accept two of them, too. The `sort` of an array needs a callback, as below. Times are in
    /// the years 0 to 9999 (the last one is 9999-12-30T22:00:00Z); anything outside of them is `TimeError`.
    ///
    /// ```rhai
    /// let start = time::parse("2026-11-22T09:30:00Z");
    /// let end = start + time::hours(1.5);
    /// end // → "2026-11-22T11:00:00Z"
    /// (end - start).minutes // → 90
    /// end > start && end == end.in_zone("Asia/Tokyo") // → true
    /// [end.year, end.weekday, end.unix] // → [2026, 7, 1795345200]
    /// [max(start, end) == end, min(time::hours(1), time::minutes(5))] // → [true, "PT5M"]
    /// let times = [end, start];
    /// times.sort(|a, b| a.unix_ms - b.unix_ms);
    /// times // → ["2026-11-22T09:30:00Z", "2026-11-22T11:00:00Z"]
    /// end + 5 // ✗ MismatchedTypes
    /// ```
    "`time`"

    functions {
        /// Returns the same moment in another zone, given by its name in the time zone database or by its offset. Throws
        /// `TimeError` if there is no such zone.
        ///
        /// ```rhai
        /// let t = time::parse("2026-07-22T12:00:00Z");
        /// t.in_zone("America/New_York") // → "2026-07-22T08:00:00-04:00"
        /// t.in_zone("+05:30").hour // → 17
        /// t.in_zone("Europe/Zurch") // ✗ TimeError
        /// ```
        new "in_zone" (self: Host(Time::TYPE_NAME), zone: String) -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(call.host::<Time>(0)?.in_zone(call.str(1)))
        };

        /// Returns the beginning of the `minute`, `hour`, `day`, `week` (Monday), `month` or `year`, in the time's zone. Throws
        /// `TimeError` for other units.
        ///
        /// ```rhai
        /// let t = time::parse("2026-11-22T09:30:00Z");
        /// t.start_of("week") // → "2026-11-16T00:00:00Z"
        /// t.start_of("month").add_months(1) - time::seconds(1) // → "2026-11-30T23:59:59Z"
        /// t.start_of("decade") // ✗ TimeError
        /// ```
        new "start_of" (self: Host(Time::TYPE_NAME), unit: String) -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(call.host::<Time>(0)?.start_of(call.str(1)))
        };

        /// Returns the same clock time that many days later, or earlier if negative, even if the clock changes in between.
        /// Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// let t = time::parse("2026-03-28 12:00", "%F %R", "Europe/Zurich");
        /// t.add_days(1) // → "2026-03-29T12:00:00+02:00"
        /// t + time::days(1) // → "2026-03-29T13:00:00+02:00"
        /// ```
        new "add_days" (self: Host(Time::TYPE_NAME), days: Int) -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(call.host::<Time>(0)?.plus_days(call.int(1)))
        };

        /// Returns the same day and clock time that many months later, or earlier if negative; the month's last day if the month
        /// has no such day. Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::parse("2026-01-31").add_months(1) // → "2026-02-28T00:00:00Z"
        /// time::parse("2026-01-31").add_months(-12) // → "2025-01-31T00:00:00Z"
        /// ```
        new "add_months" (self: Host(Time::TYPE_NAME), months: Int) -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(call.host::<Time>(0)?.plus_months(call.int(1)))
        };

        /// Returns the later of two times, or the longer of two durations.
        ///
        /// ```rhai
        /// max(time::hours(1), time::minutes(5)) // → "PT1H"
        /// ```
        new "max" (a: Host(Time::TYPE_NAME), b: Host(Time::TYPE_NAME)) -> Host(Time::TYPE_NAME) = |call| either::<Time>(call, Ordering::is_le);
        new "max" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Host(Duration::TYPE_NAME) = |call| either::<Duration>(call, Ordering::is_le);

        /// Returns the earlier of two times, or the shorter of two durations.
        ///
        /// ```rhai
        /// min(time::hours(1), time::minutes(5)) // → "PT5M"
        /// ```
        new "min" (a: Host(Time::TYPE_NAME), b: Host(Time::TYPE_NAME)) -> Host(Time::TYPE_NAME) = |call| either::<Time>(call, Ordering::is_gt);
        new "min" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Host(Duration::TYPE_NAME) = |call| either::<Duration>(call, Ordering::is_gt);

        new "==" (a: Host(Time::TYPE_NAME), b: Host(Time::TYPE_NAME)) -> Bool = |call| holds::<Time>(call, Ordering::is_eq);

        new "!=" (a: Host(Time::TYPE_NAME), b: Host(Time::TYPE_NAME)) -> Bool = |call| holds::<Time>(call, Ordering::is_ne);

        new "<" (self: Host(Time::TYPE_NAME), other: Any) -> Bool = |call| compare_times("<", call, Ordering::is_lt);

        new "<=" (self: Host(Time::TYPE_NAME), other: Any) -> Bool = |call| compare_times("<=", call, Ordering::is_le);

        new ">" (self: Host(Time::TYPE_NAME), other: Any) -> Bool = |call| compare_times(">", call, Ordering::is_gt);

        new ">=" (self: Host(Time::TYPE_NAME), other: Any) -> Bool = |call| compare_times(">=", call, Ordering::is_ge);

        new "+" (self: Host(Time::TYPE_NAME), other: Any) -> Host(Time::TYPE_NAME) = |call| {
            let other = call.value(1);
            match other.as_host::<Duration>() {
                Some(duration) => time(call.host::<Time>(0)?.plus(*duration)),
                None => Err(mismatch("+", "a time", other, "a duration, such as time::seconds(5)")),
            }
        };

        new "-" (self: Host(Time::TYPE_NAME), other: Any) -> Any = |call| minus(call.host(0)?, call.value(1));

        new "==" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Bool = |call| holds::<Duration>(call, Ordering::is_eq);

        new "!=" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Bool = |call| holds::<Duration>(call, Ordering::is_ne);

        new "<" (self: Host(Duration::TYPE_NAME), other: Any) -> Bool = |call| compare_durations("<", call, Ordering::is_lt);

        new "<=" (self: Host(Duration::TYPE_NAME), other: Any) -> Bool = |call| compare_durations("<=", call, Ordering::is_le);

        new ">" (self: Host(Duration::TYPE_NAME), other: Any) -> Bool = |call| compare_durations(">", call, Ordering::is_gt);

        new ">=" (self: Host(Duration::TYPE_NAME), other: Any) -> Bool = |call| compare_durations(">=", call, Ordering::is_ge);

        new "+" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Host(Duration::TYPE_NAME) = |call| {
            let (a, b) = (*call.host::<Duration>(0)?, *call.host(1)?);
            within_range(a.plus(b)).map(Value::from)
        };

        new "-" (a: Host(Duration::TYPE_NAME), b: Host(Duration::TYPE_NAME)) -> Host(Duration::TYPE_NAME) = |call| {
            let (a, b) = (*call.host::<Duration>(0)?, *call.host::<Duration>(1)?);
            within_range(b.negated().and_then(|b| a.plus(b))).map(Value::from)
        };

        new "-" (self: Host(Duration::TYPE_NAME)) -> Host(Duration::TYPE_NAME) = |call| {
            within_range(call.host::<Duration>(0)?.negated()).map(Value::from)
        };
    }

    namespace "time" {
        /// Returns the current time, in UTC, in whole milliseconds.
        ///
        /// ```rhai
        /// time::now() > time::parse("2024-01-01") // → true
        /// ```
        new "now" () -> Host(Time::TYPE_NAME) = |call| time(Time::from_unix_ms(host(call).world.unix_ms()));

        /// Parses a time in RFC 3339 and the forms of ISO 8601 close to it, or in a `format` as
        /// [`time::format`](#timeformattime-time-format-string---string) has it, in a `zone`. The time of day defaults to
        /// midnight, the zone to UTC. Throws `TimeError` if the string is not a time.
        ///
        /// ```rhai
        /// time::parse("2026-11-22T09:30:00.5+01:00") // → "2026-11-22T09:30:00.500+01:00"
        /// time::parse("2026-11-22") // → "2026-11-22T00:00:00Z"
        /// time::parse("2026-07-01T12:00+02:00[Europe/Zurich]").zone // → "Europe/Zurich"
        /// time::parse("2026-02-30") // ✗ TimeError
        /// ```
        new "parse" (string: String; format: String, zone: String) -> Host(Time::TYPE_NAME) throws TimeError = |call| parse(call);

        /// Formats a time as C's `strftime` does in the locale `C`, in English. In addition, `%.3f` is a fraction of a second
        /// with that many digits. `%E` and `%O` are not supported. Throws `TimeError` if the format is invalid.
        ///
        /// ```rhai
        /// let t = time::parse("2026-11-22T09:30:00Z");
        /// time::format(t, "%A, %-d %B %Y, week %V") // → "Sunday, 22 November 2026, week 47"
        /// time::format(t, "%a, %d %b %Y %H:%M:%S GMT") // → "Sun, 22 Nov 2026 09:30:00 GMT"
        /// time::format(t, "%c") // → "Sun Nov 22 09:30:00 2026"
        /// time::format(t, "%!") // ✗ TimeError
        /// ```
        new "format" (time: Host(Time::TYPE_NAME), format: String) -> String throws TimeError = |call| checked(call.host::<Time>(0)?.format(call.str(1))).map(Value::from);

        /// Returns the time that many seconds after the beginning of 1970, in UTC. Fractions count to the microsecond. Throws
        /// `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::from_unix(1700000000) // → "2023-11-14T22:13:20Z"
        /// time::from_unix(1700000000.25) // → "2023-11-14T22:13:20.250Z"
        /// time::from_unix(1e20) // ✗ TimeError
        /// ```
        new "from_unix" (seconds: Any "int | float") -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(Time::from_unix(duration("from_unix", call.value(0), 1000)?))
        };

        /// Returns the time that many milliseconds after the beginning of 1970, in UTC. Throws `TimeError` if it is out of
        /// range.
        ///
        /// ```rhai
        /// time::from_unix_ms(1700000000123) // → "2023-11-14T22:13:20.123Z"
        /// ```
        new "from_unix_ms" (milliseconds: Int) -> Host(Time::TYPE_NAME) throws TimeError = |call| {
            time(Time::from_unix_ms(call.int(0)))
        };

        /// Returns a duration of that many milliseconds. Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::milliseconds(1500) // → "PT1.5S"
        /// ```
        new "milliseconds" (count: Any "int | float") -> Host(Duration::TYPE_NAME) throws TimeError = |call| units("milliseconds", call, 1);

        /// Returns a duration of that many seconds. Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::seconds(90) // → "PT1M30S"
        /// time::days(1) == time::hours(24) // → true
        /// -time::minutes(0.5) + time::milliseconds(500) // → "-PT29.5S"
        /// time::seconds(1e300) // ✗ TimeError
        /// ```
        new "seconds" (count: Any "int | float") -> Host(Duration::TYPE_NAME) throws TimeError = |call| units("seconds", call, 1000);

        /// Returns a duration of that many minutes. Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::minutes(90) // → "PT1H30M"
        /// ```
        new "minutes" (count: Any "int | float") -> Host(Duration::TYPE_NAME) throws TimeError = |call| units("minutes", call, 60_000);

        /// Returns a duration of that many hours. Throws `TimeError` if it is out of range.
        ///
        /// ```rhai
        /// time::hours(0.5) // → "PT30M"
        /// ```
        new "hours" (count: Any "int | float") -> Host(Duration::TYPE_NAME) throws TimeError = |call| units("hours", call, 3_600_000);

        /// Returns a duration of that many days of 24 hours; `t.add_days` follows the calendar. Throws `TimeError` if it is out
        /// of range.
        ///
        /// ```rhai
        /// time::days(2).hours // → 48
        /// ```
        new "days" (count: Any "int | float") -> Host(Duration::TYPE_NAME) throws TimeError = |call| units("days", call, 86_400_000);
    }
}

fn parse(call: &Call<'_>) -> Result<Value> {
    let zone = call.value(2).as_str().map(Str::as_str);
    time(match call.value(1).as_str() {
        Some(format) => Time::parse_with(call.str(0), format, zone),
        None => Time::parse(call.str(0)),
    })
}

fn time(result: std::result::Result<Time, String>) -> Result<Value> {
    checked(result).map(Value::from)
}

fn units(name: &str, call: &Call<'_>, unit_ms: i64) -> Result<Value> {
    duration(name, call.value(0), unit_ms).map(Value::from)
}

/// The second argument, if the order of the two is such; or else the first.
fn either<T: Object + Ord>(call: &mut Call<'_>, is_second: fn(Ordering) -> bool) -> Result<Value> {
    let order = call.host::<T>(0)?.cmp(call.host(1)?);
    Ok(call.take(usize::from(is_second(order))))
}

/// Whether the order of the two arguments is such.
fn holds<T: Object + Ord>(call: &Call<'_>, holds: fn(Ordering) -> bool) -> Result<Value> {
    Ok(holds(call.host::<T>(0)?.cmp(call.host(1)?)).into())
}

/// Rhai takes every comparison with another type for false, without an error.
fn compare_times(operator: &str, call: &Call<'_>, wanted: fn(Ordering) -> bool) -> Result<Value> {
    let other = call.value(1);
    if other.as_host::<Time>().is_none() {
        let needed = "a time (time::parse converts a string)";
        return Err(mismatch(operator, "a time", other, needed));
    }
    holds::<Time>(call, wanted)
}

fn compare_durations(operator: &str, call: &Call<'_>, wanted: fn(Ordering) -> bool) -> Result<Value> {
    let other = call.value(1);
    if other.as_host::<Duration>().is_none() {
        return Err(mismatch(operator, "a duration", other, "a duration, such as time::seconds(5)"));
    }
    holds::<Duration>(call, wanted)
}

fn minus(time: &Time, other: &Value) -> Result<Value> {
    if let Some(earlier) = other.as_host::<Time>() {
        return Ok(time.since(earlier).into());
    }
    match other.as_host::<Duration>() {
        Some(duration) => {
            let negated = within_range(duration.negated())?;
            checked(time.plus(negated)).map(Value::from)
        }
        None => Err(mismatch("-", "a time", other, "a time, or a duration such as time::seconds(5)")),
    }
}

/// So many units, an integer or a float, as a duration.
fn duration(name: &str, count: &Value, unit_ms: i64) -> Result<Duration> {
    if let Some(count) = count.as_int() {
        return within_range(Duration::of(count, unit_ms));
    }
    if let Some(count) = count.as_float() {
        #[allow(clippy::cast_precision_loss)] // the units are small
        return within_range(Duration::of_seconds(count * unit_ms as f64 / 1000.0));
    }
    let kind = type_of(count);
    Err(error("MismatchedTypes", format!("time::{name} expects a number, not {kind}")))
}

fn checked<T>(result: std::result::Result<T, String>) -> Result<T> {
    result.map_err(|problem| error("TimeError", problem))
}

fn within_range(duration: Option<Duration>) -> Result<Duration> {
    duration.ok_or_else(|| error("TimeError", "the duration is out of range or not a number"))
}

fn mismatch(operator: &str, left: &str, right: &Value, needed: &str) -> Error {
    let kind = type_of(right);
    error("MismatchedTypes", format!("{left} {operator} {kind} is not possible: expected {needed}"))
}

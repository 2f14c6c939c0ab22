//! `time::…`: times, durations and what can be done with them.

use super::{error, Result};
use crate::time::{Duration, Time};
use crate::value::type_of;
use rhai_vm::function::{optional, param, Call, Function, Namespace, Param};
use rhai_vm::{Error, Kind, Object, Str, Value};
use std::cmp::Ordering;

const TIME: Kind = Kind::Host(Time::TYPE_NAME);
const DURATION: Kind = Kind::Host(Duration::TYPE_NAME);
const TWO_TIMES: &[Param] = &[param("a", TIME), param("b", TIME)];
const TIME_AND_ANY: &[Param] = &[param("time", TIME), param("other", Kind::Any)];
const TWO_DURATIONS: &[Param] = &[param("a", DURATION), param("b", DURATION)];
const DURATION_AND_ANY: &[Param] = &[param("duration", DURATION), param("other", Kind::Any)];
const COUNT: &[Param] = &[param("count", Kind::Any)];

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "time",
    functions: &[
        Function::new("now", &[], TIME, |_| time(Time::now())),
        Function::new(
            "parse",
            &[param("text", Kind::String), optional("format", Kind::String), optional("zone", Kind::String)],
            TIME,
            |call| parse(call),
        ),
        Function::new(
            "format",
            &[param("time", TIME), param("format", Kind::String)],
            Kind::String,
            |call| checked(call.host::<Time>(0)?.format(call.str(1))).map(Value::from),
        ),
        Function::new("from_unix", &[param("seconds", Kind::Any)], TIME, |call| {
            time(Time::from_unix(duration("from_unix", call.value(0), 1000)?))
        }),
        Function::new("from_unix_ms", &[param("milliseconds", Kind::Int)], TIME, |call| {
            time(Time::from_unix_ms(call.int(0)))
        }),
        Function::new("milliseconds", COUNT, DURATION, |call| units("milliseconds", call, 1)),
        Function::new("seconds", COUNT, DURATION, |call| units("seconds", call, 1000)),
        Function::new("minutes", COUNT, DURATION, |call| units("minutes", call, 60_000)),
        Function::new("hours", COUNT, DURATION, |call| units("hours", call, 3_600_000)),
        Function::new("days", COUNT, DURATION, |call| units("days", call, 86_400_000)),
    ],
    constants: &[],
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("in_zone", &[param("time", TIME), param("zone", Kind::String)], TIME, |call| {
        time(call.host::<Time>(0)?.in_zone(call.str(1)))
    }),
    Function::new("start_of", &[param("time", TIME), param("unit", Kind::String)], TIME, |call| {
        time(call.host::<Time>(0)?.start_of(call.str(1)))
    }),
    Function::new("add_days", &[param("time", TIME), param("days", Kind::Int)], TIME, |call| {
        time(call.host::<Time>(0)?.plus_days(call.int(1)))
    }),
    Function::new("add_months", &[param("time", TIME), param("months", Kind::Int)], TIME, |call| {
        time(call.host::<Time>(0)?.plus_months(call.int(1)))
    }),
    Function::new("max", TWO_TIMES, TIME, |call| either::<Time>(call, Ordering::is_le)),
    Function::new("min", TWO_TIMES, TIME, |call| either::<Time>(call, Ordering::is_gt)),
    Function::new("==", TWO_TIMES, Kind::Bool, |call| holds::<Time>(call, Ordering::is_eq)),
    Function::new("!=", TWO_TIMES, Kind::Bool, |call| holds::<Time>(call, Ordering::is_ne)),
    Function::new("<", TIME_AND_ANY, Kind::Bool, |call| compare_times("<", call, Ordering::is_lt)),
    Function::new("<=", TIME_AND_ANY, Kind::Bool, |call| compare_times("<=", call, Ordering::is_le)),
    Function::new(">", TIME_AND_ANY, Kind::Bool, |call| compare_times(">", call, Ordering::is_gt)),
    Function::new(">=", TIME_AND_ANY, Kind::Bool, |call| compare_times(">=", call, Ordering::is_ge)),
    Function::new("+", TIME_AND_ANY, TIME, |call| {
        let other = call.value(1);
        match other.as_host::<Duration>() {
            Some(duration) => time(call.host::<Time>(0)?.plus(*duration)),
            None => Err(mismatch("+", "a time", other, "a duration, such as time::seconds(5)")),
        }
    }),
    Function::new("-", TIME_AND_ANY, Kind::Any, |call| minus(call.host(0)?, call.value(1))),
    Function::new("max", TWO_DURATIONS, DURATION, |call| either::<Duration>(call, Ordering::is_le)),
    Function::new("min", TWO_DURATIONS, DURATION, |call| either::<Duration>(call, Ordering::is_gt)),
    Function::new("==", TWO_DURATIONS, Kind::Bool, |call| holds::<Duration>(call, Ordering::is_eq)),
    Function::new("!=", TWO_DURATIONS, Kind::Bool, |call| holds::<Duration>(call, Ordering::is_ne)),
    Function::new("<", DURATION_AND_ANY, Kind::Bool, |call| compare_durations("<", call, Ordering::is_lt)),
    Function::new("<=", DURATION_AND_ANY, Kind::Bool, |call| compare_durations("<=", call, Ordering::is_le)),
    Function::new(">", DURATION_AND_ANY, Kind::Bool, |call| compare_durations(">", call, Ordering::is_gt)),
    Function::new(">=", DURATION_AND_ANY, Kind::Bool, |call| compare_durations(">=", call, Ordering::is_ge)),
    Function::new("+", TWO_DURATIONS, DURATION, |call| {
        let (a, b) = (*call.host::<Duration>(0)?, *call.host(1)?);
        within_range(a.plus(b)).map(Value::from)
    }),
    Function::new("-", TWO_DURATIONS, DURATION, |call| {
        let (a, b) = (*call.host::<Duration>(0)?, *call.host::<Duration>(1)?);
        within_range(b.negated().and_then(|b| a.plus(b))).map(Value::from)
    }),
    Function::new("-", &[param("duration", DURATION)], DURATION, |call| {
        within_range(call.host::<Duration>(0)?.negated()).map(Value::from)
    }),
];

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
        let needed = "a time: time::parse(text) makes one of a text";
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
    Err(error("MismatchedTypes", format!("time::{name} takes a number, not a value of type {kind}")))
}

fn checked<T>(result: std::result::Result<T, String>) -> Result<T> {
    result.map_err(|problem| error("TimeError", problem))
}

fn within_range(duration: Option<Duration>) -> Result<Duration> {
    duration.ok_or_else(|| error("TimeError", "the duration is out of range, or not a number"))
}

fn mismatch(operator: &str, left: &str, right: &Value, needed: &str) -> Error {
    let kind = type_of(right);
    error("MismatchedTypes", format!("{left} {operator} a value of type {kind}: what is needed is {needed}"))
}

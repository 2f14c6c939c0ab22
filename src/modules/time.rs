//! `time::…`: times, durations and what can be done with them.

use super::{at, error, Result};
use crate::time::{Duration, Time};
use crate::value::type_of;
use rhai::{
    Dynamic, Engine, EvalAltResult, ImmutableString, Module, NativeCallContext, Position, FLOAT, INT,
};
use std::cmp::Ordering;

/// The functions that make durations, and how many milliseconds their unit has.
const UNITS: [(&str, INT); 5] =
    [("milliseconds", 1), ("seconds", 1000), ("minutes", 60_000), ("hours", 3_600_000), ("days", 86_400_000)];
/// Whether an operator holds for things in this order.
type Holds = fn(Ordering) -> bool;
/// The operators of an order.
const COMPARISONS: [(&str, Holds); 4] =
    [("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];

pub(super) fn register(engine: &mut Engine) {
    register_time(engine);
    register_duration(engine);

    let mut module = Module::new();
    module.set_native_fn("now", |call: NativeCallContext<'_>| at(&call, checked(Time::now())));
    module.set_native_fn("parse", |call: NativeCallContext<'_>, text: ImmutableString| {
        at(&call, checked(Time::parse(&text)))
    });
    module.set_native_fn(
        "parse",
        |call: NativeCallContext<'_>, text: ImmutableString, format: ImmutableString| {
            at(&call, checked(Time::parse_with(&text, &format, None)))
        },
    );
    module.set_native_fn(
        "parse",
        |call: NativeCallContext<'_>,
         text: ImmutableString,
         format: ImmutableString,
         zone: ImmutableString| { at(&call, checked(Time::parse_with(&text, &format, Some(&zone)))) },
    );
    module.set_native_fn("format", |call: NativeCallContext<'_>, time: Time, format: ImmutableString| {
        at(&call, checked(time.format(&format)))
    });
    module.set_native_fn("from_unix", |call: NativeCallContext<'_>, seconds: Dynamic| {
        let duration = duration("from_unix", &seconds, 1000);
        at(&call, duration.and_then(|since_1970| checked(Time::from_unix(since_1970))))
    });
    module.set_native_fn("from_unix_ms", |call: NativeCallContext<'_>, milliseconds: INT| {
        at(&call, checked(Time::from_unix_ms(milliseconds)))
    });
    for (name, unit_ms) in UNITS {
        module.set_native_fn(name, move |call: NativeCallContext<'_>, count: Dynamic| {
            at(&call, duration(name, &count, unit_ms))
        });
    }
    engine.register_static_module("time", module.into());
}

fn register_time(engine: &mut Engine) {
    engine.register_type_with_name::<Time>("Time");
    engine.register_fn("to_string", |time: &mut Time| time.to_string());
    engine.register_fn("to_debug", |time: &mut Time| time.to_string());
    engine.register_indexer_get(|time: &mut Time, name: &str| {
        time.property(name).ok_or_else(|| no_property("a time", name, &Time::PROPERTIES))
    });
    engine.register_fn("in_zone", |time: &mut Time, zone: &str| checked(time.in_zone(zone)));
    engine.register_fn("start_of", |time: &mut Time, unit: &str| checked(time.start_of(unit)));
    engine.register_fn("add_days", |time: &mut Time, days: INT| checked(time.plus_days(days)));
    engine.register_fn("add_months", |time: &mut Time, months: INT| checked(time.plus_months(months)));

    engine.register_fn("max", |a: Time, b: Time| a.max(b));
    engine.register_fn("min", |a: Time, b: Time| a.min(b));
    engine.register_fn("==", |a: Time, b: Time| a == b);
    engine.register_fn("!=", |a: Time, b: Time| a != b);
    for (operator, holds) in COMPARISONS {
        // Rhai takes every comparison with another type for false, without an error.
        engine.register_fn(operator, move |a: Time, b: Dynamic| match b.read_lock::<Time>() {
            Some(b) => Ok(holds(a.cmp(&b))),
            None => Err(mismatch(operator, "a time", &b, "a time: time::parse(text) makes one of a text")),
        });
    }
    engine.register_fn("+", |time: Time, other: Dynamic| match other.read_lock::<Duration>() {
        Some(duration) => checked(time.plus(*duration)),
        None => Err(mismatch("+", "a time", &other, "a duration, such as time::seconds(5)")),
    });
    engine.register_fn("-", |time: Time, other: Dynamic| -> Result<Dynamic> {
        if let Some(earlier) = other.read_lock::<Time>() {
            return Ok(Dynamic::from(time.since(&earlier)));
        }
        match other.read_lock::<Duration>() {
            Some(duration) => {
                let negated = within_range(duration.negated())?;
                checked(time.plus(negated)).map(Dynamic::from)
            }
            None => Err(mismatch("-", "a time", &other, "a time, or a duration such as time::seconds(5)")),
        }
    });
}

fn register_duration(engine: &mut Engine) {
    engine.register_type_with_name::<Duration>("Duration");
    engine.register_fn("to_string", |duration: &mut Duration| duration.to_string());
    engine.register_fn("to_debug", |duration: &mut Duration| duration.to_string());
    engine.register_indexer_get(|duration: &mut Duration, name: &str| {
        duration.property(name).ok_or_else(|| no_property("a duration", name, &Duration::PROPERTIES))
    });

    engine.register_fn("max", |a: Duration, b: Duration| a.max(b));
    engine.register_fn("min", |a: Duration, b: Duration| a.min(b));
    engine.register_fn("==", |a: Duration, b: Duration| a == b);
    engine.register_fn("!=", |a: Duration, b: Duration| a != b);
    for (operator, holds) in COMPARISONS {
        engine.register_fn(operator, move |a: Duration, b: Dynamic| match b.read_lock::<Duration>() {
            Some(b) => Ok(holds(a.cmp(&b))),
            None => Err(mismatch(operator, "a duration", &b, "a duration, such as time::seconds(5)")),
        });
    }
    engine.register_fn("+", |a: Duration, b: Duration| within_range(a.plus(b)));
    engine.register_fn("-", |a: Duration, b: Duration| within_range(b.negated().and_then(|b| a.plus(b))));
    engine.register_fn("-", |duration: Duration| within_range(duration.negated()));
}

/// So many units, an integer or a float, as a duration.
fn duration(name: &str, count: &Dynamic, unit_ms: INT) -> Result<Duration> {
    if let Ok(count) = count.as_int() {
        return within_range(Duration::of(count, unit_ms));
    }
    if let Ok(count) = count.as_float() {
        #[allow(clippy::cast_precision_loss)] // the units are small
        return within_range(Duration::of_seconds(count * unit_ms as FLOAT / 1000.0));
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

#[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
fn mismatch(operator: &str, left: &str, right: &Dynamic, needed: &str) -> Box<EvalAltResult> {
    let kind = type_of(right);
    error("MismatchedTypes", format!("{left} {operator} a value of type {kind}: what is needed is {needed}"))
}

#[allow(clippy::unnecessary_box_returns)] // as Rhai passes its errors on
fn no_property(of: &str, name: &str, properties: &[&str]) -> Box<EvalAltResult> {
    let message = format!("`{name}`: {of} has no such property; it has {}", properties.join(", "));
    EvalAltResult::ErrorPropertyNotFound(message, Position::NONE).into()
}

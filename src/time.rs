//! Times and durations, as scripts have them.
//!
//! A thin layer over `jiff`, which carries its own copy of the time zone database: Lambda's images
//! need not have one.

use jiff::civil::Time as ClockTime;
use jiff::fmt::strtime::{BrokenDownTime, Config, PosixCustom};
use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use rhai_vm::{Error, ErrorKind, Object, Value};
use std::fmt;

/// The years a time can be in: those that RFC 3339 can write.
const YEARS: std::ops::RangeInclusive<i16> = 0..=9999;
/// How alike a misspelt zone and the one that is proposed instead must be.
const ALIKE: f64 = 0.85;
/// How much of a wrong text an error shows, in bytes.
const MAX_QUOTED: usize = 100;

/// A moment, and the zone in which it is looked at. Clones are cheap; the order is that of the
/// moments, whatever their zones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(Zoned);

/// What lies between two times, to the nanosecond; it may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(SignedDuration);

impl Time {
    /// What `type_of` says.
    pub const TYPE_NAME: &'static str = "Time";
    /// What a script can ask a time for, in the order in which an error lists it.
    pub const PROPERTIES: [&'static str; 13] = [
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "millisecond",
        "weekday",
        "day_of_year",
        "unix",
        "unix_ms",
        "zone",
        "offset",
    ];
    /// What a time can be cut down to.
    const UNITS: &'static str = "minute, hour, day, week, month and year";

    /// So many seconds after the beginning of 1970, in UTC.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn from_unix(since_1970: Duration) -> Result<Self, String> {
        let timestamp = Timestamp::from_duration(since_1970.0);
        Self::at(timestamp.map_err(|_| out_of_range())?, TimeZone::UTC)
    }

    /// The date and the time of day in its zone.
    pub fn civil(&self) -> jiff::civil::DateTime {
        self.0.datetime()
    }

    /// The milliseconds since 1970, rounded down.
    pub fn unix_ms(&self) -> i64 {
        self.get("unix_ms").and_then(|milliseconds| milliseconds.as_int()).unwrap_or_default()
    }

    /// The microseconds since 1970, rounded down.
    pub fn unix_us(&self) -> i64 {
        i64::try_from(self.0.timestamp().as_nanosecond().div_euclid(1000)).unwrap_or(i64::MAX)
    }

    /// So many microseconds after the beginning of 1970, in UTC.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn from_unix_us(microseconds: i64) -> Result<Self, String> {
        Self::from_unix(Duration(SignedDuration::from_micros(microseconds)))
    }

    /// So many milliseconds after the beginning of 1970, in UTC.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn from_unix_ms(milliseconds: i64) -> Result<Self, String> {
        Self::from_unix(Duration(SignedDuration::from_millis(milliseconds)))
    }

    /// Reads a time in the form of RFC 3339 and ISO 8601. What the text doesn't say is midnight, and
    /// UTC.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let problem = |problem: jiff::Error| {
            format!(
                "{} is not a time such as 2026-11-22T09:30:00Z ({problem}). \
                 For other forms, use time::parse(text, format)",
                quoted(text)
            )
        };
        let parser = DateTimeParser::new();
        let pieces = parser.parse_pieces(text).map_err(problem)?;
        if pieces.time_zone_annotation().is_some() {
            return Self::within_range(parser.parse_zoned(text).map_err(problem)?);
        }
        let zone = pieces.to_numeric_offset().map_or(TimeZone::UTC, fixed);
        let time = pieces.time().unwrap_or(ClockTime::midnight());
        let zoned = zone.to_zoned(pieces.date().to_datetime(time));
        Self::within_range(zoned.map_err(|_| out_of_range())?)
    }

    /// Reads a time in a form that `format` describes as `strptime` does. What the text doesn't say
    /// is midnight, and `zone`, or else UTC. A clock time that a zone leaves out is taken to be
    /// later by what was left out; of one that it has twice the first is taken.
    ///
    /// # Errors
    /// What is wrong with text, format or zone.
    pub fn parse_with(text: &str, format: &str, zone: Option<&str>) -> Result<Self, String> {
        let problem = |problem: jiff::Error| {
            format!("{} does not have the format {}: {problem}", quoted(text), quoted(format))
        };
        let mut parsed = BrokenDownTime::parse(format, text).map_err(problem)?;
        if let (Some(whole), Some(fraction)) = (parsed.timestamp(), parsed.subsec_nanosecond()) {
            // The sign before the seconds is that of the fraction, too.
            let sign = if whole < Timestamp::UNIX_EPOCH { -1 } else { 1 };
            let fraction = SignedDuration::from_nanos(sign * i64::from(fraction));
            parsed.set_timestamp(Some(whole.checked_add(fraction).map_err(|_| out_of_range())?));
        }
        let default = zone.map_or(Ok(TimeZone::UTC), find_zone)?;
        let zoned = match (parsed.iana_time_zone(), parsed.offset()) {
            (Some(_), _) => parsed.to_zoned(),
            (None, offset) => {
                let zone = offset.map_or(default, fixed);
                match parsed.timestamp() {
                    Some(timestamp) => Ok(timestamp.to_zoned(zone)),
                    None => parsed.to_datetime().and_then(|clock| zone.to_zoned(clock)),
                }
            }
        };
        Self::within_range(zoned.map_err(problem)?)
    }

    /// The text that `format` describes as `strftime` does in the locale "C".
    ///
    /// # Errors
    /// What is wrong with the format.
    pub fn format(&self, format: &str) -> Result<String, String> {
        BrokenDownTime::from(&self.0)
            .to_string_with_config(&Config::new().custom(PosixCustom::new()), format)
            .map_err(|problem| format!("{} is not a format: {problem}", quoted(format)))
    }

    /// The same moment in another zone: `Europe/Zurich`, `UTC`, `+02:00`.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn in_zone(&self, zone: &str) -> Result<Self, String> {
        Self::within_range(self.0.with_time_zone(find_zone(zone)?))
    }

    /// The beginning of this minute, hour, day, week (Monday), month or year in the time's zone.
    ///
    /// # Errors
    /// When `unit` is something else.
    pub fn start_of(&self, unit: &str) -> Result<Self, String> {
        let Self(zoned) = self;
        let start = match unit {
            "minute" => zoned.with().second(0).subsec_nanosecond(0).build(),
            "hour" => zoned.with().minute(0).second(0).subsec_nanosecond(0).build(),
            "day" => zoned.start_of_day(),
            "week" => {
                let days = zoned.weekday().to_monday_zero_offset();
                zoned.checked_sub(Span::new().days(days)).and_then(|monday| monday.start_of_day())
            }
            "month" => zoned.first_of_month().and_then(|first| first.start_of_day()),
            "year" => zoned.first_of_year().and_then(|first| first.start_of_day()),
            _ => return Err(format!("unknown unit {}; the units are {}", quoted(unit), Self::UNITS)),
        };
        Self::within_range(start.map_err(|_| out_of_range())?)
    }

    /// Later by a duration.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn plus(&self, duration: Duration) -> Result<Self, String> {
        Self::within_range(self.0.checked_add(duration.0).map_err(|_| out_of_range())?)
    }

    /// The same clock time so many days later, also where the clock is changed in between.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn plus_days(&self, days: i64) -> Result<Self, String> {
        let span = Span::new().try_days(days).map_err(|_| out_of_range())?;
        Self::within_range(self.0.checked_add(span).map_err(|_| out_of_range())?)
    }

    /// The same day and clock time so many months later; the last day of a month where it is too
    /// short.
    ///
    /// # Errors
    /// When that is out of range.
    pub fn plus_months(&self, months: i64) -> Result<Self, String> {
        let span = Span::new().try_months(months).map_err(|_| out_of_range())?;
        Self::within_range(self.0.checked_add(span).map_err(|_| out_of_range())?)
    }

    /// What lies between an earlier time and this one.
    pub fn since(&self, earlier: &Self) -> Duration {
        Duration(self.0.timestamp().duration_since(earlier.0.timestamp()))
    }

    /// The value of a property, if it is one of [`Self::PROPERTIES`].
    pub fn get(&self, name: &str) -> Option<Value> {
        let Self(zoned) = self;
        let whole = |nanoseconds: i128| {
            let since_1970 = zoned.timestamp().as_nanosecond().div_euclid(nanoseconds);
            i64::try_from(since_1970).unwrap_or(i64::MAX)
        };
        let number: i64 = match name {
            "year" => zoned.year().into(),
            "month" => zoned.month().into(),
            "day" => zoned.day().into(),
            "hour" => zoned.hour().into(),
            "minute" => zoned.minute().into(),
            "second" => zoned.second().into(),
            "millisecond" => zoned.millisecond().into(),
            "weekday" => zoned.weekday().to_monday_one_offset().into(),
            "day_of_year" => zoned.day_of_year().into(),
            "unix" => whole(1_000_000_000),
            "unix_ms" => whole(1_000_000),
            "zone" => return Some(self.zone().into()),
            "offset" => return Some(offset_text(zoned.offset()).into()),
            _ => return None,
        };
        Some(number.into())
    }

    fn zone(&self) -> String {
        let zone = self.0.time_zone();
        zone.iana_name().map_or_else(|| offset_text(self.0.offset()), str::to_owned)
    }

    fn at(timestamp: Timestamp, zone: TimeZone) -> Result<Self, String> {
        Self::within_range(timestamp.to_zoned(zone))
    }

    fn within_range(zoned: Zoned) -> Result<Self, String> {
        if YEARS.contains(&zoned.year()) {
            return Ok(Self(zoned));
        }
        Err(out_of_range())
    }
}

/// RFC 3339, with as many digits of a second as there are, in threes.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.subsec_nanosecond();
        let digits = match nanoseconds {
            0 => 0,
            _ if nanoseconds % 1_000_000 == 0 => 3,
            _ if nanoseconds % 1_000 == 0 => 6,
            _ => 9,
        };
        let printer = DateTimePrinter::new().precision(Some(digits));
        let timestamp = self.0.timestamp();
        let offset = self.0.offset();
        // Before zones were invented, places had offsets with seconds, which RFC 3339 cannot write.
        let text = if offset == Offset::UTC || offset.seconds() % 60 != 0 {
            printer.timestamp_to_string(&timestamp)
        } else {
            printer.timestamp_with_offset_to_string(&timestamp, offset)
        };
        f.write_str(&text)
    }
}

impl Duration {
    /// What `type_of` says.
    pub const TYPE_NAME: &'static str = "Duration";
    /// What a script can ask a duration for, in the order in which an error lists it.
    pub const PROPERTIES: [&'static str; 5] = ["milliseconds", "seconds", "minutes", "hours", "days"];

    /// So many units of so many milliseconds; `None` where that is out of range.
    pub fn of(count: i64, unit_ms: i64) -> Option<Self> {
        SignedDuration::try_from_millis_i128(i128::from(count) * i128::from(unit_ms)).map(Self)
    }

    /// So many seconds, to the microsecond: further digits of such a number are noise. `None` where
    /// that is out of range or not a number.
    pub fn of_seconds(seconds: f64) -> Option<Self> {
        let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
        let half = if seconds < 0.0 { -500 } else { 500 };
        SignedDuration::try_from_micros_i128((duration.as_nanos() + half) / 1000).map(Self)
    }

    /// Both together; `None` where that is out of range.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// As long in the other direction; `None` where that is out of range.
    pub fn negated(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The duration for the standard library; nothing where it is negative.
    pub fn unsigned(self) -> std::time::Duration {
        self.0.try_into().unwrap_or_default()
    }

    /// The whole duration in a unit, without the fraction, if `name` is one of [`Self::PROPERTIES`].
    pub fn get(self, name: &str) -> Option<Value> {
        let number = match name {
            "milliseconds" => i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX),
            "seconds" => self.0.as_secs(),
            "minutes" => self.0.as_mins(),
            "hours" => self.0.as_hours(),
            "days" => self.0.as_hours() / 24,
            _ => return None,
        };
        Some(number.into())
    }
}

/// ISO 8601: `PT1H30M`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Object for Time {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn property(&self, name: &str) -> Option<rhai_vm::Result<Value>> {
        Some(self.get(name).ok_or_else(|| no_property("a time", name, &Self::PROPERTIES)))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(self.to_string().into())
    }
}

impl From<Time> for Value {
    fn from(value: Time) -> Self {
        Self::host(value)
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn property(&self, name: &str) -> Option<rhai_vm::Result<Value>> {
        Some(self.get(name).ok_or_else(|| no_property("a duration", name, &Self::PROPERTIES)))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(self.to_string().into())
    }
}

impl From<Duration> for Value {
    fn from(value: Duration) -> Self {
        Self::host(value)
    }
}

/// The string of a time or a duration, if the value is one.
pub fn to_text(value: &Value) -> Option<String> {
    let time = value.as_host::<Time>().map(Time::to_string);
    time.or_else(|| value.as_host::<Duration>().map(Duration::to_string))
}

fn no_property(of: &str, name: &str, properties: &[&str]) -> Error {
    let message = format!("{of} has no property `{name}`; it has {}", properties.join(", "));
    Error::new(ErrorKind::PropertyNotFound(message))
}

/// A text for an error.
fn quoted(text: &str) -> String {
    match text.char_indices().find(|(at, _)| *at >= MAX_QUOTED) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn out_of_range() -> String {
    let (first, last) = (YEARS.start(), YEARS.end());
    format!("the result is outside the years {first} to {last}; the last second is 9999-12-30T22:00:00Z")
}

fn fixed(offset: Offset) -> TimeZone {
    match offset {
        Offset::UTC => TimeZone::UTC,
        _ => TimeZone::fixed(offset),
    }
}

fn offset_text(offset: Offset) -> String {
    if offset == Offset::UTC {
        return "+00:00".to_owned();
    }
    let sign = if offset.is_negative() { '-' } else { '+' };
    let seconds = offset.seconds().unsigned_abs();
    let text = format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    match seconds % 60 {
        0 => text,
        seconds => format!("{text}:{seconds:02}"),
    }
}

/// The zone of a name, or of an offset such as `+02:00`.
fn find_zone(name: &str) -> Result<TimeZone, String> {
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
        return Ok(TimeZone::UTC);
    }
    if name.starts_with(['+', '-']) {
        let offset = BrokenDownTime::parse("%:z", name).ok().and_then(|parsed| parsed.offset());
        return offset.map(fixed).ok_or_else(|| format!("{} is not an offset such as +02:00", quoted(name)));
    }
    jiff::tz::db().get(name).map_err(|_| match similar_zone(name) {
        Some(similar) => format!("unknown time zone {}; did you mean {similar:?}?", quoted(name)),
        None => format!("unknown time zone {}; use an IANA name such as \"Europe/Zurich\"", quoted(name)),
    })
}

fn similar_zone(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let zones = jiff::tz::db().available().map(|zone| (zone.as_str().to_lowercase(), zone));
    let (_, zone) = likeness::best(&name, zones, |(name, _)| name, ALIKE)?;
    Some(zone.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Time {
        Time::parse(text).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn reads_as(text: &str) -> String {
        parse(text).to_string()
    }

    #[test]
    fn texts_of_rfc_3339_come_back() {
        for text in [
            "2026-11-22T09:30:00Z",
            "2026-11-22T09:30:00.5+02:00",
            "2026-11-22T09:30:00.123-09:30",
            "2026-11-22T09:30:00.123456Z",
            "2026-11-22T09:30:00.123456789Z",
            "0000-01-01T00:00:00Z",
            "9999-12-30T22:00:00Z",
        ] {
            assert_eq!(reads_as(text), text.replace(".5+", ".500+"));
        }
        assert_eq!(reads_as("2026-11-22t09:30:00z"), "2026-11-22T09:30:00Z");
        assert_eq!(reads_as("2026-11-22 09:30:00+00:00"), "2026-11-22T09:30:00Z");
        assert_eq!(reads_as("2026-11-22T09:30:00-00:00"), "2026-11-22T09:30:00Z");
        assert_eq!(reads_as("2026-11-22T09:30"), "2026-11-22T09:30:00Z");
        assert_eq!(reads_as("2026-11-22"), "2026-11-22T00:00:00Z");
        assert_eq!(reads_as("2026-07-22T09:30:00+02:00[Europe/Zurich]"), "2026-07-22T09:30:00+02:00");
    }

    #[test]
    fn wrong_texts_say_what_is_wrong() {
        for text in
            ["", "now", "2026", "2026-13-01", "2026-02-29T00:00:00Z", "2026-11-22T25:00Z", "-000001-01-01"]
        {
            let problem = Time::parse(text).unwrap_err();
            assert!(
                problem.contains("2026-11-22T09:30:00Z") || problem.contains("years"),
                "{text}: {problem}"
            );
        }
        let problem = Time::parse(&"9".repeat(1_000_000)).unwrap_err();
        assert!(problem.len() < 1000, "{} bytes", problem.len());
        let problem = Time::parse("2026-07-22T09:30:00+01:00[Europe/Zurich]").unwrap_err();
        assert!(problem.contains("offset"), "{problem}");
    }

    #[test]
    fn clock_times_that_a_zone_leaves_out_or_has_twice() {
        let read = |clock: &str| {
            let time = Time::parse_with(clock, "%Y-%m-%d %H:%M", Some("Europe/Zurich"));
            time.unwrap().to_string()
        };
        assert_eq!(read("2026-03-29 02:30"), "2026-03-29T03:30:00+02:00");
        assert_eq!(read("2026-10-25 02:30"), "2026-10-25T02:30:00+02:00");
        assert_eq!(read("2026-10-25 03:30"), "2026-10-25T03:30:00+01:00");
    }

    #[test]
    fn a_day_and_24_hours_differ_where_the_clock_is_changed() {
        let before = parse("2026-03-28T12:00:00+01:00[Europe/Zurich]");
        assert_eq!(before.plus_days(1).unwrap().to_string(), "2026-03-29T12:00:00+02:00");
        let day = Duration::of(24, 3_600_000).unwrap();
        assert_eq!(before.plus(day).unwrap().to_string(), "2026-03-29T13:00:00+02:00");
        assert_eq!(parse("2026-01-31").plus_months(1).unwrap().to_string(), "2026-02-28T00:00:00Z");
        assert_eq!(parse("2024-02-29").plus_months(-12).unwrap().to_string(), "2023-02-28T00:00:00Z");
    }

    #[test]
    fn starts() {
        let time = parse("2026-03-29T15:16:17.18+02:00[Europe/Zurich]");
        for (unit, start) in [
            ("minute", "2026-03-29T15:16:00+02:00"),
            ("hour", "2026-03-29T15:00:00+02:00"),
            ("day", "2026-03-29T00:00:00+01:00"),
            ("week", "2026-03-23T00:00:00+01:00"),
            ("month", "2026-03-01T00:00:00+01:00"),
            ("year", "2026-01-01T00:00:00+01:00"),
        ] {
            assert_eq!(time.start_of(unit).unwrap().to_string(), start);
        }
        assert!(time.start_of("Day").unwrap_err().contains("minute, hour, day"));
        // A day that begins at one o'clock.
        let cairo = parse("2023-04-28T12:00:00+03:00[Africa/Cairo]");
        assert_eq!(cairo.start_of("day").unwrap().to_string(), "2023-04-28T01:00:00+03:00");
    }

    #[test]
    fn nothing_leaves_the_years_that_can_be_written() {
        let first = parse("0000-01-01T00:00:00Z");
        let last = parse("9999-12-30T00:00:00Z");
        assert!(first.in_zone("-05:00").unwrap_err().contains("years 0 to 9999"));
        assert!(first.plus(Duration::of(-1, 1).unwrap()).is_err());
        assert!(last.plus_days(40).is_err());
        for huge in [i64::MIN, i64::MAX] {
            assert!(Time::from_unix_ms(huge).is_err());
            assert!(first.plus_days(huge).is_err());
            assert!(first.plus_months(huge).is_err());
            assert!(Duration::of(huge, 86_400_000).is_none());
        }
        for wrong in [f64::NAN, f64::INFINITY, -1e300] {
            assert!(Duration::of_seconds(wrong).is_none());
        }
    }

    #[test]
    fn offsets_with_seconds_are_written_in_utc() {
        let early = parse("1850-01-01T00:00:00Z").in_zone("Europe/Zurich").unwrap();
        assert_eq!(early.get("offset").unwrap().to_string(), "+00:34:08");
        assert_eq!(early.to_string(), "1850-01-01T00:00:00Z");
    }

    #[test]
    fn seconds_with_a_fraction_are_kept_to_the_microsecond() {
        for (seconds, text) in [
            (1_700_000_000.123, "2023-11-14T22:13:20.123Z"),
            (0.1, "1970-01-01T00:00:00.100Z"),
            (-0.5, "1969-12-31T23:59:59.500Z"),
        ] {
            let time = Time::from_unix(Duration::of_seconds(seconds).unwrap()).unwrap();
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn a_misspelt_zone_is_recognised() {
        let problem = |zone: &str| parse("2026-01-01").in_zone(zone).unwrap_err();
        assert!(problem("Europe/Zürich").contains("did you mean \"Europe/Zurich\"?"));
        assert!(problem("europe zurich").contains("did you mean \"Europe/Zurich\"?"));
        assert!(problem("").contains("use an IANA name"));
        assert!(problem(&"x".repeat(1_000_000)).len() < 1000);
        assert!(problem("+2 hours").contains("offset such as"));
        assert_eq!(parse("2026-01-01").in_zone("europe/zurich").unwrap().zone(), "Europe/Zurich");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn texts_come_back_the_same(ms in -62_167_219_200_000_i64..=253_402_207_200_999, offset in -840_i32..=840) {
            let zone = format!("{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 60, offset.abs() % 60);
            if let Ok(time) = Time::from_unix_ms(ms).unwrap().in_zone(&zone) {
                let back = parse(&time.to_string());
                prop_assert_eq!(&back, &time);
                prop_assert_eq!(back.to_string(), time.to_string());
            }
        }

        #[test]
        fn hostile_texts_and_formats_panic_nowhere(text in ".{0,40}", format in "[%:.0-9a-zA-Z_^#-]{0,20}") {
            let _ = Time::parse(&text);
            let _ = Time::parse_with(&text, &format, None);
            let _ = Time::parse_with(&text, "%c", Some(&format));
            let _ = parse("2026-11-22").format(&format);
            let _ = parse("2026-11-22").in_zone(&text);
        }
    }
}

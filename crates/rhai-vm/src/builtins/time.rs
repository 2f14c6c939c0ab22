//! Points in time, as `timestamp()` gives them, and `sleep`.

use crate::error::Error;
use crate::function::Call;
use crate::module;
use crate::value::{Object, Value};
use crate::Result;
use std::fmt;
use std::time::{Duration, Instant};

/// What `type_of` says of a point in time.
pub const TYPE_NAME: &str = "timestamp";

/// The longest sleep without asking whether the script may go on.
const SLICE: Duration = Duration::from_millis(10);

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub Instant);

impl Object for Timestamp {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<timestamp>")
    }
}

impl Timestamp {
    /// So many seconds later.
    ///
    /// # Errors
    /// That there is no such time.
    pub fn plus(self, seconds: i64) -> Result<Self> {
        self.moved(Duration::from_secs(seconds.unsigned_abs()), seconds < 0)
            .ok_or_else(|| overflow("adding", seconds))
    }

    /// So many seconds earlier.
    ///
    /// # Errors
    /// That there is no such time.
    pub fn minus(self, seconds: i64) -> Result<Self> {
        self.moved(Duration::from_secs(seconds.unsigned_abs()), seconds >= 0)
            .ok_or_else(|| overflow("subtracting", seconds))
    }

    /// So many seconds later.
    ///
    /// # Errors
    /// That there is no such time.
    pub fn plus_float(self, seconds: f64) -> Result<Self> {
        self.moved_float(seconds.abs(), seconds < 0.0)
    }

    /// So many seconds earlier.
    ///
    /// # Errors
    /// That there is no such time.
    pub fn minus_float(self, seconds: f64) -> Result<Self> {
        // The negative of a number that is not less than zero is added, as rhai does.
        self.moved_float(seconds.abs(), seconds.is_nan() || seconds >= 0.0)
    }

    /// The seconds since an earlier time; negative if it is a later one.
    pub fn since(self, other: &Self) -> f64 {
        if other.0 > self.0 {
            -(other.0 - self.0).as_secs_f64()
        } else {
            (self.0 - other.0).as_secs_f64()
        }
    }

    fn moved(self, by: Duration, back: bool) -> Option<Self> {
        if back { self.0.checked_sub(by) } else { self.0.checked_add(by) }.map(Self)
    }

    /// Fractions of a second count to the millisecond.
    fn moved_float(self, seconds: f64, back: bool) -> Result<Self> {
        #[allow(clippy::cast_precision_loss)] // as rhai does
        if seconds > i64::MAX as f64 {
            let what = if back { "subtract" } else { "add" };
            return Err(Error::arithmetic(format!("Integer overflow for timestamp {what}: {seconds}")));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is not negative
        let by = Duration::from_millis((seconds * 1000.0) as u64);
        self.moved(by, back).ok_or_else(|| overflow(if back { "subtracting" } else { "adding" }, seconds))
    }
}

#[cold]
fn overflow(what: &str, seconds: impl fmt::Display) -> Error {
    Error::arithmetic(format!("Timestamp overflow when {what} {seconds} second(s)"))
}

module! {
    /// A timestamp measures how long something takes. It is not a date. `timestamp - timestamp` is a float of seconds,
    /// `timestamp + seconds` is a later one, and two can be compared.
    "Timestamps"

    functions {
        /// Returns the current moment.
        ///
        /// ```rhai
        /// let start = timestamp();
        /// timestamp() - start < 60.0 // → true
        /// ```
        new "timestamp" () -> Host(TYPE_NAME) = |_| Ok(Value::host(Timestamp(Instant::now())));

        /// Returns the seconds since the moment.
        ///
        /// ```rhai
        /// let start = timestamp();
        /// start.elapsed() < 60.0 // → true
        /// start.elapsed >= 0.0 // → true
        /// ```
        new "elapsed" (self: Host(TYPE_NAME)) -> Float = elapsed;
        new "get$elapsed" (self: Host(TYPE_NAME)) -> Float = elapsed;

        /// Waits for this many seconds.
        ///
        /// ```rhai
        /// sleep(0.01) // → null
        /// ```
        new "sleep" (seconds: Int) -> Unit = |call| {
            let seconds = u64::try_from(call.int(0)).unwrap_or(0);
            sleep(call, Duration::from_secs(seconds))
        };
        new "sleep" (seconds: Float) -> Unit = |call| {
            let seconds = call.float(0);
            if !seconds.is_normal() || seconds.is_sign_negative() {
                return Ok(Value::Unit);
            }
            sleep(call, Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
        };
    }
}

fn elapsed(call: &mut Call<'_>) -> Result<Value> {
    let Timestamp(at) = *call.host::<Timestamp>(0)?;
    let now = Instant::now();
    if at > now {
        return Err(Error::arithmetic("Time-stamp is later than now"));
    }
    Ok(Value::Float((now - at).as_secs_f64()))
}

/// Sleeps in slices, so that the host can stop a script that sleeps.
fn sleep(call: &mut Call<'_>, time: Duration) -> Result<Value> {
    let start = Instant::now();
    loop {
        call.check()?;
        let left = time.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(Value::Unit);
        }
        std::thread::sleep(left.min(SLICE));
    }
}

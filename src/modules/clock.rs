//! `unix_now`, `unix_ms_now`, `sleep`.

use super::arguments::error;
use super::host::host;
use crate::time;
use rhai_vm::function::Call;
use rhai_vm::{module, Result, Value};
use std::time::Duration;

module! {
    /// The time as a number, and waiting. The module [`time`](#time) has dates, time zones and durations.
    "Clock"

    functions {
        /// Returns the seconds since 1970, as a whole number.
        ///
        /// ```rhai
        /// (unix_now() - time::now().unix).abs() <= 1 // → true
        /// ```
        new "unix_now" () -> Int = |call| {
            Ok(host(call).world.unix_ms().div_euclid(1000).into())
        };

        /// Returns the milliseconds since 1970, as a whole number.
        ///
        /// ```rhai
        /// unix_ms_now() > 1700000000000 // → true
        /// ```
        new "unix_ms_now" () -> Int = |call| {
            Ok(host(call).world.unix_ms().into())
        };

        /// Waits for that many seconds or for a duration, at most until the function's deadline.
        ///
        /// ```rhai
        /// sleep(0.01) // → null
        /// sleep(time::milliseconds(10)) // → null
        /// ```
        new "sleep" (time: Int) -> Unit = |call| {
            sleep(call, Duration::from_secs(u64::try_from(call.int(0)).unwrap_or(0)))
        };
        new "sleep" (time: Float) -> Unit = |call| {
            let seconds = call.float(0);
            if seconds.is_nan() {
                return Err(error("Arithmetic", "sleep expects a number of seconds, not NaN"));
            }
            sleep(call, Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
        };
        new "sleep" (time: Host(time::Duration::TYPE_NAME)) -> Unit = |call| {
            sleep(call, call.host::<time::Duration>(0)?.unsigned())
        };
    }
}

fn sleep(call: &Call<'_>, time: Duration) -> Result<Value> {
    let host = host(call);
    host.world.wait(time, host.deadline.until());
    host.deadline.check()?;
    Ok(Value::Unit)
}

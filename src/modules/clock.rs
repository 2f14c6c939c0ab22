//! `unix_now`, `unix_ms_now`, `sleep`.

use super::{error, Result};
use crate::deadline::Deadline;
use crate::time;
use rhai::{Engine, FLOAT, INT};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) fn register(engine: &mut Engine, deadline: &Deadline) {
    engine.register_fn("unix_now", || INT::try_from(since_1970().as_secs()).unwrap_or(INT::MAX));
    engine.register_fn("unix_ms_now", || INT::try_from(since_1970().as_millis()).unwrap_or(INT::MAX));
    let until = deadline.clone();
    engine.register_fn("sleep", move |seconds: INT| -> Result<()> {
        Ok(until.wait(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))?)
    });
    let until = deadline.clone();
    engine.register_fn("sleep", move |seconds: FLOAT| -> Result<()> {
        if seconds.is_nan() {
            return Err(error("Arithmetic", "sleep takes a number of seconds, not NaN"));
        }
        Ok(until.wait(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))?)
    });
    let until = deadline.clone();
    engine
        .register_fn("sleep", move |time: time::Duration| -> Result<()> { Ok(until.wait(time.unsigned())?) });
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

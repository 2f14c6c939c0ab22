//! `unix_now`, `unix_ms_now`, `sleep`.

use super::{error, host, Result};
use crate::time;
use rhai_vm::function::{param, Call, Function};
use rhai_vm::{Kind, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("unix_now", &[], Kind::Int, |_| {
        Ok(i64::try_from(since_1970().as_secs()).unwrap_or(i64::MAX).into())
    }),
    Function::new("unix_ms_now", &[], Kind::Int, |_| {
        Ok(i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX).into())
    }),
    Function::new("sleep", &[param("seconds", Kind::Int)], Kind::Unit, |call| {
        sleep(call, Duration::from_secs(u64::try_from(call.int(0)).unwrap_or(0)))
    }),
    Function::new("sleep", &[param("seconds", Kind::Float)], Kind::Unit, |call| {
        let seconds = call.float(0);
        if seconds.is_nan() {
            return Err(error("Arithmetic", "sleep takes a number of seconds, not NaN"));
        }
        sleep(call, Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
    }),
    Function::new("sleep", &[param("time", Kind::Host(time::Duration::TYPE_NAME))], Kind::Unit, |call| {
        sleep(call, call.host::<time::Duration>(0)?.unsigned())
    }),
];

fn sleep(call: &Call<'_>, time: Duration) -> Result<Value> {
    host(call).deadline.wait(time)?;
    Ok(Value::Unit)
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

//! `wait(service, waiter, parameters[, options])`.

use super::options::Options;
use super::Caller;
use rhai_vm::function::Call;
use rhai_vm::{Result, Value};

pub(super) fn wait(call: &mut Call<'_>) -> Result<Value> {
    let (parameters, options) = (call.take_map(2)?, call.take_map(3)?);
    let caller = Caller::of(call);
    let (service, waiter) = (call.str(0), call.str(1));
    let wait = || {
        let (pace, common) = Options::all(options, self::options)?;
        caller.client.wait(service, waiter, &parameters, pace, &common, caller.deadline.until())
    };
    wait().map(Value::from).map_err(|error| caller.thrown(error.of(service, waiter)))
}

pub(super) fn options(options: &mut Options) -> aws::Result<(aws::Pace, aws::Options)> {
    let pace = aws::Pace { delay: options.seconds("delay")?, max_attempts: options.count("max_attempts")? };
    Ok((pace, options.operation()?))
}

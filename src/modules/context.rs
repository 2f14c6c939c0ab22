//! The method of `context`.

use super::host::host;
use crate::context::{Context, TYPE_NAME};
use rhai_vm::function::Call;
use rhai_vm::module;

module! {
    /// The second parameter of a handler: see [Events and responses](events.md#context).
    "Context"

    functions {
        /// Returns the milliseconds that are left until the function's timeout, or `()` if it has none.
        new "get_remaining_time_in_millis" (self: Host(TYPE_NAME)) -> Any "int | ()" = |call: &mut Call<'_>| {
            let host = host(call);
            let held = match host.world.replacement() {
                None => i64::try_from(host.deadline.until().held().as_millis()).unwrap_or_default(),
                // The clock of a test may be set.
                Some(_) => 0,
            };
            Ok(call.host::<Context>(0)?.remaining_ms(host.world.unix_ms() - held).into())
        };
    }
}

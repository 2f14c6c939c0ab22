//! `env::get`, `env::has`, `env::all`: the function's environment variables.

use super::arguments::error;
use super::host::{host, Host};
use super::trace_id::TRACE_ID;
use rhai_vm::{module, Map, Result, Value};

module! {
    /// The environment variables: the function's own and [Lambda's](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
    "`env`"

    namespace "env" {
        /// Returns the value of an environment variable, or the default if it is not set. Without a default, throws `EnvError`.
        ///
        /// ```rhai
        /// env::get("AWS_REGION") // → "eu-central-1"
        /// env::get("TABLE", "orders") // → "orders"
        /// env::get("TABLE") // ✗ EnvError
        /// ```
        new "get" (name: String) -> String throws EnvError = |call| {
            get(host(call), call.str(0)).map(Value::from)
        };

        new "get" (name: String, default: Any) -> Any = |call| {
            let variable = host(call).variable(call.str(0));
            Ok(variable.map_or_else(|| call.take(1), Value::from))
        };

        /// Returns whether an environment variable is set.
        ///
        /// ```rhai
        /// env::has("TABLE") // → false
        /// ```
        new "has" (name: String) -> Bool = |call| {
            Ok(host(call).variable(call.str(0)).is_some().into())
        };

        /// Returns a map of all environment variables.
        ///
        /// ```rhai
        /// env::all().AWS_REGION // → "eu-central-1"
        /// ```
        new "all" () -> Map = |call| Ok(all(host(call)).into());
    }
}

fn all(host: &Host) -> Map {
    let all = host.world.variables().into_iter();
    let mut all: Map = all.map(|(name, value)| (name.as_str().into(), value.into())).collect();
    all.remove(TRACE_ID);
    if let Some(trace_id) = host.variable(TRACE_ID) {
        all.insert(TRACE_ID.into(), trace_id.into());
    }
    all
}

fn get(host: &Host, name: &str) -> Result<String> {
    host.variable(name).ok_or_else(|| {
        error(
            "EnvError",
            format!(
                "the environment variable `{name}` is not set. Set it in the function's \
                 configuration, or use env::get(\"{name}\", default)"
            ),
        )
    })
}

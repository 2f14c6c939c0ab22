//! `env::get`, `env::has`, `env::all`: the function's environment variables.

use super::arguments::error;
use super::host::host;
use rhai_vm::{module, Map, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// AWS's SDKs look for the trace header in this variable. It changes with each invocation, so it
/// is not kept in the process's environment, which all threads share.
const TRACE_ID: &str = "_X_AMZN_TRACE_ID";

/// The trace header of the running invocation. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct TraceId(Rc<RefCell<Option<String>>>);

impl TraceId {
    /// From now on this is it.
    pub(crate) fn set(&self, trace_id: Option<&str>) {
        self.0.replace(trace_id.map(str::to_owned));
    }

    /// A variable of the environment, with this one.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        match name {
            TRACE_ID => self.0.borrow().clone(),
            // A name with `=` or NUL makes `var` panic on some systems; there is none such.
            _ if name.is_empty() || name.contains(['=', '\0']) => None,
            _ => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        }
    }
}

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
            get(&host(call).trace_id, call.str(0)).map(Value::from)
        };

        new "get" (name: String, default: Any) -> Any = |call| {
            let variable = host(call).trace_id.variable(call.str(0));
            Ok(variable.map_or_else(|| call.take(1), Value::from))
        };

        /// Returns whether an environment variable is set.
        ///
        /// ```rhai
        /// env::has("TABLE") // → false
        /// ```
        new "has" (name: String) -> Bool = |call| {
            Ok(host(call).trace_id.variable(call.str(0)).is_some().into())
        };

        /// Returns a map of all environment variables.
        ///
        /// ```rhai
        /// env::all().AWS_REGION // → "eu-central-1"
        /// ```
        new "all" () -> Map = |call| Ok(all(&host(call).trace_id).into());
    }
}

fn all(variables: &TraceId) -> Map {
    let all = std::env::vars_os().map(|(name, value)| {
        let value = value.to_string_lossy().into_owned();
        (name.to_string_lossy().as_ref().into(), value.into())
    });
    let mut all: Map = all.collect();
    all.remove(TRACE_ID);
    if let Some(trace_id) = variables.variable(TRACE_ID) {
        all.insert(TRACE_ID.into(), trace_id.into());
    }
    all
}

fn get(variables: &TraceId, name: &str) -> Result<String> {
    variables.variable(name).ok_or_else(|| {
        error(
            "EnvError",
            format!(
                "the environment variable `{name}` is not set. Set it in the function's \
                 configuration, or use env::get(\"{name}\", default)"
            ),
        )
    })
}

//! `env::get`, `env::has`, `env::all`: the function's environment variables.

use super::{at, error, Result};
use rhai::{Dynamic, Engine, ImmutableString, Map, Module, NativeCallContext};
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

pub(super) fn register(engine: &mut Engine, trace_id: &TraceId) {
    let mut module = Module::new();
    let variables = trace_id.clone();
    module.set_native_fn("get", move |call: NativeCallContext<'_>, name: ImmutableString| {
        at(&call, get(&variables, &name))
    });
    let variables = trace_id.clone();
    module.set_native_fn("get", move |name: ImmutableString, default: Dynamic| -> Result<Dynamic> {
        Ok(variables.variable(&name).map_or(default, Dynamic::from))
    });
    let variables = trace_id.clone();
    module.set_native_fn("has", move |name: ImmutableString| -> Result<bool> {
        Ok(variables.variable(&name).is_some())
    });
    let variables = trace_id.clone();
    module.set_native_fn("all", move || -> Result<Map> {
        let all = std::env::vars_os().map(|(name, value)| {
            let value = value.to_string_lossy().into_owned();
            (name.to_string_lossy().as_ref().into(), value.into())
        });
        let mut all: Map = all.collect();
        all.remove(TRACE_ID);
        if let Some(trace_id) = variables.variable(TRACE_ID) {
            all.insert(TRACE_ID.into(), trace_id.into());
        }
        Ok(all)
    });
    engine.register_static_module("env", module.into());
}

fn get(variables: &TraceId, name: &str) -> Result<Dynamic> {
    variables.variable(name).map(Dynamic::from).ok_or_else(|| {
        error(
            "EnvError",
            format!(
                "the environment variable `{name}` is not set. Set it in the function's \
                 configuration, or use env::get(\"{name}\", default)"
            ),
        )
    })
}

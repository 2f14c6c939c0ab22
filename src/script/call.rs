//! Event and context in, response out; with the deadline, panics and printed text taken care of.

use super::load::{Callee, Entry, Hook, Loaded, Script};
use super::trace;
use crate::context::Context;
use crate::failure::Failure;
use crate::memory;
use crate::modules;
use crate::modules::http_event::ResponseFormat;
use crate::modules::log::Printed;
use crate::modules::metrics::Metrics;
use crate::modules::stream::{Sink, Stream};
use crate::tracing::Begun;
use crate::value;
use net::Until;
use rhai_vm::{Error, ErrorKind, Value};
use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;

impl Script {
    /// Calls the handler with an event, which must be JSON. The script is stopped at the end of `until`.
    /// What it streams goes to a sink made by `sink`; if it streams anything, what is returned here
    /// means nothing.
    ///
    /// # Errors
    /// Whatever went wrong; the next call is not affected by it.
    pub fn call(
        &mut self,
        event: Vec<u8>,
        context: Context,
        until: Until,
        sink: impl FnOnce() -> Rc<dyn Sink>,
    ) -> Result<Vec<u8>, Failure> {
        self.deadline.set(until);
        self.deferred_drops.free();
        let loaded = match self.loaded.take() {
            Some(loaded) => loaded,
            None => self.catching_panics(Self::build)?,
        };
        let trace_id = context.trace_id();
        self.host.trace_id.set(trace_id.filter(|_| self.has_trace_variable));
        self.host.tracer.begin_invocation(trace_id, || Begun {
            name: self.spec.name(),
            request_id: context.aws_request_id(),
            function_arn: context.function_arn(),
        });
        self.host.state::<Metrics>().begin();
        self.host.end_invocation();
        let request = context.clone();
        let result = self.catching_panics(|script| Ok(script.run(&loaded, event, context, sink)));
        self.host.end_invocation();
        self.deadline.set(Until::NEVER);
        self.host.state::<Metrics>().end(request.aws_request_id(), &self.host.world);
        let failure = match &result {
            Ok(result) => result.as_ref().err(),
            Err(failure) => Some(failure),
        };
        self.host.tracer.end_invocation(failure);
        // After a panic the machine may be in any state: it is dropped, and built anew.
        let result = result?;
        if result.as_ref().is_err_and(|failure| failure.error_type == memory::ERROR_TYPE) {
            self.deferred_drops.free();
            if memory::is_mostly_used() && self.host.clear() {
                log::warn!("`cache` held most of the function's memory, so Rhambda emptied it");
            }
        }
        self.loaded = Some(loaded);
        result
    }

    /// Calls a hook, if the script has it. The script is stopped at the end of `until`.
    ///
    /// # Errors
    /// What went wrong in it.
    pub fn call_hook(&self, hook: Hook, until: Until) -> Result<(), Failure> {
        let Some(loaded) = self.loaded.as_ref().filter(|loaded| loaded.hooks.contains(&hook)) else {
            return Ok(());
        };
        let Entry::Function { function: Callee::Named(unit, _), .. } = &loaded.entry else {
            return Ok(());
        };
        self.deadline.set(until);
        let called = self.catching_panics(|_| {
            let result = exited(loaded.vm.call(unit, hook.name(), Vec::new()));
            result.map_err(|error| loaded.failure(&error, hook.name()))
        });
        self.deadline.set(Until::NEVER);
        called.map(drop)
    }

    fn run(
        &self,
        loaded: &Loaded,
        event: Vec<u8>,
        context: Context,
        sink: impl FnOnce() -> Rc<dyn Sink>,
    ) -> Result<Vec<u8>, Failure> {
        let out_of_memory = |failure| match rhai_vm::memory::stopped() {
            Some(error) => loaded.failure(&error, trace::TOP_LEVEL),
            None => failure,
        };
        let value = decode_event(&event).map_err(out_of_memory)?;
        self.host.state::<ResponseFormat>().set(&value);
        self.host.tracer.continue_from(&value);
        let (result, function) = match &loaded.entry {
            Entry::Function { function, parameters } => {
                drop(event);
                let arguments = vec![value, Value::host(context)];
                let result = self.call_function(loaded, function, *parameters, arguments, sink);
                (result, function.name())
            }
            Entry::WholeFile(unit) => {
                let payload = String::from_utf8(event).unwrap_or_default();
                let variables = vec![value, Value::host(context), payload.into()];
                self.host.state::<Printed>().capture();
                let result = exited(loaded.vm.run(unit, variables));
                let printed = self.host.state::<Printed>().release();
                if let Ok(Value::Unit) = &result {
                    return Ok(printed.join("\n").into_bytes());
                }
                printed.log();
                (result, trace::TOP_LEVEL)
            }
        };
        let value = result.map_err(|error| loaded.failure(&error, function))?;
        if let Value::Blob(bytes) = value {
            return Ok(Rc::unwrap_or_clone(bytes));
        }
        let response = value::encode(&value).map_err(|problem| {
            Failure::new(
                "Runtime.MarshalError",
                format!("the handler's result cannot be returned: {problem}"),
            )
        });
        let response = response.map_err(out_of_memory);
        self.deferred_drops.keep(value);
        response
    }

    /// Calls a handler with as many of the arguments as it takes, and the stream if it takes one more.
    fn call_function(
        &self,
        loaded: &Loaded,
        function: &Callee,
        parameters: usize,
        mut arguments: Vec<Value>,
        sink: impl FnOnce() -> Rc<dyn Sink>,
    ) -> rhai_vm::Result<Value> {
        let stream = (parameters > arguments.len()).then(|| Stream::new(sink(), self.deadline.clone()));
        arguments.extend(stream.clone().map(Value::from));
        arguments.truncate(parameters);
        let result = exited(match function {
            // The event is the handler's alone: it may change it in place.
            Callee::Named(unit, name) => {
                self.deferred_drops.keep_of(|left| loaded.vm.call_leaving(unit, name, arguments, left))
            }
            Callee::Inline(function) => loaded.vm.call_pointer(function, &mut arguments),
        });
        match stream {
            Some(stream) => stream.finish(result),
            None => result,
        }
    }

    /// Frees what the last call left. Best done when its response is on its way.
    pub fn free_leftovers(&self) {
        self.deferred_drops.free();
        if let Some(loaded) = &self.loaded {
            loaded.vm.free_trees();
            loaded.vm.collect_cycles();
        }
    }

    /// Sends what traces have to say of invocations that have their responses, within this time.
    pub fn export_traces(&self, until: Until) {
        modules::trace::export(&self.host, until);
    }

    /// Calls `work`; a panic in it becomes a failure.
    pub(super) fn catching_panics<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        guarded_or(|| work(self), || self.host.state::<Printed>().release().log())
    }
}

/// Calls `work`; a panic in it becomes a failure.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    guarded_or(work, || {})
}

/// The same, with something more to do after a panic.
fn guarded_or<T>(
    work: impl FnOnce() -> Result<T, Failure>,
    after_panic: impl FnOnce(),
) -> Result<T, Failure> {
    expect_panics();
    // Tests call handlers: one such call can be within another.
    let outer = PANIC.replace(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(work));
    let panic = PANIC.replace(outer).unwrap_or_default();
    result.unwrap_or_else(|_| {
        after_panic();
        Err(Failure::new(
            "Runtime.Panic",
            format!("the script made the interpreter panic: {panic}. Rhambda reloads the script for the next event"),
        ))
    })
}

impl Loaded {
    /// What an error of this function of the script means.
    fn failure(&self, error: &Error, function: &str) -> Failure {
        trace::failure(error, function, &self.name, &self.imports)
    }
}

impl Callee {
    /// How stack traces name it. A closure's own call is part of its error.
    fn name(&self) -> &str {
        match self {
            Self::Named(_, name) => name,
            Self::Inline(_) => trace::TOP_LEVEL,
        }
    }
}

thread_local! {
    /// What a panic on this thread said; `None` where panics are not caught.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps caught panics from being printed: they are reported as failures.
fn expect_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let caught = PANIC.with_borrow_mut(|panic| match panic {
                Some(text) => {
                    *text = info.to_string().replace('\n', " ");
                    true
                }
                None => false,
            });
            if !caught {
                default(info);
            }
        }));
    });
}

fn decode_event(event: &[u8]) -> Result<Value, Failure> {
    if event.is_empty() {
        return Ok(Value::Unit);
    }
    value::decode(event).map_err(|problem| {
        Failure::new("Runtime.UnmarshalError", format!("the event is not JSON: {problem}"))
    })
}

/// `exit(value)` ends the script with that value.
pub(super) fn exited(result: rhai_vm::Result<Value>) -> rhai_vm::Result<Value> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::Exit(_)) => match error.into_kind() {
            ErrorKind::Exit(value) => Ok(value),
            kind => Err(Error::new(kind)),
        },
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Parts;
    use crate::handler::HandlerSpec;
    use crate::settings::{FunctionInfo, Roots};
    use std::fs;
    use std::io;
    use std::time::{Duration, Instant};
    use tempfile::TempDir;

    /// Where a script's stream makes the runtime panic: no script is known that does it otherwise.
    struct Trap;

    impl Sink for Trap {
        fn begin(&self, _: &str, _: Until) -> io::Result<()> {
            panic!("a fault\nof the runtime")
        }

        fn write(&self, _: &[u8], _: Until) -> io::Result<()> {
            Ok(())
        }
    }

    fn call(script: &mut Script, event: &str, until: Until) -> Result<String, Failure> {
        let invocation = Context::from(Parts {
            function: Rc::new(FunctionInfo::default()),
            aws_request_id: "r-1".into(),
            deadline_ms: None,
            client_context: Value::Unit,
            identity: Value::Unit,
            headers: Vec::new(),
        });
        let response = script.call(event.into(), invocation, until, || Rc::new(Trap))?;
        Ok(String::from_utf8(response).unwrap())
    }

    fn with_script(text: &str, work: impl FnOnce(&mut Script)) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("main.rhai"), text).unwrap();
        let roots = Roots { task: folder.path().into(), layer: folder.path().join("layer") };
        let spec = HandlerSpec::parse("main.handler").unwrap();
        work(&mut Script::load(spec, roots, &FunctionInfo::default(), Until::NEVER).unwrap());
    }

    #[test]
    fn the_cache_outlives_a_panic_and_the_top_level_runs_again() {
        let text = "cache::set(\"inits\", (cache::get(\"inits\") ?? 0) + 1);
            fn handler(e, c, stream) { if e == 1 { stream.write(\"x\"); } cache::get(\"inits\") }";
        with_script(text, |script| {
            assert_eq!(call(script, "0", Until::NEVER).unwrap(), "1");
            let failure = call(script, "1", Until::NEVER).unwrap_err();
            assert_eq!(failure.error_type, "Runtime.Panic");
            assert!(failure.message.contains("a fault of the runtime. Rhambda reloads"), "{failure}");
            assert_eq!(call(script, "2", Until::NEVER).unwrap(), "2");
        });
    }

    #[test]
    fn the_deadline_holds_for_a_top_level_that_runs_again() {
        let text = "if cache::get(\"panicked\") == true { loop { cache::get(\"x\"); } }
            fn handler(e, c, stream) { cache::set(\"panicked\", true); stream.write(\"x\"); }";
        with_script(text, |script| {
            assert_eq!(call(script, "1", Until::NEVER).unwrap_err().error_type, "Runtime.Panic");
            let soon = Until::NEVER.by(Some(Instant::now() + Duration::from_millis(50)));
            assert_eq!(call(script, "2", soon).unwrap_err().error_type, "Runtime.Timeout");
        });
    }
}

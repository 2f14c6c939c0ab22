//! Event and context in, response out; with the deadline, panics and printed text taken care of.

use super::describe::is_stop;
use super::load::{Callee, Entry, Hook, Loaded, Script, SCRIPT_VARIABLES};
use super::stream::{Sink, Stream};
use crate::context::Context;
use crate::failure::Failure;
use crate::value;
use rhai::{Dynamic, EvalAltResult, Scope};
use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;
use std::time::Instant;

impl Script {
    /// Calls the handler with an event, which must be JSON. The script is stopped at `stop_at`.
    /// What it streams goes to a sink made by `sink`; if it streams anything, what is returned here
    /// means nothing.
    ///
    /// # Errors
    /// Whatever went wrong; the next call is not affected by it.
    pub fn call(
        &mut self,
        event: Vec<u8>,
        context: Context,
        stop_at: Option<Instant>,
        sink: impl FnOnce() -> Rc<dyn Sink>,
    ) -> Result<Vec<u8>, Failure> {
        self.deadline.set(stop_at);
        self.leftovers.free();
        let loaded = match self.loaded.take() {
            Some(loaded) => loaded,
            None => self.catching_panics(Self::build)?,
        };
        self.host.trace_id.set(context.trace_id().filter(|_| self.has_trace_variable));
        self.guard.begin();
        self.host.metrics.begin();
        let request = context.clone();
        let result = self.catching_panics(|script| Ok(script.run(&loaded, event, context, sink)));
        self.deadline.set(None);
        self.host.metrics.end(request.aws_request_id());
        // After a panic the engine may be in any state: it is dropped, and built anew.
        let result = result?;
        self.loaded = Some(loaded);
        result
    }

    /// Calls a hook, if the script has it.
    ///
    /// # Errors
    /// What went wrong in it.
    pub fn call_hook(&self, hook: Hook) -> Result<(), Failure> {
        let Some(loaded) = self.loaded.as_ref().filter(|loaded| loaded.hooks.contains(&hook)) else {
            return Ok(());
        };
        self.guard.begin();
        let called = self.catching_panics(|script| {
            let result = script.unless_stopped(exited(loaded.engine.eval_fn_call(hook.name(), None, ())));
            result.map_err(|error| script.failure(*error, &loaded.name))
        });
        called.map(drop)
    }

    fn run(
        &self,
        loaded: &Loaded,
        event: Vec<u8>,
        context: Context,
        sink: impl FnOnce() -> Rc<dyn Sink>,
    ) -> Result<Vec<u8>, Failure> {
        // Shared like a variable that a closure captures: Rhai does less with an argument that is.
        let value = decode_event(&event)?.into_shared();
        self.leftovers.keep(value.clone());
        self.host.front.set(&value);
        let Loaded { engine, name, entry, .. } = loaded;
        let result = match entry {
            Entry::Function { function, parameters } => {
                drop(event);
                let stream = (*parameters > 2).then(|| Stream::new(sink(), self.deadline.clone()));
                let mut arguments = vec![value, Dynamic::from(context)];
                arguments.extend(stream.clone().map(Dynamic::from));
                arguments.truncate(*parameters);
                let result = exited(match function {
                    Callee::Named(name) => engine.eval_fn_call(name, None, arguments),
                    Callee::Inline(function, ast) => function.call(engine, ast, arguments),
                });
                let result = self.unless_stopped(result);
                match stream {
                    Some(stream) => stream.finish(result),
                    None => result,
                }
            }
            Entry::WholeFile(ast) => {
                let payload = String::from_utf8(event).unwrap_or_default();
                let mut scope = Scope::new();
                for (name, value) in
                    SCRIPT_VARIABLES.into_iter().zip([value, Dynamic::from(context), payload.into()])
                {
                    scope.push_dynamic(name, value);
                }
                self.host.printed.capture();
                let result = self.unless_stopped(engine.eval_ast_with_scope::<Dynamic>(&mut scope, ast));
                self.leftovers.keep_scope(&mut scope);
                let printed = self.host.printed.release();
                if let Ok(value) = &result {
                    if value.is_unit() {
                        return Ok(printed.join("\n").into_bytes());
                    }
                }
                printed.log();
                result
            }
        };
        let value = result.map_err(|error| self.failure(*error, name))?;
        if value.is_blob() {
            return Ok(value.into_blob().unwrap_or_default());
        }
        let response = value::encode(&value).map_err(|problem| {
            Failure::new(
                "Runtime.MarshalError",
                format!("the handler's result cannot be returned: {problem}"),
            )
        });
        self.leftovers.keep(value);
        response
    }

    /// Frees what the last call left. Best done when its answer is on its way.
    pub fn free_leftovers(&self) {
        self.leftovers.free();
    }

    /// The result of a script, but where it was told to stop and caught the error of that.
    pub(super) fn unless_stopped<T>(
        &self,
        result: Result<T, Box<EvalAltResult>>,
    ) -> Result<T, Box<EvalAltResult>> {
        match (self.deadline.stopped(), result) {
            (Some(stop), Ok(_)) => Err(stop.into()),
            (Some(stop), Err(error)) if !is_stop(&error) => Err(stop.into()),
            (_, result) => result,
        }
    }

    /// Calls `work`; a panic in it becomes a failure.
    pub(super) fn catching_panics<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        expect_panics();
        PANIC.set(Some(String::new()));
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        let panic = PANIC.take().unwrap_or_default();
        result.unwrap_or_else(|_| {
            self.host.printed.release().log();
            Err(Failure::new(
                "Runtime.Panic",
                format!("the script made the interpreter panic: {panic}. The script is loaded anew for the next event"),
            ))
        })
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

fn decode_event(event: &[u8]) -> Result<Dynamic, Failure> {
    if event.is_empty() {
        return Ok(Dynamic::UNIT);
    }
    value::decode(event).map_err(|problem| {
        Failure::new("Runtime.UnmarshalError", format!("the event is not JSON: {problem}"))
    })
}

/// `exit(value)` ends the script with that value.
fn exited(result: Result<Dynamic, Box<EvalAltResult>>) -> Result<Dynamic, Box<EvalAltResult>> {
    match result {
        Err(error) => match *error {
            EvalAltResult::Exit(value, _) => Ok(value),
            error => Err(error.into()),
        },
        ok => ok,
    }
}

//! `trace::…`: what a script adds to the trace of its invocation.

use super::arguments::error;
use super::host::{host, Host};
use super::http;
use crate::tracing::Problem;
use crate::value::{self, type_of};
use net::Until;
use rhai_vm::function::Call;
use rhai_vm::{module, Error, ErrorKind, Result, Value};
use serde_json::Value as Json;

/// Sends the spans that must not delay a response.
pub(crate) fn export(host: &Host, until: Until) {
    host.tracer.export(until, || http::client(host).clone());
}

module! {
    /// What a script adds to the trace of its invocation. [Observability](observability.md) describes traces, and how to turn them
    /// on. If an invocation is not traced, these functions cost next to nothing: `trace::span` calls its function, and the others
    /// check their arguments.
    "`trace`"

    namespace "trace" {
        /// Calls a function, records how long it takes as a span (a subsegment of X-Ray), and returns its value. Requests and spans
        /// within it are its children. If the function throws an error, the span has its type and its message, and the error is
        /// thrown again. Throws `TraceError` if the function has parameters or the name is empty.
        ///
        /// ```rhai
        /// trace::span("price", || 6 * 7) // → 42
        /// trace::span("price", || throw #{ type: "NoPrice", message: "none" }) // ✗ NoPrice
        /// trace::span("price", |item| item) // ✗ TraceError
        /// ```
        new "span" (name: String, function: Fn) -> Any throws TraceError = span;

        /// Adds an annotation to the innermost span: a string, a number or a boolean, by which traces can be searched for. Keys have
        /// letters, digits and `_`. A span has at most 50 annotations; strings are shortened to 1,000 bytes. Throws `TraceError` if an
        /// argument is invalid.
        ///
        /// ```rhai
        /// trace::annotate("order_id", 7) // → null
        /// trace::annotate("order-id", 7) // ✗ TraceError
        /// trace::annotate("order", #{ id: 7 }) // ✗ TraceError
        /// ```
        new "annotate" (key: String, value: Any) -> Unit throws TraceError = annotate;

        /// Adds any value to the innermost span, for people who read the trace. A span has at most 32 KB of metadata; a note stands in
        /// place of what is larger. Do not add secrets.
        ///
        /// ```rhai
        /// trace::metadata("order", #{ id: 7, items: ["tea"] }) // → null
        /// ```
        new "metadata" (key: String, value: Any) -> Unit throws JsonError = metadata;
    }
}

fn span(call: &mut Call<'_>) -> Result<Value> {
    let function = call.function(1)?;
    if !call.takes(&function, 0) {
        let message = "the function of trace::span must have no parameters; write || my_function(event)";
        return Err(error("TraceError", message));
    }
    if call.str(0).is_empty() {
        return Err(error("TraceError", "the name of a span must not be empty"));
    }
    if !host(call).tracer.begin_function(call.str(0)) {
        return call.invoke(&function, []);
    }
    let result = call.invoke(&function, []);
    let problem = result.as_ref().err().and_then(|error| problem(call, error));
    host(call).tracer.end_function(problem);
    result
}

/// What an error says in a trace. `exit` is none.
fn problem(call: &Call<'_>, error: &Error) -> Option<Problem> {
    if matches!(error.kind(), ErrorKind::Exit(_)) {
        return None;
    }
    let description = call.vm.host().describe(error, "", "");
    Some(Problem::new(&description.error_type, &description.message))
}

fn annotate(call: &mut Call<'_>) -> Result<Value> {
    let key = call.str(0);
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message =
            format!("the key of an annotation may have letters, digits and `_`, which \"{key}\" does not");
        return Err(error("TraceError", message));
    }
    let annotation = match call.value(1) {
        Value::Str(text) => Some(Json::from(text.as_str())),
        Value::Int(number) => Some((*number).into()),
        Value::Float(number) => serde_json::Number::from_f64(*number).map(Json::Number),
        Value::Bool(value) => Some((*value).into()),
        _ => None,
    };
    let annotation = annotation.ok_or_else(|| {
        let kind = type_of(call.value(1));
        let message =
            format!("the annotation `{key}` must be a string, a finite number or a boolean, not {kind}; use trace::metadata");
        error("TraceError", message)
    })?;
    host(call).tracer.with_current(|record| record.annotate(key, annotation));
    Ok(Value::Unit)
}

fn metadata(call: &mut Call<'_>) -> Result<Value> {
    let tracer = &host(call).tracer;
    if tracer.is_active() {
        let json = value::encode(call.value(1)).map_err(|problem| {
            let message = format!("the metadata `{}` has no JSON form: {problem}", call.str(0));
            error("JsonError", message)
        })?;
        tracer.with_current(|record| record.add_metadata(call.str(0), &json));
    }
    Ok(Value::Unit)
}

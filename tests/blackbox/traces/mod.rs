//! Traces, for AWS X-Ray and for OpenTelemetry.

mod otlp;
mod xray;

use crate::function::Function;
use fake_runtime_api::{FakeRuntimeApi, Invocation};

const TRACE_ID: &str = "1-5759e988-bd862e3fe1be46a994272793";
const SAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const NOT_SAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";

/// The response and the log of an invocation with this trace header.
fn invoke(function: &Function, trace: &str, event: &str) -> (String, String) {
    let invocation = Invocation::new(event).header("Lambda-Runtime-Trace-Id", trace);
    let api = FakeRuntimeApi::new().invocation(invocation).start();
    let process = function.start(&api);
    let answer = api.wait_for_answers(1).remove(0).text().to_owned();
    // It asks for the next event when everything of this one is done.
    api.wait_for(|requests| requests.iter().filter(|request| request.path.ends_with("/next")).count() == 2);
    (answer, process.stop())
}

//! Calls of AWS in the trace of an invocation.

use crate::tracing::{Problem, Span, Subject, Tracer};
use aws::{Outcome, Watch, Watched};

/// A call that is about to be made; `None` if it is not traced.
pub(super) fn begin(tracer: &Tracer, call: &Watched<'_>) -> Option<Box<dyn Watch>> {
    let span = tracer.begin(|| {
        let subject = Subject::Aws {
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            region: call.region.to_owned(),
            resource: call.resource.map(|(name, value)| (name, value.to_owned())),
            request_id: None,
            retries: 0,
        };
        (call.service.to_owned(), subject)
    });
    span.is_active().then(|| -> Box<dyn Watch> { Box::new(TracedCall(span)) })
}

struct TracedCall(Span);

impl Watch for TracedCall {
    fn header(&self) -> Option<String> {
        self.0.xray_header()
    }

    fn end(self: Box<Self>, outcome: Outcome<'_>) {
        self.0.end(outcome.at, |record| {
            record.status = outcome.status;
            if let Subject::Aws { request_id, retries, .. } = &mut record.subject {
                (*request_id, *retries) = (outcome.request_id, outcome.retries);
            }
            record.problem = outcome.error.map(|error| match error.failure() {
                Some(failure) => Problem::new(&failure.code, &failure.message),
                None => Problem::new("Runtime.Timeout", "the deadline of the invocation has passed"),
            });
        });
    }
}

//! Requests in the trace of an invocation.

use super::request::Request;
use crate::tracing::{host, Problem, Record, Span, Subject, Tracer};
use net::{url, Error, Response};
use std::time::SystemTime;

/// A request begins: it gets the headers by which its server continues the trace.
pub(super) fn begin(tracer: &Tracer, request: &mut Request) -> Span {
    let span = tracer.begin(|| {
        let url = url::shown(&request.inner.url);
        let url = url.split('?').next().unwrap_or_default().to_owned();
        let method = request.inner.method.clone();
        (host(&url).to_owned(), Subject::Http { method, url, content_length: None })
    });
    span.propagate(&mut request.inner.headers);
    span
}

/// A request has ended now. Of a streamed response, the head is there.
pub(super) fn end<B>(span: Span, result: &Result<Response<B>, Error>) {
    if span.is_active() {
        span.end(SystemTime::now(), |record| finish(record, result));
    }
}

/// A request began and ended at these times.
pub(super) fn end_at(span: Span, began: SystemTime, ended: SystemTime, result: &Result<Response, Error>) {
    span.end(ended, |record| {
        record.start = began;
        finish(record, result);
    });
}

fn finish<B>(record: &mut Record, result: &Result<Response<B>, Error>) {
    match result {
        Ok(response) => {
            record.status = Some(response.status);
            if let Subject::Http { content_length, .. } = &mut record.subject {
                *content_length = response.header("content-length").and_then(|length| length.parse().ok());
            }
        }
        Err(error) => record.problem = Some(Problem::new("HttpError", &error.message)),
    }
}

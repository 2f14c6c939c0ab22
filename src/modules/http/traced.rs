//! Requests in the trace of an invocation.

use super::request::Request;
use crate::tracing::{Problem, Record, Span, Subject, Tracer};
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

/// The host of a URL without user and password.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(host("https://api.example.com/users?x"), "api.example.com");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("http://[::1]:80/"), "[::1]");
        assert_eq!(host("http://[::1]/"), "[::1]");
    }
}

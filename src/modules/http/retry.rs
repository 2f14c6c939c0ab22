//! Requests that are sent again after a failure, if the script wants it.

use super::request::Request;
use net::{Error, ErrorKind, Response, Until};
use std::time::Duration;

/// The pause before the second attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause, also where the server asks for a longer one.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// Sends a request with `send`, and again as often as it says, after a time with `wait`.
pub(super) fn send<B>(
    request: &Request,
    until: Until,
    wait: impl Fn(Duration) -> bool,
    send: impl Fn(&net::Request) -> Result<Response<B>, Error>,
) -> Result<Response<B>, Error> {
    let mut attempt = 0;
    loop {
        let result = send(&request.inner);
        if attempt == request.retries || !is_worth_it(&result, request.inner.repeatable) {
            return result;
        }
        let pause = pause(attempt, &result);
        // What there is now is better than what the deadline would leave.
        if until.left().is_some_and(|left| left <= pause) {
            return result;
        }
        if !wait(pause) {
            return result;
        }
        attempt += 1;
    }
}

/// Whether another attempt may go better, and does no harm.
fn is_worth_it<B>(result: &Result<Response<B>, Error>, is_repeatable: bool) -> bool {
    match result {
        Ok(response) => is_repeatable && matches!(response.status, 429 | 502 | 503 | 504),
        Err(error) => match error.kind {
            // Nothing of the request was sent.
            ErrorKind::Name | ErrorKind::Connect => true,
            ErrorKind::Timeout | ErrorKind::Closed => is_repeatable,
            _ => false,
        },
    }
}

fn pause<B>(attempt: u32, result: &Result<Response<B>, Error>) -> Duration {
    let wanted = result.as_ref().ok().and_then(|response| response.header("retry-after"));
    if let Some(seconds) = wanted.and_then(|seconds| seconds.trim().parse().ok()) {
        return Duration::from_secs(seconds).min(MAX_PAUSE);
    }
    let longest = PAUSE.saturating_mul(2_u32.saturating_pow(attempt)).min(MAX_PAUSE);
    // Clients that failed at once should not come again at once.
    let mut random = [0];
    let _ = getrandom::fill(&mut random);
    longest / 2 + longest / 2 * u32::from(random[0]) / 255
}

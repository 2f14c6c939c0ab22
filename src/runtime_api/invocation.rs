//! An invocation, as the response to `GET /runtime/invocation/next` describes it.

use super::http::{find, Broken, Connection, Headers};
use std::io::{self, Read};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A deadline further off than this is none: functions run for 15 minutes at most, and some
/// emulators send a number that is no time of theirs.
const MAX_DEADLINE: Duration = Duration::from_hours(24);

/// One event to be responded to.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// `Lambda-Runtime-Aws-Request-Id`
    pub request_id: String,
    /// `Lambda-Runtime-Deadline-Ms` in milliseconds since 1970, where it is a time to come.
    pub deadline_ms: Option<i64>,
    /// Time left until the deadline when the invocation was received.
    pub time_left: Option<Duration>,
    /// `Lambda-Runtime-Invocation-Id`: names this attempt; sent back with its response.
    pub invocation_id: Option<String>,
    /// Every header: names in lower case, in the order of their arrival.
    pub headers: Vec<(String, String)>,
    /// The event, as it came.
    pub event: Vec<u8>,
}

impl Invocation {
    /// Reads an invocation; `None` without a request id, for then it cannot get a response.
    pub(super) fn new(headers: Headers, event: Vec<u8>, now: SystemTime) -> Option<Self> {
        let request_id =
            find(&headers, "lambda-runtime-aws-request-id").filter(|id| !id.is_empty())?.to_owned();
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = find(&headers, "lambda-runtime-deadline-ms")
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_millis)
            .filter(|deadline| *deadline > now && *deadline <= now + MAX_DEADLINE);
        Some(Self {
            request_id,
            deadline_ms: deadline.and_then(|deadline| deadline.as_millis().try_into().ok()),
            time_left: deadline.map(|deadline| deadline.saturating_sub(now)),
            invocation_id: find(&headers, "lambda-runtime-invocation-id")
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
            headers,
            event,
        })
    }

    /// What is left of an invocation that can still get one with an error.
    pub(crate) fn lost(request_id: String, invocation_id: Option<String>) -> Self {
        Self {
            request_id,
            deadline_ms: None,
            time_left: None,
            invocation_id,
            headers: Vec::new(),
            event: Vec::new(),
        }
    }

    /// Reads a response to `GET /next` from anything that has its bytes: the fuzzer's door. `None`
    /// where the response is no invocation.
    ///
    /// # Errors
    /// Why it is no response.
    #[doc(hidden)]
    pub fn read(response: impl Read, now: SystemTime) -> io::Result<Option<Self>> {
        match Connection::over(response).receive() {
            Ok(response) => Ok(Self::new(response.headers, response.body, now)),
            Err(Broken::NoResponse(error) | Broken::Partial(error)) => Err(error),
        }
    }

    /// The first value of a header, `name` in lower case; empty means absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_700_000_000_000;

    fn invocation(headers: &[(&str, &str)]) -> Option<Invocation> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Invocation::new(headers, Vec::new(), UNIX_EPOCH + Duration::from_millis(NOW_MS))
    }

    #[test]
    fn a_request_id_is_needed() {
        assert!(invocation(&[]).is_none());
        assert!(invocation(&[("lambda-runtime-aws-request-id", "")]).is_none());
        let first = invocation(&[
            ("lambda-runtime-aws-request-id", "a"),
            ("lambda-runtime-aws-request-id", "b"),
            ("lambda-runtime-trace-id", ""),
        ])
        .unwrap();
        assert_eq!(first.request_id, "a");
        assert_eq!(first.header("lambda-runtime-trace-id"), None);
        assert_eq!(first.invocation_id, None);
    }

    #[test]
    fn deadlines_that_are_none_are_unknown() {
        let deadline = |text: &str| {
            let id = ("lambda-runtime-aws-request-id", "a");
            let invocation = invocation(&[id, ("lambda-runtime-deadline-ms", text)]).unwrap();
            (invocation.deadline_ms, invocation.time_left)
        };
        let in_three_seconds = (NOW_MS + 3000).to_string();
        assert_eq!(deadline(&in_three_seconds), (Some(1_700_000_003_000), Some(Duration::from_secs(3))));
        for unknown in
            ["", "soon", "-5", "600000", "1700000000000", "1700000000000000", "99999999999999999999"]
        {
            assert_eq!(deadline(unknown), (None, None), "{unknown}");
        }
    }
}

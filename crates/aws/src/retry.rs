//! Which failures are worth another attempt, and when: the standard mode of AWS's SDKs.
//!
//! See "Retry behavior" in the AWS SDKs and Tools reference guide.

use crate::error::{codes, Failure};
use net::Response;
use std::cell::Cell;
use std::time::Duration;

/// So often a request is sent.
pub(crate) const ATTEMPTS: u32 = 3;

/// The longest pause, whatever was before.
const MAX_PAUSE: Duration = Duration::from_secs(20);
/// A service may ask for a pause that is longer than ours by so much.
const MAX_ASKED: Duration = Duration::from_secs(5);

/// Codes of services that want to be asked more slowly.
const THROTTLING: [&str; 15] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "TransactionThrottledException",
];
/// Codes of what passes by itself.
const TRANSIENT: [&str; 4] =
    ["RequestTimeout", "RequestTimeoutException", codes::NO_RESPONSE, codes::TIMEOUT];
/// Codes of requests whose time the service finds wrong.
const SKEWED: [&str; 8] = [
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "SignatureExpired",
    "SignatureNotYetCurrent",
];

/// Codes of credentials that are no longer valid.
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The service wants to be asked more slowly.
    Throttling,
    /// It may be gone the next time.
    Transient,
    /// The same again would fail again.
    Final,
}

pub(crate) fn kind(failure: &Failure) -> Kind {
    if THROTTLING.contains(&failure.code.as_str()) || failure.status == Some(429) {
        return Kind::Throttling;
    }
    if TRANSIENT.contains(&failure.code.as_str()) || matches!(failure.status, Some(500 | 502 | 503 | 504)) {
        return Kind::Transient;
    }
    Kind::Final
}

/// Whether a wrong clock may be the reason.
pub(crate) fn may_be_skew(failure: &Failure) -> bool {
    SKEWED.contains(&failure.code.as_str())
}

/// Whether the credentials were valid once.
pub(crate) fn is_expired(failure: &Failure) -> bool {
    EXPIRED.contains(&failure.code.as_str())
}

/// The pause that a service asks for.
pub(crate) fn asked_pause(response: &Response) -> Option<Duration> {
    response.header("x-amz-retry-after")?.parse().ok().map(Duration::from_millis)
}

/// The pause after this many attempts, of which the service may have asked for another one.
/// `random` is from 0 to 1.
pub(crate) fn pause(kind: Kind, attempts: u32, random: f64, asked: Option<Duration>) -> Duration {
    let base = if kind == Kind::Throttling { Duration::from_secs(1) } else { Duration::from_millis(50) };
    let longest = base.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(MAX_PAUSE);
    let ours = longest.mul_f64(random);
    asked.map_or(ours, |asked| asked.clamp(ours, ours + MAX_ASKED))
}

/// What may still be spent on attempts: where everything fails, more of it does no good.
#[derive(Debug)]
pub(crate) struct Quota(Cell<u32>);

const FULL: u32 = 500;

impl Default for Quota {
    fn default() -> Self {
        Self(Cell::new(FULL))
    }
}

impl Quota {
    /// Takes what another attempt after such a failure costs; `None` if there is not enough.
    pub(crate) fn take(&self, kind: Kind) -> Option<u32> {
        let cost = if kind == Kind::Throttling { 5 } else { 14 };
        self.0.set(self.0.get().checked_sub(cost)?);
        Some(cost)
    }

    /// A request went well: gives back what its last attempt cost, or a little if it was the first.
    pub(crate) fn give_back(&self, cost: Option<u32>) {
        self.0.set((self.0.get() + cost.unwrap_or(1)).min(FULL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(code: &str, status: Option<u16>) -> Kind {
        kind(&Failure { status, code: code.to_owned(), ..Failure::default() })
    }

    #[test]
    fn kinds() {
        assert_eq!(kind_of("ThrottlingException", Some(400)), Kind::Throttling);
        assert_eq!(kind_of("Whatever", Some(429)), Kind::Throttling);
        assert_eq!(kind_of("SlowDown", Some(503)), Kind::Throttling);
        assert_eq!(kind_of("InternalServerError", Some(500)), Kind::Transient);
        assert_eq!(kind_of("RequestTimeout", Some(400)), Kind::Transient);
        assert_eq!(kind_of("NoAnswer", None), Kind::Transient);
        assert_eq!(kind_of("ResourceNotFoundException", Some(400)), Kind::Final);
        assert_eq!(kind_of("NotImplemented", Some(501)), Kind::Final);
    }

    #[test]
    fn pauses() {
        let ms = Duration::from_millis;
        assert_eq!(pause(Kind::Transient, 1, 1.0, None), ms(50));
        assert_eq!(pause(Kind::Transient, 2, 1.0, None), ms(100));
        assert_eq!(pause(Kind::Transient, 2, 0.0, None), ms(0));
        assert_eq!(pause(Kind::Throttling, 1, 1.0, None), ms(1000));
        assert_eq!(pause(Kind::Throttling, 99, 1.0, None), ms(20_000));
        assert_eq!(pause(Kind::Transient, 1, 1.0, Some(ms(400))), ms(400));
        assert_eq!(pause(Kind::Transient, 1, 1.0, Some(ms(20))), ms(50));
        assert_eq!(pause(Kind::Transient, 1, 1.0, Some(ms(60_000))), ms(5050));
    }

    #[test]
    fn the_quota_is_used_up_and_comes_back() {
        let quota = Quota::default();
        assert_eq!((0..99).filter(|_| quota.take(Kind::Transient).is_some()).count(), 35);
        let throttling = [(); 3].map(|()| quota.take(Kind::Throttling));
        assert_eq!(throttling, [Some(5), Some(5), None]);
        quota.give_back(Some(14));
        assert_eq!(quota.take(Kind::Transient), Some(14));
        (0..600).for_each(|_| quota.give_back(None));
        assert_eq!(quota.0.get(), FULL);
    }
}

//! Sets of keys by their URLs (JWKS), fetched when they are needed and cached from one invocation to the next.

use crate::crypto::KeySet;
use crate::modules::arguments::error;
use crate::modules::host::{Host, ModuleState};
use crate::modules::http;
use crate::value;
use net::{url, ErrorKind, Request, Response};
use rhai_vm::{Result, Value};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a set is used before it is fetched again, in seconds: what `cache-control` says, within these bounds.
const FRESH: std::ops::RangeInclusive<u64> = 60..=86_400;
/// The same where it says nothing.
const USUALLY_FRESH: u64 = 600;
/// At most once in so many seconds, a set is fetched again because a key is missing or because fetching it failed.
const RETRY: u64 = 30;
/// How long fetching a set may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest set, in bytes.
const MAX_BYTES: usize = 512 << 10;
const REDIRECTS: u32 = 3;
/// So many sets are cached.
const MAX_SETS: usize = 16;

/// The sets that were fetched.
#[derive(Default)]
pub(super) struct KeySets(RefCell<Vec<Cached>>);

/// A set, with times in seconds since 1970: they go on while Lambda freezes the environment.
struct Cached {
    url: String,
    keys: Rc<KeySet>,
    fresh_until: u64,
    /// The last attempt to fetch it.
    tried: u64,
    /// No earlier is it fetched again.
    retry_at: u64,
}

impl Cached {
    /// Whether it should be fetched again.
    fn is_due(&self, now: u64, has_key: bool) -> bool {
        let is_set_back = now < self.tried;
        is_set_back || (now >= self.retry_at && (!has_key || now >= self.fresh_until))
    }
}

impl ModuleState for KeySets {
    fn new(_: &Host) -> Self {
        Self::default()
    }
}

impl KeySets {
    /// The set at this URL, which has a key with this ID unless there is none. A set that cannot be fetched again is used
    /// as it is.
    pub(super) fn get(&self, host: &Host, url: &str, kid: Option<&str>) -> Result<Rc<KeySet>> {
        let now = host.world.since_1970().as_secs();
        let Some((keys, is_due, has_key)) = self.cached(url, now, kid) else {
            let fetched = fetch(host, url).map_err(|problem| problem.into_error(url))?;
            return Ok(self.add(url, fetched, now, now));
        };
        if !is_due {
            return Ok(keys);
        }
        match fetch(host, url) {
            Ok(fetched) => Ok(self.add(url, fetched, now, if has_key { now } else { now + RETRY })),
            Err(Problem::Stopped(error)) => Err(error),
            Err(Problem::Failed(problem)) => {
                ::log::warn!("the keys at {} are used as they were: {problem}", url::shown(url));
                if let Some(set) = self.0.borrow_mut().iter_mut().find(|set| set.url == url) {
                    (set.tried, set.retry_at) = (now, now + RETRY);
                }
                Ok(keys)
            }
        }
    }

    fn cached(&self, url: &str, now: u64, kid: Option<&str>) -> Option<(Rc<KeySet>, bool, bool)> {
        let sets = self.0.borrow();
        let set = sets.iter().find(|set| set.url == url)?;
        let has_key = set.keys.with_id(kid).next().is_some();
        Some((Rc::clone(&set.keys), set.is_due(now, has_key), has_key))
    }

    fn add(&self, url: &str, (keys, fresh): (KeySet, u64), now: u64, retry_at: u64) -> Rc<KeySet> {
        let keys = Rc::new(keys);
        let mut sets = self.0.borrow_mut();
        sets.retain(|set| set.url != url);
        if sets.len() == MAX_SETS {
            sets.remove(0);
        }
        let fresh_until = now + fresh;
        sets.push(Cached { url: url.to_owned(), keys: Rc::clone(&keys), fresh_until, tried: now, retry_at });
        keys
    }
}

/// Why there is no set.
enum Problem {
    /// The script must stop.
    Stopped(rhai_vm::Error),
    Failed(String),
}

impl Problem {
    fn into_error(self, from: &str) -> rhai_vm::Error {
        match self {
            Self::Stopped(error) => error,
            Self::Failed(problem) => error(
                "Jwt.KeysUnavailable",
                format!("the keys at {:?} are not available: {problem}", url::shown(from)),
            ),
        }
    }
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Failed(problem)
    }
}

/// Fetches a set; with it, for how many seconds it is fresh.
fn fetch(host: &Host, url: &str) -> std::result::Result<(KeySet, u64), Problem> {
    if !is_safe(url) {
        return Err("anyone on the way could exchange them. Use a URL that begins with https://"
            .to_owned()
            .into());
    }
    let mut request = Request::new("GET", url::encode(url))
        .header("user-agent", concat!("rhambda/", env!("CARGO_PKG_VERSION")))
        .header("accept", "application/json")
        .header("accept-encoding", "gzip");
    (request.timeout, request.redirects, request.decode) = (Some(TIMEOUT), REDIRECTS, true);
    // The timeout is for each wait, this is for all of it.
    let end = Instant::now() + TIMEOUT;
    let until = host.deadline.until().by(Some(end));
    let failed = |error: net::Error| match (error.kind, host.deadline.check(), host.world.stop()) {
        (_, Err(stop), _) => Problem::Stopped(stop.into()),
        (ErrorKind::Deadline, _, Some(stop)) => Problem::Stopped(stop),
        (ErrorKind::Deadline, ..) => {
            Problem::Failed(format!("the server did not send them within {} seconds", TIMEOUT.as_secs()))
        }
        _ => Problem::Failed(error.message),
    };
    let world = &*host.world;
    if let Some(replaced) = world.http(&request) {
        let (head, body) = replaced.map_err(failed)?.into_parts();
        return decode(&head, &body);
    }
    let (head, mut body) = http::client(host).open(&request, until).map_err(failed)?.into_parts();
    let mut bytes = Vec::new();
    let mut piece = [0; 8 << 10];
    loop {
        let count = body.receive(&mut piece).map_err(failed)?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..count]);
        if bytes.len() > MAX_BYTES {
            return Err(format!("they have more than {} KiB", MAX_BYTES >> 10).into());
        }
    }
    decode(&head, &bytes)
}

/// The keys in a response, and for how many seconds they are fresh.
fn decode(head: &Response<()>, bytes: &[u8]) -> std::result::Result<(KeySet, u64), Problem> {
    if head.status != 200 {
        return Err(format!("the server responded with the status {}", head.status).into());
    }
    let keys = match value::decode(bytes) {
        Ok(Value::Map(map)) => KeySet::from_jwks(&map)?,
        _ => return Err("the response is not a JSON object".to_owned().into()),
    };
    Ok((keys, freshness(head.header("cache-control").unwrap_or_default())))
}

/// Whether nobody on the way can exchange what is at this URL.
fn is_safe(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| {
        authority.strip_prefix(local).is_some_and(|port| port.is_empty() || port.starts_with(':'))
            && !authority.contains('@')
    });
    scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && is_local)
}

/// How long a response with this `cache-control` is fresh, in seconds.
fn freshness(cache_control: &str) -> u64 {
    let cache_control = cache_control.to_ascii_lowercase();
    let mut seconds = USUALLY_FRESH;
    for directive in cache_control.split(',').map(str::trim) {
        match directive.split_once('=') {
            Some(("max-age", age)) => seconds = age.trim_matches('"').parse().unwrap_or(USUALLY_FRESH),
            None if matches!(directive, "no-cache" | "no-store") => return *FRESH.start(),
            _ => {}
        }
    }
    seconds.clamp(*FRESH.start(), *FRESH.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_control_counts_within_bounds() {
        assert_eq!(freshness(""), 600);
        assert_eq!(freshness("public, max-age=3600, must-revalidate"), 3600);
        assert_eq!(freshness("Max-Age=\"120\""), 120);
        assert_eq!(freshness("max-age=0"), 60);
        assert_eq!(freshness("max-age=99999999999"), 86_400);
        assert_eq!(freshness("max-age=99999999999999999999999"), 600);
        assert_eq!(freshness("max-age=3600, no-store"), 60);
    }

    #[test]
    fn sets_are_fetched_again_when_they_are_old_or_lack_a_key() {
        let keys = Rc::new(
            KeySet::from_jwks(&rhai_vm::Map::from_iter([("keys".into(), Value::array(Vec::new()))])).unwrap(),
        );
        let set = |retry_at| Cached {
            url: String::new(),
            keys: Rc::clone(&keys),
            fresh_until: 700,
            tried: 100,
            retry_at,
        };
        assert!(!set(100).is_due(699, true));
        assert!(set(100).is_due(700, true));
        assert!(set(100).is_due(100, false), "a missing key is looked for at once");
        assert!(!set(130).is_due(129, false), "and then every 30 seconds");
        assert!(set(130).is_due(130, false));
        assert!(!set(730).is_due(729, true), "after a failure, old keys are used for 30 seconds");
        assert!(set(130).is_due(99, true), "the clock was set back");
    }

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for url in [
            "https://a.example/k",
            "HTTPS://a.example",
            "http://127.0.0.1:80/",
            "http://localhost",
            "http://[::1]:1/k",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://a.example",
            "http://127.0.0.1.a.example",
            "http://localhost@a.example",
            "http://localhost:1@a.example/",
            "ftp://localhost",
            "",
            "keys.json",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}

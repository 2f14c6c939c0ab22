//! What the running test has set up and what has happened in it. A test runs on one thread.

use super::environment::Function;
use net::Until;
use rhai_vm::vm::Vm;
use rhai_vm::{Error, ErrorKind, Map, Value};
use rhambda::script::Script;
use rhambda::world::World;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::time::{Instant, SystemTime};
use tempfile::TempDir;

/// The type of the error of a call that no mock responds to.
pub(super) const UNEXPECTED: &str = "UnexpectedCall";

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// The state of one test.
#[derive(Default)]
pub(super) struct State {
    /// The machine of the test's own script.
    pub(super) vm: Weak<Vm>,
    /// The function that is tested.
    pub(super) function: Option<Rc<Function>>,
    /// The world of the test and of the handlers that it invokes.
    pub(super) world: Option<Rc<dyn World>>,
    /// When the test must have ended.
    pub(super) until: Until,
    /// Whether requests without a mock are sent.
    pub(super) allows_network: bool,
    /// The time that `mock::time` has set.
    pub(super) clock: Option<(SystemTime, Instant)>,
    /// The state of the generator of `mock::random`.
    pub(super) seed: Option<u64>,
    /// The variables of `mock::env`, in place of the function's own.
    pub(super) variables: Option<BTreeMap<String, String>>,
    /// What responds to requests; later mocks come first.
    pub(super) mocks: Vec<Mock>,
    /// The requests so far: to what, and the parameters or the request.
    pub(super) calls: Vec<(Target, Map)>,
    /// What must make the test fail, even if something has hidden the error that ends it.
    pub(super) violations: Vec<String>,
    /// The last error of a handler, as its log shows it.
    pub(super) handler_error: Option<(String, String)>,
    /// The case of `test::cases` that is running or has failed.
    pub(super) case: Option<String>,
    /// The handlers that were invoked: their environments stay warm until the end of the test.
    pub(super) handlers: HashMap<String, Script>,
    /// What the test sees as `/tmp`.
    pub(super) temporary: Option<TempDir>,
    /// How many invocations there were.
    pub(super) invocations: u32,
}

/// What a request goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An operation of AWS, or a method and a path.
    Aws(String, String),
    /// A method and a URL.
    Http(String, String),
}

impl State {
    /// The error that ends the test if it has called something unexpected. Scripts cannot catch it.
    pub(super) fn stop(&self) -> Option<Error> {
        let message = self.violations.first()?;
        let thrown: Map = [("type", UNEXPECTED), ("message", message)]
            .into_iter()
            .map(|(name, text)| (name.into(), text.into()))
            .collect();
        Some(Error::new(ErrorKind::Terminated(thrown.into())))
    }
}

/// A response to requests.
pub(super) struct Mock {
    pub(super) matches: Target,
    pub(super) response: Value,
}

/// Begins a test with a new state.
pub(super) fn begin(state: State) {
    drop(STATE.replace(state));
}

/// Ends a test.
pub(super) fn end() -> State {
    STATE.take()
}

/// Looks at the state, or changes it. Nothing of a script may run in `work`.
pub(super) fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(work)
}

impl Target {
    /// Whether a mock for `self`, in which `*` stands for anything, responds to `other`.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Aws(service, operation), Self::Aws(other_service, other_operation)) => {
                service == other_service && is_like(operation, other_operation)
            }
            (Self::Http(method, url), Self::Http(other_method, other_url)) => {
                let without_query = other_url.split('?').next().unwrap_or_default();
                let other_url = if url.contains('?') { other_url } else { without_query };
                (method.is_empty() || method == other_method) && is_like(url, other_url)
            }
            _ => false,
        }
    }

    /// An operation of a service, or a method and a path. A service has several names, such as `events` and `EventBridge`.
    pub(super) fn aws(service: &str, operation: &str) -> Self {
        let found = aws::services::find(service).ok();
        let known = found.map_or(service, |found| found.name());
        Self::Aws(known.to_owned(), operation.to_owned())
    }

    /// A URL with `*`, after a method or without one.
    pub(super) fn http(pattern: &str) -> Self {
        match pattern.split_once(' ') {
            Some((method, url)) => Self::Http(method.to_uppercase(), url.trim().to_owned()),
            None => Self::Http(String::new(), pattern.to_owned()),
        }
    }
}

/// Whether a text has the form of a pattern in which `*` stands for anything.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The file of a script of the running test's function.
pub(super) fn path_of(script: &str) -> PathBuf {
    let folder = with(|state| state.function.as_ref().map(|function| function.folder.clone()));
    folder.unwrap_or_default().join(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("https://a.b/c", "https://a.b/c", true),
            ("https://a.b/c", "https://a.b/cd", false),
            ("https://a.b/*", "https://a.b/", true),
            ("https://*/users/*", "https://a.b/users/1", true),
            ("*/users", "https://a.b/users/1", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn queries_count_only_where_the_pattern_has_one() {
        let request = Target::http("GET https://a.b/c?d=1");
        assert!(Target::http("https://a.b/c").covers(&request));
        assert!(Target::http("get https://a.b/c?d=*").covers(&request));
        assert!(!Target::http("POST https://a.b/c").covers(&request));
        assert!(!Target::http("https://a.b/c?d=2").covers(&request));
        assert!(!Target::Aws("s3".into(), "*".into()).covers(&request));
    }
}

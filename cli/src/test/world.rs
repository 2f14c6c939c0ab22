//! The world of a test: what mocks respond to, and nothing else unless the network is allowed.

use super::state::{self, Target};
use super::{lines, modules};
use aws::Rest;
use net::{ErrorKind, Request, Response, Until};
use rhai_vm::code::Unit;
use rhai_vm::vm::{Library, Moment, Vm};
use rhai_vm::{json, Error, Map, Value};
use rhambda::world::World;
use std::io;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant, SystemTime};

/// The world of tests.
struct TestWorld {
    measures_coverage: bool,
}

/// A world for tests, which may count the lines that they reach.
pub(super) fn new(measures_coverage: bool) -> Rc<dyn World> {
    Rc::new(TestWorld { measures_coverage })
}

/// A response whose blobs may be written as strings.
fn with_blobs(service: &str, operation: &str, map: &Map) -> Map {
    let Some(service) = rhambda_analysis::aws::service(service) else { return map.clone() };
    let operation = service.operations.iter().find(|known| known.name.as_str() == operation);
    operation.map_or_else(|| map.clone(), |operation| service.with_blobs(operation, map))
}

impl World for TestWorld {
    fn now(&self) -> SystemTime {
        state::with(|state| state.clock.map_or_else(SystemTime::now, |(now, _)| now))
    }

    fn instant(&self) -> Instant {
        state::with(|state| state.clock.map_or_else(Instant::now, |(_, instant)| instant))
    }

    fn wait(&self, time: Duration, until: Until) -> bool {
        let is_set = state::with(|state| {
            state.clock = state.clock.map(|(now, instant)| (now + time, instant + time));
            state.clock.is_some()
        });
        if is_set {
            !until.is_over()
        } else {
            until.wait(time)
        }
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        let is_seeded = state::with(|state| match &mut state.seed {
            Some(seed) => {
                for byte in bytes.iter_mut() {
                    *byte = next(seed);
                }
                true
            }
            None => false,
        });
        if is_seeded {
            Ok(())
        } else {
            Ok(getrandom::fill(bytes)?)
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables().into_iter().rfind(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn variables(&self) -> Vec<(String, String)> {
        state::with(|state| {
            let Some(function) = &state.function else {
                return Vec::new();
            };
            let lambdas = function.lambda_variables().map(|(name, value)| (name.to_owned(), value));
            let own = match &state.variables {
                Some(mocked) => mocked.clone().into_iter().collect(),
                None => function.variables.clone(),
            };
            lambdas.into_iter().chain(own).collect()
        })
    }

    fn path(&self, path: PathBuf) -> PathBuf {
        let folder = state::with(|state| state.function.as_ref().map(|function| function.folder.clone()));
        let is_own = folder.is_some_and(|folder| path.starts_with(folder));
        let Some(rest) = path.strip_prefix("/tmp").ok().filter(|_| !is_own) else {
            return path;
        };
        let temporary = state::with(|state| {
            if state.temporary.is_none() {
                state.temporary = tempfile::tempdir().ok();
            }
            state.temporary.as_ref().map(|folder| folder.path().to_owned())
        });
        temporary.map_or_else(|| path.clone(), |folder| folder.join(rest))
    }

    fn http(&self, request: &Request) -> Option<Result<Response, net::Error>> {
        let target = Target::Http(request.method.to_uppercase(), request.url.clone());
        let failed = |message| net::Error { kind: ErrorKind::Protocol, message };
        let seen = seen(&request.method, &request.url, &request.headers, &request.body);
        match respond(&target, seen)? {
            Ok(value) => Some(response(&value, &request.url).map_err(failed)),
            Err(Refusal::Thrown { message, .. }) => Some(Err(failed(message))),
            Err(Refusal::Stop) => {
                Some(Err(net::Error { kind: ErrorKind::Deadline, message: "the test has ended".into() }))
            }
        }
    }

    fn aws(&self, service: &str, operation: &str, parameters: &Map) -> Option<aws::Result<Map>> {
        let target = Target::aws(service, operation);
        Some(match respond(&target, parameters.clone())? {
            Ok(Value::Unit) => Ok(Map::new()),
            Ok(Value::Map(map)) => Ok(with_blobs(service, operation, &map)),
            Ok(other) => {
                let message =
                    format!("the mock of {service} {operation} returned {}: return a map", other.type_name());
                Err(violated(message).into_aws())
            }
            Err(refusal) => Err(refusal.into_aws()),
        })
    }

    fn aws_request(&self, service: &str, request: &Rest) -> Option<aws::Result<Response>> {
        let target = Target::aws(service, &request.action());
        let seen = seen(&request.method, &request.path, &request.headers, &request.body);
        Some(match respond(&target, seen)? {
            Ok(value) => response(&value, "").map_err(|message| aws::Error::new("MockError", message)),
            Err(refusal) => Err(refusal.into_aws()),
        })
    }

    fn connect(&self, server: &str) -> rhai_vm::Result<()> {
        state::with(|state| {
            if !state.allows_network {
                state.violations.push(format!(
                    "unexpected connection to \"{server}\": there are no mocks of databases, so allow connections with \
                     --allow-network"
                ));
            }
            state.stop().map_or(Ok(()), Err)
        })
    }

    fn stop(&self) -> Option<Error> {
        state::with(|state| state.stop())
    }

    fn library(&self) -> Option<Library> {
        Some(modules::library())
    }

    fn tells_statements(&self) -> bool {
        self.measures_coverage
    }

    fn statement(&self, at: &Moment<'_>) {
        lines::hit(at.source, at.position.line().unwrap_or_default());
    }

    fn compiled(&self, unit: &Unit) {
        if self.measures_coverage {
            lines::add(unit);
        }
    }

    fn enter(&self, vm: Weak<Vm>) {
        // Handlers are loaded into machines of their own; closures belong to the test's.
        state::with(|state| {
            if state.vm.strong_count() == 0 {
                state.vm = vm;
            }
        });
    }
}

/// The next byte of a generator (`SplitMix64`).
fn next(seed: &mut u64) -> u8 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed.to_be_bytes()[0]
}

/// Why there is no response.
enum Refusal {
    /// The closure of a mock has thrown this.
    Thrown { code: String, message: String, status: Option<u16> },
    /// The script must stop: the test has failed, or its time is over.
    Stop,
}

impl Refusal {
    fn into_aws(self) -> aws::Error {
        match self {
            Self::Thrown { code, message, status } => {
                aws::Failure { code, message, status, ..aws::Failure::default() }.into()
            }
            Self::Stop => aws::Error::Deadline,
        }
    }
}

/// What the last mock for this says; `None` if the request is to be sent.
fn respond(target: &Target, request: Map) -> Option<Result<Value, Refusal>> {
    let found = state::with(|state| {
        let found = state.mocks.iter().rev().find(|mock| mock.matches.covers(target));
        let response = found.map(|mock| mock.response.clone());
        if response.is_some() {
            state.calls.push((target.clone(), request.clone()));
        }
        response.ok_or(state.allows_network)
    });
    match found {
        Ok(Value::Fn(closure)) => {
            let vm = state::with(|state| state.vm.upgrade());
            let vm = vm?;
            Some(vm.call_pointer(&closure, &mut [request.into()]).map_err(|error| refusal(target, &error)))
        }
        Ok(value) => Some(Ok(value)),
        Err(true) => None,
        Err(false) => Some(Err(violated(unexpected(target)))),
    }
}

/// The test has failed for this reason, whatever the script makes of the error.
fn violated(message: String) -> Refusal {
    state::with(|state| state.violations.push(message));
    Refusal::Stop
}

/// What a test is told of a request without a mock.
fn unexpected(target: &Target) -> String {
    match target {
        Target::Aws(service, operation) => format!(
            "unexpected call of \"{service}\" \"{operation}\": add mock::aws(\"{service}\", \"{operation}\", …), or allow \
             requests with --allow-network"
        ),
        Target::Http(method, url) => format!(
            "unexpected request \"{method} {url}\": add mock::http(\"{method} {url}\", …), or allow requests with \
             --allow-network"
        ),
    }
}

/// What the closure of a mock has thrown.
fn refusal(target: &Target, error: &Error) -> Refusal {
    if matches!(error.kind(), rhai_vm::ErrorKind::Terminated(_)) {
        return Refusal::Stop;
    }
    let thrown = error.caught("");
    let field = |name: &str| {
        let value = thrown.as_map().and_then(|map| map.get(name)).filter(|value| !value.is_unit());
        value.map(ToString::to_string)
    };
    let message = field("message").unwrap_or_else(|| thrown.to_string());
    let is_thrown = matches!(error.kind(), rhai_vm::ErrorKind::Runtime(_));
    let is_assertion = field("type").as_deref() == Some(super::assertions::FAILED);
    if !is_thrown || is_assertion {
        let what = match target {
            Target::Aws(service, operation) => format!("\"{service}\" \"{operation}\""),
            Target::Http(method, url) => format!("\"{method} {url}\""),
        };
        let place = error.position().line().map(|line| format!(", line {line}")).unwrap_or_default();
        return violated(format!("the mock of {what}{place}: {message}"));
    }
    let code = field("code").or_else(|| field("type")).unwrap_or_else(|| "MockError".into());
    Refusal::Thrown { code, message, status: field("status").and_then(|status| status.parse().ok()) }
}

/// A request as mocks see it.
fn seen(method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> Map {
    let headers: Map = headers
        .iter()
        .map(|(name, value)| (name.to_lowercase().as_str().into(), value.as_str().into()))
        .collect();
    let body = match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => Value::blob(body.to_vec()),
    };
    [("method", method.into()), ("url", url.into()), ("headers", headers.into()), ("body", body)]
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.into(), value))
        .collect()
}

/// The response that a mock has returned: a string or blob is its body; a map has `status`, `headers` and `body`.
fn response(value: &Value, url: &str) -> Result<Response, String> {
    let mut response = Response { status: 200, headers: Vec::new(), body: Vec::new(), url: url.to_owned() };
    let Value::Map(map) = value else {
        response.body = body(value, &mut response.headers)?;
        return Ok(response);
    };
    if let Some(status) = map.get("status") {
        let status = status.as_int().and_then(|status| u16::try_from(status).ok());
        response.status = status.filter(|status| (100..1000).contains(status)).ok_or_else(|| {
            format!("the mock of \"{url}\" returned an invalid `status`: return a number such as 200")
        })?;
    }
    for (name, value) in map.get("headers").and_then(Value::as_map).into_iter().flatten() {
        response.headers.push((name.as_str().to_lowercase(), value.to_string()));
    }
    if let Some(value) = map.get("body") {
        response.body = body(value, &mut response.headers)?;
    }
    Ok(response)
}

/// The bytes of a body; other values than strings and blobs become JSON.
fn body(value: &Value, headers: &mut Vec<(String, String)>) -> Result<Vec<u8>, String> {
    Ok(match value {
        Value::Unit => Vec::new(),
        Value::Str(text) => text.as_str().as_bytes().to_vec(),
        Value::Blob(bytes) => bytes.to_vec(),
        other => {
            if !headers.iter().any(|(name, _)| name == "content-type") {
                headers.push(("content-type".into(), "application/json".into()));
            }
            json::encode(other).map_err(|problem| format!("the body of a mock cannot be JSON: {problem}"))?
        }
    })
}

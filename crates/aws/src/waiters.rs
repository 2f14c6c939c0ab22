//! Waits until AWS has done something, such as started an instance.

use crate::client::{Client, Options};
use crate::error::{codes, Error, Result};
use crate::found::Found;
use crate::operations::{shown, similar};
use aws_api::{jmespath, Acceptor, Waiter};
use net::Until;
use rhai_vm::{json, Map, Value};
use std::time::Duration;

/// So many characters of a state are in an error.
const SHOWN: usize = 200;

/// How often somebody asks; AWS's models say the rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// The time between two calls.
    pub delay: Option<Duration>,
    /// The most calls.
    pub max_attempts: Option<usize>,
}

/// What came of a call: the status and the response, or why there is none.
type Outcome = Result<(u16, Value)>;

impl Client {
    /// Calls an operation again and again until its response is what the waiter wants, and returns that response.
    ///
    /// # Errors
    /// There is no such waiter; the operation fails; the state cannot be reached any more, or not in time.
    pub fn wait(
        &self,
        service: &str,
        waiter: &str,
        parameters: &Map,
        pace: Pace,
        options: &Options,
        until: Until,
    ) -> Result<Map> {
        let wait = || {
            let (_, api) = self.operations.service(service)?;
            let (name, model) = find(service, &api, waiter)?;
            let found = self.find(service, &model.operation)?.with(options)?;
            let attempt = || self.outcome(&found, parameters, options, until);
            Wait { name, model, pace, until }.run(attempt)
        };
        wait().map_err(|error| error.of(service, waiter))
    }

    fn outcome(&self, found: &Found, parameters: &Map, options: &Options, until: Until) -> Outcome {
        let (status, response) = self.send_call(found, parameters, options, until)?;
        Ok((status, response.into()))
    }
}

/// A waiter of a service by its name, also as the AWS SDK for Python has it: `instance_running`.
///
/// # Errors
/// There is no such waiter; the error has the most similar names.
pub fn find<'a>(service: &str, api: &'a aws_api::Service, name: &str) -> Result<(&'a str, &'a Waiter)> {
    let plain = name.replace('_', "");
    let found = api.waiters.iter().find(|(known, _)| known.eq_ignore_ascii_case(&plain));
    found.map(|(name, waiter)| (name.as_str(), waiter)).ok_or_else(|| {
        let names = similar(name, api.waiters.keys().map(rhai_vm::Str::as_str));
        let message = match &*names {
            "" => format!("{service} has no waiters"),
            names => format!("{service} has no waiter \"{}\"; similar names are {names}", shown(name)),
        };
        Error::new(codes::UNKNOWN_WAITER, message)
    })
}

struct Wait<'a> {
    name: &'a str,
    model: &'a Waiter,
    pace: Pace,
    until: Until,
}

impl Wait<'_> {
    fn run(&self, attempt: impl Fn() -> Outcome) -> Result<Map> {
        let delay = self.pace.delay.unwrap_or(Duration::from_secs(self.model.delay.into()));
        let most = self.pace.max_attempts.unwrap_or(self.model.max_attempts as usize);
        let mut attempts = 1;
        loop {
            let outcome = attempt();
            if let Err(Error::Deadline) = outcome {
                return Err(Error::Deadline);
            }
            let matched = self.model.acceptors.iter().find(|acceptor| matches(acceptor, &outcome));
            match matched.map(|acceptor| acceptor.state.as_str()) {
                Some("success") => {
                    let response = outcome.ok().and_then(|(_, response)| response.as_map().cloned());
                    return Ok(response.unwrap_or_default());
                }
                Some("failure") => {
                    let message = format!("{} cannot be reached any more", self.name);
                    return Err(self.failure(codes::WAITER_FAILED, &message, &outcome));
                }
                Some(_) => {}
                None => {
                    if let Err(error) = outcome {
                        return Err(error);
                    }
                }
            }
            if attempts >= most {
                let message = format!("{} is not reached after {attempts} calls", self.name);
                return Err(self.failure(codes::WAITER_TIMEOUT, &message, &outcome));
            }
            if self.until.left().is_some_and(|left| left <= delay) {
                let message = format!("{} is not reached before the function's deadline", self.name);
                return Err(self.failure(codes::WAITER_TIMEOUT, &message, &outcome));
            }
            if !self.until.wait(delay) {
                return Err(Error::Deadline);
            }
            attempts += 1;
        }
    }

    fn failure(&self, code: &str, message: &str, outcome: &Outcome) -> Error {
        Error::new(code, format!("{message}; the last state is {}", self.state(outcome)))
    }

    /// What the waiter looks at, for people.
    fn state(&self, outcome: &Outcome) -> String {
        let (status, response) = match outcome {
            Ok((status, response)) => (status, response),
            Err(error) => return error.failure().map_or_else(String::new, |failure| failure.code.clone()),
        };
        let acceptor = self.model.acceptors.iter().find(|acceptor| !acceptor.argument.is_empty());
        let Some(acceptor) = acceptor else { return format!("the status {status}") };
        let state = jmespath::search(&acceptor.argument, response).unwrap_or_default();
        let json = json::encode(&state).unwrap_or_default();
        String::from_utf8_lossy(&json).chars().take(SHOWN).collect()
    }
}

/// Whether the outcome of a call is what an acceptor accepts.
fn matches(acceptor: &Acceptor, outcome: &Outcome) -> bool {
    let expected = acceptor.expected.as_str();
    let found = || {
        let (_, response) = outcome.as_ref().ok()?;
        jmespath::search(&acceptor.argument, response)
    };
    let list = || match found() {
        Some(Value::Array(items)) if !items.is_empty() => Some(items),
        _ => None,
    };
    match acceptor.matcher.as_str() {
        "path" => found().is_some_and(|found| is(&found, expected)),
        "pathAll" => list().is_some_and(|items| items.iter().all(|item| is(item, expected))),
        "pathAny" => list().is_some_and(|items| items.iter().any(|item| is(item, expected))),
        "status" => status(outcome).is_some_and(|status| status.to_string() == expected),
        "error" => match (outcome, expected) {
            (outcome, "true") => outcome.is_err(),
            (outcome, "false") => outcome.is_ok(),
            (Ok(_), _) => false,
            (Err(error), code) => error.failure().is_some_and(|failure| failure.code == code),
        },
        _ => false,
    }
}

fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Ok((status, _)) => Some(*status),
        Err(error) => error.failure()?.status,
    }
}

fn is(value: &Value, expected: &str) -> bool {
    match value {
        Value::Str(text) => text == expected,
        Value::Bool(value) => value.to_string() == expected,
        Value::Int(number) => number.to_string() == expected,
        _ => false,
    }
}

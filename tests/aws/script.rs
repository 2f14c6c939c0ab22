//! Scripts that call AWS.

use crate::aws::Emulator;
use crate::function::Function;
use fake_runtime_api::{Answer, AnswerKind, FakeRuntimeApi, Invocation, Request};
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// A function with this body, whose environment has nothing of AWS.
pub(crate) fn function(body: &str) -> Function {
    Function::main(&format!("fn handler(event) {{ {body} }}"))
}

/// A function with this body, which calls the emulator.
pub(crate) fn function_at(emulator: &Emulator, body: &str) -> Function {
    let environment = emulator.environment();
    environment.into_iter().fold(function(body), |function, (name, value)| function.env(name, value))
}

/// A function with this body, which calls whatever is at this URL.
pub(crate) fn function_at_url(url: &str, body: &str) -> Function {
    function(body)
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hush-secret")
}

/// What the function returns.
pub(crate) fn value(function: &Function) -> Value {
    let (answer, log) = invoke(function);
    assert_eq!(answer.kind, AnswerKind::Response, "{log}");
    answer.json()
}

/// What the body returns at both emulators.
pub(crate) fn at_both(body: &str) -> [Value; 2] {
    [Emulator::ministack(), Emulator::moto()].map(|emulator| value(&function_at(emulator, body)))
}

/// The error that the function ends with, and its log.
pub(crate) fn error(function: &Function) -> (Value, String) {
    let (answer, log) = invoke(function);
    assert_eq!(answer.kind, AnswerKind::Error, "{}", answer.text());
    (answer.json(), log)
}

/// How long a call may take: the emulators load a service at its first call, and many tests ask at once.
const PATIENCE: Duration = Duration::from_mins(2);

fn invoke(function: &Function) -> (Answer, String) {
    let api = FakeRuntimeApi::new().invocation(Invocation::new("{}").deadline_in(PATIENCE)).start();
    let process = function.start(&api);
    let start = Instant::now();
    // It ends with an answer in any case, when the deadline passes.
    let is_answer = |request: &Request| ["/response", "/error"].iter().any(|end| request.path.ends_with(end));
    while !api.requests().iter().any(is_answer) && start.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(2));
    }
    (api.wait_for_answers(1).remove(0), process.stop())
}

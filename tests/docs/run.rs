//! Runs a block as a whole-file script, which returns what its checked lines came to.

use crate::aws::Emulator;
use crate::databases::{Postgres, Redis};
use crate::function::{error_parts, Function};
use crate::page::{Block, Problem};
use crate::web::{echo, Web};
use fake_runtime_api::{AnswerKind, FakeRuntimeApi, Invocation};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

/// An operation that the emulator of AWS does not have.
const STREAMED: &str = "ConverseStream";
const EXPECTED_VALUE: &str = " // → ";
const EXPECTED_ERROR: &str = " // ✗ ";

/// What a line of a block is.
enum Line<'a> {
    Statement(&'a str),
    Value { code: &'a str, expected: &'a str },
    Error { code: &'a str, expected: &'a str },
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        if let Some((code, expected)) = line.rsplit_once(EXPECTED_VALUE) {
            return Self::Value { code, expected };
        }
        match line.rsplit_once(EXPECTED_ERROR) {
            Some((code, expected)) => Self::Error { code, expected },
            None => Self::Statement(line),
        }
    }
}

/// What is wrong in a block.
pub(crate) fn problems(block: &Block) -> Vec<Problem> {
    let lines: Vec<_> = block.lines.iter().map(|line| Line::parse(line)).zip(block.first_line..).collect();
    if lines.iter().all(|(line, _)| matches!(line, Line::Statement(_))) {
        return vec![(block.first_line - 1, "no line of this block is checked".to_owned())];
    }
    match run(&script(&lines, block.first_line)) {
        Err(problem) => vec![problem],
        Ok(None) => Vec::new(),
        Ok(Some(outcomes)) => {
            let checked = lines.iter().filter(|(line, _)| !matches!(line, Line::Statement(_)));
            checked.zip(outcomes).filter_map(|(line, outcome)| compare(line, &outcome)).collect()
        }
    }
}

/// The block as a script, in which each line has the number that it has in the page.
fn script(lines: &[(Line<'_>, usize)], first_line: usize) -> String {
    let mut script = String::from("let outcomes__ = [];");
    script.push_str(&"\n".repeat(first_line - 1));
    for (line, _) in lines {
        let _ = match line {
            Line::Statement(code) => writeln!(script, "{code}"),
            Line::Value { code, .. } => writeln!(script, "outcomes__.push(json::encode({code}));"),
            Line::Error { code, .. } => {
                writeln!(script, "try {{ {code}; outcomes__.push(()); }} catch (e) {{ outcomes__.push(e); }}")
            }
        };
    }
    script.push_str("outcomes__");
    script
}

/// The server of all examples, which leave nothing in it; if `PostgreSQL` is installed.
fn postgres() -> Option<&'static Postgres> {
    static POSTGRES: OnceLock<Option<Postgres>> = OnceLock::new();
    POSTGRES.get_or_init(|| Postgres::start(&[])).as_ref()
}

/// What the checked lines came to, or why the script failed, and where. `None` if it needs a server that is not installed.
fn run(script: &str) -> Result<Option<Vec<Value>>, Problem> {
    let mut function = Function::new("page.rhai").file("page.rhai", script).env("AWS_REGION", "eu-central-1");
    if ["https://", STREAMED, "sql::"].iter().any(|name| script.contains(name)) {
        function = function
            .file("authority.pem", Web::get().certificate())
            .env("RHAMBDA_EXTRA_CA_CERTS", "task/authority.pem")
            .env("HTTPS_PROXY", &Web::get().proxy());
    }
    if script.contains("POSTGRES_URL") {
        let Some(server) = postgres() else { return Ok(None) };
        function = function.env("POSTGRES_URL", &server.url("postgres"));
    }
    if script.contains("WEBSOCKET_URL") {
        function = function.env("WEBSOCKET_URL", &echo());
    }
    let mut redis = None;
    if script.contains("REDIS_URL") {
        let Some(server) = Redis::start(&[]) else { return Ok(None) };
        function = function.env("REDIS_URL", &server.url());
        redis = Some(server);
    }
    if script.contains("PRIVATE_KEY") {
        function = function.env("PRIVATE_KEY", include_str!("../support/keys/rsa.pem"));
    }
    if script.contains("aws::") {
        let environment = Emulator::ministack().environment();
        function =
            environment.into_iter().fold(function, |function, (name, value)| function.env(name, value));
    }
    if script.contains("sql::") {
        function = function
            .env("AWS_ENDPOINT_URL_RDS_DATA", "https://api.example.com")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test");
    }
    if script.contains(STREAMED) {
        function = function.env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://api.example.com");
    }
    // The emulator of AWS needs its time.
    let event = Invocation::new("{}").deadline_in(Duration::from_mins(1));
    let api = FakeRuntimeApi::new().invocation(event).allow_leftovers().start();
    let process = function.start(&api);
    api.wait_for(|requests| {
        requests.iter().any(|request| ["/response", "/error"].iter().any(|end| request.path.ends_with(end)))
    });
    if let Some(error) = api.init_errors().first() {
        return Err(failure(&error.json()));
    }
    let answer = api.wait_for_answers(1).remove(0);
    process.stop();
    drop(redis);
    match (answer.kind, answer.json()) {
        (AnswerKind::Response, Value::Array(outcomes)) => Ok(Some(outcomes)),
        (_, body) => Err(failure(&body)),
    }
}

/// An error that no line expects.
fn failure(body: &Value) -> Problem {
    let (kind, message, stack) = error_parts(body);
    // `at page.rhai:7:3`, or `at name (page.rhai:7:3)`.
    let places = stack.iter().map(String::as_str).chain([message.as_str()]);
    let line = places
        .filter_map(|text| text.rsplit_once("page.rhai:"))
        .find_map(|(_, place)| place.split(':').next()?.parse().ok());
    (line.unwrap_or(0), format!("{kind}: {message}"))
}

fn compare((line, number): &(Line<'_>, usize), outcome: &Value) -> Option<Problem> {
    let problem = match line {
        Line::Statement(_) => None,
        Line::Value { expected, .. } => compare_values(expected, outcome.as_str().unwrap_or_default()),
        Line::Error { expected, .. } => compare_errors(expected, outcome),
    };
    problem.map(|problem| (*number, problem))
}

fn compare_values(expected: &str, json: &str) -> Option<String> {
    match (serde_json::from_str::<Value>(expected), serde_json::from_str::<Value>(json)) {
        (Err(_), _) => Some(format!("what is expected is not JSON: {expected}")),
        (Ok(expected), Ok(value)) if expected == value => None,
        _ => Some(format!("the value is {json}")),
    }
}

/// An error is a text, a map with `type` that a module threw, or a map with `error` from Rhai itself.
fn compare_errors(expected: &str, thrown: &Value) -> Option<String> {
    if thrown.is_null() {
        return Some("there is no error".to_owned());
    }
    let kind = match (&thrown["type"], &thrown["error"]) {
        (Value::String(kind), _) => kind,
        (_, Value::String(kind)) => kind.trim_start_matches("Error"),
        _ => "Error",
    };
    let message = thrown["message"].as_str().map_or_else(|| thrown.to_string(), str::to_owned);
    (kind != expected.trim()).then(|| format!("the error is {kind}: {message}"))
}

//! `idempotency`, `flags`, logs, metrics and traces beside Powertools for AWS Lambda (Python), which `tests/aws/setup.sh` installs.

mod flags;
mod idempotency;
mod logs;
mod traces;

use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;
use test_support::aws::python;

/// What a script of this folder prints for this input, with these environment variables.
fn run(script: &str, environment: &[(&str, &str)], input: &Value) -> Value {
    let mut command = python();
    command.arg(format!("tests/powertools/{script}")).envs(environment.iter().copied());
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

//! `rhambda`, the developer's tool: runs Rhai functions here as AWS Lambda would, and packages them.

mod args;
mod config;
mod input;
mod invoke;
mod json;
mod package;

use args::Command;
use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    // The runtime that a function is invoked in is this same program: a newcomer needs no other.
    if env::args_os().nth(1).is_some_and(|argument| argument == invoke::runtime::ARGUMENT) {
        return invoke::runtime::run();
    }
    let result = match args::parse() {
        Command::Invoke(request) => invoke::invoke(&request),
        Command::Package(request) => package::package(&request),
    };
    result.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "rhambda: {error:#}");
        ExitCode::FAILURE
    })
}

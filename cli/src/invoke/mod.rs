//! `rhambda invoke`: the function's response on stdout, its log and Lambda's report on stderr.

mod args;
mod credentials;
mod environment;
pub(crate) mod function;
mod http_response;
mod invocation;
mod outcome;
mod remote;
mod report;
pub(crate) mod runtime;
mod runtime_api;
mod stdout;

use args::Request;
pub(crate) use args::{Arguments, Invocation};

use anyhow::{Context as _, Result};
use outcome::Status;
use std::io::{self, Write as _};
use std::process::ExitCode;
use stdout::Stdout;

/// Invokes the function once.
///
/// # Errors
/// When there is no response, or it cannot be written, for a reason that is not the function's.
pub(crate) fn invoke(invocation: &Invocation) -> Result<ExitCode> {
    match invocation {
        Invocation::Here(request) => invoke_here(request),
        Invocation::Remote(request) => remote::invoke(request),
    }
}

/// In an environment of its own.
fn invoke_here(request: &Request) -> Result<ExitCode> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut stdout = Stdout::default();
    let (outcome, report) = tokio.block_on(environment::run(request, &mut stdout))?;
    stdout.end(&outcome.response).context("the response cannot be written to stdout")?;
    let _ = writeln!(io::stderr(), "{}", report.line(&outcome.status, request.function.log_format));
    Ok(match outcome.status {
        Status::Success => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

//! `rhambda invoke`: the function's answer on stdout, its log and Lambda's report on stderr.

use crate::args::Request;
use crate::environment;
use crate::json;
use crate::outcome::Status;
use anyhow::{Context as _, Result};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// Invokes the function once, in an environment of its own.
///
/// # Errors
/// When there is no answer, or it cannot be written, for a reason that is not the function's.
pub(crate) fn invoke(request: &Request) -> Result<ExitCode> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (outcome, report) = tokio.block_on(environment::run(request))?;
    print(&outcome.answer).context("the answer cannot be written to stdout")?;
    let _ = writeln!(io::stderr(), "{}", report.line(&outcome.status, request.function.log_format));
    Ok(match outcome.status {
        Status::Success => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The bytes as they are; on a terminal JSON is indented. A reader who has left is no error.
fn print(answer: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = if stdout.is_terminal() {
        let indented = json::indented(answer);
        let text = indented.as_deref().unwrap_or(answer);
        let end: &[u8] = if text.ends_with(b"\n") { b"" } else { b"\n" };
        stdout.write_all(text).and_then(|()| stdout.write_all(end))
    } else {
        stdout.write_all(answer)
    };
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

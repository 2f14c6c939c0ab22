//! The credentials that AWS's CLI has, on a developer's machine: whatever way somebody signed in.

use super::{missing, parse, Cached, NONE};
use crate::error::{Error, Result};
use net::Until;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Renewing them may need a while, but nobody is asked for anything.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The credentials that the CLI has now, for a profile or for the usual one.
pub(super) fn fetch(profile: Option<&str>, until: Until) -> Result<Cached> {
    let none = profile.map_or_else(
        || NONE.to_owned(),
        |name| format!("there are no credentials of the profile \"{name}\". Only the AWS CLI has profiles"),
    );
    let mut command = Command::new("aws");
    command.args(["configure", "export-credentials", "--format", "process"]);
    // As one argument, so that no name is taken for an option.
    command.args(profile.map(|name| format!("--profile={name}")));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|_| missing(&*none))?;
    let ended = wait(&mut child, until);
    if ended.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let succeeded = ended?;
    let said = |pipe: Option<&mut dyn Read>| {
        let mut text = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.read_to_end(&mut text);
        }
        text
    };
    if !succeeded {
        let complaint = said(child.stderr.as_mut().map(|pipe| pipe as _));
        let complaint = String::from_utf8_lossy(&complaint);
        if complaint.contains("usage:") {
            return Err(missing(format!("{none}. This AWS CLI is too old to give its own: version 2 can")));
        }
        return Err(missing(format!("{none}. The CLI says: {}", complaint.trim())));
    }
    let output = said(child.stdout.as_mut().map(|pipe| pipe as _));
    parse(&output).map_err(|problem| missing(format!("`aws configure export-credentials` prints {problem}")))
}

/// Whether it succeeded. What it prints fits into a pipe.
fn wait(child: &mut Child, until: Until) -> Result<bool> {
    let limit = Instant::now() + TIMEOUT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) => {}
            Err(error) => return Err(missing(format!("AWS's CLI cannot be waited for: {error}"))),
        }
        if Instant::now() >= limit {
            return Err(missing("`aws configure export-credentials` does not come to an end"));
        }
        if !until.wait(Duration::from_millis(5)) {
            return Err(Error::Deadline);
        }
    }
}

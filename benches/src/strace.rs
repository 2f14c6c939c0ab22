//! System calls, counted by strace where it is installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::events::event;
use crate::peers::{root, Peer};
use crate::process::Process;

/// Whether there is a strace, and we may use it.
pub(crate) fn is_usable() -> bool {
    let silent =
        Command::new("strace").args(["-c", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    silent.is_ok_and(|status| status.success())
}

/// System calls of a warm invocation of 100 bytes, with those of all the
/// peer's threads and children; `None` without strace.
pub(crate) fn system_calls(peer: &Peer) -> Result<Option<f64>> {
    if !is_usable() {
        return Ok(None);
    }
    // The difference of two runs leaves the start and the end out.
    let more = 200_usize.div_ceil(peer.slowness);
    let short = count(peer, more)?;
    let long = count(peer, 2 * more)?;
    #[expect(clippy::cast_precision_loss, reason = "they are a few thousand")]
    Ok(Some((long - short) / more as f64))
}

fn count(peer: &Peer, invocations: usize) -> Result<f64> {
    let event = event(100);
    let summary = root().join("target/bench/strace.txt");
    // It may be left from another run.
    let _ = fs::remove_file(&summary);
    let path = summary.to_str().context("a path that is not UTF-8")?;
    let tracer = ["strace", "-c", "-f", "-o", path];
    let (mut process, _) = Process::start_under(&tracer, peer, &event)?;
    process.invoke(&event, invocations)?;
    // The peer ends, upon which strace writes its summary and ends, too.
    drop(process);
    total(&summary).context("strace wrote no summary")
}

/// The calls in the last line of a summary: `100.00 0.12 12 9876 3 total`,
/// where the number of errors may be missing.
fn total(summary: &Path) -> Option<f64> {
    let text = fs::read_to_string(summary).ok()?;
    let line = text.lines().find(|line| line.ends_with(" total"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

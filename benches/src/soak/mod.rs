//! `bench soak`: very many invocations of all sizes with faults strewn in, and what must hold: none is
//! lost, none is answered twice or wrongly, and memory and file descriptors do not grow.

mod kind;
mod ledger;
mod plan;
mod report;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use fake_runtime_api::Running;
use web_server::{Reply, WebServer};

use crate::peers::{self, root};
use crate::process;
use ledger::Ledger;
use report::Run;
use watch::Usage;

/// Invocations after which everything has been used once, and memory must not grow any more.
const WARM: usize = 10_000;
/// Each worker meets so many events of the largest size first, so that each knows its peak.
const LARGEST_EACH: usize = 4;
/// Without an answer for so long, something is lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// The size in bytes of what the handler's own requests get.
const BODY: usize = 200_000;
/// A run takes a minute or two.
const LIMIT: Duration = Duration::from_mins(10);

/// Soaks `bootstrap` with one worker and with eight, and prints what came of it.
///
/// # Errors
/// What does not hold.
pub(crate) fn soak(bootstrap: &Path, invocations: usize) -> Result<()> {
    let warm = WARM.min(invocations / 2);
    let mut runs = Vec::new();
    for workers in [1, 8] {
        runs.push(run(bootstrap, workers, warm, invocations)?);
    }
    println!("{}", report::table(&runs, warm));
    let problems: Vec<_> = runs.iter().flat_map(report::problems).collect();
    if !problems.is_empty() {
        bail!("the soak failed:\n- {}", problems.join("\n- "));
    }
    println!("\nNothing was lost, nothing was answered twice, and nothing grew.");
    Ok(())
}

fn run(bootstrap: &Path, workers: usize, warm: usize, invocations: usize) -> Result<Run> {
    let api = Running::start(Ledger::new(workers, LARGEST_EACH * workers));
    let log = root().join(format!("target/bench/soak-{workers}.txt"));
    let peer = peers::workers(bootstrap, "soak.handler", workers);
    // Kept connections would be more file descriptors: as many as requests happen to meet.
    let server = WebServer::start(|_| Reply::text(&"x".repeat(BODY)).header("connection", "close").close());
    let mut command = process::command(&[], &peer, api.address(), &log)?;
    command.env("SOAK_URL", server.url());
    let child = command.spawn().with_context(|| format!("{} does not start", bootstrap.display()))?;
    let mut function = Function { child, log };
    let start = Instant::now();
    deliver(&api, warm, &mut function, start)?;
    let before = Usage::of(function.child.id())?;
    deliver(&api, invocations, &mut function, start)?;
    let after = Usage::of(function.child.id())?;
    let seconds = start.elapsed().as_secs_f64();
    let mut ledger = api.director();
    let books = std::mem::replace(&mut *ledger, Ledger::new(workers, 0));
    Ok(Run { workers, seconds, before, after, books })
}

/// Delivers the invocations up to this number and waits until all are answered.
fn deliver(api: &Running<Ledger>, until: usize, function: &mut Function, start: Instant) -> Result<()> {
    api.tell(|ledger| ledger.deliver(until));
    let mut answered = 0;
    let mut progress = Instant::now();
    loop {
        let (ledger, is_idle) = api.wait(Duration::from_millis(500), Ledger::is_idle);
        if is_idle {
            return Ok(());
        }
        if let Some(status) = function.child.try_wait()? {
            bail!("the soak failed: bootstrap ended ({status}) {}", function.last_words(&ledger));
        }
        if ledger.answered > answered {
            (answered, progress) = (ledger.answered, Instant::now());
        }
        if progress.elapsed() > PATIENCE {
            bail!("the soak failed: nothing came for {PATIENCE:?} {}", function.last_words(&ledger));
        }
        if start.elapsed() > LIMIT {
            bail!("the soak failed: it is not done after {LIMIT:?} {}", function.last_words(&ledger));
        }
    }
}

/// The process that is soaked; it ends with this.
struct Function {
    child: Child,
    log: PathBuf,
}

impl Function {
    /// What is known when it does not go on.
    fn last_words(&self, ledger: &Ledger) -> String {
        let unanswered = ledger.unanswered();
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log[log.len().saturating_sub(500)..]).into_owned();
        format!(
            "after {} answers; unanswered: {unanswered:?}; problems: {:?}; the end of {}:\n{log}",
            ledger.answered,
            ledger.problems,
            self.log.display()
        )
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! `bench soak`: very many invocations of all sizes with faults strewn in, and what must hold: none is
//! lost, none is answered twice or wrongly, and memory and file descriptors do not grow.

mod kind;
mod ledger;
mod plan;
mod report;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use fake_runtime_api::Running;
use web_server::{Reply, WebServer};

use crate::peers::{self, root};
use crate::process;
use ledger::Ledger;
use report::Run;
use test_support::cgroup::Cgroup;
use test_support::small_disk::SmallDisk;
use watch::Usage;

/// Invocations after which everything has been used once, and memory must not grow any more.
const WARM: usize = 10_000;
/// Each worker meets so many events of the largest size first, so that each knows its peak.
const LARGEST_EACH: usize = 4;
/// Without an answer for so long, something is lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// The size in bytes of what the handler's own requests get.
const BODY: usize = 200_000;
/// The KB on the disk to which handlers write too much; what they write has more.
const DISK: usize = 64;
/// A run takes a minute or two.
const LIMIT: Duration = Duration::from_mins(10);

/// The memory of the function in the runs with chaos, in MB.
const CHAOS_MEMORY: u64 = 256;
/// How long a process is stopped, as an environment is that Lambda freezes.
const FREEZE: Duration = Duration::from_millis(50);

/// How a run is set up.
#[derive(Clone, Copy)]
pub(super) struct Setup {
    pub(super) workers: usize,
    /// In a control group, stopped and continued (SIGSTOP, SIGCONT) again and again, and with a standard output that
    /// nobody reads.
    pub(super) has_chaos: bool,
    /// With handlers that need more memory than there is. `bench memory` has them with several workers.
    pub(super) has_bombs: bool,
}

const SETUPS: [Setup; 4] = [
    Setup { workers: 1, has_chaos: false, has_bombs: false },
    Setup { workers: 8, has_chaos: false, has_bombs: false },
    Setup { workers: 1, has_chaos: true, has_bombs: true },
    Setup { workers: 8, has_chaos: true, has_bombs: false },
];

/// Soaks `bootstrap` with one worker and with eight, without and with chaos, and prints what came of it.
///
/// # Errors
/// What does not hold.
pub(crate) fn soak(bootstrap: &Path, invocations: usize) -> Result<()> {
    let warm = WARM.min(invocations / 2);
    let mut runs = Vec::new();
    for setup in SETUPS {
        runs.push(run(bootstrap, setup, warm, invocations)?);
    }
    println!("{}", report::table(&runs, warm));
    let problems: Vec<_> = runs.iter().flat_map(report::problems).collect();
    if !problems.is_empty() {
        bail!("the soak failed:\n- {}", problems.join("\n- "));
    }
    println!("\nNothing was lost, nothing was answered twice, and nothing grew.");
    Ok(())
}

fn run(bootstrap: &Path, setup: Setup, warm: usize, invocations: usize) -> Result<Run> {
    let Setup { workers, has_chaos, has_bombs } = setup;
    let api = Running::start(Ledger::new(workers, LARGEST_EACH * workers, has_bombs));
    let log =
        root().join(format!("target/bench/soak-{workers}{}.txt", if has_chaos { "-chaos" } else { "" }));
    let group = has_chaos.then(|| Cgroup::new(CHAOS_MEMORY << 20)).flatten();
    let wrapper = group.as_ref().map(Cgroup::wrapper);
    let wrapper: Vec<_> = wrapper.iter().flatten().map(String::as_str).collect();
    let peer = peers::workers(bootstrap, "soak.handler", workers);
    // Kept connections would be more file descriptors: as many as requests happen to meet.
    let server = WebServer::start(|_| Reply::text(&"x".repeat(BODY)).header("connection", "close").close());
    let mut command = process::command(&wrapper, &peer, api.address(), &log)?;
    let disk = SmallDisk::new(DISK).context("the soak needs a disk that is full: run it as root")?;
    command.env("SOAK_URL", server.url()).env("SOAK_DISK", disk.path());
    if has_chaos {
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", CHAOS_MEMORY.to_string()).stdout(Stdio::piped());
    }
    let mut child = command.spawn().with_context(|| format!("{} does not start", bootstrap.display()))?;
    drop(child.stdout.take());
    let mut function = Function { child, log, is_frozen_at_times: has_chaos };
    let start = Instant::now();
    deliver(&api, warm, &mut function, start)?;
    let before = Usage::of(function.child.id())?;
    deliver(&api, invocations, &mut function, start)?;
    let after = Usage::of(function.child.id())?;
    let seconds = start.elapsed().as_secs_f64();
    let mut ledger = api.director();
    let books = std::mem::replace(&mut *ledger, Ledger::new(workers, 0, false));
    Ok(Run { setup, seconds, before, after, books })
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
        function.freeze()?;
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
    is_frozen_at_times: bool,
}

impl Function {
    /// Stops the process for a while, wherever it is.
    fn freeze(&self) -> Result<()> {
        if !self.is_frozen_at_times {
            return Ok(());
        }
        process::signal(self.child.id(), "STOP")?;
        thread::sleep(FREEZE);
        process::signal(self.child.id(), "CONT")
    }

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

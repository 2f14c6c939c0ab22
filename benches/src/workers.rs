//! Invocations at once: what more workers bring, and how much memory each takes.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::events::event;
use crate::peers;
use crate::process::Process;

/// Numbers of workers, the one that others are compared with first.
const WORKERS: [usize; 3] = [1, 8, 32];
/// Invocations of each worker.
const INVOCATIONS: usize = 200;

const HEADER: &str = "\
| workers | invocations/s | ratio | memory MiB | for each more worker MiB |
|---|---|---|---|---|";

struct Figures {
    workers: f64,
    /// Invocations in a second of a handler that sleeps 10 ms.
    throughput: f64,
    /// MiB in use after these.
    memory: f64,
}

/// A table with one line for each number of workers. It uses all CPUs that this process may use.
pub(crate) fn table(bootstrap: &Path) -> Result<String> {
    let figures = WORKERS.map(|workers| measure(bootstrap, workers));
    let [one, more @ ..] = figures;
    let one = one?;
    let mut lines = vec![HEADER.to_owned()];
    lines.push(format!("| 1 | {:.0} | 1.00 | {:.2} | |", one.throughput, one.memory));
    for figures in more {
        let Figures { workers, throughput, memory } = figures?;
        let ratio = throughput / one.throughput;
        let each = (memory - one.memory) / (workers - one.workers);
        lines.push(format!("| {workers} | {throughput:.0} | {ratio:.2} | {memory:.2} | {each:.2} |"));
    }
    Ok(lines.join("\n"))
}

fn measure(bootstrap: &Path, workers: usize) -> Result<Figures> {
    let peer = peers::workers(bootstrap, "sleep.handler", workers);
    let event = event(100);
    let (mut process, _) = Process::start(&peer, &event)?;
    // Until every worker has begun.
    process.invoke(&event, 20 * workers)?;
    let start = Instant::now();
    process.invoke(&event, INVOCATIONS * workers)?;
    let seconds = start.elapsed().as_secs_f64();
    let [workers, invocations] = [workers, INVOCATIONS * workers].map(number);
    Ok(Figures { workers, throughput: invocations / seconds, memory: process.memory("VmRSS")? })
}

#[expect(clippy::cast_precision_loss, reason = "they are a few thousand")]
fn number(count: usize) -> f64 {
    count as f64
}

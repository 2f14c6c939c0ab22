//! The rounds: each peer in its turn, so that a noisy moment hits them all.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::events::event;
use crate::peers::Peer;
use crate::process::Process;
use crate::{strace, Rounds};

/// The bytes of the events whose warm invocations are measured.
pub(crate) const SIZES: [usize; 3] = [100, 100_000, 1_000_000];

/// What was measured of one peer.
pub(crate) struct Figures {
    pub(crate) peer: Peer,
    /// Milliseconds from the process's start to its first `/next`.
    pub(crate) first_next: f64,
    /// Milliseconds from the process's start to its first answer.
    pub(crate) first_answer: f64,
    /// MiB at the first answer.
    pub(crate) peak_memory: f64,
    /// Microseconds of a warm invocation for each of [`SIZES`].
    pub(crate) warm: [Option<f64>; 3],
    /// System calls of a warm invocation.
    pub(crate) system_calls: Option<f64>,
}

#[derive(Default)]
struct Samples {
    first_next: Vec<f64>,
    first_answer: Vec<f64>,
    peak_memory: Vec<f64>,
    warm: [Vec<f64>; 3],
}

/// Measures all peers; the figures are medians.
pub(crate) fn measure(peers: Vec<Peer>, rounds: &Rounds) -> Result<Vec<Figures>> {
    let mut samples: Vec<Samples> = peers.iter().map(|_| Samples::default()).collect();
    for _ in 0..rounds.starts {
        for (peer, samples) in peers.iter().zip(&mut samples) {
            start(peer, samples).with_context(|| peer.name.clone())?;
        }
    }
    for (place, size) in SIZES.into_iter().enumerate() {
        let event = event(size);
        for _ in 0..rounds.processes {
            for (peer, samples) in peers.iter().zip(&mut samples) {
                if event.len() <= peer.largest_event {
                    let count = rounds.invocations[place].div_ceil(rounds.processes);
                    let times = warm(peer, &event, count.div_ceil(peer.slowness))
                        .with_context(|| peer.name.clone())?;
                    samples.warm[place].extend(times);
                }
            }
        }
    }
    let measured = peers.into_iter().zip(samples);
    measured.map(|(peer, samples)| figures(peer, samples)).collect()
}

fn start(peer: &Peer, samples: &mut Samples) -> Result<()> {
    let event = event(SIZES[0]);
    let (process, times) = Process::start(peer, &event)?;
    times.expect_echo(&event)?;
    samples.first_next.push(process.since_start(times.first_next)?);
    samples.first_answer.push(process.since_start(times.first_answer)?);
    samples.peak_memory.push(process.memory("VmHWM")?);
    Ok(())
}

/// Microseconds of `count` invocations, after some more to get warm.
fn warm(peer: &Peer, event: &str, count: usize) -> Result<Vec<f64>> {
    let (mut process, _) = Process::start(peer, event)?;
    process.invoke(event, count.div_ceil(4))?;
    let times = process.invoke(event, count)?;
    times.expect_echo(event)?;
    let microseconds = |time: &Duration| time.as_secs_f64() * 1e6;
    Ok(times.invocations.iter().map(microseconds).collect())
}

fn figures(peer: Peer, samples: Samples) -> Result<Figures> {
    let system_calls = strace::system_calls(&peer).with_context(|| peer.name.clone())?;
    Ok(Figures {
        peer,
        first_next: median(samples.first_next).context("no starts")?,
        first_answer: median(samples.first_answer).context("no starts")?,
        peak_memory: median(samples.peak_memory).context("no starts")?,
        warm: samples.warm.map(median),
        system_calls,
    })
}

/// The middle one, or the upper one of the two in the middle.
pub(crate) fn median(mut samples: Vec<f64>) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied()
}

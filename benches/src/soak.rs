//! Whether memory grows with the number of invocations.

use anyhow::Result;

use crate::events::event;
use crate::peers::Peer;
use crate::process::Process;

/// Prints the resident memory after a tenth of the invocations (at most
/// 10,000), when everything has been used once, and at the end.
pub(crate) fn soak(peer: &Peer, invocations: usize) -> Result<()> {
    let event = event(100);
    let (mut process, _) = Process::start(peer, &event)?;
    let warm = (invocations / 10).min(10_000);
    process.invoke(&event, warm)?;
    let before = process.memory("VmRSS")?;
    process.invoke(&event, invocations - warm)?;
    let after = process.memory("VmRSS")?;
    println!("VmRSS after {warm} invocations: {before:.2} MiB");
    println!("VmRSS after {invocations} invocations: {after:.2} MiB");
    Ok(())
}

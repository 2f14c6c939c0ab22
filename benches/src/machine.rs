//! What the figures depend on: the machine, and the layers built on it.

use std::fs;
use std::thread;

use anyhow::{Context, Result};
use rustix::thread::{sched_getaffinity, sched_setaffinity, CpuSet};

use crate::peers::root;
use crate::table::megabytes;

/// The processor, its cores and the kernel, in one line.
pub(crate) fn description() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown CPU", |(_, model)| model);
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}

/// Keeps this process and the peers it starts on one CPU: the last of those
/// that it may use, as interrupts are often handled by the first.
///
/// A small function has one CPU's time at most, and what it takes for an idle
/// second CPU to wake up (in a virtual machine, more than the whole
/// invocation) is no property of a runtime.
pub(crate) fn use_one_cpu() -> Result<()> {
    let allowed = sched_getaffinity(None)?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu));
    let mut one = CpuSet::new();
    one.set(last.context("no CPU")?);
    sched_setaffinity(None, &one).context("the process cannot be kept on one CPU")
}

/// The names of the layers' zip files and their sizes in MB.
pub(crate) fn layers() -> Vec<(String, f64)> {
    let files = fs::read_dir(root().join("target/layer"));
    let files = files.into_iter().flatten().flatten();
    let zips = files.filter(|file| file.path().extension().is_some_and(|end| end == "zip"));
    zips.filter_map(|file| {
        let name = file.file_name().to_string_lossy().into_owned();
        Some((name, megabytes(&file.path())?))
    })
    .collect()
}

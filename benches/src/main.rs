//! `bench`: the figures in the README, measured in one run on one machine.
//!
//! It compares `bootstrap` with native Rust, Python, Node and bash, which
//! `setup.sh` installs: `bench starts` only that, `bench workers` measures invocations at once,
//! `bench scripts` compares the speed of scripts in several languages,
//! `bench aws` calls of AWS with those of the AWS SDKs,
//! `bench soak` looks whether it holds out, and `bench memory` what becomes of
//! scripts that need more memory than there is.

mod aws;
mod events;
mod https;
mod long;
mod machine;
mod measure;
mod memory;
mod peers;
mod process;
mod session;
mod soak;
mod speed;
mod strace;
mod table;
mod workers;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

use crate::peers::Peer;
use crate::process::Process;

/// How often things are measured.
pub(crate) struct Rounds {
    /// Starts of each peer.
    starts: usize,
    /// Processes among which the warm invocations are spread.
    processes: usize,
    /// Warm invocations for each of [`measure::SIZES`].
    invocations: [usize; 3],
}

const FULL: Rounds = Rounds { starts: 40, processes: 5, invocations: [10_000, 1000, 200] };

const QUICK: Rounds = Rounds { starts: 5, processes: 2, invocations: [500, 50, 10] };

const USAGE: &str = "\
usage: bench [--quick] [--all-cpus]  compare all runtimes, by default on one CPU
       bench starts [--quick]        only that part of it that is about starts and invocations
       bench workers                 only that part of it that is about several workers
       bench https                   only that part of it that is about the first request over HTTPS
       bench scripts [--quick]       only that part of it that is about the speed of scripts
       bench aws [--quick]           only that part of it that is about calls of AWS
       bench soak [--invocations N]  very many invocations with faults strewn in
       bench memory [--only PART]    scripts that need more memory than there is, or those with PART in their names
All take --bootstrap PATH (default: target/lambda/bootstrap).";

enum Task {
    Compare,
    Starts,
    Workers,
    Https,
    Scripts,
    Aws,
    Soak,
    Memory,
}

struct Options {
    task: Task,
    quick: bool,
    all_cpus: bool,
    bootstrap: PathBuf,
    invocations: usize,
    only: String,
}

impl Options {
    /// Keeps to one CPU from now on, unless all are to be used.
    fn limit_cpus(&self) -> Result<()> {
        if self.all_cpus {
            return Ok(());
        }
        machine::use_one_cpu()
    }
}

fn main() -> Result<()> {
    let options = options(env::args().skip(1))?;
    println!("{}\n", machine::description());
    // Peers start here: to start one elsewhere, this process would be forked, which takes as long as many a peer's start.
    env::set_current_dir(peers::task_root())?;
    match options.task {
        Task::Compare => compare(&options),
        Task::Starts => print_starts(&options),
        Task::Workers => print_workers(&options.bootstrap),
        Task::Https => print_https(&options.bootstrap),
        Task::Scripts => print_scripts(&options),
        Task::Aws => print_aws(&options),
        Task::Soak => soak::soak(&options.bootstrap, options.invocations),
        Task::Memory => memory::memory(&options.bootstrap, &options.only),
    }
}

fn print_workers(bootstrap: &Path) -> Result<()> {
    println!("{}\n", workers::table(bootstrap)?);
    println!("The handler sleeps 10 ms. On all CPUs.\n");
    Ok(())
}

fn print_https(bootstrap: &Path) -> Result<()> {
    println!("{}\n", https::table(bootstrap)?);
    println!("Of a process, to a local server. On all CPUs.\n");
    Ok(())
}

fn print_scripts(options: &Options) -> Result<()> {
    options.limit_cpus()?;
    let rounds = if options.quick { speed::QUICK } else { speed::FULL };
    speed::print(&options.bootstrap, &rounds)
}

fn print_aws(options: &Options) -> Result<()> {
    aws::print(&options.bootstrap, if options.quick { &aws::QUICK } else { &aws::FULL })
}

fn compare(options: &Options) -> Result<()> {
    print_workers(&options.bootstrap)?;
    print_https(&options.bootstrap)?;
    print_aws(options)?;
    println!();
    print_scripts(options)?;
    println!();
    print_starts(options)
}

fn print_starts(options: &Options) -> Result<()> {
    options.limit_cpus()?;
    let rounds = if options.quick { QUICK } else { FULL };
    let peers = usable(peers::all(&options.bootstrap));
    let long = long::peer(&options.bootstrap)?;
    let figures = measure::measure(peers.into_iter().chain([long]).collect(), &rounds)?;
    println!("{}\n", table::table(&figures));
    print_notes(&figures, &rounds, options.all_cpus);
    Ok(())
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options {
        task: Task::Compare,
        quick: false,
        all_cpus: false,
        bootstrap: peers::root().join("target/lambda/bootstrap"),
        invocations: 200_000,
        only: String::new(),
    };
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} wants a value"));
        match arg.as_str() {
            "starts" => options.task = Task::Starts,
            "workers" => options.task = Task::Workers,
            "https" => options.task = Task::Https,
            "aws" => options.task = Task::Aws,
            "scripts" => options.task = Task::Scripts,
            "soak" => options.task = Task::Soak,
            "memory" => options.task = Task::Memory,
            "--quick" => options.quick = true,
            "--all-cpus" => options.all_cpus = true,
            "--bootstrap" => options.bootstrap = env::current_dir()?.join(value()?),
            "--only" => options.only = value()?,
            "--invocations" => options.invocations = value()?.parse().context("--invocations")?,
            _ => bail!("no such option: {arg}\n{USAGE}"),
        }
    }
    Ok(options)
}

/// Those that start and answer; says of the others why they don't.
fn usable(peers: Vec<Peer>) -> Vec<Peer> {
    let mut usable = Vec::new();
    for peer in peers {
        let event = events::event(100);
        match Process::start(&peer, &event).and_then(|(_, times)| times.expect_echo(&event)) {
            Ok(()) => usable.push(peer),
            Err(error) => println!("Skipped: {}: {error:#}\n", peer.name),
        }
    }
    usable
}

fn print_notes(figures: &[measure::Figures], rounds: &Rounds, all_cpus: bool) {
    let [small, medium, large] = rounds.invocations;
    let cpus = if all_cpus { "on all CPUs" } else { "on one CPU" };
    println!(
        "All {cpus}. Medians of {} starts, and of {small}, {medium} and {large} warm invocations in {} processes.",
        rounds.starts, rounds.processes
    );
    for figures in figures.iter().filter(|figures| figures.peer.slowness > 1) {
        let Peer { name, slowness, .. } = &figures.peer;
        println!("{name}: 1/{slowness} of the invocations; the memory is the shell's alone.");
    }
    if let Some(base) = figures.first() {
        println!("In brackets: ratios to {}.", base.peer.name);
    }
    if !strace::is_usable() {
        println!("System calls: skipped, strace is not usable here.");
    }
    for (layer, size) in machine::layers() {
        println!("{layer}: {size:.2} MB");
    }
}

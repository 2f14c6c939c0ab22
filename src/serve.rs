//! How many workers serve the function: one; or on Managed Instances, where invocations run at once,
//! as many as Lambda says.

use crate::memory;
use crate::restart;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::stack;
use crate::worker::Worker;
use anyhow::{anyhow, Context as _, Error, Result};
use std::convert::Infallible;
use std::sync::mpsc::{channel, Sender};
use std::thread;

/// Serves the function until the environment ends.
///
/// # Errors
/// Why the process must exit.
pub fn serve(settings: &Settings) -> Result<Infallible> {
    let allowed = memory::limit(settings);
    let shutdown = Shutdown::watch().context("cannot handle SIGTERM")?;
    if let Some(count) = settings.concurrency {
        return serve_concurrently(settings, shutdown, count.get());
    }
    if let Some(allowed) = allowed {
        restart::watch(&settings.runtime_api, allowed);
    }
    stack::with_large(|| Worker::start(settings, shutdown, true)?.run())?
}

/// The workers share nothing. The first is ready before the others begin, so that they don't delay
/// it; the end of one does not end another.
fn serve_concurrently(settings: &Settings, shutdown: Shutdown, count: usize) -> Result<Infallible> {
    thread::scope(|scope| {
        let (sender, messages) = channel();
        let spawn = |number: usize| {
            let sender = sender.clone();
            let worker = thread::Builder::new().name(format!("worker-{number}")).stack_size(stack::SIZE);
            let spawned = worker.spawn_scoped(scope, move || work(settings, shutdown, number, &sender));
            spawned.map(drop).context("not enough memory for the stack of another worker")
        };
        spawn(1)?;
        let mut running = 1;
        loop {
            match messages.recv().context("a worker panicked")? {
                Message::Ready => {
                    for number in 2..=count {
                        match spawn(number) {
                            Ok(()) => running += 1,
                            Err(error) => log::error!("worker {number}: {error:#}"),
                        }
                    }
                }
                Message::Ended(number, error) => {
                    running -= 1;
                    if running == 0 {
                        return Err(error);
                    }
                    log::error!("worker {number} ended, {running} continue: {error:#}");
                }
            }
        }
    })
}

/// What a worker tells.
enum Message {
    /// The first one is initialised.
    Ready,
    /// The worker of this number ended, and why.
    Ended(usize, Error),
}

fn work(settings: &Settings, shutdown: Shutdown, number: usize, messages: &Sender<Message>) {
    let is_first = number == 1;
    let work = || -> Result<Infallible> {
        let worker = Worker::start(settings, shutdown, is_first)?;
        if is_first {
            messages.send(Message::Ready)?;
        }
        worker.run()
    };
    // A panic here is a fault of ours: those of scripts are caught where they are called.
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let Err(error) = ended.unwrap_or_else(|_| Err(anyhow!("the runtime panicked")));
    let _ = messages.send(Message::Ended(number, error));
}

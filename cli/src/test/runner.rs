//! Runs tests, several at the same time.

use super::args::Request;
use super::file::{File, Test};
use super::lines::{self, Lines};
use super::names::{AFTER, BEFORE};
use super::state::{self, State};
use super::{output, world};
use anyhow::{Context as _, Result};
use net::Until;
use rhambda::failure::Failure;
use rhambda::script::{Environment, Suite};
use rhambda::stack;
use rhambda::world::World;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A thread compiles a file once for each batch of its tests: at least so many are in one.
const BATCH: usize = 64;

/// The result of a test.
pub(super) struct Outcome {
    /// The file, by its number.
    pub(super) file: usize,
    pub(super) name: String,
    pub(super) time: Duration,
    /// Why it failed.
    pub(super) failure: Option<Failed>,
    /// What it printed and logged.
    pub(super) output: String,
}

/// Why a test failed.
pub(super) struct Failed {
    pub(super) failure: Failure,
    /// The case of `test::cases`.
    pub(super) case: Option<String>,
    /// The error of a handler, as its log shows it.
    pub(super) handler: Option<String>,
}

/// Some tests of a file.
struct Batch {
    file: usize,
    tests: Vec<Test>,
}

/// Runs all tests. Their results are in the order of the files.
///
/// # Errors
/// When there is no memory for a thread.
pub(super) fn run(request: &Request, files: &[File]) -> Result<(Vec<Outcome>, Lines)> {
    let batches = batches(request, files);
    let next = AtomicUsize::new(0);
    let work = || {
        let world = world::new(request.coverage.is_some());
        let mut outcomes = Vec::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            run_batch(request, &world, files, batch, &mut outcomes);
        }
        (outcomes, lines::take())
    };
    let mut outcomes = Vec::new();
    let mut lines = Lines::default();
    thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(stack::SIZE).spawn_scoped(scope, work);
        let workers: Vec<_> = (0..request.jobs.min(batches.len())).map(spawn).collect();
        for worker in workers {
            let worker = worker
                .context("not enough memory for a thread that runs tests; pass a smaller number to --jobs")?;
            let (some, reached) = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            outcomes.extend(some);
            lines.merge(reached);
        }
        anyhow::Ok(())
    })?;
    outcomes.sort_by_key(|outcome: &Outcome| outcome.file);
    Ok((outcomes, lines))
}

/// The tests in their order, or in a random one.
fn batches(request: &Request, files: &[File]) -> Vec<Batch> {
    let mut batches = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let mut tests = file.tests.as_ref().cloned().unwrap_or_default();
        if let Some(seed) = request.seed {
            shuffle(&mut tests, seed ^ number as u64);
        }
        let size = tests.len().div_ceil(request.jobs).max(BATCH);
        batches.extend(tests.chunks(size).map(|tests| Batch { file: number, tests: tests.to_vec() }));
    }
    if let Some(seed) = request.seed {
        shuffle(&mut batches, seed);
    }
    batches
}

/// Fisher and Yates's shuffle, with the numbers of a linear congruential generator.
fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for last in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = usize::try_from(seed >> 33).unwrap_or_default();
        items.swap(last, random % (last + 1));
    }
}

fn run_batch(
    request: &Request,
    world: &Rc<dyn World>,
    files: &[File],
    batch: &Batch,
    outcomes: &mut Vec<Outcome>,
) {
    let file = &files[batch.file];
    match file.load(Rc::clone(world)) {
        Ok(mut suite) => {
            for test in &batch.tests {
                let outcome = run_test(request, world, file, &mut suite, test);
                outcomes.push(Outcome { file: batch.file, ..outcome });
            }
        }
        // It could be read a moment before.
        Err(failure) => outcomes.push(Outcome {
            file: batch.file,
            name: batch.tests.first().map(|test| test.name.clone()).unwrap_or_default(),
            time: Duration::ZERO,
            failure: Some(Failed { failure, case: None, handler: None }),
            output: String::new(),
        }),
    }
}

/// Runs a test in a fresh environment.
fn run_test(
    request: &Request,
    world: &Rc<dyn World>,
    file: &File,
    suite: &mut Suite,
    test: &Test,
) -> Outcome {
    let began = Instant::now();
    let until = Until::NEVER.by(Some(began + request.timeout));
    state::begin(State {
        function: Some(Rc::new((*file.function).clone())),
        world: Some(Rc::clone(world)),
        until,
        allows_network: request.allow_network,
        ..State::default()
    });
    output::take();
    let result = suite.environment(until).and_then(|environment| {
        let result = call_before(file, environment, until)
            .and_then(|()| environment.call(&test.function, Vec::new(), until).map(drop));
        // Also after a test that was stopped, for as long as a test may take.
        let until = Until::NEVER.by(Some(Instant::now() + request.timeout));
        let after =
            if file.has_after { environment.call(AFTER, Vec::new(), until).map(drop) } else { Ok(()) };
        result.and(after)
    });
    let time = began.elapsed();
    let ended = state::end();
    let failure = failed(result, &ended, request.timeout);
    Outcome { file: 0, name: test.name.clone(), time, failure, output: output::take() }
}

fn call_before(file: &File, environment: &Environment, until: Until) -> std::result::Result<(), Failure> {
    if file.has_before {
        environment.call(BEFORE, Vec::new(), until)?;
    }
    Ok(())
}

/// Why a test failed, if it did.
fn failed(result: std::result::Result<(), Failure>, ended: &State, timeout: Duration) -> Option<Failed> {
    let violation = ended.violations.first();
    let mut failure = match (result, violation) {
        (Ok(()), None) => return None,
        (Ok(()), Some(violation)) => Failure::new(state::UNEXPECTED, violation.clone()),
        (Err(failure), Some(violation)) if !failure.message.contains(violation.as_str()) => {
            let message = format!("{}\n{violation}", failure.message);
            let drawing = failure.drawing.as_ref().map(|drawing| format!("{drawing}\n{violation}").into());
            Failure { message, drawing, ..failure }
        }
        (Err(failure), _) => failure,
    };
    let handler =
        ended.handler_error.as_ref().filter(|(message, _)| failure.message.contains(message.as_str()));
    let handler = handler.map(|(_, shown)| shown.clone());
    if failure.error_type == "Runtime.Timeout" && handler.is_none() {
        let said = std::mem::take(&mut failure.message);
        failure.message =
            format!("the test ran longer than {timeout:?}. Raise --timeout, or do less at this place");
        failure.drawing = failure.drawing.map(|drawing| drawing.replace(&said, &failure.message).into());
    }
    Some(Failed { failure, case: ended.case.clone(), handler })
}

//! `rhambda test`: runs the tests of scripts.
//!
//! A thread runs the tests of a file one after the other, each in a machine of its own with the state of its own
//! ([`state`]). Scripts that a test imports run in the test's machine; handlers that it invokes run in one of theirs, on
//! the same thread, so that closures of mocks can be called from there.

mod args;
mod assertions;
mod coverage;
mod diff;
mod discover;
mod environment;
mod examples;
mod file;
mod invoke;
mod lines;
mod mock;
mod modules;
mod names;
mod output;
mod report;
mod runner;
mod state;
mod watch;
mod world;

pub(crate) use args::{Arguments, Request};
pub(crate) use names::is_test;

use crate::dap::debuggee;
use crate::stdout;
use crate::visible::tell;
use anyhow::{Context as _, Result};
use args::{Coverage, Format};
use file::File;
use lines::Lines;
use report::Results;
use rhambda::stack;
use rhambda_analysis::Tests;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;

/// What `rhambda check` must know of tests.
pub(crate) fn for_check() -> Tests {
    Tests { chapters: &modules::CHAPTERS, library: Some(modules::library()), is_test: Some(is_test) }
}

/// Runs tests, and reports their results.
///
/// # Errors
/// When files cannot be read, a `rhambda.toml` is invalid, or a report cannot be written.
pub(crate) fn test(request: &Request) -> Result<ExitCode> {
    debuggee::attach(state::path_of)?;
    output::keep();
    loop {
        let before = request.watch.then(|| watch::Snapshot::of(&request.dir));
        let result = stack::with_large(|| run(request)).and_then(|result| result);
        let Some(before) = before else {
            return result;
        };
        if let Err(error) = result {
            tell(&format!("rhambda: {error:#}"));
        }
        tell("rhambda: waiting for changes; press Ctrl-C to end");
        before.wait_for_change(&request.dir);
    }
}

/// Runs the tests once.
fn run(request: &Request) -> Result<ExitCode> {
    let began = Instant::now();
    let files = discover::files(&request.dir, &request.filter, request.doc)?;
    let (outcomes, lines) = runner::run(request, &files)?;
    let results = Results {
        files: &files,
        outcomes: &outcomes,
        time: began.elapsed(),
        seed: request.seed,
        shows_output: request.show_output,
    };
    stdout::print(&match request.format {
        Format::Text => report::text(&results),
        Format::Junit => report::junit(&results),
        Format::Json => report::json(&results)?,
    })?;
    if let Some(form) = request.coverage {
        report_coverage(request, form, &files, lines)?;
    }
    let is_empty = outcomes.is_empty() && results.invalid().next().is_none();
    if is_empty {
        let (what, how) = if request.doc {
            ("examples", "write blocks that begin with ```rhai in comments that begin with ///")
        } else {
            ("tests", "write functions named test_… in files named ….test.rhai")
        };
        let dir = request.dir.display();
        tell(&match &*request.filter {
            [] => format!("rhambda: no {what} found in {dir}: {how}"),
            filter => format!("rhambda: no {what} found in {dir} whose name contains {}", quoted(filter)),
        });
    }
    let has_failed = results.failed().next().is_some() || results.invalid().next().is_some();
    Ok(if is_empty || has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `"a" or "b"`
fn quoted(filter: &[String]) -> String {
    filter.iter().map(|filter| format!("{filter:?}")).collect::<Vec<_>>().join(" or ")
}

fn report_coverage(request: &Request, form: Coverage, files: &[File], lines: Lines) -> Result<()> {
    let mut functions: Vec<_> = files.iter().map(|file| &*file.function).collect();
    functions.sort_by(|a, b| a.folder.cmp(&b.folder));
    functions.dedup();
    let scripts = coverage::scripts_of(lines, &functions)?;
    let (report, file) = match form {
        Coverage::Text => (coverage::text(&scripts), None),
        Coverage::Lcov => (coverage::lcov(&scripts), Some("lcov.info")),
        Coverage::Html => (coverage::html(&scripts), Some("coverage.html")),
    };
    let file = request.coverage_output.clone().or_else(|| file.map(Into::into));
    match file {
        Some(file) => {
            fs::write(&file, report).with_context(|| format!("{} cannot be written", file.display()))
        }
        // Results for programs stay what they are.
        None if request.format == Format::Text => Ok(stdout::print(&format!("\n{report}"))?),
        None => {
            tell(&report);
            Ok(())
        }
    }
}

//! Results, for people and programs.

mod json;
mod junit;
mod text;

pub(super) use json::report as json;
pub(super) use junit::report as junit;
pub(super) use text::report as text;

use super::file::File;
use super::runner::{Failed, Outcome};
use rhambda::failure::Failure;
use std::time::Duration;

/// All results of a run.
pub(super) struct Results<'a> {
    pub(super) files: &'a [File],
    pub(super) outcomes: &'a [Outcome],
    pub(super) time: Duration,
    pub(super) seed: Option<u64>,
    pub(super) shows_output: bool,
}

impl<'a> Results<'a> {
    /// The files that cannot be run, and why.
    pub(super) fn invalid(&self) -> impl Iterator<Item = (&'a File, &'a Failure)> {
        self.files.iter().filter_map(|file| Some((file, file.tests.as_ref().err()?)))
    }

    /// The tests that failed.
    pub(super) fn failed(&self) -> impl Iterator<Item = (&'a Outcome, &'a Failed)> {
        self.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.failure.as_ref()?)))
    }

    pub(super) fn file(&self, outcome: &Outcome) -> &'a str {
        &self.files[outcome.file].shown
    }
}

/// What a failure says, for people: the source line, the differences and the case.
fn explain(failed: &Failed) -> String {
    let Failed { failure, case, handler } = failed;
    let mut shown = match &failure.drawing {
        Some(drawing) => drawing.to_string(),
        None => failure.to_string(),
    };
    let mut add = |line: &str| {
        shown.push('\n');
        shown.push_str(line);
    };
    if failure.stack.len() > 1 {
        failure.stack_trace().iter().for_each(|line| add(&format!("    {line}")));
    }
    if let Some(case) = case {
        add(&format!("  case {case}"));
    }
    match failure.data.as_ref().map(|data| (data.get("expected"), data.get("actual"))) {
        Some((Some(expected), Some(actual))) => {
            let lines = [expected, actual].map(one_line);
            add(&format!("  expected: {}", lines[0]));
            add(&format!("    actual: {}", lines[1]));
            let is_whole = !expected.is_object()
                && !expected.is_array()
                && !expected.to_string().contains("\\n")
                && !lines.iter().any(|line| line.ends_with('…'));
            if !is_whole {
                for line in super::diff::differences(expected, actual) {
                    add(&format!("  {line}"));
                }
            }
        }
        Some((_, Some(actual))) => add(&format!("    actual: {}", one_line(actual))),
        _ => {}
    }
    if let Some(handler) = handler {
        add("  in the handler:");
        handler.lines().for_each(|line| add(&format!("    {line}")));
    }
    shown
}

fn one_line(value: &serde_json::Value) -> String {
    const LONGEST: usize = 500;
    let text = value.to_string();
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short + "…"
    } else {
        text
    }
}

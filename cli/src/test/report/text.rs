//! Results for people.

use super::{explain, Results};
use crate::visible::escaped;
use std::fmt::Write as _;
use std::time::Duration;

/// Tests that take longer are listed.
const SLOW: Duration = Duration::from_millis(500);

pub(in crate::test) fn report(results: &Results<'_>) -> String {
    escaped(&all(results)).into_owned()
}

fn all(results: &Results<'_>) -> String {
    let mut text = String::new();
    for (number, file) in results.files.iter().enumerate() {
        let of_file = results.outcomes.iter().filter(|outcome| outcome.file == number);
        let (mut passed, mut failed, mut time) = (0, 0, Duration::ZERO);
        for outcome in of_file {
            time += outcome.time;
            if outcome.failure.is_none() {
                passed += 1;
            } else {
                failed += 1;
            }
        }
        let result = match (failed, file.tests.is_err()) {
            (_, true) => "invalid".to_owned(),
            (0, _) if passed == 0 => continue,
            (0, _) => format!("{passed} passed"),
            _ => format!("{passed} passed, {failed} failed"),
        };
        let _ = writeln!(text, "{}: {result} ({})", file.shown, shown(time));
    }
    for (file, failure) in results.invalid() {
        let _ = write!(
            text,
            "\nINVALID {}\n{}\n",
            file.shown,
            failure.drawing.as_deref().unwrap_or(&failure.to_string())
        );
    }
    for (outcome, failed) in results.failed() {
        let _ = write!(text, "\nFAILED {}::{}\n{}\n", results.file(outcome), outcome.name, explain(failed));
        push_output(&mut text, &outcome.output);
    }
    for outcome in results.outcomes.iter().filter(|outcome| outcome.failure.is_none()) {
        if results.shows_output && !outcome.output.is_empty() {
            let _ = writeln!(text, "\n{}::{}", results.file(outcome), outcome.name);
            push_output(&mut text, &outcome.output);
        }
    }
    let slow: Vec<_> = results.outcomes.iter().filter(|outcome| outcome.time > SLOW).collect();
    for outcome in slow {
        let _ = writeln!(text, "slow: {}::{} ({})", results.file(outcome), outcome.name, shown(outcome.time));
    }
    text.push_str(&summary(results));
    text
}

fn push_output(text: &mut String, output: &str) {
    if !output.is_empty() {
        text.push_str("  output:\n");
        output.lines().for_each(|line| {
            let _ = writeln!(text, "    {line}");
        });
    }
}

/// The last line.
fn summary(results: &Results<'_>) -> String {
    let failed = results.failed().count();
    let passed = results.outcomes.len() - failed;
    let invalid = results.invalid().count();
    let mut text = format!("\n{passed} passed, {failed} failed");
    if invalid > 0 {
        let _ = write!(text, ", {invalid} invalid {}", if invalid == 1 { "file" } else { "files" });
    }
    let _ = write!(text, " in {}", shown(results.time));
    if let Some(seed) = results.seed {
        let _ = write!(text, " (repeat this order with --seed {seed})");
    }
    text + "\n"
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds => format!("{:.1} ms", seconds * 1000.0),
    }
}

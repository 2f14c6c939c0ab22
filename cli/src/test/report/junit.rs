//! Results in the XML of `JUnit`, as Jenkins and GitLab read it.

use super::{explain, Results};
use std::fmt::Write as _;
use std::time::Duration;

pub(in crate::test) fn report(results: &Results<'_>) -> String {
    let failures = results.failed().count();
    let errors = results.invalid().count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" \
         time=\"{}\">\n",
        results.outcomes.len() + errors,
        seconds(results.time)
    );
    for (number, file) in results.files.iter().enumerate() {
        let outcomes: Vec<_> = results.outcomes.iter().filter(|outcome| outcome.file == number).collect();
        let name = escaped(&file.shown);
        let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
        let time: Duration = outcomes.iter().map(|outcome| outcome.time).sum();
        let invalid = file.tests.as_ref().err();
        let errors = usize::from(invalid.is_some());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{}\">",
            outcomes.len() + errors,
            seconds(time)
        );
        if let Some(failure) = invalid {
            let (message, text) = (escaped(&failure.message), escaped(&failure.to_text()));
            let _ = writeln!(
                xml,
                "    <testcase classname=\"{name}\" name=\"load\"><error type=\"{}\" message=\"{message}\">{text}</error></testcase>",
                escaped(&failure.error_type)
            );
        }
        for outcome in outcomes {
            let _ = write!(
                xml,
                "    <testcase classname=\"{name}\" name=\"{}\" time=\"{}\">",
                escaped(&outcome.name),
                seconds(outcome.time)
            );
            if let Some(failed) = &outcome.failure {
                let failure = &failed.failure;
                let _ = write!(
                    xml,
                    "<failure type=\"{}\" message=\"{}\">{}</failure>",
                    escaped(&failure.error_type),
                    escaped(&failure.message),
                    escaped(&explain(failed))
                );
            }
            if !outcome.output.is_empty() {
                let _ = write!(xml, "<system-out>{}</system-out>", escaped(&outcome.output));
            }
            xml.push_str("</testcase>\n");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml + "</testsuites>\n"
}

fn seconds(time: Duration) -> String {
    format!("{:.6}", time.as_secs_f64())
}

/// A text for XML, without the characters that XML cannot have.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

//! Results as an object.

use super::Results;
use anyhow::Result;
use serde_json::json;

pub(in crate::test) fn report(results: &Results<'_>) -> Result<String> {
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let tests = results.outcomes.iter().map(|outcome| {
        let error = outcome.failure.as_ref().map(|failed| {
            let mut error = failed.failure.to_map();
            error.insert("case".into(), failed.case.clone().into());
            error.insert("text".into(), super::explain(failed).into());
            error
        });
        json!({
            "file": results.file(outcome),
            "name": outcome.name,
            "status": if error.is_none() { "passed" } else { "failed" },
            "time_ms": milliseconds(outcome.time),
            "error": error,
            "output": outcome.output,
        })
    });
    let invalid =
        results.invalid().map(|(file, failure)| json!({ "file": file.shown, "error": failure.to_map() }));
    let failed = results.failed().count();
    let report = json!({
        "passed": results.outcomes.len() - failed,
        "failed": failed,
        "time_ms": milliseconds(results.time),
        "seed": results.seed,
        "tests": tests.collect::<Vec<_>>(),
        "invalid": invalid.collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

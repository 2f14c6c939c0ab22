//! "Script speed": the same handlers in Rhai, Python and JavaScript.

mod events;
mod runners;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::peers::root;
use crate::speed::runners::{Run, Runner};
use crate::table::rounded;

/// How often a handler is measured.
pub(crate) struct Rounds {
    /// Processes of each runner for each script.
    processes: usize,
    /// How long each process repeats its runs.
    time: Duration,
}

pub(crate) const FULL: Rounds = Rounds { processes: 3, time: Duration::from_millis(300) };

pub(crate) const QUICK: Rounds = Rounds { processes: 1, time: Duration::from_millis(100) };

/// The milliseconds of one script's fastest run, for each runner.
struct Row {
    script: &'static str,
    times: Vec<f64>,
}

/// Measures every script with every runner that works here.
pub(crate) fn print(bootstrap: &Path, rounds: &Rounds) -> Result<()> {
    let folder = root().join("target/bench/events");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let mut events = Vec::new();
    for (script, event) in events::all() {
        let path = folder.join(format!("{script}.json"));
        fs::write(&path, event.to_string()).with_context(|| path.display().to_string())?;
        events.push((script, path));
    }
    let runners = usable(runners::all(bootstrap), &events);
    let rows: Vec<Row> = events
        .iter()
        .map(|(script, event)| row(script, event, &runners, rounds).with_context(|| (*script).to_owned()))
        .collect::<Result<_>>()?;
    println!("{}\n", table(&runners, &rows));
    let (processes, time) = (rounds.processes, rounds.time.as_millis());
    println!(
        "The fastest run within {processes} × {time} ms. A run decodes the event, calls the handler and encodes its result."
    );
    println!("Rhambda's runs are invocations: they include the Runtime API's two requests.");
    println!("In brackets: Rhambda's time divided by this one; below 1, Rhambda is faster.");
    Ok(())
}

/// The runners that run the first script; says why the others don't.
fn usable(runners: Vec<Runner>, events: &[(&str, PathBuf)]) -> Vec<Runner> {
    let works = |runner: &Runner| {
        let result = events.first().map(|(script, event)| runner.run(script, event, Duration::ZERO));
        if let Some(Err(error)) = &result {
            println!("Skipped: {}: {error:#}\n", runner.name);
        }
        matches!(result, Some(Ok(_)))
    };
    runners.into_iter().filter(works).collect()
}

/// Measures one script, with each runner in turn, so that a noisy moment hits them all.
fn row(script: &'static str, event: &Path, runners: &[Runner], rounds: &Rounds) -> Result<Row> {
    let mut times = vec![f64::MAX; runners.len()];
    let mut expected = None;
    for _ in 0..rounds.processes {
        for (runner, least) in runners.iter().zip(&mut times) {
            let Run { milliseconds, response } =
                runner.run(script, event, rounds.time).with_context(|| runner.name.clone())?;
            *least = least.min(milliseconds);
            let expected = expected.get_or_insert_with(|| response.clone());
            ensure!(
                alike(&response, expected),
                "{} returns {response}, and {} returns {expected}",
                runner.name,
                runners[0].name,
            );
        }
    }
    Ok(Row { script, times })
}

/// Whether two responses mean the same: JavaScript writes 1.0 as 1.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        _ => a == b,
    }
}

/// One line for each script, and the geometric means of the ratios.
fn table(runners: &[Runner], rows: &[Row]) -> String {
    let names: Vec<&str> = runners.iter().map(|runner| runner.name.as_str()).collect();
    let mut lines =
        vec![format!("| ms | {} |", names.join(" | ")), format!("|---|{}", "---|".repeat(runners.len()))];
    for Row { script, times } in rows {
        let cells: Vec<String> = times.iter().map(|time| cell(*time, times[0])).collect();
        lines.push(format!("| {script} | {} |", cells.join(" | ")));
    }
    let means: Vec<String> =
        (0..runners.len()).map(|column| format!("{:.2}", mean_ratio(rows, column))).collect();
    lines.push(format!("| geometric mean of the ratios | {} |", means.join(" | ")));
    lines.join("\n")
}

fn cell(time: f64, rhambda: f64) -> String {
    format!("{} ({:.2})", rounded(time), rhambda / time)
}

/// The geometric mean of Rhambda's times, each divided by that of the runner in this column.
#[expect(clippy::cast_precision_loss, reason = "there are a few scripts")]
fn mean_ratio(rows: &[Row], column: usize) -> f64 {
    let logarithms = rows.iter().map(|Row { times, .. }| (times[0] / times[column]).ln());
    (logarithms.sum::<f64>() / rows.len() as f64).exp()
}

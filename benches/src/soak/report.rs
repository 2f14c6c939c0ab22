//! What came of a soak: the table, and what must not have happened.

use std::collections::BTreeSet;

use super::ledger::Ledger;
use super::watch::Usage;
use super::Setup;
use crate::table::grouped;

/// One run: all invocations, with so many workers.
pub(super) struct Run {
    pub(super) setup: Setup,
    pub(super) seconds: f64,
    pub(super) before: Usage,
    pub(super) after: Usage,
    pub(super) books: Ledger,
}

/// A column for each run; `warm` is the number of the invocations before `Run::before`.
pub(super) fn table(runs: &[Run], warm: usize) -> String {
    let mut lines = Vec::new();
    let warm = grouped(warm);
    let mut line = |name: &str, cell: &dyn Fn(&Run) -> String| {
        let cells: Vec<_> = runs.iter().map(cell).collect();
        lines.push(format!("| {name} | {} |", cells.join(" | ")));
    };
    let change = |before: f64, after: f64| format!("{before:.2} → {after:.2}");
    line("", &|run| name(run.setup));
    line("---", &|_| "---:".to_owned());
    line("invocations, each answered once", &|run| grouped(run.books.answered));
    line("seconds", &|run| format!("{:.0}", run.seconds));
    line("MB in their answers", &|run| grouped(run.books.bytes / 1_000_000));
    line("lost", &|run| run.books.unanswered().len().to_string());
    line("answered twice", &|run| run.books.problems.twice.to_string());
    line("answered wrongly, or against the protocol", &|run| run.books.problems.others.to_string());
    line(&format!("VmRSS MiB after {warm} → at the end"), &|run| {
        change(run.before.resident, run.after.resident)
    });
    line(&format!("VmHWM MiB after {warm} → at the end"), &|run| change(run.before.peak, run.after.peak));
    line(&format!("file descriptors after {warm} → at the end"), &|run| {
        format!("{} → {}", run.before.descriptors, run.after.descriptors)
    });
    let kinds = runs.iter().flat_map(|run| run.books.counts.keys());
    for kind in kinds.collect::<BTreeSet<_>>() {
        line(&kind.name(), &|run| grouped(run.books.counts.get(kind).copied().unwrap_or(0)));
    }
    lines.join("\n")
}

/// What must not have happened in a run.
pub(super) fn problems(run: &Run) -> Vec<String> {
    let mut problems = run.books.problems.texts.clone();
    let growth = run.after.growth_since(&run.before);
    // What uses up all memory sets the peak; the control group says whether it is kept.
    problems
        .extend(growth.into_iter().filter(|problem| !(run.setup.has_chaos && problem.starts_with("VmHWM"))));
    let with = |problem: String| format!("with {}: {problem}", name(run.setup));
    problems.into_iter().map(with).collect()
}

fn name(setup: Setup) -> String {
    let workers = match setup.workers {
        1 => "1 worker".to_owned(),
        workers => format!("{workers} workers"),
    };
    if setup.has_chaos {
        format!("{workers}, chaos")
    } else {
        workers
    }
}

//! What becomes of a bomb.

use std::collections::BTreeMap;

/// What becomes of a bomb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The event gets an error, and all others are served by the same process.
    Error(String),
    /// The same, but the runtime began again within its process.
    BeganAgain,
    /// The process was ended.
    Killed,
    /// The process stayed, but an event got the wrong response or none.
    Harmed(String),
    /// The bomb was stopped at its deadline, or did not end at all.
    TooSlow,
    /// There was enough memory for it.
    Finished,
}

impl Outcome {
    /// Of an event that got this error.
    pub(super) fn of_error(error_type: &str, message: &str) -> Self {
        match error_type {
            "Runtime.OutOfMemory" if message.contains("starts again") => Self::BeganAgain,
            "Runtime.Timeout" => Self::TooSlow,
            other => Self::Error(other.to_owned()),
        }
    }

    /// Whether the environment is as good as before.
    fn is_good(&self) -> bool {
        matches!(self, Self::Error(_) | Self::BeganAgain | Self::Finished)
    }
}

/// The outcomes of all bombs, with their names.
pub(super) struct Column {
    pub(super) title: String,
    pub(super) outcomes: Vec<(String, Outcome)>,
}

impl Column {
    fn count(&self, is_meant: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| is_meant(outcome)).count()
    }

    fn line(&self) -> String {
        let errors = self.count(|outcome| matches!(outcome, Outcome::Error(_) | Outcome::BeganAgain));
        let tried = self.outcomes.len() - self.count(|outcome| *outcome == Outcome::Finished);
        let cells = [
            self.title.clone(),
            tried.to_string(),
            format!("{errors} ({} %)", (errors * 100).checked_div(tried).unwrap_or(0)),
            self.count(|outcome| *outcome == Outcome::BeganAgain).to_string(),
            self.count(|outcome| *outcome == Outcome::Killed).to_string(),
            self.count(|outcome| matches!(outcome, Outcome::Harmed(_) | Outcome::TooSlow)).to_string(),
        ];
        format!("| {} |", cells.join(" | "))
    }
}

/// The table: a line for each runtime and size.
pub(super) fn table(columns: &[Column]) -> String {
    let mut lines = vec![
        "| | bombs | error, next event served | of these, began again | process killed | too slow |"
            .to_owned(),
        "|---|---:|---:|---:|---:|---:|".to_owned(),
    ];
    lines.extend(columns.iter().map(Column::line));
    lines.join("\n")
}

/// The bombs that did not end well, or that are too small, and what became of each.
pub(super) fn remarks(columns: &[Column]) -> String {
    let mut lines = Vec::new();
    for Column { title, outcomes } in columns {
        let mut by_outcome: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let remarkable = outcomes.iter().filter(|(_, outcome)| {
            !outcome.is_good() || matches!(outcome, Outcome::BeganAgain | Outcome::Finished)
        });
        for (name, outcome) in remarkable {
            by_outcome.entry(format!("{outcome:?}")).or_default().push(name);
        }
        lines.extend(
            by_outcome.iter().map(|(outcome, names)| format!("{title}: {outcome}: {}", names.join(", "))),
        );
    }
    lines.join("\n")
}

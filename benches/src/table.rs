//! The figures as a markdown table.

use std::fs;
use std::path::Path;

use crate::measure::Figures;

const HEADER: &str = "\
| | start → `/next` ms | start → answer ms | 100 B µs | 100 KB µs | 1 MB µs | peak MiB | binary MB | system calls |
|---|---|---|---|---|---|---|---|---|";

/// One line for each peer; the figures in brackets are ratios to the first.
pub(crate) fn table(all: &[Figures]) -> String {
    let mut lines = vec![HEADER.to_owned()];
    let base = all.first();
    for figures in all {
        let cell = |value: &dyn Fn(&Figures) -> Option<f64>| cell(value(figures), base.and_then(value));
        let cells = [
            figures.peer.name.clone(),
            cell(&|figures| Some(figures.first_next)),
            cell(&|figures| Some(figures.first_answer)),
            cell(&|figures| figures.warm[0]),
            cell(&|figures| figures.warm[1]),
            cell(&|figures| figures.warm[2]),
            cell(&|figures| Some(figures.peak_memory)),
            cell(&|figures| megabytes(figures.peer.binary.as_deref()?)),
            cell(&|figures| figures.system_calls),
        ];
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}

/// The size of a file in MB (10⁶ bytes).
pub(crate) fn megabytes(path: &Path) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "files have less than 2⁵² bytes")]
    let bytes = fs::metadata(path).ok()?.len() as f64;
    Some(bytes / 1e6)
}

fn cell(value: Option<f64>, base: Option<f64>) -> String {
    match (value, base) {
        (None, _) => "–".to_owned(),
        (Some(value), Some(base)) if base > 0.0 => {
            format!("{} ({:.2})", rounded(value), value / base)
        }
        (Some(value), _) => rounded(value),
    }
}

/// A whole number in groups of three digits.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Three digits or so.
pub(crate) fn rounded(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

//! Coverage for people: a table with the lines that were not reached.

use super::{percent, Script};
use std::fmt::Write as _;

pub(in crate::test) fn report(scripts: &[Script]) -> String {
    let width = scripts.iter().map(|script| script.name.chars().count()).max().unwrap_or_default().max(5);
    let mut text = format!("{:width$}  lines  reached  not reached\n", "file");
    let (mut all, mut reached) = (0, 0);
    for script in scripts {
        (all, reached) = (all + script.lines.len(), reached + script.reached());
        let share = percent(script.reached(), script.lines.len());
        let row =
            format!("{:width$}  {:5}  {share:>7}  {}", script.name, script.lines.len(), missing(script));
        let _ = writeln!(text, "{}", row.trim_end());
    }
    let _ = writeln!(text, "{:width$}  {all:5}  {:>7}", "total", percent(reached, all));
    text
}

/// The lines that were not reached: `3, 7-9`. Lines without a statement between two of them count as well.
fn missing(script: &Script) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut continues = false;
    for (line, hits) in &script.lines {
        match ranges.last_mut() {
            Some((_, last)) if *hits == 0 && continues => *last = *line,
            _ if *hits == 0 => ranges.push((*line, *line)),
            _ => {}
        }
        continues = *hits == 0;
    }
    let range = |(first, last): &(usize, usize)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_were_not_reached_are_ranges() {
        let script = |lines: &[(usize, u64)]| Script {
            name: "a.rhai".into(),
            path: "/a.rhai".into(),
            lines: lines.iter().copied().collect(),
        };
        assert_eq!(missing(&script(&[(1, 2), (2, 0), (4, 0), (5, 1), (9, 0)])), "2-4, 9");
        assert_eq!(missing(&script(&[])), "");
        let table = report(&[script(&[(1, 2), (2, 0)])]);
        assert_eq!(
            table,
            "file    lines  reached  not reached\na.rhai      2   50.0 %  2\ntotal       2   50.0 %\n"
        );
    }
}

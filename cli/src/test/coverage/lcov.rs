//! Coverage in lcov's format ("FILES" in geninfo's manual page).

use super::Script;
use std::fmt::Write as _;

pub(in crate::test) fn report(scripts: &[Script]) -> String {
    let mut text = String::new();
    for script in scripts {
        let _ = writeln!(text, "TN:\nSF:{}", script.path.display());
        for (line, hits) in &script.lines {
            let _ = writeln!(text, "DA:{line},{hits}");
        }
        let _ = writeln!(text, "LF:{}\nLH:{}\nend_of_record", script.lines.len(), script.reached());
    }
    text
}

//! `// rhambda: allow(code)`: comments that keep a finding from being reported.

use crate::finding::Finding;
use crate::text::Text;

const MARK: &str = "// rhambda: allow(";

/// Whether a comment on the finding's line, or on the line before it, allows it.
pub(crate) fn is_allowed(finding: &Finding, text: &Text) -> bool {
    let (line, _) = text.place(finding.span.start);
    let before = text.line(line.saturating_sub(1)).trim_start();
    let before = if line > 1 && before.starts_with("//") { before } else { "" };
    [text.line(line), before].into_iter().any(|line| allows(line, finding.code.name()))
}

fn allows(line: &str, code: &str) -> bool {
    let codes = line.split_once(MARK).and_then(|(_, rest)| rest.split_once(')'));
    codes.is_some_and(|(codes, _)| codes.split(',').any(|allowed| allowed.trim() == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_name_codes() {
        assert!(allows("let x = 1; // rhambda: allow(unused-variable)", "unused-variable"));
        assert!(allows("// rhambda: allow(for-copy, unused-variable) on purpose", "unused-variable"));
        assert!(!allows("// rhambda: allow(unused)", "unused-variable"));
        assert!(!allows("let x = \"rhambda: allow(secret)\"", "secret"));
    }
}

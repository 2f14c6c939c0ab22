//! Findings as commands of GitHub Actions, which annotate the lines of a pull request ("Workflow commands for GitHub
//! Actions" in GitHub's documentation).

use super::found::Found;

pub(super) fn report(found: &[Found]) -> String {
    found.iter().map(command).collect()
}

fn command(found: &Found) -> String {
    let finding = &found.finding;
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!(
        "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        finding.severity.name(),
        property(&found.path),
        found.start.0,
        found.start.1,
        found.end.0,
        found.end.1,
        finding.code.name(),
        data(&format!("{}{help}", finding.message)),
    )
}

/// A text in which nothing ends the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same, within its properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(data("a: b, c\n::error::"), "a: b, c%0A::error::");
    }
}

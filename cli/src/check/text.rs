//! Findings for people: the source line, a caret, and the remedy.

use super::found::Found;
use crate::visible::escaped;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rhambda_analysis::Severity;

pub(super) fn report(found: &[Found]) -> String {
    found.iter().map(|found| draw(found) + "\n").collect()
}

fn draw(found: &Found) -> String {
    let finding = &found.finding;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning | Severity::Off => Level::WARNING,
    };
    let message = escaped(&finding.message);
    let title = level.primary_title(&*message).id(finding.code.name());
    let source = Snippet::source(found.text.as_str())
        .path(&found.path)
        .annotation(AnnotationKind::Primary.span(finding.span.clone()));
    let mut group = Group::with_title(title).element(source);
    let help = finding.help.as_deref().map(escaped);
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(&**help));
    }
    let drawn = Renderer::plain().render(&[group]);
    escaped(&drawn).into_owned() + "\n"
}

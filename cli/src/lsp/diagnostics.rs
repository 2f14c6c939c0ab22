//! Findings as editors show them.

use super::documents::Document;
use super::lines::Lines;
use super::workspace::{ConfigProblem, Scripts};
use super::{transport, uri};
use crate::config::Config;
use crate::folder::CONFIG_FILE;
use lsp_types::notification::PublishDiagnostics;
use lsp_types::{
    Diagnostic, DiagnosticSeverity, DiagnosticTag, NumberOrString, PublishDiagnosticsParams, Uri,
};
use rhambda_analysis::{Code, Finding, Severity};

const SOURCE: &str = "rhambda";

/// A finding, and where it is in the document.
pub(super) fn diagnostic(document: &Document, finding: &Finding) -> Diagnostic {
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let is_superfluous = matches!(
        finding.code,
        Code::UnusedVariable | Code::UnusedFunction | Code::UnusedImport | Code::Unreachable
    );
    Diagnostic {
        range: document.range(&finding.span),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.code.name().to_owned())),
        source: Some(SOURCE.to_owned()),
        message: format!("{}{help}", finding.message),
        tags: is_superfluous.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

fn severity(of: Severity) -> DiagnosticSeverity {
    match of {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning | Severity::Off => DiagnosticSeverity::WARNING,
    }
}

/// Shows what was found in a document.
pub(super) fn publish(document: &Document) {
    let diagnostics = if document.is_too_large() {
        vec![Diagnostic {
            severity: Some(DiagnosticSeverity::INFORMATION),
            source: Some(SOURCE.to_owned()),
            message:
                "the script is too large to be checked while you type: up to 1 MB is. Run `rhambda check`"
                    .to_owned(),
            ..Diagnostic::default()
        }]
    } else if document.is_script() {
        document.findings.iter().flatten().map(|finding| diagnostic(document, finding)).collect()
    } else {
        of_config(document)
    };
    show(document.uri.clone(), Some(document.version), diagnostics);
}

/// Shows nothing for a file.
pub(super) fn clear(uri: Uri) {
    show(uri, None, Vec::new());
}

fn show(uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
    transport::notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, version, diagnostics });
}

/// What is wrong with an open `rhambda.toml` as such.
fn of_config(document: &Document) -> Vec<Diagnostic> {
    if document.path.file_name().is_none_or(|name| name != CONFIG_FILE) {
        return Vec::new();
    }
    let (message, span) = match toml::from_str::<Config>(&document.text) {
        Err(error) => (error.message().to_owned(), error.span().unwrap_or_default()),
        Ok(config) => match config.severities() {
            Err(error) => (format!("{error:#}"), 0..0),
            Ok(_) => return Vec::new(),
        },
    };
    let severity = Some(DiagnosticSeverity::ERROR);
    let source = Some(SOURCE.to_owned());
    vec![Diagnostic { range: document.range(&span), severity, source, message, ..Diagnostic::default() }]
}

/// Shows what is wrong with the saved `rhambda.toml`. Whether something is.
pub(super) fn publish_config(scripts: &Scripts, problem: Option<&ConfigProblem>) -> bool {
    let Some(uri) = uri::of(&scripts.folder.join(CONFIG_FILE)) else { return false };
    let text = scripts.config_text();
    let found = problem.map(|problem| Diagnostic {
        range: Lines::new(text.as_str()).range(text.as_str(), &problem.span),
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: problem.message.clone(),
        ..Diagnostic::default()
    });
    show(uri, None, found.into_iter().collect());
    problem.is_some()
}

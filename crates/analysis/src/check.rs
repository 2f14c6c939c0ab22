//! All checks of a script, and which of their findings count.

use crate::code::Severity;
use crate::finding::Finding;
use crate::project::Project;
use crate::script::Script;
use crate::{allow, imports, remedies, secrets, syntax, walk};

impl Project {
    /// Everything that is found, by script and place.
    pub fn findings(&self) -> Vec<Finding> {
        let found = self.names.iter().flat_map(|name| self.findings_in(name));
        self.unreadable.iter().cloned().chain(found).collect()
    }

    /// What is found in one script.
    pub fn findings_in(&self, name: &str) -> Vec<Finding> {
        self.scripts.get(name).map(|script| self.check(script)).unwrap_or_default()
    }

    fn check(&self, script: &Script) -> Vec<Finding> {
        let mut findings: Vec<_> =
            script.broken.iter().map(|part| remedies::syntax(&part.problem, script)).collect();
        let walked = walk::walk(self, script);
        findings.extend(walked.findings);
        if script.broken.is_empty() {
            findings.extend(self.undefined(script, walked.undefined));
        }
        findings.extend(imports::check(self, script));
        findings.extend(secrets::check(script, self.settings.is_test(&script.name)));
        findings.extend(remedies::plain_interpolations(script));
        for finding in &mut findings {
            if let Some(severity) = self.settings.severities.get(&finding.code) {
                finding.severity = *severity;
            }
        }
        findings
            .retain(|finding| finding.severity != Severity::Off && !allow::is_allowed(finding, &script.text));
        findings.sort_by_key(|finding| (finding.span.start, finding.code));
        findings
    }

    /// The names that are not defined, if the runtime misses any; it names only the first.
    fn undefined(&self, script: &Script, undefined: Vec<Finding>) -> Vec<Finding> {
        let library = self.settings.library_of(&script.name);
        let variables = self.variables(script);
        // Functions do not see what the top level finds, which the compiler does not notice.
        let is_hidden = |it: &Finding| variables.contains(&&script.text.as_str()[it.span.clone()]);
        match syntax::compile(script.text.as_str(), variables, library) {
            None => undefined.into_iter().filter(is_hidden).collect(),
            Some(problem) if undefined.is_empty() => vec![remedies::syntax(&problem, script)],
            Some(_) => undefined,
        }
    }
}

//! What the tests share: projects in temporary folders, and how findings are shown.

use rhambda::handler::HandlerSpec;
use rhambda::settings::Roots;
use rhambda_analysis::{Finding, Project, Settings};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What is found in these scripts.
pub fn findings(files: &[(&str, &str)], handler: Option<&str>) -> Vec<Finding> {
    let settings = Settings {
        handler: handler.map(|handler| HandlerSpec::parse(handler).unwrap()),
        ..Settings::default()
    };
    with_settings(files, settings)
}

/// The same with these settings.
pub fn with_settings(files: &[(&str, &str)], settings: Settings) -> Vec<Finding> {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let names: Vec<_> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    in_folder(folder.path(), Path::new("no-layer"), &names, settings)
}

/// What is found in these scripts of a folder.
pub fn in_folder(task: &Path, layer: &Path, names: &[String], settings: Settings) -> Vec<Finding> {
    let roots = Roots { task: task.into(), layer: layer.into() };
    rhambda::stack::with_large(|| Project::new(roots, names, settings).findings()).unwrap()
}

/// A finding in a line.
pub fn shown(finding: &Finding) -> String {
    let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}:{:?} {}: {}{help}", finding.file, finding.span, finding.code.name(), finding.message)
}

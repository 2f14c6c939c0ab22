//! Imports that lead nowhere, or in a circle.

use crate::code::{Code, Severity};
use crate::finding::Finding;
use crate::natives::mistyped;
use crate::project::Project;
use crate::script::{Import, Script};

pub(crate) fn check(project: &Project, script: &Script) -> Vec<Finding> {
    let imports = script.imports.iter();
    imports
        .filter_map(|import| missing(project, script, import).or_else(|| cycle(project, script, import)))
        .collect()
}

fn finding(script: &Script, import: &Import, code: Code, message: String, help: &str) -> Finding {
    let start = script.text.offset(import.position);
    let length = import.path.as_ref().map_or(1, |path| path.len() + 2);
    let end = (start + length).min(script.text.as_str().len());
    Finding {
        code,
        severity: code.severity(),
        file: script.name.clone(),
        span: start..end,
        message,
        help: Some(help.to_owned()),
        edits: Vec::new(),
        suggestion: None,
    }
}

fn missing(project: &Project, script: &Script, import: &Import) -> Option<Finding> {
    let path = import.path.as_ref()?;
    let problem = project.targets.get(&(script.name.clone(), path.clone()))?.as_ref().err()?;
    let is_relative = path.starts_with("./") || path.starts_with("../");
    let names = project.scripts.keys().filter_map(|name| name.strip_suffix(".rhai"));
    let meant = mistyped(path.strip_suffix(".rhai").unwrap_or(path), names);
    let help = match meant {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if is_relative => {
            "a path that begins with `./` or `../` is relative to the importing script".to_owned()
        }
        None => {
            "correct the path, or name the folder of the layer that contains the script: --layer-dir FOLDER"
                .to_owned()
        }
    };
    let mut finding = finding(script, import, Code::UnknownImport, problem.clone(), &help);
    if let Some(meant) = meant {
        finding.suggest(script.text.as_str(), path, meant);
    }
    if !is_relative && project.settings.has_layers {
        finding.severity = Severity::Warning;
    }
    Some(finding)
}

/// Whether the import leads back to its script: only imports of the top level run when a script is loaded.
fn cycle(project: &Project, script: &Script, import: &Import) -> Option<Finding> {
    let mut trail = vec![script.name.as_str()];
    let first = project.target(script, import.path.as_ref()?)?;
    if !is_top_level(script, import) || !leads_to(project, first, &script.name, &mut trail) {
        return None;
    }
    let message = format!("scripts import each other: {} → {}", trail.join(" → "), script.name);
    let help = "move what both require into a third script, or import inside the function that requires it";
    Some(finding(script, import, Code::ImportCycle, message, help))
}

fn leads_to<'a>(project: &'a Project, from: &'a Script, wanted: &str, trail: &mut Vec<&'a str>) -> bool {
    if from.name == wanted {
        return true;
    }
    if trail.contains(&from.name.as_str()) {
        return false;
    }
    trail.push(&from.name);
    let imports = from.imports.iter().filter(|import| is_top_level(from, import));
    let mut targets = imports.filter_map(|import| project.target(from, import.path.as_ref()?));
    if targets.any(|target| leads_to(project, target, wanted, trail)) {
        return true;
    }
    trail.pop();
    false
}

fn is_top_level(script: &Script, import: &Import) -> bool {
    script.main.iter().any(|statement| match statement {
        rhai::Stmt::Import(parts, _) => parts.0.position() == import.position,
        _ => false,
    })
}

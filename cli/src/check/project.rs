//! The scripts to check, by the functions that they belong to.

use super::found::Found;
use crate::config::Config;
use crate::folder::{function_of, relative, scripts, CONFIG_FILE, LAYER_ROOT};
use anyhow::{anyhow, bail, Context as _, Result};
use rhambda::handler::HandlerSpec;
use rhambda::script::Checker;
use rhambda::settings::Roots;
use rhambda::stack;
use rhambda_analysis::{Code, Finding, Project, Settings, Severity, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// What the failure of a script that cannot be parsed is called; the script has a finding of its own.
const SYNTAX_ERROR: &str = "Runtime.UserCodeSyntaxError";

/// A function's folder.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    /// All of its scripts, relative to it.
    pub(crate) names: Vec<String>,
    /// Those to report on.
    wanted: BTreeSet<String>,
}

impl Folder {
    /// The folders that these paths mean, or are in.
    ///
    /// # Errors
    /// When something cannot be read, or there are no scripts.
    pub(crate) fn all(paths: &[PathBuf], layer_dir: Option<&Path>) -> Result<Vec<Self>> {
        let mut wanted: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
        for path in paths {
            let absolute = fs::canonicalize(path).with_context(|| path.display().to_string())?;
            let top = if absolute.is_dir() { &absolute } else { absolute.parent().unwrap_or(&absolute) };
            let found = if absolute.is_dir() { scripts(&absolute)? } else { vec![absolute.clone()] };
            if found.is_empty() {
                bail!("{} contains no scripts: their names end in .rhai", path.display());
            }
            for script in found {
                let folder = function_of(&script).unwrap_or(top);
                let names = wanted.entry(folder.to_owned()).or_default();
                names.insert(relative(folder, &script)?);
            }
        }
        let mut folders = Vec::new();
        for (path, wanted) in wanted {
            folders.extend(Self::new(path, wanted)?.split(layer_dir)?);
        }
        Ok(folders)
    }

    fn new(path: PathBuf, wanted: BTreeSet<String>) -> Result<Self> {
        let mut names = wanted.clone();
        for script in scripts(&path)? {
            // Another function's scripts are in a folder of their own.
            if function_of(&script).is_none_or(|folder| folder == path) {
                names.insert(relative(&path, &script)?);
            }
        }
        Ok(Self { path, names: names.into_iter().collect(), wanted })
    }

    /// The folders in it, if they are the functions: it has neither a [`CONFIG_FILE`] nor scripts of its own, and
    /// imports do not lead to scripts from there.
    fn split(self, layer_dir: Option<&Path>) -> Result<Vec<Self>> {
        let is_function =
            self.path.join(CONFIG_FILE).is_file() || self.names.iter().any(|name| !name.contains('/'));
        let is_unknown = |found: &Found| found.finding.code == Code::UnknownImport;
        if is_function || !self.check(layer_dir)?.iter().any(is_unknown) {
            return Ok(vec![self]);
        }
        let mut folders: BTreeMap<&str, Self> = BTreeMap::new();
        for (name, rest) in self.names.iter().filter_map(|name| Some((name, name.split_once('/')?))) {
            let new = || Self { path: self.path.join(rest.0), names: Vec::new(), wanted: BTreeSet::new() };
            let folder = folders.entry(rest.0).or_insert_with(new);
            folder.names.push(rest.1.to_owned());
            if self.wanted.contains(name) {
                folder.wanted.insert(rest.1.to_owned());
            }
        }
        let folders = folders.into_values().map(|folder| folder.split(layer_dir));
        Ok(folders.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// How many scripts are reported on.
    pub(crate) fn count(&self) -> usize {
        self.wanted.len()
    }

    /// What is found in the scripts.
    ///
    /// # Errors
    /// When `rhambda.toml` is invalid.
    pub(crate) fn check(&self, layer_dir: Option<&Path>) -> Result<Vec<Found>> {
        let (roots, settings) = self.settings(layer_dir)?;
        stack::with_large(|| self.find(roots, settings))
    }

    /// Where its scripts are looked for, and what `rhambda.toml` says of their check.
    ///
    /// # Errors
    /// When `rhambda.toml` is invalid.
    pub(crate) fn settings(&self, layer_dir: Option<&Path>) -> Result<(Roots, Settings)> {
        let config = Config::read(&self.path)?;
        let handler = config.handler.as_deref().map(HandlerSpec::parse).transpose();
        let handler = handler.map_err(|failure| anyhow!("{}: {failure}", self.shown(CONFIG_FILE)))?;
        let layer = layer_dir.or(config.layer_dir.as_deref());
        let settings = Settings {
            severities: config.severities()?,
            handler,
            has_layers: layer.is_none() && config.layer.is_some(),
            tests: crate::test::for_check(),
        };
        let roots =
            Roots { task: self.path.clone(), layer: layer.unwrap_or(Path::new(LAYER_ROOT)).to_owned() };
        Ok((roots, settings))
    }

    /// A folder of which only this script is known.
    pub(crate) fn of(script: &Path) -> Self {
        let path = function_of(script).or(script.parent()).unwrap_or(script).to_owned();
        Self { path, names: Vec::new(), wanted: BTreeSet::new() }
    }

    fn find(&self, roots: Roots, settings: Settings) -> Vec<Found> {
        let handler = self.handler(&roots, &settings);
        let project = Project::new(roots, &self.names, settings);
        let findings = project.findings().into_iter().filter(|finding| self.wanted.contains(&finding.file));
        let no_text = Text::new("".into());
        let found = findings.map(|finding| {
            let text = project.text(&finding.file).unwrap_or(&no_text);
            Found::new(self.shown(&finding.file), text, finding)
        });
        handler.into_iter().chain(found).collect()
    }

    /// What is wrong with the handler of `rhambda.toml`.
    pub(crate) fn handler(&self, roots: &Roots, settings: &Settings) -> Option<Found> {
        let severity = settings.severities.get(&Code::UnknownHandler).copied();
        let severity = severity.unwrap_or(Code::UnknownHandler.severity());
        let failure = Checker::new(roots.clone()).handler(settings.handler.as_ref()?).err()?;
        if failure.error_type == SYNTAX_ERROR || severity == Severity::Off {
            return None;
        }
        let text = fs::read_to_string(self.path.join(CONFIG_FILE)).ok()?;
        let start = text.find("handler").unwrap_or_default();
        let length = text[start..].lines().next().map_or(0, str::len);
        let finding = Finding {
            code: Code::UnknownHandler,
            severity,
            file: CONFIG_FILE.to_owned(),
            span: start..start + length,
            message: failure.message,
            help: Some("correct `handler`, or add the function".to_owned()),
            edits: Vec::new(),
            suggestion: None,
        };
        Some(Found::new(self.shown(CONFIG_FILE), &Text::new(text.into()), finding))
    }

    fn shown(&self, name: &str) -> String {
        let path = self.path.join(name);
        let here = env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
        path.strip_prefix(here).unwrap_or(&path).display().to_string()
    }
}

/// The syntax errors in a folder's scripts, for people. Those of tests are left out.
///
/// # Errors
/// When a script cannot be read, or `rhambda.toml` is invalid.
pub(crate) fn syntax_errors(folder: &Path) -> Result<Vec<String>> {
    let mut errors = Vec::new();
    for folder in Folder::all(&[folder.to_owned()], None)? {
        let found = folder
            .check(None)?
            .into_iter()
            .filter(|found| found.finding.code == Code::Syntax && !crate::test::is_test(&found.finding.file));
        errors.extend(
            found.map(|it| format!("{}:{}:{}: {}", it.path, it.start.0, it.start.1, it.finding.message)),
        );
    }
    Ok(errors)
}

/// What keeps the scripts of a package from running, for people; empty if nothing does. What its layers bring is not
/// at hand.
///
/// # Errors
/// When `rhambda.toml` is invalid.
pub(crate) fn errors(folder: &Path, names: &[String], handler: Option<&HandlerSpec>) -> Result<String> {
    let config = Config::read(folder)?;
    let settings = Settings {
        severities: config.severities()?,
        handler: handler.cloned(),
        has_layers: config.layer_dir.is_none(),
        tests: crate::test::for_check(),
    };
    let roots =
        Roots { task: folder.to_owned(), layer: config.layer_dir.unwrap_or_else(|| LAYER_ROOT.into()) };
    let folder =
        Folder { path: folder.to_owned(), names: names.to_vec(), wanted: names.iter().cloned().collect() };
    let mut found = stack::with_large(|| folder.find(roots, Settings { ..settings }))?;
    found.retain(|found| {
        found.finding.severity == Severity::Error && found.finding.code != Code::UnknownHandler
    });
    Ok(super::text::report(&found))
}

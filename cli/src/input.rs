//! What is given on the command line: folders, variables, JSON in files.

use anyhow::{anyhow, bail, Context as _, Result};
use rhambda::handler::HandlerSpec;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A folder that is there; its absolute path.
pub(crate) fn folder(option: &str, path: &Path) -> Result<PathBuf> {
    let absolute = fs::canonicalize(path).with_context(|| format!("{option} {}", path.display()))?;
    if !absolute.is_dir() {
        bail!("{option} {} is not a folder", path.display());
    }
    Ok(absolute)
}

/// The folder's name, as far as Lambda allows its characters in a function's name.
pub(crate) fn function_name(folder: &Path) -> String {
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    match folder.trim_start_matches('.') {
        "" => "function".into(),
        name => name.chars().map(allowed).collect(),
    }
}

/// Refuses a handler setting that Lambda would not take.
pub(crate) fn check_handler(setting: &str) -> Result<()> {
    HandlerSpec::check_for_lambda(setting).map_err(|failure| anyhow!(failure.message))
}

/// `NAME=VALUE`; the value may be empty and may hold further `=`.
pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) => Err("the name before the = is missing".into()),
        None => Err(format!("expected NAME=VALUE, such as {text}=1")),
    }
}

/// The text that an option gives: itself, or that of the file or stdin it names.
fn document(option: &str, argument: &str) -> Result<String> {
    if argument == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .with_context(|| format!("{option} - (stdin) cannot be read"))?;
        return Ok(text);
    }
    match argument.strip_prefix('@') {
        Some(file) => {
            fs::read_to_string(file).with_context(|| format!("{option} {argument}: the file cannot be read"))
        }
        None => Ok(argument.to_owned()),
    }
}

/// The JSON that an option gives, as [`document`] reads it.
pub(crate) fn json(option: &str, argument: &str) -> Result<String> {
    let text = document(option, argument)?;
    crate::json::check(&text).map_err(|problem| not_json(option, argument, &problem))?;
    Ok(text)
}

fn not_json(option: &str, argument: &str, problem: &serde_json::Error) -> anyhow::Error {
    let source = match argument {
        "-" => " - (stdin)".to_owned(),
        file if file.starts_with('@') => format!(" {file}"),
        _ => String::new(),
    };
    let hint = match argument {
        file if Path::new(file).is_file() => {
            format!("; to send the contents of the file, write {option} @{file}")
        }
        _ => String::new(),
    };
    anyhow!("{option}{source} is not JSON: {problem}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_after_their_folder() {
        for (folder, name) in [
            ("/home/me/hello", "hello"),
            ("/my app.v2", "my-app-v2"),
            ("/x/.hidden_1", "hidden_1"),
            ("/", "function"),
        ] {
            assert_eq!(function_name(Path::new(folder)), name);
        }
    }

    #[test]
    fn variables() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(variable("A=b"), pair("A", "b"));
        assert_eq!(variable("A="), pair("A", ""));
        assert_eq!(variable("A=b=c"), pair("A", "b=c"));
        assert_eq!(variable("A"), Err("expected NAME=VALUE, such as A=1".into()));
        assert_eq!(variable("=b"), Err("the name before the = is missing".into()));
    }

    #[test]
    fn what_is_not_json_is_named_by_its_source() {
        let problem = |argument| {
            let problem = crate::json::check("[1,").unwrap_err();
            not_json("--event", argument, &problem).to_string()
        };
        let why = "is not JSON: EOF while parsing a value at line 1 column 3";
        assert_eq!(problem("[1,"), format!("--event {why}"));
        assert_eq!(problem("@e.json"), format!("--event @e.json {why}"));
        assert_eq!(problem("-"), format!("--event - (stdin) {why}"));
        let hint = "; to send the contents of the file, write --event @Cargo.toml";
        assert_eq!(problem("Cargo.toml"), format!("--event {why}{hint}"));
    }
}

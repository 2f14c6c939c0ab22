//! `rhambda functions`: what scripts can call, for people, editors and other tools.

use crate::stdout;
use anyhow::{ensure, Result};
use clap::Args;
use rhambda::reference::{self, Function};
use std::fmt::Write as _;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Request {
    /// Only functions whose name contains this, such as `base64::`, `string.` or `sort`
    filter: Option<String>,
    /// Print names, types, errors, texts and examples as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn functions(request: &Request) -> Result<ExitCode> {
    let filter = request.filter.as_deref().unwrap_or_default();
    let mut functions = reference::functions();
    functions.retain(|function| function.qualified_name().contains(filter));
    ensure!(
        !functions.is_empty(),
        "no function's name contains {filter:?}; `rhambda functions` lists all of them"
    );
    let listing = if request.json { to_json(&functions)? } else { to_text(&functions) };
    stdout::print(&listing)?;
    Ok(ExitCode::SUCCESS)
}

fn to_json(functions: &[Function]) -> Result<String> {
    let functions: Vec<_> = functions.iter().map(Function::to_json).collect();
    Ok(serde_json::to_string_pretty(&functions)? + "\n")
}

/// The signatures of each function, and what it does in a sentence.
fn to_text(functions: &[Function]) -> String {
    let mut text = String::new();
    for function in functions {
        for signature in function.signatures() {
            let _ = writeln!(text, "{signature}");
        }
        let _ = writeln!(text, "    {}", function.summary());
    }
    text
}

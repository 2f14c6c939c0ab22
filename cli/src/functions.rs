//! `rhambda functions`: what scripts can call, for people and for editors.

use anyhow::Result;
use clap::Args;
use rhambda::reference;
use std::io::{self, Write as _};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Request {
    /// Only functions whose name contains this text, such as `base64::` or `sort`
    filter: Option<String>,
    /// Print names, types, texts and examples as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn functions(request: &Request) -> Result<ExitCode> {
    let filter = request.filter.as_deref().unwrap_or_default();
    let mut functions = reference::functions();
    functions.retain(|function| function.qualified_name().contains(filter));
    let mut out = io::stdout().lock();
    if request.json {
        let functions: Vec<_> = functions.iter().map(reference::Function::to_json).collect();
        serde_json::to_writer_pretty(&mut out, &functions)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for function in &functions {
        for signature in function.signatures() {
            writeln!(out, "{signature}")?;
        }
        let summary = function.summary();
        if !summary.is_empty() {
            writeln!(out, "    {summary}")?;
        }
    }
    Ok(if functions.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

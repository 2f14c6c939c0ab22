//! `rhambda aws`: the services and operations of AWS that scripts can call, and their parameters.

use crate::stdout;
use anyhow::{anyhow, ensure, Result};
use aws::services;
use clap::Args;
use std::fmt::Write as _;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Request {
    /// A service, such as `dynamodb`; without one, all services are listed
    service: Option<String>,
    /// An operation, such as `GetItem`; without one, all operations of the service are listed
    operation: Option<String>,
}

pub(crate) fn operations(request: &Request) -> Result<ExitCode> {
    let listing = match (&request.service, &request.operation) {
        (None, _) => services::all().map(|service| service.name().to_owned() + "\n").collect(),
        (Some(service), None) => list(service)?,
        (Some(service), Some(operation)) => describe(service, operation)?,
    };
    stdout::print(&listing)?;
    Ok(ExitCode::SUCCESS)
}

/// A service by its name, with its operations.
fn api(name: &str) -> Result<(&'static str, std::rc::Rc<aws_api::Service>)> {
    let service = services::find(name).map_err(|error| anyhow!("{}", message(&error)))?;
    let api = aws::Operations::default().of(service.name());
    let api = api.filter(|api| !api.operations.is_empty());
    Ok((service.name(), api.ok_or_else(|| anyhow!("{name} has no operations that scripts can call"))?))
}

fn message(error: &aws::Error) -> String {
    error.failure().map_or_else(|| error.to_string(), |failure| failure.message.clone())
}

fn list(service: &str) -> Result<String> {
    let (_, api) = api(service)?;
    Ok(api.operations.iter().flat_map(|operation| [operation.name.as_str(), "\n"]).collect())
}

/// A call to begin with, and the parameters.
fn describe(service: &str, operation: &str) -> Result<String> {
    let (service, api) = api(service)?;
    let found = api.operations.iter().find(|it| it.name.eq_ignore_ascii_case(operation));
    ensure!(
        found.is_some(),
        "{service} has no operation {operation:?}; `rhambda aws {service}` lists all of them"
    );
    let Some(found) = found else { unreachable!() };
    let mut text = format!("aws::call(\"{service}\", \"{}\", {})\n", found.name, api.skeleton(found));
    let parameters = api.parameters(found);
    let name = |depth: usize, name: &str| format!("{}{name}", "  ".repeat(depth));
    let width = parameters.iter().map(|it| it.depth * 2 + it.name.len()).max().unwrap_or(0);
    if !parameters.is_empty() {
        text.push('\n');
    }
    for parameter in &parameters {
        let required = if parameter.is_required { ", required" } else { "" };
        let name = name(parameter.depth, &parameter.name);
        let _ = writeln!(text, "{name:width$}  {}{required}", parameter.kind);
    }
    Ok(text)
}

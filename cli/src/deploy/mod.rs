//! `rhambda deploy`: a folder becomes a function in AWS, or changes the one that is there.
//!
//! What the function is to be ([`desired`]) and what there is ([`actual`]) make a [`plan`] of [`step`]s,
//! without asking anybody; [`read`] and [`apply`] talk to AWS.

mod actual;
mod apply;
mod args;
mod configuration;
pub(crate) mod desired;
mod layer_zip;
mod limits;
mod plan;
mod read;
mod step;
mod wait;

pub(crate) use args::{Arguments, Request};

use crate::aws::Aws;
use crate::visible::{escaped, tell};
use actual::Url;
use anyhow::Result;
use apply::Apply;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Instant;

/// Brings the function to what it is to be.
///
/// # Errors
/// When something on this side is wrong, the name is taken, or AWS refuses.
pub(crate) fn deploy(request: Request) -> Result<ExitCode> {
    let (settings, dry_run) = (request.aws.clone(), request.dry_run);
    // What is wrong on this side is known without a network.
    let delivery = request.load()?;
    let aws = Aws::new(settings)?;
    let desired = &delivery.desired;
    let actual = read::read(&aws, desired).map_err(|error| aws.explain(&error))?;
    let steps = plan::plan(desired, &actual, aws.partition())?;

    tell(&format!("{} in {}: {}", desired.name, aws.region(), delivery.package.description()));
    delivery.package.warn();
    for step in &steps {
        tell(&format!("  {step}"));
    }
    if steps.is_empty() {
        tell("  nothing to do");
    }
    if dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if actual.function.is_some() && !steps.is_empty() {
        // Somebody else's change may still be under way.
        wait::until_active(&aws, &desired.name, None)?;
    }
    let mut apply = Apply::new(&aws, &delivery, &actual);
    for (done, step) in steps.iter().enumerate() {
        let started = Instant::now();
        let _ = write!(io::stderr(), "{} … ", escaped(&step.to_string()));
        if let Err(error) = apply.step(step) {
            tell("failed");
            return Err(error.context(failed(step, done, steps.len())));
        }
        tell(&format!("done in {:.1} s", started.elapsed().as_secs_f64()));
    }
    let arn = apply.function().to_owned();
    let url = if steps.is_empty() {
        actual.url
    } else {
        read::url(&aws, &desired.name, desired.alias.as_deref()).map_err(|error| aws.explain(&error))?
    };
    show(&arn, desired.alias.as_deref(), url.as_ref());
    Ok(ExitCode::SUCCESS)
}

fn failed(step: &step::Step, done: usize, all: usize) -> String {
    let before = if done == 0 { "nothing was changed" } else { "the steps before it are done" };
    format!("step {} of {all} failed, {before}: {step}", done + 1)
}

/// What to use it by goes to stdout.
fn show(arn: &str, alias: Option<&str>, url: Option<&Url>) {
    let mut stdout = io::stdout();
    let alias = alias.map_or(String::new(), |alias| format!(":{alias}"));
    let _ = writeln!(stdout, "{arn}{alias}");
    if let Some(url) = url {
        let _ = writeln!(stdout, "{}", url.address);
    }
}

//! Desired and actual state → the steps between them. Pure, no I/O.

use super::actual::{Actual, Function, RoleState};
use super::configuration::configuration;
use super::desired::{Desired, Role, TAG};
use super::step::{Change, Step};
use crate::config::{UrlAccess, UrlMode};
use anyhow::{bail, Result};
use std::collections::BTreeSet;

/// What every function may do: write its log.
pub(super) const BASIC_POLICY: &str = "service-role/AWSLambdaBasicExecutionRole";
/// What everyone needs to call a public URL
/// ("Control access to Lambda function URLs" in the AWS Lambda developer guide).
pub(super) const CALL_URL: &str = "rhambda-url";
/// The other part of it.
pub(super) const INVOKE_BY_URL: &str = "rhambda-url-invoke";

/// The steps from what is to what is to be, in their order; none if nothing differs.
///
/// `partition` is that of the region's ARNs: `aws` mostly.
///
/// # Errors
/// When the function's name is taken, or something that is needed is missing.
pub(super) fn plan(desired: &Desired, actual: &Actual, partition: &str) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    if let Some(function) = &actual.function {
        check_taken(desired, function)?;
    }
    check_runtime(desired, actual)?;
    plan_role(desired, actual, partition, &mut steps)?;
    if let (Some(layer), None) = (&desired.layer, &actual.layer) {
        steps.push(Step::PublishLayer { name: layer.name.clone() });
    }
    match &actual.function {
        None => {
            steps.extend(desired.bucket.clone().map(|bucket| Step::UploadCode { bucket }));
            steps.push(Step::CreateFunction { name: desired.name.clone() });
        }
        Some(function) => plan_changes(desired, actual, function, &mut steps),
    }
    plan_alias(desired, actual, &mut steps);
    plan_url(desired, actual, &mut steps)?;
    Ok(steps)
}

/// A function that is none of ours is not touched by mistake.
fn check_taken(desired: &Desired, function: &Function) -> Result<()> {
    let name = &desired.name;
    let way_out = format!("choose another name with --name, or delete that function (`aws lambda delete-function --function-name {name}`)");
    let runtime = &function.settings.runtime;
    if runtime.is_empty() {
        bail!("the function {name} exists and uses a container image: {way_out}");
    }
    if !runtime.starts_with("provided") {
        bail!("the function {name} exists and has the runtime {runtime}: {way_out}");
    }
    if !desired.adopt && !function.tags.contains_key(TAG) {
        bail!(
            "the function {name} exists and was not deployed by rhambda (it has no tag `{TAG}`). To replace its code and settings \
             with this folder's, add --adopt; otherwise choose another name with --name"
        );
    }
    Ok(())
}

fn plan_role(desired: &Desired, actual: &Actual, partition: &str, steps: &mut Vec<Step>) -> Result<()> {
    let wanted = match &desired.role {
        Role::Arn(_) => return Ok(()),
        Role::Name(name) => match &actual.role {
            Some(RoleState::There { .. }) => return Ok(()),
            _ => bail!(
                "the role {name} does not exist: create it, name another role with --role, or omit --role, \
                 so that the function gets a role of its own"
            ),
        },
        Role::Own { policies } => policies,
    };
    let role = desired.own_role();
    if let Some(function) = &actual.function {
        let is_own = function.settings.role.ends_with(&format!("/{role}"));
        if !is_own && wanted.is_empty() {
            return Ok(());
        }
        if !is_own {
            bail!(
                "deploy attaches policies only to the role that it creates, {role}, but the function has the role \
                 {}: attach the policies there and remove --policy",
                function.settings.role
            );
        }
        if actual.role.is_none() {
            return Ok(()); // there was nothing to look up
        }
    }
    let attached = match &actual.role {
        Some(RoleState::There { policies, .. }) => policies,
        _ => &BTreeSet::new(),
    };
    if !matches!(actual.role, Some(RoleState::There { .. })) {
        steps.push(Step::CreateRole { name: role.clone() });
    }
    let basic = format!("arn:{partition}:iam::aws:policy/{BASIC_POLICY}");
    let missing = [&basic].into_iter().chain(wanted).filter(|policy| !attached.contains(*policy));
    steps.extend(missing.map(|policy| Step::AttachPolicy { role: role.clone(), policy: policy.clone() }));
    Ok(())
}

/// Code without a runtime needs a layer that brings one.
fn check_runtime(desired: &Desired, actual: &Actual) -> Result<()> {
    let is = actual.function.as_ref().map(|function| &function.settings.layers);
    let has_layers = desired.layers.as_ref().or(is).is_some_and(|layers| !layers.is_empty());
    if !desired.has_bootstrap && !has_layers && desired.layer.is_none() {
        bail!(
            "the function has no runtime: add the layer with --layer ARN, publish one with \
             --layer-zip FILE, or include the runtime with --with-bootstrap FILE"
        );
    }
    Ok(())
}

fn plan_changes(desired: &Desired, actual: &Actual, function: &Function, steps: &mut Vec<Step>) {
    let settings = &function.settings;
    let architecture = desired
        .architecture
        .filter(|wanted| wanted.name() != settings.architecture)
        .map(|wanted| Change::new("architecture", &settings.architecture, wanted));
    if architecture.is_some() || settings.code_sha256 != desired.code_sha256 {
        steps.extend(desired.bucket.clone().map(|bucket| Step::UploadCode { bucket }));
        steps.push(Step::UpdateCode { architecture });
    }
    let (changes, parameters) = configuration(desired, actual, settings);
    if !changes.is_empty() {
        steps.push(Step::Configure { changes, parameters });
    }
    let mut tags = desired.all_tags();
    tags.retain(|name, value| function.tags.get(name) != Some(value));
    if !tags.is_empty() {
        steps.push(Step::Tag { tags });
    }
}

fn plan_alias(desired: &Desired, actual: &Actual, steps: &mut Vec<Step>) {
    let Some(name) = &desired.alias else {
        return;
    };
    let changes_function = steps.iter().any(|step| {
        matches!(step, Step::CreateFunction { .. } | Step::UpdateCode { .. } | Step::Configure { .. })
    });
    let latest = actual.function.as_ref().map(|function| &function.settings);
    let is_latest = actual.alias.as_ref().is_some_and(|alias| Some(&alias.settings) == latest);
    if changes_function || !is_latest {
        steps.push(Step::PointAlias { name: name.clone(), exists: actual.alias.is_some() });
    }
}

fn plan_url(desired: &Desired, actual: &Actual, steps: &mut Vec<Step>) -> Result<()> {
    let access = match (desired.url, &actual.url) {
        (Some(access), _) => access,
        // Only its mode was said.
        (None, Some(url)) if desired.url_mode.is_some() => url.access,
        (None, None) if desired.url_mode.is_some() => bail!(
            "--url-mode sets how a function URL responds, but the function has no URL: add --url iam or --url public, \
             or leave it out"
        ),
        (None, _) => return Ok(()),
    };
    let statements = [CALL_URL, INVOKE_BY_URL].into_iter().filter(|_| desired.url.is_some());
    let (present, missing): (Vec<_>, Vec<_>) =
        statements.partition(|statement| actual.permissions.contains(*statement));
    match (access, &actual.url) {
        (UrlAccess::Public, _) => {
            put_url(desired, actual, access, steps);
            steps.extend(missing.into_iter().map(|statement| Step::Allow { statement }));
        }
        (UrlAccess::Iam, _) => {
            steps.extend(present.into_iter().map(|statement| Step::Forbid { statement }));
            put_url(desired, actual, access, steps);
        }
        (UrlAccess::None, Some(_)) => {
            steps.extend(present.into_iter().map(|statement| Step::Forbid { statement }));
            steps.push(Step::DeleteUrl);
        }
        (UrlAccess::None, None) => {}
    }
    Ok(())
}

fn put_url(desired: &Desired, actual: &Actual, access: UrlAccess, steps: &mut Vec<Step>) {
    let url = actual.url.as_ref();
    let mode = desired.url_mode.or(url.map(|url| url.mode)).unwrap_or(UrlMode::Buffered);
    if url.is_none_or(|url| url.access != access || url.mode != mode) {
        steps.push(Step::PutUrl { access, mode, exists: url.is_some() });
    }
}

#[cfg(test)]
mod tests;

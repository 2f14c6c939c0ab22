//! Asks AWS what there is.

use super::actual::{Actual, Alias, Function, RoleState, Settings, Url};
use super::desired::{Desired, Layer, Role};
use crate::aws::{code, function_path, Aws};
use crate::config::UrlAccess;
use aws::Error;
use serde_json::{json, Value};
use std::collections::BTreeSet;

/// What there is of what the function is to be. Asks for what the plan needs, and no more.
///
/// # Errors
/// When AWS does not respond, or does not let the caller see it.
pub(super) fn read(aws: &Aws, desired: &Desired) -> Result<Actual, Error> {
    let function = function(aws, &desired.name, None)?.map(|response| Function::parse(&response));
    let role = role(aws, desired, function.as_ref())?;
    let layer = match &desired.layer {
        Some(wanted) => layer(aws, wanted)?,
        None => None,
    };
    let mut actual = Actual { function, role, layer, ..Actual::default() };
    if actual.function.is_none() {
        return Ok(actual);
    }
    let alias = desired.alias.as_deref();
    if alias.is_some() {
        let response = self::function(aws, &desired.name, alias)?;
        actual.alias =
            response.map(|response| Alias { settings: Settings::parse(&response["Configuration"]) });
        if actual.alias.is_none() {
            return Ok(actual);
        }
    }
    actual.url = url(aws, &desired.name, alias)?;
    if actual.url.as_ref().is_some_and(|url| url.access == UrlAccess::Public) {
        actual.permissions = permissions(aws, &desired.name, alias)?;
    }
    Ok(actual)
}

/// `GetFunction`'s response; `None` if there is no such function or alias.
fn function(aws: &Aws, name: &str, alias: Option<&str>) -> Result<Option<Value>, Error> {
    if_there(aws.lambda("GET", &function_path(name, ""), &qualifier(alias), None))
}

/// The URL of a function or its alias.
pub(super) fn url(aws: &Aws, name: &str, alias: Option<&str>) -> Result<Option<Url>, Error> {
    let response = aws.lambda("GET", &url_path(name), &qualifier(alias), None);
    Ok(if_there(response)?.map(|response| Url::parse(&response)))
}

/// The path of a function's URL in Lambda's API.
pub(super) fn url_path(name: &str) -> String {
    format!("/2021-10-31/functions/{name}/url")
}

/// Which of a function the request is about.
pub(super) fn qualifier(alias: Option<&str>) -> Vec<(&str, &str)> {
    alias.map(|alias| ("Qualifier", alias)).into_iter().collect()
}

/// The names of the statements in a policy.
fn permissions(aws: &Aws, name: &str, alias: Option<&str>) -> Result<BTreeSet<String>, Error> {
    let response = if_there(aws.lambda("GET", &function_path(name, "/policy"), &qualifier(alias), None))?;
    let policy =
        response.and_then(|response| serde_json::from_str::<Value>(response["Policy"].as_str()?).ok());
    let statements = policy.as_ref().and_then(|policy| policy["Statement"].as_array()).into_iter().flatten();
    Ok(statements.filter_map(|statement| statement["Sid"].as_str()).map(str::to_owned).collect())
}

/// The role, where the plan depends on it.
fn role(aws: &Aws, desired: &Desired, function: Option<&Function>) -> Result<Option<RoleState>, Error> {
    let name = match &desired.role {
        Role::Arn(_) => return Ok(None),
        Role::Name(name) => name.clone(),
        // The function has one, and nothing is to be attached to it.
        Role::Own { policies } if function.is_some() && policies.is_empty() => return Ok(None),
        Role::Own { .. } => desired.own_role(),
    };
    let parameters = json!({ "RoleName": name });
    let Some(response) = if_there(aws.call("iam", "GetRole", &parameters))? else {
        return Ok(Some(RoleState::Missing));
    };
    let policies = match &desired.role {
        Role::Own { .. } => attached(&aws.call("iam", "ListAttachedRolePolicies", &parameters)?),
        _ => BTreeSet::new(),
    };
    let arn = response["Role"]["Arn"].as_str().unwrap_or_default().to_owned();
    Ok(Some(RoleState::There { arn, policies }))
}

fn attached(response: &Value) -> BTreeSet<String> {
    let policies = response["AttachedPolicies"].as_array().into_iter().flatten();
    policies.filter_map(|policy| policy["PolicyArn"].as_str()).map(str::to_owned).collect()
}

/// The version of a layer that has these contents: its description says so.
fn layer(aws: &Aws, wanted: &Layer) -> Result<Option<String>, Error> {
    let path = format!("/2018-10-31/layers/{}/versions", wanted.name);
    let mark = wanted.mark();
    let mut marker = String::new();
    loop {
        let query = [("Marker", &*marker)];
        let query = if marker.is_empty() { &[][..] } else { &query };
        let Some(response) = if_there(aws.lambda("GET", &path, query, None))? else {
            return Ok(None);
        };
        let mut versions = response["LayerVersions"].as_array().into_iter().flatten();
        let same =
            |version: &&Value| version["Description"].as_str().is_some_and(|text| text.contains(&mark));
        if let Some(version) = versions.find(same) {
            return Ok(version["LayerVersionArn"].as_str().map(str::to_owned));
        }
        match response["NextMarker"].as_str() {
            Some(next) if !next.is_empty() => next.clone_into(&mut marker),
            _ => return Ok(None),
        }
    }
}

/// `None` for what is not there.
fn if_there(response: Result<Value, Error>) -> Result<Option<Value>, Error> {
    match response {
        Err(error) if matches!(code(&error), "ResourceNotFoundException" | "NoSuchEntity") => Ok(None),
        response => response.map(Some),
    }
}

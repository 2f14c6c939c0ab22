//! Does the steps of a plan in AWS.

mod function;
mod needs;
mod url;

use super::actual::{Actual, RoleState};
use super::args::Delivery;
use super::desired::Role;
use super::step::Step;
use super::wait;
use crate::aws::{function_path, Aws};
use anyhow::Result;
use aws::Error;
use serde_json::{json, Value};

/// The steps of one plan, and what came out of those that are done.
pub(super) struct Apply<'a> {
    aws: &'a Aws,
    delivery: &'a Delivery,
    actual: &'a Actual,
    /// The ARN of the role that was made or found.
    role: Option<String>,
    role_is_new: bool,
    /// The ARN of the layer's version that was published.
    layer: Option<String>,
    /// Where in the bucket the code is.
    key: Option<String>,
    /// The function's ARN.
    function: Option<String>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(aws: &'a Aws, delivery: &'a Delivery, actual: &'a Actual) -> Self {
        let role = match (&delivery.desired.role, &actual.role) {
            (Role::Arn(arn), _) | (_, Some(RoleState::There { arn, .. })) => Some(arn.clone()),
            _ => None,
        };
        let function = actual.function.as_ref().map(|function| function.arn.clone());
        Self { aws, delivery, actual, role, role_is_new: false, layer: None, key: None, function }
    }

    /// Does a step, and waits until it is done.
    ///
    /// # Errors
    /// What AWS says.
    pub(super) fn step(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::CreateRole { name } => self.create_role(name),
            Step::AttachPolicy { role, policy } => self.attach(role, policy),
            Step::PublishLayer { name } => self.publish_layer(name),
            Step::UploadCode { bucket } => self.upload(bucket),
            Step::CreateFunction { .. } => self.create_function(),
            Step::UpdateCode { .. } => self.update_code(),
            Step::Configure { parameters, .. } => self.configure(parameters.clone()),
            Step::Tag { tags } => self.tag(&json!({ "Tags": tags })),
            Step::PointAlias { name, exists } => self.point_alias(name, *exists),
            Step::PutUrl { access, mode, exists } => {
                let method = if *exists { "PUT" } else { "POST" };
                let body = json!({ "AuthType": access.auth_type(), "InvokeMode": mode.name() });
                self.on_url(method, Some(&body))
            }
            Step::DeleteUrl => self.on_url("DELETE", None),
            Step::Allow { statement } => self.allow(statement),
            Step::Forbid { statement } => self.forbid(statement),
        }
    }

    /// The function's ARN.
    pub(super) fn function(&self) -> &str {
        self.function.as_deref().unwrap_or_default()
    }

    fn wait(&self) -> Result<()> {
        self.wait_for(None)
    }

    fn wait_for(&self, version: Option<&str>) -> Result<()> {
        wait::until_active(self.aws, self.name(), version)
    }

    fn done(&self, response: Result<Value, Error>) -> Result<Value> {
        response.map_err(|error| self.aws.explain(&error))
    }

    fn name(&self) -> &str {
        &self.delivery.desired.name
    }

    fn path(&self, below: &str) -> String {
        function_path(self.name(), below)
    }
}

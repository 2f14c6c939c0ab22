//! What a function needs before it is made: its role, the layer, and in S3 its code if that is large.

use super::Apply;
use crate::deploy::desired::RUNTIME;
use anyhow::{Context as _, Result};
use aws::Rest;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::json;

/// Who may take a role that is made for a function.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

impl Apply<'_> {
    pub(super) fn create_role(&mut self, name: &str) -> Result<()> {
        let description = format!("Of the Lambda function {}, made by rhambda deploy", self.name());
        let parameters = json!({
            "RoleName": name, "AssumeRolePolicyDocument": TRUST, "Description": description,
        });
        let response = self.done(self.aws.call("iam", "CreateRole", &parameters))?;
        self.role = response["Role"]["Arn"].as_str().map(str::to_owned);
        self.role_is_new = true;
        Ok(())
    }

    pub(super) fn attach(&self, role: &str, policy: &str) -> Result<()> {
        let parameters = json!({ "RoleName": role, "PolicyArn": policy });
        self.done(self.aws.call("iam", "AttachRolePolicy", &parameters)).map(drop)
    }

    pub(super) fn publish_layer(&mut self, name: &str) -> Result<()> {
        let desired = self.delivery.desired.layer.as_ref().context("a layer")?;
        let layer = self.delivery.layer.as_ref().context("a layer's zip")?;
        // As `layer/publish.sh` writes it, so that neither publishes again what the other did.
        let description = match layer.architecture {
            Some(_) => format!("Rhambda {} for Rhai scripts, {}", env!("CARGO_PKG_VERSION"), desired.mark()),
            None => format!("For Rhai scripts, {}", desired.mark()),
        };
        let architectures: Vec<_> = layer.architecture.iter().map(|name| name.name()).collect();
        let mut body = json!({
            "Description": description,
            "CompatibleRuntimes": [RUNTIME],
            "Content": { "ZipFile": BASE64_STANDARD.encode(&layer.zip) },
        });
        if !architectures.is_empty() {
            body["CompatibleArchitectures"] = architectures.into();
        }
        let path = format!("/2018-10-31/layers/{name}/versions");
        let response = self.done(self.aws.lambda("POST", &path, &[], Some(&body)))?;
        self.layer = response["LayerVersionArn"].as_str().map(str::to_owned);
        Ok(())
    }

    pub(super) fn upload(&mut self, bucket: &str) -> Result<()> {
        // Named after its contents: what is there already is the same.
        let key = format!("rhambda/{}/{}.zip", self.name(), self.delivery.package.digest.hex());
        let request = Rest {
            method: "PUT".to_owned(),
            path: format!("/{bucket}/{key}"),
            headers: vec![("content-type".to_owned(), "application/zip".to_owned())],
            body: self.delivery.package.zip.clone(),
            ..Rest::default()
        };
        self.aws.send("s3", &request).map_err(|error| self.aws.explain(&error))?;
        self.key = Some(key);
        Ok(())
    }
}

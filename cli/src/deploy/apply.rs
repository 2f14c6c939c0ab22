//! Does the steps of a plan in AWS.

use super::actual::{Actual, RoleState};
use super::args::Delivery;
use super::configuration::layers;
use super::desired::{Role, RUNTIME};
use super::plan::INVOKE_BY_URL;
use super::read::{qualifier, url_path};
use super::step::Step;
use super::wait;
use crate::aws::{code, function_path, Aws};
use anyhow::{anyhow, Context as _, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use rhambda::aws::{Error, Rest};
use serde_json::{json, Map, Value};
use std::thread;
use std::time::{Duration, Instant};

/// A new role is known everywhere after some seconds.
const ROLE_LIMIT: Duration = Duration::from_mins(1);
/// Between two attempts to use it.
const ROLE_PAUSE: Duration = Duration::from_secs(2);

/// Who may take a role that is made for a function.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

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

    fn create_role(&mut self, name: &str) -> Result<()> {
        let description = format!("Of the Lambda function {}, made by rhambda deploy", self.name());
        let parameters = json!({
            "RoleName": name, "AssumeRolePolicyDocument": TRUST, "Description": description,
        });
        let answer = self.done(self.aws.call("iam", "CreateRole", &parameters))?;
        self.role = answer["Role"]["Arn"].as_str().map(str::to_owned);
        self.role_is_new = true;
        Ok(())
    }

    fn attach(&self, role: &str, policy: &str) -> Result<()> {
        let parameters = json!({ "RoleName": role, "PolicyArn": policy });
        self.done(self.aws.call("iam", "AttachRolePolicy", &parameters)).map(drop)
    }

    fn publish_layer(&mut self, name: &str) -> Result<()> {
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
        let answer = self.done(self.aws.lambda("POST", &path, &[], Some(&body)))?;
        self.layer = answer["LayerVersionArn"].as_str().map(str::to_owned);
        Ok(())
    }

    fn upload(&mut self, bucket: &str) -> Result<()> {
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

    fn create_function(&mut self) -> Result<()> {
        let desired = &self.delivery.desired;
        let mut body = json!({
            "FunctionName": desired.name,
            "Runtime": RUNTIME,
            "Handler": desired.handler,
            "Role": self.role,
            "Code": self.code(),
            "Tags": desired.all_tags(),
        });
        // What was not said is left to Lambda.
        let said = [
            ("Architectures", desired.architecture.map(|name| json!([name.name()]))),
            ("Layers", self.with_new_layer(layers(desired, self.actual)).map(Value::from)),
            ("MemorySize", desired.memory.map(Value::from)),
            ("Timeout", desired.timeout.map(Value::from)),
            ("Description", desired.description.clone().map(Value::from)),
            ("Environment", desired.environment.as_ref().map(|variables| json!({ "Variables": variables }))),
            ("LoggingConfig", desired.log_format.map(|format| json!({ "LogFormat": format.name() }))),
        ];
        for (name, value) in said {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        let answer = self.with_role(|| self.aws.lambda("POST", "/2015-03-31/functions", &[], Some(&body)))?;
        self.function = answer["FunctionArn"].as_str().map(str::to_owned);
        self.wait()
    }

    fn update_code(&self) -> Result<()> {
        let mut body = self.code();
        if let Some(architecture) = self.delivery.desired.architecture {
            body["Architectures"] = json!([architecture.name()]);
        }
        self.done(self.aws.lambda("PUT", &self.path("/code"), &[], Some(&body)))?;
        self.wait()
    }

    fn configure(&self, mut parameters: Map<String, Value>) -> Result<()> {
        if parameters.contains_key("Layers") {
            let layers = self.with_new_layer(layers(&self.delivery.desired, self.actual));
            parameters.insert("Layers".to_owned(), layers.into());
        }
        let body = Value::Object(parameters);
        self.with_role(|| self.aws.lambda("PUT", &self.path("/configuration"), &[], Some(&body)))?;
        self.wait()
    }

    fn tag(&self, body: &Value) -> Result<()> {
        let path = format!("/2017-03-31/tags/{}", self.function());
        self.done(self.aws.lambda("POST", &path, &[], Some(body))).map(drop)
    }

    fn point_alias(&self, name: &str, exists: bool) -> Result<()> {
        let answer = self.done(self.aws.lambda("POST", &self.path("/versions"), &[], Some(&json!({}))))?;
        let version = answer["Version"].as_str().context("Lambda did not say which version it published")?;
        self.wait_for(Some(version))?;
        let body = json!({ "Name": name, "FunctionVersion": version });
        let (method, path) = if exists {
            ("PUT", self.path(&format!("/aliases/{name}")))
        } else {
            ("POST", self.path("/aliases"))
        };
        self.done(self.aws.lambda(method, &path, &[], Some(&body))).map(drop)
    }

    fn on_url(&self, method: &str, body: Option<&Value>) -> Result<()> {
        let path = url_path(self.name());
        self.done(self.aws.lambda(method, &path, &self.qualifier(), body)).map(drop)
    }

    fn allow(&self, statement: &str) -> Result<()> {
        let mut body = json!({ "StatementId": statement, "Principal": "*" });
        if statement == INVOKE_BY_URL {
            body["Action"] = "lambda:InvokeFunction".into();
            body["InvokedViaFunctionUrl"] = true.into();
        } else {
            body["Action"] = "lambda:InvokeFunctionUrl".into();
            body["FunctionUrlAuthType"] = "NONE".into();
        }
        self.done(self.aws.lambda("POST", &self.path("/policy"), &self.qualifier(), Some(&body))).map(drop)
    }

    fn forbid(&self, statement: &str) -> Result<()> {
        let path = self.path(&format!("/policy/{statement}"));
        self.done(self.aws.lambda("DELETE", &path, &self.qualifier(), None)).map(drop)
    }

    /// Sends a request that names the role, until Lambda can take a role that is new.
    fn with_role(&self, send: impl Fn() -> Result<Value, Error>) -> Result<Value> {
        let started = Instant::now();
        loop {
            match send() {
                Err(error) if self.role_is_new && is_about_role(&error) && started.elapsed() < ROLE_LIMIT => {
                    thread::sleep(ROLE_PAUSE);
                }
                Err(error) if is_about_role(&error) => {
                    let role = self.role.as_deref().unwrap_or("the function's role");
                    let what = "It must be there, in the function's account, and trust lambda.amazonaws.com";
                    let error = error.to_string();
                    let error = error.trim_end_matches('.');
                    return Err(anyhow!("Lambda cannot take the role {role}: {error}. {what}"));
                }
                answer => return self.done(answer),
            }
        }
    }

    /// The code, as requests have it.
    fn code(&self) -> Value {
        match (&self.key, &self.delivery.desired.bucket) {
            (Some(key), Some(bucket)) => json!({ "S3Bucket": bucket, "S3Key": key }),
            _ => json!({ "ZipFile": BASE64_STANDARD.encode(&self.delivery.package.zip) }),
        }
    }

    fn with_new_layer(&self, layers: Option<Vec<String>>) -> Option<Vec<String>> {
        layers.map(|layers| self.layer.iter().cloned().chain(layers).collect())
    }

    fn wait(&self) -> Result<()> {
        self.wait_for(None)
    }

    fn wait_for(&self, version: Option<&str>) -> Result<()> {
        wait::until_active(self.aws, self.name(), version)
    }

    fn done(&self, answer: Result<Value, Error>) -> Result<Value> {
        answer.map_err(|error| self.aws.explain(&error))
    }

    fn name(&self) -> &str {
        &self.delivery.desired.name
    }

    fn path(&self, below: &str) -> String {
        function_path(self.name(), below)
    }

    fn qualifier(&self) -> Vec<(&str, &str)> {
        qualifier(self.delivery.desired.alias.as_deref())
    }
}

/// Lambda has one code for all that is wrong with a request.
fn is_about_role(error: &Error) -> bool {
    code(error) == "InvalidParameterValueException" && error.to_string().contains("role")
}

//! The function itself, its tags and its alias.

use super::Apply;
use crate::aws::code;
use crate::deploy::configuration::layers;
use crate::deploy::desired::RUNTIME;
use anyhow::{anyhow, Context as _, Result};
use aws::Error;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::{json, Map, Value};
use std::thread;
use std::time::{Duration, Instant};

/// A new role is known everywhere after some seconds.
const ROLE_LIMIT: Duration = Duration::from_mins(1);
/// Between two attempts to use it.
const ROLE_PAUSE: Duration = Duration::from_secs(2);

impl Apply<'_> {
    pub(super) fn create_function(&mut self) -> Result<()> {
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
        let response =
            self.with_role(|| self.aws.lambda("POST", "/2015-03-31/functions", &[], Some(&body)))?;
        self.function = response["FunctionArn"].as_str().map(str::to_owned);
        self.wait()
    }

    pub(super) fn update_code(&self) -> Result<()> {
        let mut body = self.code();
        if let Some(architecture) = self.delivery.desired.architecture {
            body["Architectures"] = json!([architecture.name()]);
        }
        self.done(self.aws.lambda("PUT", &self.path("/code"), &[], Some(&body)))?;
        self.wait()
    }

    pub(super) fn configure(&self, mut parameters: Map<String, Value>) -> Result<()> {
        if parameters.contains_key("Layers") {
            let layers = self.with_new_layer(layers(&self.delivery.desired, self.actual));
            parameters.insert("Layers".to_owned(), layers.into());
        }
        let body = Value::Object(parameters);
        self.with_role(|| self.aws.lambda("PUT", &self.path("/configuration"), &[], Some(&body)))?;
        self.wait()
    }

    pub(super) fn tag(&self, body: &Value) -> Result<()> {
        let path = format!("/2017-03-31/tags/{}", self.function());
        self.done(self.aws.lambda("POST", &path, &[], Some(body))).map(drop)
    }

    pub(super) fn point_alias(&self, name: &str, exists: bool) -> Result<()> {
        let response = self.done(self.aws.lambda("POST", &self.path("/versions"), &[], Some(&json!({}))))?;
        let version = response["Version"].as_str().context("Lambda's response contains no version number")?;
        self.wait_for(Some(version))?;
        let body = json!({ "Name": name, "FunctionVersion": version });
        let (method, path) = if exists {
            ("PUT", self.path(&format!("/aliases/{name}")))
        } else {
            ("POST", self.path("/aliases"))
        };
        self.done(self.aws.lambda(method, &path, &[], Some(&body))).map(drop)
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
                    let what = "It must exist in the function's account and trust lambda.amazonaws.com";
                    let error = error.to_string();
                    let error = error.trim_end_matches('.');
                    return Err(anyhow!("Lambda cannot assume the role {role}: {error}. {what}"));
                }
                response => return self.done(response),
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
}

/// Lambda has one code for all that is wrong with a request.
fn is_about_role(error: &Error) -> bool {
    code(error) == "InvalidParameterValueException" && error.to_string().contains("role")
}

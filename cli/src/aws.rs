//! AWS, as the commands ask it: with the user's own credentials and region, and errors that say what
//! to do.

use anyhow::{anyhow, Result};
use aws::{Client, Error, Failure, Rest};
use net::{Response, Until};
use rhambda::aws_client;
use serde_json::Value;
use std::env;
use std::process::{Command, Stdio};

/// Options of every command that asks AWS.
#[derive(clap::Args)]
#[allow(clippy::doc_markdown)] // these comments are the help
pub(crate) struct Options {
    /// The region [default: AWS_REGION, AWS_DEFAULT_REGION, or that of the AWS CLI]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Send requests to this URL instead of AWS [default: AWS_ENDPOINT_URL]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

/// Where to ask.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    region: Option<String>,
    endpoint_url: Option<String>,
}

/// AWS's services.
pub(crate) struct Aws {
    client: Client,
    options: aws::Options,
    region: String,
}

impl Options {
    /// What was written, or else this region.
    pub(crate) fn resolve(self, region: Option<String>) -> Settings {
        Settings { region: self.region.or(region), endpoint_url: self.endpoint_url }
    }

    /// Whether it is said where to ask.
    pub(crate) fn has_endpoint(&self) -> bool {
        self.endpoint_url.is_some()
    }
}

impl Settings {
    /// Where requests are sent instead of AWS, if that was written.
    pub(crate) fn endpoint(&self) -> Option<String> {
        self.endpoint_url.clone()
    }

    /// The region that functions on this machine are told; Lambda's oldest where none is configured.
    pub(crate) fn or_default(self) -> String {
        self.region.or_else(region_of_environment).unwrap_or_else(|| "us-east-1".into())
    }
}

impl Aws {
    /// Asks nothing yet.
    ///
    /// # Errors
    /// When no region is configured.
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        let variable = |name: &str| env::var(name).ok();
        let region = settings
            .region
            .or_else(region_of_environment)
            .or_else(region_of_cli)
            .ok_or_else(|| anyhow!("no region is configured: pass --region or set AWS_REGION"))?;
        let options = aws::Options {
            region: Some(region.clone()),
            endpoint: settings.endpoint_url,
            ..aws::Options::default()
        };
        Ok(Self { client: aws_client(variable), options, region })
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// What ARNs in this region begin with after `arn:`.
    pub(crate) fn partition(&self) -> &'static str {
        aws::partitions::name(&self.region)
    }

    /// Calls an action.
    pub(crate) fn call(&self, service: &str, action: &str, parameters: &Value) -> Result<Value, Error> {
        self.client.call_json(service, action, parameters, &self.options)
    }

    /// Sends a request with a path, and a body if it is not empty.
    pub(crate) fn send(&self, service: &str, request: &Rest) -> Result<Response, Error> {
        self.client.request(service, request, &self.options, Until::NEVER)
    }

    /// Sends a request to Lambda and returns the JSON of the response, or null if it has no body.
    pub(crate) fn lambda(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request =
            Rest { method: method.to_owned(), path: path.to_owned(), query, body, ..Rest::default() };
        let response = self.send("lambda", &request)?;
        Ok(serde_json::from_slice(&response.body).unwrap_or_default())
    }

    /// The error for people.
    pub(crate) fn explain(&self, error: &Error) -> anyhow::Error {
        let Error::Failed(failure) = error else {
            return anyhow!("{error}");
        };
        let own_endpoint = self.options.endpoint.is_none() && set("AWS_ENDPOINT_URL").is_none();
        match hint(failure, &self.region, own_endpoint) {
            Some(hint) => anyhow!("{}. {hint}", error.to_string().trim_end_matches('.')),
            None => anyhow!("{error}"),
        }
    }
}

/// What to do about a failure whose message doesn't say so.
fn hint(failure: &Failure, region: &str, own_endpoint: bool) -> Option<String> {
    Some(match &*failure.code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "The credentials have expired: sign in again, for example with `aws sso login`".into()
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" => {
            "AWS does not know the access key: is it one of another partition, of an emulator, or deleted?"
                .into()
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => {
            "The secret access key does not belong to the access key id".into()
        }
        aws::codes::NO_RESPONSE if own_endpoint => {
            format!("Is there a network, and is {region} a region of AWS?")
        }
        _ => return None,
    })
}

/// The code of a failure; empty where there is none.
pub(crate) fn code(error: &Error) -> &str {
    match error {
        Error::Failed(failure) => &failure.code,
        Error::Deadline => "",
    }
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn region_of_environment() -> Option<String> {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(set)
}

/// What `aws configure` was told.
fn region_of_cli() -> Option<String> {
    let output =
        Command::new("aws").args(["configure", "get", "region"]).stdin(Stdio::null()).output().ok()?;
    let region = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Some(region).filter(|region| !region.is_empty())
}

/// The path of a function in Lambda's API, and below it.
pub(crate) fn function_path(name: &str, below: &str) -> String {
    format!("/2015-03-31/functions/{name}{below}")
}

//! `rhambda invoke --remote`: the same, in AWS.

use super::stdout::Stdout;
use crate::aws::{self, function_path, Aws};
use crate::visible;
use ::aws::Rest;
use anyhow::{Context as _, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use std::process::ExitCode;

/// An invocation of a function in AWS.
pub(crate) struct Request {
    pub(crate) name: String,
    /// A version or an alias.
    pub(crate) qualifier: Option<String>,
    /// JSON, as it was given.
    pub(crate) event: String,
    /// JSON on one line.
    pub(crate) client_context: Option<Vec<u8>>,
    pub(crate) aws: aws::Settings,
}

/// Invokes the function: its response goes to stdout, the end of its log to stderr.
///
/// # Errors
/// When AWS refuses.
pub(crate) fn invoke(request: &Request) -> Result<ExitCode> {
    let aws = Aws::new(request.aws.clone())?;
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-amz-invocation-type".to_owned(), "RequestResponse".to_owned()),
        ("x-amz-log-type".to_owned(), "Tail".to_owned()),
    ];
    let context = request.client_context.as_ref().map(|context| BASE64_STANDARD.encode(context));
    headers.extend(context.map(|context| ("x-amz-client-context".to_owned(), context)));
    let qualifier = request.qualifier.clone().map(|qualifier| ("Qualifier".to_owned(), qualifier));
    let call = Rest {
        method: "POST".to_owned(),
        path: function_path(&request.name, "/invocations"),
        query: qualifier.into_iter().collect(),
        headers,
        body: request.event.clone().into_bytes(),
    };
    let response = aws.send("lambda", &call).map_err(|error| aws.explain(&error))?;
    Stdout::default().end(&response.body).context("the response cannot be written to stdout")?;
    let log = response.header("x-amz-log-result").and_then(|log| BASE64_STANDARD.decode(log).ok());
    show(&log.unwrap_or_default());
    Ok(match response.header("x-amz-function-error") {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    })
}

/// Lambda gives the last 4 KB of the log.
fn show(log: &[u8]) {
    let text = String::from_utf8_lossy(log).replace('\r', "\n");
    if !text.is_empty() {
        visible::tell(text.trim_end());
    }
}

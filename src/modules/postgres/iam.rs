//! Logging in with a role of IAM: the password is a signed URL.
//!
//! See "Connecting to your DB instance using IAM authentication" in the Amazon RDS User Guide.

use crate::modules::aws::Caller;
use ::clients::postgres::{Password, Settings};
use ::clients::{Error, Failure};

/// Makes the passwords for these settings.
pub(super) fn password(caller: Caller, settings: &Settings, region: Option<String>) -> Password {
    let endpoint = format!("https://{}:{}", settings.host, settings.port);
    let mut request = aws::Rest::new("GET", "/");
    request.query =
        vec![("Action".to_owned(), "connect".to_owned()), ("DBUser".to_owned(), settings.user.clone())];
    let signing_name = Some("rds-db".to_owned());
    let options = aws::Options { region, endpoint: Some(endpoint), signing_name, ..aws::Options::default() };
    Box::new(move |until| match caller.presigned("rds", &request, &options, until) {
        Ok(url) => Ok(Some(url.trim_start_matches("https://").to_owned())),
        Err(aws::Error::Deadline) => Err(Error::Deadline),
        Err(aws::Error::Failed(failure)) => Err(Error::Failed(Box::new(Failure {
            code: failure.code.into(),
            message: failure.message,
            fields: Vec::new(),
        }))),
    })
}

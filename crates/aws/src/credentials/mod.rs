//! What requests are signed with: from the environment, from the container, or from AWS's CLI.

mod cli;
mod container;
mod role;

pub use role::Role;
pub(crate) use role::Roles;

use crate::environment::Environment;
use crate::error::{codes, Error, Result};
use net::Until;
use serde_json::{json, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, SystemTime};

/// Credentials are renewed so long before they expire.
const MARGIN: Duration = Duration::from_mins(5);

const NONE: &str = "no credentials were found. In AWS, the function's role gives them; elsewhere, set \
                    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with AWS's CLI (`aws configure`, \
                    `aws sso login`)";

/// What requests are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Says whose signature it is.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Goes with the keys of a role.
    pub session_token: Option<String>,
    /// The account, which is a part of some endpoints.
    pub account_id: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials of {}", self.access_key_id)
    }
}

/// The credentials that AWS's CLI has, in the form in which the service of a container gives them.
///
/// # Errors
/// The CLI is missing, or nobody has signed in.
pub fn from_cli() -> Result<Value> {
    let Cached { credentials, expires } = cli::fetch(None, Until::NEVER)?;
    Ok(json!({
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "AccountId": credentials.account_id,
        "Expiration": expires.map(|time| humantime::format_rfc3339_seconds(time).to_string()),
    }))
}

/// Where credentials come from, and those that came last.
#[derive(Default)]
pub(crate) struct Source {
    cached: RefCell<Option<Cached>>,
    /// Those of profiles of the AWS CLI.
    profiles: RefCell<HashMap<String, Cached>>,
}

#[derive(Clone)]
struct Cached {
    credentials: Credentials,
    expires: Option<SystemTime>,
}

/// What finding credentials needs.
pub(crate) struct Fetching<'a> {
    pub(crate) environment: &'a dyn Environment,
    pub(crate) http: &'a net::Client,
    pub(crate) until: Until,
}

impl Source {
    /// The credentials that are valid now.
    pub(crate) fn credentials(&self, at: &Fetching<'_>) -> Result<Credentials> {
        if let Some(credentials) = from_environment(at.environment)? {
            return Ok(credentials);
        }
        let now = at.environment.now();
        let cached = self.cached.borrow().clone();
        let left = |cached: &Cached| match cached.expires {
            None => Duration::MAX,
            Some(expires) => expires.duration_since(now).unwrap_or_default(),
        };
        if let Some(cached) = cached.as_ref().filter(|cached| left(cached) > MARGIN) {
            return Ok(cached.credentials.clone());
        }
        match (fetch(at), cached) {
            (Ok(new), _) => {
                let credentials = new.credentials.clone();
                self.cached.replace(Some(new));
                Ok(credentials)
            }
            (Err(Error::Failed(failure)), Some(old)) if left(&old) > Duration::ZERO => {
                log::warn!(
                    "the credentials for AWS, which expire soon, cannot be renewed: {}",
                    failure.message
                );
                Ok(old.credentials)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Whether the AWS CLI gives the credentials.
    pub(crate) fn are_of_cli(environment: &dyn Environment) -> bool {
        environment.set("AWS_ACCESS_KEY_ID").is_none() && container::url(environment).is_none()
    }

    /// The credentials of a profile of the AWS CLI.
    pub(crate) fn of_profile(&self, name: &str, now: SystemTime, until: Until) -> Result<Credentials> {
        let is_fresh = |cached: &&Cached| {
            let left = cached.expires.map(|expires| expires.duration_since(now).unwrap_or_default());
            left.is_none_or(|left| left > MARGIN)
        };
        if let Some(cached) = self.profiles.borrow().get(name).filter(is_fresh) {
            return Ok(cached.credentials.clone());
        }
        let cached = cli::fetch(Some(name), until)?;
        let credentials = cached.credentials.clone();
        self.profiles.borrow_mut().insert(name.to_owned(), cached);
        Ok(credentials)
    }

    /// Forgets credentials that turned out to be no longer valid; whether there were any.
    pub(crate) fn forget(&self) -> bool {
        self.cached.take().is_some() | !self.profiles.take().is_empty()
    }
}

fn missing(message: impl Into<String>) -> Error {
    Error::new(codes::MISSING_CREDENTIALS, message)
}

fn from_environment(environment: &dyn Environment) -> Result<Option<Credentials>> {
    match (environment.set("AWS_ACCESS_KEY_ID"), environment.set("AWS_SECRET_ACCESS_KEY")) {
        (None, None) => Ok(None),
        (Some(access_key_id), Some(secret_access_key)) => {
            let session_token = environment.set("AWS_SESSION_TOKEN");
            let account_id = environment.set("AWS_ACCOUNT_ID");
            Ok(Some(Credentials { access_key_id, secret_access_key, session_token, account_id }))
        }
        (Some(_), None) => Err(missing("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")),
        (None, Some(_)) => Err(missing("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not")),
    }
}

fn fetch(at: &Fetching<'_>) -> Result<Cached> {
    match container::url(at.environment) {
        Some(url) => container::fetch(&url, at),
        None => cli::fetch(None, at.until),
    }
}

/// Both write the same JSON, but for the token's name. A problem never quotes what may be secret.
fn parse(json: &[u8]) -> std::result::Result<Cached, &'static str> {
    let json: Value = serde_json::from_slice(json).map_err(|_| "something that is not JSON")?;
    let text = |key: &str| json[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let expires = match text("Expiration") {
        Some(time) => Some(parse_time(&time).ok_or("an Expiration that is not a time")?),
        None => None,
    };
    Ok(Cached {
        credentials: Credentials {
            access_key_id: text("AccessKeyId").ok_or("no AccessKeyId")?,
            secret_access_key: text("SecretAccessKey").ok_or("no SecretAccessKey")?,
            session_token: text("Token").or_else(|| text("SessionToken")),
            account_id: text("AccountId"),
        },
        expires,
    })
}

fn parse_time(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix("+00:00").map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
    humantime::parse_rfc3339(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let container =
            br#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","AccountId":"1","Expiration":"2026-01-02T03:04:05Z"}"#;
        let cli = br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","AccountId":"1","Expiration":"2026-01-02T03:04:05+00:00"}"#;
        let (container, cli) = (parse(container).ok().unwrap(), parse(cli).ok().unwrap());
        assert!(container.credentials == cli.credentials && container.expires == cli.expires);
        assert_eq!(container.credentials.session_token.as_deref(), Some("T"));
        assert_eq!(container.credentials.account_id.as_deref(), Some("1"));
        assert!(container.expires.is_some());
        let keys = parse(br#"{"AccessKeyId":"A","SecretAccessKey":"S"}"#).ok().unwrap();
        assert!(keys.expires.is_none() && keys.credentials.session_token.is_none());
        for (json, problem) in [
            ("", "something that is not JSON"),
            ("[]", "no AccessKeyId"),
            (r#"{"AccessKeyId":"A","SecretAccessKey":""}"#, "no SecretAccessKey"),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"}"#,
                "an Expiration that is not a time",
            ),
        ] {
            assert_eq!(parse(json.as_bytes()).err(), Some(problem), "{json}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let credentials = Credentials {
            access_key_id: "AKID".into(),
            secret_access_key: "hush".into(),
            session_token: Some("hush".into()),
            account_id: None,
        };
        assert_eq!(format!("{credentials:?}"), "Credentials of AKID");
    }
}
